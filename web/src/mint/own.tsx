import { face } from "../launch/figures";
import { grouped, short } from "../words";
import type { Yours } from "./yours";

/** Own shows what an account minted here before. */
export function Own({ yours, symbol, holds, forget }: { yours: Yours; symbol: string; holds?: string | undefined; forget?: (() => void) | undefined }) {
  const minted = `${grouped(yours.tokens)} ${symbol}`;
  return (
    <div class="own">
      <img class="face" src={face(yours.payer)} alt="" width="40" height="40" />
      <p>{yours.place ? <>You are minter <strong>{grouped(yours.place)}</strong>. </> : null}
        {holds === minted ? <>You hold the <strong>{minted}</strong> that you minted.</> : holds ? <>You hold <strong>{holds}</strong>, and minted {grouped(yours.tokens)}.</> : <>You minted <strong>{minted}</strong>.</>}{" "}
        {yours.latest && <a href={yours.latest}>Latest receipt</a>}</p>
      {forget && <p class="small soft">Account <span class="address" title={yours.payer}>{short(yours.payer)}</span> minted in this browser. <button class="linkish" type="button" onClick={forget}>Forget it</button></p>}
    </div>
  );
}
