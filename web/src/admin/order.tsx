import { Action } from "./action";
import type { Order } from "./answers";
import { sentence } from "./ask";
import { Dialog } from "./dialog";
import { grouped, plural } from "./figures";
import { Hex, Moment } from "./format";
import { inWords } from "./states";
import { PrivateNote } from "./notes";

/** OrderDrawer shows all details of an order, and its action. */
export function OrderDrawer({ order: o, onClose }: { order: Order; onClose: () => void }) {
  const state = inWords(o.state);
  return (
    <Dialog drawer title={o.state === "received" ? "Money received" : "Order"} onClose={onClose}>
      <p class="big"><b class="sum">{o.tokens === "0" ? grouped(o.paid.formatted) : grouped(o.tokens)}</b> <bdi>{o.tokens === "0" ? o.paid.symbol : o.symbol}</bdi></p>
      <p><span class={"pill " + state.tone}>{state.name}</span></p>
      <p class="small">{state.text} {o.note && sentence(o.note)}</p>
      {o.attention && (
        <div class="note warn">
          <strong>Needs a person</strong>
          <p>{sentence(o.attention.text)}</p>
          <div class="buttons"><Action order={o} /></div>
        </div>
      )}
      {o.reason && <p class="note">{sentence(o.reason)}</p>}
      <dl class="facts">
        <div><dt>Paid</dt><dd>{grouped(o.paid.formatted)} {o.paid.symbol}</dd></div>
        {o.quantity > 0 && <div><dt>Buys</dt><dd>{plural(o.quantity, "allotment")}, {grouped(o.tokens)} <bdi>{o.symbol}</bdi></dd></div>}
        <div><dt>Launch</dt><dd><a href={"#/launches/" + o.launch} onClick={onClose}>{o.launch}</a></dd></div>
        <div><dt>Payer</dt><dd><Hex value={o.payer} kind="address" on={o.network} what="payer" /></dd></div>
        <div><dt>Payment id</dt><dd><Hex value={o.paymentId} what="payment id" /></dd></div>
        {o.transaction && <div><dt>Transaction</dt><dd><Hex value={o.transaction} kind="tx" url={o.explorer} what="transaction hash" /></dd></div>}
        {!!o.block && <div><dt>Block</dt><dd>{grouped(o.block)}{o.final ? ", final" : ""}</dd></div>}
        {o.settlement && <div><dt>Money moved in</dt><dd><Hex value={o.settlement} kind="tx" on={o.network} what="settlement’s hash" /></dd></div>}
        {o.refund && <div><dt>Refunded in</dt><dd><Hex value={o.refund} kind="tx" on={o.network} what="refund’s hash" /></dd></div>}
        {o.endsAt && <div><dt>Authorization ends</dt><dd><Moment at={o.endsAt} /></dd></div>}
        <div><dt>First seen</dt><dd><Moment at={o.createdAt} /></dd></div>
        <div><dt>Changed</dt><dd><Moment at={o.updatedAt} /></dd></div>
      </dl>
      {o.state !== "received" && <PrivateNote key={o.paymentId} of={"order:" + o.paymentId} heading="h3" />}
      {o.state !== "received" && <p><a class="button full" href={"/r/" + o.paymentId}>Open the receipt</a></p>}
    </Dialog>
  );
}
