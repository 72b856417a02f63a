import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { parts, t } from "../language";
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
      say(await addToken(connected!, { address: launch.token, symbol: launch.symbol, image: launch.image }) ? t("{symbol} is in the wallet.", launch.symbol) : "");
    } catch (error) {
      setTrouble(explain(error));
    }
  };
  const share = async () => {
    const link = { title: t("{tokens} for {price}", payment.bought, payment.paid), url: publicUrl + receipt };
    const files = picture && navigator.canShare?.({ files: [picture] }) ? { files: [picture] } : {};
    try {
      if (navigator.share) return await navigator.share({ ...link, ...files });
      await navigator.clipboard.writeText(link.url);
      say(t("The link is copied."));
    } catch { /* the user cancelled */ }
  };
  return (
    <div class="done">
      <Seal />
      <h3 class="done-title" data-focus tabIndex={-1}>{t("Minted")}</h3>
      <p class="got">{parts<ComponentChildren>("{tokens} for {price}.", <strong>{payment.bought}</strong>, payment.paid)}</p>
      <p class="who-you-are">
        {own?.place ? <>{parts<ComponentChildren>("You are minter {place}.", <strong>{grouped(own.place)}</strong>)} </> : null}
        {holds ? parts<ComponentChildren>("You hold {tokens}.", <strong>{holds}</strong>) : own && own.mints > 1 ? parts<ComponentChildren>("You minted {tokens} in {n} payments.", <strong>{grouped(own.tokens)} {launch.symbol}</strong>, grouped(own.mints)) : null}
      </p>
      <p class={`finality small ${final ? "is-final" : "soft"}`}>
        {final ? t("Final: they are yours permanently.") : t("They are yours. Until the block is final, a reorganisation of the chain could remove the mint. The payment would then be minted again.")}
      </p>
      <div class="buttons">
        <button class="button primary" type="button" onClick={() => void share()}>{t("Share")}</button>{" "}
        <a class="button" href={receipt}>{t("See the receipt")}</a>
      </div>
      <div class="buttons">
        <a class="button little" href={`${receipt}/share.png`} download={file}>{t("Save its picture")}</a>
        {order.explorer && <a class="button little" href={order.explorer} rel="noopener noreferrer">{t("Transaction")}</a>}
        {connected && connected.wallet.kind !== "demo" && <button class="button little" type="button" onClick={() => void add()}>{t("Add {symbol} to the wallet", launch.symbol)}</button>}
        {sells && <button class="button little" type="button" onClick={again}>{t("Mint again")}</button>}
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
