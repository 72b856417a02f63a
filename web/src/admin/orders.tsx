import { useEffect, useRef, useState } from "preact/hooks";
import type { Order, Orders as Page } from "./answers";
import { ask } from "./ask";
import { useObservable } from "./observable";
import { Filters, asked, ofOne } from "./filters";
import { grouped, plural, short } from "./figures";
import { health } from "./health";
import { OrderDrawer } from "./order";
import { Ago, Hex } from "./format";
import { inWords } from "./states";

const size = 50;

/** inSearch names the field as the page does, and not the parameter. */
const inSearch = (message: string) => message.replace(/^q:/i, "Search:");

/** Orders lists all payments that were offered, newest first, with the filter of the URL. */
export function Orders({ query }: { query: URLSearchParams }) {
  const { at, overview } = useObservable(health);
  const filter = asked(ofOne(query, overview));
  const [page, setPage] = useState<Page | null>(null);
  const [read, setRead] = useState(""); // the filter of the loaded page
  const [error, setError] = useState("");
  const [more, setMore] = useState(false);
  const [shown, setShown] = useState("");
  const first = useRef(true); // only the first page is shown, so it is refreshed
  const wanted = useRef(filter);
  wanted.current = filter;

  useEffect(() => {
    if (read === filter && page && !first.current) return;
    const stop = new AbortController();
    ask<Page>(`/orders?limit=${size}${filter && "&" + filter}`, { signal: stop.signal }).then(
      (answer) => { setPage(answer); setRead(filter); setError(""); first.current = true; },
      (e: Error) => { if (!stop.signal.aborted) { setPage(null); setRead(""); setError(inSearch(e.message)); } },
    );
    return () => stop.abort();
  }, [filter, at]);

  const longer = async () => {
    if (!page) return;
    setMore(true);
    try {
      const next = await ask<Page>(`/orders?limit=${size}&after=${encodeURIComponent(page.next)}${filter && "&" + filter}`);
      if (wanted.current !== filter) return;
      first.current = false;
      setPage({ ...next, orders: [...page.orders, ...next.orders] });
    } catch (e) {
      setError((e as Error).message);
    } finally {
      setMore(false);
    }
  };

  const drawn = page?.orders.find((o) => o.paymentId === shown);
  return (
    <>
      <h1 tabIndex={-1}>Orders</h1>
      <Filters query={query} />
      <div class="row result">
        <p role="status">{page ? read === filter ? `${plural(page.total, "order")}` : "Searching…" : error ? "" : "Reading…"}</p>
        <a class="button little" href={"/admin/orders.csv" + (filter && "?" + filter)} download>Download as CSV</a>
      </div>
      {error && <p class="note warn" role="status">{error}</p>}
      {page && page.orders.length === 0 && <p class="card empty">{filter ? "No order matches." : "No payment has arrived yet."}</p>}
      {page && page.orders.length > 0 && <Table orders={page.orders} onShow={setShown} />}
      {page?.next && (
        <p class="more"><button type="button" class="button" disabled={more} onClick={longer}>
          {more ? "Reading…" : "Show more"}</button> <span class="small soft">{grouped(page.orders.length)} of {grouped(page.total)} shown</span></p>
      )}
      {drawn && <OrderDrawer order={drawn} onClose={() => setShown("")} />}
    </>
  );
}

// A narrow screen shows each row as a card. The explicit roles keep it a table for
// screen readers.
function Table({ orders, onShow }: { orders: Order[]; onShow: (id: string) => void }) {
  const heads = ["When", "State", "Payer", "Buys", "Paid", "Payment"];
  return (
    <div class="scroll">
      <table class="cards orders" role="table" aria-label="Orders">
        <thead role="rowgroup"><tr role="row">{heads.map((h) => <th key={h} role="columnheader" scope="col" class={h === "Buys" || h === "Paid" ? "number" : ""}>{h}</th>)}</tr></thead>
        <tbody role="rowgroup">
          {orders.map((o) => {
            const state = inWords(o.state);
            return (
              <tr key={o.paymentId} role="row" class={o.attention ? "loud" : ""} onClick={(e) => { if (!(e.target as Element).closest("a, button")) onShow(o.paymentId); }}>
                <td role="cell" data-label="When"><span class="nowrap"><Ago at={o.createdAt} /></span></td>
                <td role="cell" data-label="State"><span><span class={"pill " + state.tone}>{state.name}</span>{o.attention && <small class="needs"> needs a person</small>}</span></td>
                <td role="cell" data-label="Payer"><Hex value={o.payer} kind="address" on={o.network} what="payer" /></td>
                <td role="cell" data-label="Buys" class="number"><span>{o.quantity > 0 ? <>{grouped(o.tokens)} <bdi>{o.symbol}</bdi></> : "nothing"}</span></td>
                <td role="cell" data-label="Paid" class="number"><span>{grouped(o.paid.formatted)} {o.paid.symbol}</span></td>
                <td role="cell" data-label="Payment"><button type="button" class="button quiet little id" aria-label={"Details of payment " + short(o.paymentId)} onClick={() => onShow(o.paymentId)}>{short(o.paymentId)}</button></td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
