import type { Order } from "./answers";
import { call } from "./call";
import { short } from "./figures";

/** Action is the button for an order's one action, if there is one. */
export function Action({ order: o }: { order: Order }) {
  const action = o.attention?.action;
  if (!action) return null;
  const asked = { launch: o.launch, verb: action.verb, ...(action.verb === "setMinter" ? { minter: action.minter } : { paymentId: o.paymentId }) };
  const label = action.verb === "refund" ? `Refund ${o.paid.formatted} ${o.paid.symbol} to ${short(o.payer)}` : action.label;
  return (
    <button type="button" class="button primary" onClick={() => call(asked, label)}>
      {action.label}<span class="visually-hidden">, payment {short(o.paymentId)}</span>
    </button>
  );
}
