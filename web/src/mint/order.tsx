import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { parts, t } from "../language";
import { grouped, short } from "../words";
import { bought, type LaunchTerms, money, most, paid } from "./terms";

/**
 * Quantity is the field for the number of mints, with its limit. Leaving the field
 * changes only the text in it, not the quantity: the click that leaves it may be on
 * the button that shows the price.
 */
export function Quantity({ launch, quantity, set }: { launch: LaunchTerms; quantity: number; set: (n: number) => void }) {
  const [text, setText] = useState<string>();
  // It stays when the field is left: if its line went away, the button would move under a click.
  const [unfit, setUnfit] = useState(false);
  const limit = most(launch);
  const to = (n: number) => {
    setText(undefined);
    setUnfit(false);
    set(Math.min(Math.max(1, n), limit));
  };
  return (
    <div class="quantity">
      <label for="mint-quantity" class="label">{t("Quantity")}</label>
      <div class="stepper">
        <button type="button" aria-label={t("Fewer")} disabled={quantity <= 1} onClick={() => to(quantity - 1)}>−</button>
        <input id="mint-quantity" type="number" inputMode="numeric" min={1} max={limit} step={1} value={text ?? String(quantity)}
          onInput={(e) => {
            const value = e.currentTarget.value, n = Number(value), whole = /^[1-9]\d*$/.test(value);
            if (whole) set(Math.min(n, limit));
            setText(whole && n <= limit ? undefined : value);
            setUnfit(!whole || n > limit);
          }}
          onBlur={() => setText(undefined)} />
        <button type="button" aria-label={t("More")} disabled={quantity >= limit} onClick={() => to(quantity + 1)}>+</button>
      </div>
      {!unfit ? <span class="small soft">{limit === 1 ? t("one at most") : t("up to {n}", grouped(limit))}</span>
        : <span class="small wrong" role="status">{t("Write a whole number from 1 to {n}.", grouped(limit))}</span>}
    </div>
  );
}

/** WhatIsSigned lists the terms that are about to be signed, or that the wallet shows now. */
export function WhatIsSigned({ launch, quantity, until }: { launch: LaunchTerms; quantity: number; until?: string }) {
  return (
    <dl class="facts signs" aria-label={t("What you sign")}>
      <div><dt>{t("You pay")}</dt><dd><strong>{paid(launch, quantity)}</strong></dd></div>
      <div><dt>{t("You get")}</dt><dd><strong>{bought(launch, quantity)}</strong></dd></div>
      <div><dt>{t("To")}</dt><dd>{parts<ComponentChildren>("the token contract, {address}", <code class="address" title={launch.token}>{short(launch.token)}</code>)}</dd></div>
      <div><dt>{t("Good until")}</dt><dd>{until ?? t("5 minutes after you sign")}</dd></div>
      <div><dt>{t("Gas and approvals")}</dt><dd>{t("none")}</dd></div>
    </dl>
  );
}

/** Signed folds the list of what is signed below the button. */
export function Signed({ children }: { children: ComponentChildren }) {
  return <details class="signed"><summary class="small">{t("What you sign")}</summary>{children}</details>;
}

/** Balance shows the account's balance. */
export function Balance({ launch, balance }: { launch: LaunchTerms; balance: bigint | null | undefined }) {
  const { decimals, symbol } = launch.asset;
  return <p class="balance small soft">{balance == null ? " " : t("This account holds {price}.", `${money(balance, decimals)} ${symbol}`)}</p>;
}
