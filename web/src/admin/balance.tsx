import { grouped, plural } from "./figures";
import { sentence } from "./ask";
import type { Entry, Price } from "./answers";

/**
 * Balance shows a launch's books as two sides with the same sum: where the received
 * money is, and its purpose. Differences are shown as an alert.
 */
export function Balance({ entry, heading: Heading = "h4" }: { entry: Entry; heading?: "h2" | "h4" }) {
  const s = entry.solvency;
  if (!s) return <section class="balance"><Heading>Balance sheet</Heading><p class="empty">Reading the balance sheet.</p></section>;
  const unit = entry.launch.asset.symbol;
  const agrees = s.differences.length === 0;
  const zero = (p: Price) => /^0+$/.test(p.amount);
  const line = (name: string, p: Price, sign = "") => (
    <tr class={zero(p) ? "zero" : ""}><th scope="row">{name}</th><td>{sign}{grouped(p.formatted)}</td></tr>
  );
  return (
    <section class={agrees ? "balance" : "balance differs"} aria-label={`Balance sheet of ${entry.launch.name}`}>
      <Heading>Balance sheet <small>{unit}, block {grouped(s.block.number)}{s.final ? ", final" : ""}</small></Heading>
      {agrees
        ? <p class="agrees"><span aria-hidden="true">✓</span> Every cent is accounted for.</p>
        : (
          <div class="note stop" role="alert">
            <strong>The books do not agree</strong>
            <ul>{s.differences.map((d, i) => <li key={d.code + i}>{sentence(d.detail)}</li>)}</ul>
          </div>
        )}
      <div class="sides">
        <table>
          <caption>Where it is</caption>
          <tbody>
            {line("Held by the contract", s.held)}
            {line("Withdrawn to the treasury", s.withdrawn)}
            {line("Refunded to payers", s.refunded)}
          </tbody>
          <tfoot>{line("Received", s.received)}</tfoot>
        </table>
        <table>
          <caption>What it was for</caption>
          <tbody>
            {line(`${plural(s.allotments, "allotment")} minted`, s.minted)}
            {line("Returned", s.refunded)}
            {line("Unaccounted", s.unaccounted)}
          </tbody>
          <tfoot>{line("Received", s.received)}</tfoot>
        </table>
      </div>
      {s.owedOrders > 0 && <p class="owed">Of the unaccounted money, <b>{grouped(s.owed.formatted)} {unit}</b> is owed to {plural(s.owedOrders, "payment")}.</p>}
    </section>
  );
}
