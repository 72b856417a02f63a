import { useState } from "preact/hooks";

import { addToken, type Connected, explain, type Words } from "../wallet";
import { Notice } from "./notice";
import type { Order, Payment } from "./payment";
import type { LaunchTerms } from "./terms";

/** Done shows a mint that is in a block: its result and the next actions. */
export function Done({ launch, payment, order, final, connected, publicUrl, again, sells }: {
  launch: LaunchTerms; payment: Payment; order: Order; final: boolean; connected: Connected | undefined; publicUrl: string; again: () => void; sells: boolean;
}) {
  const [said, say] = useState("");
  const [trouble, setTrouble] = useState<Words>();
  const receipt = `/r/${payment.id}`;
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
    try {
      if (navigator.share) return await navigator.share(link);
      await navigator.clipboard.writeText(link.url);
      say("The link is copied.");
    } catch { /* the user cancelled */ }
  };
  return (
    <div class="done">
      <h3 class="done-title" data-focus tabIndex={-1}>{final ? "Final" : "Minted"}</h3>
      <p><strong>{payment.bought}</strong> for {payment.paid}. {final ? "They are yours permanently." : "They are yours. Until the block is final, a reorganisation of the chain could remove the mint. The payment would then be minted again."}</p>
      <p class="links">
        <a class="button primary" href={receipt}>See the receipt</a>{" "}
        {order.explorer && <a class="button" href={order.explorer} rel="noopener noreferrer">Transaction</a>}
      </p>
      <div class="buttons">
        {connected && connected.wallet.kind !== "demo" && <button class="button little" type="button" onClick={() => void add()}>Add {launch.symbol} to the wallet</button>}
        <button class="button little" type="button" onClick={() => void share()}>Share</button>
        {sells && <button class="button little" type="button" onClick={again}>Mint again</button>}
      </div>
      {said && <p class="small soft">{said}</p>}
      {trouble && <Notice words={trouble} kind="warn" level="p" />}
    </div>
  );
}
