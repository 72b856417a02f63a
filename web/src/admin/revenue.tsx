// What mints paid, by day or by week, of all launches or of one.
import { useEffect, useState } from "preact/hooks";
import type { Price } from "./answers";
import { ask } from "./ask";
import { date } from "./day";
import { grouped, plural } from "./figures";
import { health } from "./health";
import { useObservable } from "./observable";
import { to } from "./route";

interface Sum { mints: number; quantity: number; paid: Price }
interface Part extends Sum { launch: string; tokens: string }
interface Row extends Sum { start: string; launches: Part[] }
interface Revenue { period: "day" | "week"; launch: string; money: string; block: number; rows: Row[]; total: Sum; earlier: Sum; leftOut: string[] }

export function RevenuePage({ query }: { query: URLSearchParams }) {
  const by = query.get("by") === "week" ? "week" : "day", launch = query.get("launch") ?? "";
  const { overview, at } = useObservable(health);
  const [revenue, setRevenue] = useState<Revenue | null>(null);
  const [error, setError] = useState("");
  const minute = Math.floor(at / 60_000);
  const asked = new URLSearchParams({ by, ...(launch && { launch }) }).toString();
  useEffect(() => {
    const stop = new AbortController();
    ask<Revenue>("/revenue?" + asked, { signal: stop.signal }).then(
      (r) => { setRevenue(r); setError(""); },
      (e: Error) => { if (!stop.signal.aborted) setError(e.message); });
    return () => stop.abort();
  }, [asked, minute]);
  const name = (slug: string) => overview?.launches.find((e) => e.launch.slug === slug)?.launch.name ?? slug;
  const go = (change: Record<string, string>) => { location.hash = to("/revenue", { by, launch, ...change }); };
  return (
    <>
      <h1 tabIndex={-1}>Revenue</h1>
      <p class="lead">What minted payments paid, by the time of their blocks, in UTC. Refunds and payments that are not minted are not in it.</p>
      <form class="filters" aria-label="Revenue" onSubmit={(e) => e.preventDefault()}>
        <div class="field"><label for="by">By</label><select id="by" value={by} onChange={(e) => go({ by: e.currentTarget.value })}><option value="day">Day</option><option value="week">Week</option></select></div>
        <div class="field"><label for="of">Launch</label><select id="of" value={launch} onChange={(e) => go({ launch: e.currentTarget.value })}><option value="">All</option>{overview?.launches.map(({ launch: l }) => <option key={l.slug} value={l.slug}>{l.name}</option>)}</select></div>
        <a class="button little" href={"/admin/revenue.csv?" + asked} download>Download as CSV</a>
      </form>
      {error && <p class="note warn" role="status">{error}</p>}
      {!revenue && !error && <div class="skeleton tall" aria-busy="true" />}
      {revenue && <Known r={revenue} name={name} />}
    </>
  );
}

function Known({ r, name }: { r: Revenue; name: (slug: string) => string }) {
  const money = (p: Price) => `${grouped(p.formatted)} ${r.money}`;
  const rows = [...r.rows].reverse().filter((row) => row.mints > 0);
  const span = r.period === "day" ? "the last 90 days" : "the last 104 weeks";
  return (
    <>
      <dl class="tiles" aria-label="In all">
        <div><dt>In {span}</dt><dd>{money(r.total.paid)}</dd></div>
        <div><dt>Mints</dt><dd>{grouped(r.total.mints)}</dd></div>
        <div><dt>Before that</dt><dd>{money(r.earlier.paid)}</dd></div>
      </dl>
      {r.leftOut.length > 0 && <p class="note warn">Paid in another asset, and not in these figures: {r.leftOut.map(name).join(", ")}. Choose one of them above to see it.</p>}
      {r.rows.length > 0 && <Chart r={r} />}
      {rows.length === 0 ? <p class="card empty">Nothing was minted {r.earlier.mints > 0 ? "in this time" : "yet"}.</p> : (
        <table class="cards" aria-label="Revenue">
          <thead><tr><th scope="col">{r.period === "day" ? "Day" : "Week from"}</th><th scope="col" class="number">Mints</th><th scope="col" class="number">Paid, {r.money}</th>{r.launch === "" && <th scope="col">Launches</th>}</tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.start}>
                <th scope="row" data-label={r.period === "day" ? "Day" : "Week from"}>{date(row.start)}</th>
                <td class="number" data-label="Mints">{grouped(row.mints)}</td>
                <td class="number" data-label="Paid">{grouped(row.paid.formatted)}</td>
                {r.launch === "" && <td data-label="Launches"><span>{row.launches.map((p, i) => <span key={p.launch}>{i > 0 && ", "}<a href={to("/launches/" + p.launch)}><bdi>{name(p.launch)}</bdi></a> {grouped(p.paid.formatted)}</span>)}</span></td>}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

// The chart is drawn in a box of this size and stretched to the width of the page.
const box = { width: 1000, height: 240, bottom: 24 };
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

/** Chart has a bar for each period, and says the one at the pointer or the last one. */
function Chart({ r }: { r: Revenue }) {
  const [at, setAt] = useState<number | null>(null);
  const paid = r.rows.map((row) => Number(row.paid.formatted));
  const most = Math.max(...paid, 0), slots = Math.max(r.rows.length, 14);
  const best = r.rows[paid.indexOf(most)]!;
  const width = box.width / slots, tall = (n: number) => (most > 0 ? (n / most) * (box.height - 2 * box.bottom) : 0);
  const row = r.rows[at ?? r.rows.length - 1]!;
  const point = (e: PointerEvent) => {
    const { left, width: wide } = (e.currentTarget as Element).getBoundingClientRect();
    const i = Math.floor(((e.clientX - left) / wide) * slots);
    setAt(i >= 0 && i < r.rows.length ? i : null);
  };
  return (
    <figure class="chart" aria-label="Revenue over time">
      <p class="axes label" aria-hidden="true"><span>{r.money} a {r.period}</span><span>at most {compact.format(most)}</span></p>
      <svg class="bars-of-time" viewBox={`0 0 ${box.width} ${box.height}`} preserveAspectRatio="none" role="img" onPointerMove={point} onPointerLeave={() => setAt(null)}
        aria-label={`${plural(r.rows.length, r.period)}, ${grouped(r.total.paid.formatted)} ${r.money} in all; the most is ${grouped(best.paid.formatted)} ${r.money}, from ${date(best.start)}.`}>
        {[0, 0.5, 1].map((part) => <line key={part} x1={0} x2={box.width} y1={box.height - box.bottom - part * (box.height - 2 * box.bottom)} y2={box.height - box.bottom - part * (box.height - 2 * box.bottom)} />)}
        {paid.map((n, i) => <rect key={i} class={i === at ? "at" : ""} x={i * width + width * 0.15} width={width * 0.7} y={box.height - box.bottom - tall(n)} height={tall(n)} />)}
      </svg>
      <p class="axes label" aria-hidden="true"><span>{date(r.rows[0]!.start)}</span>{r.rows.length > 1 && <span>{date(r.rows.at(-1)!.start)}</span>}</p>
      <figcaption class="small soft">{date(row.start)}: {grouped(row.paid.formatted)} {r.money}, {plural(row.mints, "mint")}</figcaption>
    </figure>
  );
}
