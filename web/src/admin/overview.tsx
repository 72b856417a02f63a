import { Checklist } from "./checklist";
import { useObservable } from "./observable";
import { grouped, plural } from "./figures";
import { health } from "./health";
import { LaunchCard, LaunchTable } from "./launches";
import { Machinery } from "./machinery";
import { sentence } from "./ask";
import { to } from "./route";
import { RulesOf } from "./creators";
import type { Overview } from "./answers";
import { Ago, Hex } from "./format";

export function OverviewPage() {
  const { overview } = useObservable(health);
  return (
    <>
      <h1 tabIndex={-1}>Overview</h1>
      <Trouble />
      {overview ? <Read overview={overview} /> : <Waiting />}
    </>
  );
}

/** Trouble warns that the figures are old, with the reason. */
export function Trouble() {
  const { at, trouble } = useObservable(health);
  if (!trouble) return null;
  return (
    <div class="note warn" role="status">
      <strong>No news from the server</strong>
      <p>{trouble} {at > 0 && <>What you see was read <Ago at={new Date(at).toISOString()} />.</>}</p>
    </div>
  );
}

function Waiting() {
  return <div class="skeletons" aria-busy="true"><p class="visually-hidden">Reading…</p><div class="skeleton" /><div class="skeleton tall" /><div class="skeleton tall" /></div>;
}

const few = 3; // launches that have room for a card each

function Read({ overview: o }: { overview: Overview }) {
  const sold = o.launches.reduce((n, e) => n + (e.launch.mints ?? 0), 0);
  const waiting = o.launches.reduce((n, e) => n + e.attention, 0);
  return (
    <>
      <Health o={o} />
      {!o.rules && <Checklist />}
      <dl class="tiles" aria-label="In all">
        <div><dt>Mints</dt><dd>{grouped(sold)}</dd></div>
        <div><dt>Launches</dt><dd>{o.launches.length}</dd></div>
        {!o.rules && <div><dt>Waiting to be sent</dt><dd>{grouped(o.queued)}</dd></div>}
        <div class={waiting > 0 ? "loud" : ""}><dt>Need attention</dt><dd>{waiting > 0 ? <a href={to("/attention")}>{grouped(waiting)}</a> : 0}</dd></div>
      </dl>
      <section aria-labelledby="launches">
        <div class="row"><h2 id="launches">Launches</h2><a class="button" href={to("/new")}>New launch</a></div>
        {o.launches.length === 0 && <p class="empty first">Nothing is on sale yet. <a href={to("/new")}>Launch a token</a>, and it shows here.</p>}
        {o.launches.length > few ? <LaunchTable entries={o.launches} /> : o.launches.map((e) => <LaunchCard key={e.launch.slug} entry={e} />)}
      </section>
      {o.rules ? <RulesOf rules={o.rules} money={[...new Set((o.chains ?? [o]).flatMap((c) => (c.assets ?? []).map((a) => a.symbol)))].join(" or ")} /> : <Machinery o={o} />}
    </>
  );
}

function Health({ o }: { o: Overview }) {
  // A fault of one launch does not stop the sale of the others.
  const some = !o.ready && o.launches.some((e) => !o.faults.some((f) => !f.launch || f.launch === e.launch.slug));
  return (
    <section class={"health " + (o.ready ? "good" : some ? "warn" : "stop")} aria-labelledby="health">
      <h2 id="health"><span class="dot" aria-hidden="true" />{o.ready ? "Ready to sell" : some ? "Selling, but not everything" : "Not selling"}</h2>
      {(o.chains ?? [o]).map((c) => (
        <p key={c.network.chainId} class="facts-line">
          <span>{c.network.title}</span>
          <span>Block {grouped(c.head.number)}, <Ago at={c.head.time} /> <Hex value={c.head.hash} what="block hash" /></span>
          <span>Final up to {grouped(c.final.number)}{c.head.number > c.final.number && ` (${plural(c.head.number - c.final.number, "block")} behind)`}</span>
          {c.network.chainId === o.network.chainId && o.version && <span>mint402 {o.version}</span>}
        </p>
      ))}
      {o.faults.length > 0 && (
        <ul class="faults">
          {o.faults.map((f, i) => <li key={f.code + i}>{f.launch && <b>{f.launch}: </b>}{sentence(f.detail)}</li>)}
        </ul>
      )}
      {o.limits && o.limits.length > 0 && (
        <ul class="faults">
          {o.limits.map((f) => <li key={f.code}>{sentence(f.detail)}</li>)}
        </ul>
      )}
    </section>
  );
}
