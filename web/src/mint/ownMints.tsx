import type { ComponentChildren } from "preact";

import { parts, t } from "../language";
import { face } from "../launch/figures";
import { grouped, short } from "../words";
import type { PayerMints } from "./payerMints";

/** OwnMints shows what an account minted here before. */
export function OwnMints({ own, symbol, holds, forget }: { own: PayerMints; symbol: string; holds?: string | undefined; forget?: (() => void) | undefined }) {
  const minted = `${grouped(own.tokens)} ${symbol}`;
  return (
    <div class="own">
      <img class="face" src={face(own.payer)} alt="" width="40" height="40" />
      <p>{own.place ? <>{parts<ComponentChildren>("You are minter {place}.", <strong>{grouped(own.place)}</strong>)} </> : null}
        {holds === minted ? parts<ComponentChildren>("You hold the {tokens} that you minted.", <strong>{minted}</strong>) : holds ? parts<ComponentChildren>("You hold {tokens}, and minted {minted}.", <strong>{holds}</strong>, grouped(own.tokens)) : parts<ComponentChildren>("You minted {tokens}.", <strong>{minted}</strong>)}{" "}
        {own.latest && <a href={own.latest}>{t("Latest receipt")}</a>}</p>
      {forget && <p class="small soft">{parts<ComponentChildren>("Account {account} minted in this browser.", <span class="address" title={own.payer}>{short(own.payer)}</span>)} <button class="linkish" type="button" onClick={forget}>{t("Forget it")}</button></p>}
    </div>
  );
}
