import { useCallback, useEffect, useState } from "preact/hooks";
import { Action } from "./action";
import type { Entry, Order, Orders } from "./answers";
import { ask, sentence } from "./ask";
import { useObservable } from "./observable";
import { grouped, plural, short } from "./figures";
import { health } from "./health";
import { OrderDrawer } from "./order";
import { Trouble } from "./overview";
import { Ago, Hex } from "./format";
import { inWords } from "./states";

/** useAttention returns the orders that need a person. It reads them again with each overview. */
export function useAttention(launch = ""): { list: Orders | null; error: string } {
  const { at } = useObservable(health);
  const [list, setList] = useState<Orders | null>(null);
  const [error, setError] = useState("");
  const read = useCallback(() => {
    const stop = new AbortController();
    ask<Orders>(`/orders?attention=1&limit=200${launch && "&launch=" + encodeURIComponent(launch)}`, { signal: stop.signal })
      .then((answer) => { setList(answer); setError(""); }, (e: Error) => { if (!stop.signal.aborted) setError(e.message); });
    return () => stop.abort();
  }, [launch]);
  useEffect(read, [read, at]);
  return { list, error };
}

export function AttentionList() {
  const { list, error } = useAttention();
  const { overview } = useObservable(health);
  return (
    <>
      <h1 tabIndex={-1}>Attention</h1>
      <Trouble />
      <p class="soft lead">Orders that need a person, each with the action to take.</p>
      {error && <p class="note warn" role="status">{error}</p>}
      {!list && !error && <div class="skeleton" aria-busy="true" />}
      {list && list.orders.length === 0 && <p class="card empty"><b>No order needs you.</b> Each payer has tokens, a refund, or an order on its way.</p>}
      {list && <Cards orders={list.orders} entries={overview?.launches ?? []} />}
      {list && list.total > list.orders.length && <p class="soft">These are the first {grouped(list.orders.length)} of {grouped(list.total)}.</p>}
    </>
  );
}

/** Cards shows a card for each order, with the reason and the action. */
export function Cards({ orders, entries }: { orders: Order[]; entries: Entry[] }) {
  const [shown, setShown] = useState<Order | null>(null);
  return (
    <>
      <ul class="cards-list">
        {orders.map((o) => (
          <li key={o.paymentId} class="card need">
            <p class="row"><span><b class="sum">{grouped(o.paid.formatted)}</b> {o.paid.symbol}</span><span class={"pill " + inWords(o.state).tone}>{inWords(o.state).name}</span></p>
            <p class="from"><bdi>{entries.find((e) => e.launch.slug === o.launch)?.launch.name ?? o.launch}</bdi> <span>from <Hex value={o.payer} kind="address" on={o.network} what="payer" /></span> <Ago at={o.createdAt} />{o.quantity > 0 && <span>for {plural(o.quantity, "allotment")}</span>}</p>
            {o.attention && <p>{sentence(o.attention.text)}</p>}
            <div class="buttons">
              <Action order={o} />
              <button type="button" class="button quiet" onClick={() => setShown(o)}>Details<span class="visually-hidden"> of payment {short(o.paymentId)}</span></button>
            </div>
          </li>
        ))}
      </ul>
      {shown && <OrderDrawer order={orders.find((o) => o.paymentId === shown.paymentId) ?? shown} onClose={() => setShown(null)} />}
    </>
  );
}
