import { face } from "../launch/figures";
import { grouped, short } from "../words";
import type { PayerMints } from "./payerMints";

/** OwnMints shows what an account minted here before. */
export function OwnMints({ own, symbol, holds, forget }: { own: PayerMints; symbol: string; holds?: string | undefined; forget?: (() => void) | undefined }) {
  const minted = `${grouped(own.tokens)} ${symbol}`;
  return (
    <div class="own">
      <img class="face" src={face(own.payer)} alt="" width="40" height="40" />
      <p>{own.place ? <>You are minter <strong>{grouped(own.place)}</strong>. </> : null}
        {holds === minted ? <>You hold the <strong>{minted}</strong> that you minted.</> : holds ? <>You hold <strong>{holds}</strong>, and minted {grouped(own.tokens)}.</> : <>You minted <strong>{minted}</strong>.</>}{" "}
        {own.latest && <a href={own.latest}>Latest receipt</a>}</p>
      {forget && <p class="small soft">Account <span class="address" title={own.payer}>{short(own.payer)}</span> minted in this browser. <button class="linkish" type="button" onClick={forget}>Forget it</button></p>}
    </div>
  );
}
