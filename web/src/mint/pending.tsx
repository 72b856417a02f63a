import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { parts, t } from "../language";
import { Notice } from "./notice";
import type { State } from "./state";
import { clock, stuck, waiting, words } from "./words";

/** Pending shows a payment that is signed and not decided. */
export function Pending({ state, stored, forget }: { state: Extract<State, { at: "sending" | "waiting" }>; stored: boolean; forget: () => void }) {
  const [sure, ask] = useState(false);
  const { payment, trouble } = state;
  const told = state.at === "waiting" ? waiting(state.order)
    : trouble ? words(t("Sending again"), "", "")
    : words(t("Sent"), t("Your signed payment of {price} is on its way to the server.", payment.paid), t("Nothing to do. You will not be asked to sign again."));
  const parked = state.at === "waiting" && state.order.state === "parked";
  return (
    <>
      <h3 class="state-title" data-focus tabIndex={-1}><span class="spinner" aria-hidden="true" /> {told.title}</h3>
      {told.what && <p>{told.what} {told.todo}</p>}
      <p class="small soft">{parts<ComponentChildren>("{tokens} for {price}. It can be charged until {time}, once, and only for these tokens.", <strong>{payment.bought}</strong>, payment.paid, clock(payment.validBefore))}</p>
      {trouble && <Notice words={stuck(trouble, payment, Date.now())} kind="warn" level="p" />}
      {!stored && <p class="small lacking">{t("This browser does not store data for this page. Keep the page open until the payment is minted.")}</p>}
      {(state.at === "waiting" || trouble) && !sure && <div class="buttons">
        {state.at === "waiting" && <a class="button little" href={`/r/${payment.id}`}>{t("See the receipt")}</a>}
        {state.at === "waiting" && state.order.explorer && <a class="button little" href={state.order.explorer} rel="noopener noreferrer">{t("Transaction")}</a>}
        {(trouble || parked) && <button class="button little" type="button" onClick={() => ask(true)}>{t("Forget this payment")}</button>}
      </div>}
      {sure && (
        <Notice words={words(t("It may still be charged"),
          t("Until {time} the server may still charge it, and you then get the tokens. If you sign another payment before that, you may pay for both.", clock(payment.validBefore)), "")} kind="stop" level="p">
          <button class="button little danger" type="button" onClick={forget}>{t("Forget it anyway")}</button>
          <button class="button little" type="button" onClick={() => ask(false)}>{t("Keep it")}</button>
        </Notice>
      )}
    </>
  );
}
