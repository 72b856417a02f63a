import { Balance } from "./balance";
import { call } from "./call";
import { grouped, plural } from "./figures";
import { to } from "./route";
import { statusOf } from "./states";
import type { Entry } from "./answers";

export function Pill({ entry }: { entry: Entry }) {
  const [name, tone] = statusOf(entry.launch.status, entry.launch.roles?.paused);
  return <span class={"pill " + tone}>{name}</span>;
}

/** Supply is the bar of the sold mints and those reserved for payments under way. */
export function Supply({ entry: { launch: l } }: { entry: Entry }) {
  const of = Math.max(l.cap.allotments, 1);
  const share = (n: number) => `${(n / of) * 100}%`;
  const percent = Math.floor((l.sold / of) * 100);
  return (
    <div class="supply-bar">
      <div class="bars" role="img" aria-label={`${grouped(l.sold)} of ${plural(l.cap.allotments, "mint")} sold, ${grouped(l.reserved)} reserved`}>
        <span class="sold" style={{ width: share(l.sold) }} />
        <span class="reserved" style={{ width: share(l.reserved) }} />
      </div>
      <p class="legend"><span><b>{percent === 0 && l.sold > 0 ? "under 1" : percent}%</b> of {grouped(l.cap.tokens)} {l.symbol}</span><span>{grouped(l.allotment)} for {l.price.formatted} {l.asset.symbol}</span></p>
    </div>
  );
}

export function Counts({ entry: { launch: l } }: { entry: Entry }) {
  return (
    <dl class="tiles small">
      <div><dt>Mints sold</dt><dd>{grouped(l.sold)}</dd></div>
      <div><dt>Reserved</dt><dd>{grouped(l.reserved)}</dd></div>
      <div><dt>Left</dt><dd>{grouped(l.left)}</dd></div>
      <div><dt>Payments</dt><dd>{l.mints === undefined ? "–" : grouped(l.mints)}</dd></div>
      <div><dt>Payers</dt><dd>{l.payers === undefined ? "–" : grouped(l.payers)}</dd></div>
    </dl>
  );
}

export function Proceeds({ entry }: { entry: Entry }) {
  const { launch: l, proceeds: p } = entry;
  const nothing = !p.withdrawable || /^0+$/.test(p.withdrawable.amount);
  return (
    <div class="proceeds">
      <dl>
        <div><dt>Can be withdrawn</dt><dd class="sum">{p.withdrawable ? grouped(p.withdrawable.formatted) : "–"} <small>{l.asset.symbol}</small></dd></div>
        <div><dt>Withdrawn so far</dt><dd>{p.withdrawn ? grouped(p.withdrawn.formatted) : "–"} {l.asset.symbol}</dd></div>
      </dl>
      <button type="button" class="button primary" disabled={nothing} onClick={() => call({ launch: l.slug, verb: "withdraw" }, `Withdraw from ${l.name}`)}>Withdraw<span class="visually-hidden"> from {l.name}</span></button>
    </div>
  );
}

export function LaunchCard({ entry }: { entry: Entry }) {
  const { launch: l } = entry;
  return (
    <article class="card launch" aria-labelledby={"launch-" + l.slug}>
      <header class="row">
        <h3 id={"launch-" + l.slug}><a href={to("/launches/" + l.slug)}><bdi>{l.name}</bdi></a> <span class="symbol"><bdi>{l.symbol}</bdi></span></h3>
        <Pill entry={entry} />
      </header>
      {entry.attention > 0 && (
        <p class="note warn"><a href={to("/attention")}>{plural(entry.attention, "order needs", "orders need")} a person</a></p>
      )}
      <div class="halves">
        <div>
          <Supply entry={entry} />
          <Counts entry={entry} />
          <Proceeds entry={entry} />
        </div>
        <Balance entry={entry} />
      </div>
      <p class="links"><a href={to("/launches/" + l.slug)}>Details and roles</a> <a href={to("/orders", { launch: l.slug })}>Orders</a> <a href={"/l/" + l.slug}>Public page</a> <a href={`/l/${l.slug}/share`}>Share</a></p>
    </article>
  );
}

/** LaunchTable has a line for each launch. The books of a launch are on its own page. */
export function LaunchTable({ entries }: { entries: Entry[] }) {
  const heads = ["Launch", "State", "Minted", "Received", "Can be withdrawn", "Attention"];
  const number = (h: string) => (/^(Minted|Received|Can)/.test(h) ? "number" : "");
  return (
    <table class="cards launches-table" role="table" aria-labelledby="launches">
      <thead role="rowgroup"><tr role="row">{heads.map((h) => <th key={h} role="columnheader" scope="col" class={number(h)}>{h}</th>)}</tr></thead>
      <tbody role="rowgroup">
        {entries.map(({ launch: l, proceeds, solvency, attention }, i) => (
          <tr key={l.slug} role="row">
            <th role="rowheader" scope="row"><a href={to("/launches/" + l.slug)}><bdi>{l.name}</bdi></a> <span class="symbol"><bdi>{l.symbol}</bdi></span></th>
            <td role="cell" data-label="State"><Pill entry={entries[i]!} /></td>
            <td role="cell" data-label="Minted" class="number">{grouped(l.sold)} of {plural(l.cap.allotments, "mint")}</td>
            <td role="cell" data-label="Received" class="number">{solvency ? `${grouped(solvency.received.formatted)} ${l.asset.symbol}` : "–"}</td>
            <td role="cell" data-label="Can be withdrawn" class="number">{proceeds.withdrawable ? `${grouped(proceeds.withdrawable.formatted)} ${l.asset.symbol}` : "–"}</td>
            <td role="cell" data-label="Attention">{attention > 0 ? <a class="pill stop" href={to("/orders", { launch: l.slug, attention: "1" })}>{plural(attention, "order")}</a> : "none"}{solvency && solvency.differences.length > 0 && <span class="pill stop">The books do not agree</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
