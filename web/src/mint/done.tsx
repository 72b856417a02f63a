import { useEffect, useState } from "preact/hooks";

import { addToken, type Connected, explain, type Words } from "../wallet";
import { grouped } from "../words";
import { Notice } from "./notice";
import type { Order, Payment } from "./payment";
import { Seal } from "./seal";
import type { LaunchTerms } from "./terms";
import type { PayerMints } from "./payerMints";

/** Done shows a mint that is in a block: its result and the next actions. */
export function Done({ launch, payment, order, final, connected, own, holds, publicUrl, again, sells }: {
  launch: LaunchTerms; payment: Payment; order: Order; final: boolean; connected: Connected | undefined; own: PayerMints | undefined; holds: string | undefined;
  publicUrl: string; again: () => void; sells: boolean;
}) {
  const [said, say] = useState("");
  const [trouble, setTrouble] = useState<Words>();
  const receipt = `/r/${payment.id}`, file = `${launch.symbol.replace(/[^A-Za-z0-9]+/g, "-")}-receipt.png`;
  const picture = usePicture(`${receipt}/share.png`, file);
  const add = async () => {
    setTrouble(undefined);
    try {
      say(await addToken(connected!, { address: launch.token, symbol: launch.symbol, image: launch.image }) ? `${launch.symbol} is in the wallet.` : "");
    } catch (error) {
      setTrouble(explain(error));
    }
  };
  const share = async () => {
    const link = { title: `${payment.bought} for ${payment.paid}`, url: publicUrl + receipt };
    const files = picture && navigator.canShare?.({ files: [picture] }) ? { files: [picture] } : {};
    try {
      if (navigator.share) return await navigator.share({ ...link, ...files });
      await navigator.clipboard.writeText(link.url);
      say("The link is copied.");
    } catch { /* the user cancelled */ }
  };
  return (
    <div class="done">
      <Seal />
      <h3 class="done-title" data-focus tabIndex={-1}>Minted</h3>
      <p class="got"><strong>{payment.bought}</strong> for {payment.paid}.</p>
      <p class="who-you-are">
        {own?.place ? <>You are minter <strong>{grouped(own.place)}</strong>. </> : null}
        {holds ? <>You hold <strong>{holds}</strong>.</> : own && own.mints > 1 ? <>You minted <strong>{grouped(own.tokens)} {launch.symbol}</strong> in {own.mints} payments.</> : null}
      </p>
      <p class={`finality small ${final ? "is-final" : "soft"}`}>
        {final ? "Final: they are yours permanently." : "They are yours. Until the block is final, a reorganisation of the chain could remove the mint. The payment would then be minted again."}
      </p>
      <div class="buttons">
        <button class="button primary" type="button" onClick={() => void share()}>Share</button>{" "}
        <a class="button" href={receipt}>See the receipt</a>
      </div>
      <div class="buttons">
        <a class="button little" href={`${receipt}/share.png`} download={file}>Save its picture</a>
        {order.explorer && <a class="button little" href={order.explorer} rel="noopener noreferrer">Transaction</a>}
        {connected && connected.wallet.kind !== "demo" && <button class="button little" type="button" onClick={() => void add()}>Add {launch.symbol} to the wallet</button>}
        {sells && <button class="button little" type="button" onClick={again}>Mint again</button>}
      </div>
      {said && <p class="small soft" role="status">{said}</p>}
      {trouble && <Notice words={trouble} kind="warn" level="p" />}
    </div>
  );
}

/** usePicture loads the receipt's picture if this browser can share files. A share has to begin soon after a click. */
function usePicture(url: string, name: string): File | undefined {
  const [file, setFile] = useState<File>();
  useEffect(() => {
    if (!navigator.canShare) return;
    fetch(url).then(async (answer) => { if (answer.ok) setFile(new File([await answer.blob()], name, { type: "image/png" })); })
      .catch(() => { /* the link is shared without it */ });
  }, [url]);
  return file;
}
