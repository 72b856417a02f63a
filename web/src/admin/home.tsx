import { useState } from "preact/hooks";
import type { Entry, Home as Choices, Overview } from "./answers";
import { ask } from "./ask";
import { Creators } from "./creators";
import { short } from "./figures";
import { health, refresh } from "./health";
import { Pill } from "./launches";
import { useObservable } from "./observable";
import { Trouble } from "./overview";
import { to } from "./route";
import { toast } from "./toast";

interface Change { default?: string; front?: string; order?: string[]; hide?: string[]; show?: string[]; delist?: string[]; relist?: string[] }

/** HomePage is where the operator chooses what / and /mint show, the order, and what is hidden or off sale. */
export function HomePage() {
  const { overview } = useObservable(health);
  return (
    <>
      <h1 tabIndex={-1}>Home page</h1>
      <p class="lead">What people find on this server. Nothing here changes a contract or a payment that was made.</p>
      <Trouble />
      {overview ? <Known overview={overview} /> : <div class="skeleton tall" aria-busy="true" />}
      <Creators />
    </>
  );
}

function Known({ overview: { launches, home } }: { overview: Overview }) {
  const [busy, setBusy] = useState(false);
  const change = (c: Change, done: string, undo?: () => void) => {
    setBusy(true);
    ask<Choices>("/home", { body: c }).then(refresh).then(() => toast(done, "good", "home", undo), (e: Error) => toast(e.message, "stop")).finally(() => setBusy(false));
  };
  if (launches.length === 0) return <p class="empty"><span>There is no launch yet. <a href={to("/new")}>Launch a token.</a></span></p>;
  const slugs = launches.map((e) => e.launch.slug);
  const move = (from: number, by: number) => {
    const order = [...slugs];
    order.splice(from + by, 0, ...order.splice(from, 1));
    change({ order }, `${launches[from]!.launch.name} moved`);
  };
  return (
    <>
      <section class="card choices-of-home" aria-labelledby="defaults">
        <h2 id="defaults">What the two short links show</h2>
        <div class="pair">
          <div class="field">
            <label for="default">The default launch, at <code>/mint</code></label>
            <select id="default" value={home.default} disabled={busy} onChange={(e) => change({ default: e.currentTarget.value }, "The default launch is chosen")}>
              <option value="">The first in the order below that sells</option>
              {launches.filter((e) => !home.delisted.includes(e.launch.slug)).map(({ launch: l }) => <option key={l.slug} value={l.slug}>Always {l.name} ({l.slug})</option>)}
            </select>
            <span class="hint">A payment that was signed for the launch of before still buys that one.</span>
          </div>
          <div class="field">
            <label for="front">The page at <code>/</code></label>
            <select id="front" value={home.front} disabled={busy} onChange={(e) => change({ front: e.currentTarget.value }, "The first page is chosen")}>
              <option value="">All launches, if there are several</option>
              {launches.map(({ launch: l }) => <option key={l.slug} value={l.slug}>{l.name} ({l.slug})</option>)}
            </select>
          </div>
        </div>
      </section>
      <section aria-labelledby="order">
        <div class="row"><h2 id="order">Launches, in order</h2>{home.order.length > 0 && <button type="button" class="button little" disabled={busy} onClick={() => change({ order: [] }, "The order is that of registration")}>Order of registration</button>}</div>
        <ol class="arrangement">
          {launches.map((e, i) => <Row key={e.launch.slug} entry={e} home={home} busy={busy} place={i} last={i === launches.length - 1} move={(by) => move(i, by)} change={change} />)}
        </ol>
      </section>
    </>
  );
}

interface RowProps { entry: Entry; home: Choices; busy: boolean; place: number; last: boolean; move(by: number): void; change(c: Change, done: string, undo?: () => void): void }

function Row({ entry, home, busy, place, last, move, change }: RowProps) {
  const { launch: l } = entry;
  const hidden = home.hidden.includes(l.slug), delisted = home.delisted.includes(l.slug);
  const relist = () => change({ relist: [l.slug] }, `${l.name} is on sale again`);
  const button = (text: string, disabled: boolean, act: () => void) => (
    <button type="button" class="button little" disabled={busy || disabled} onClick={act}>{text}<span class="visually-hidden"> {l.name}</span></button>
  );
  return (
    <li class="card row">
      <span class="what"><a href={to("/launches/" + l.slug)}><bdi>{l.name}</bdi></a> <span class="small soft">{l.slug}</span> <Pill entry={entry} />{l.creator && <span class="pill" title={l.creator}>By {short(l.creator)}</span>}{hidden && <span class="pill">{l.creator ? "Not listed" : "Hidden"}</span>}{delisted && l.status !== "delisted" && <span class="pill">Off sale</span>}</span>
      <span class="buttons">
        {place > 1 && button("To the top", false, () => move(-place))}
        {button("Up", place === 0, () => move(-1))}
        {button("Down", last, () => move(1))}
        {hidden ? button(l.creator ? "List" : "Show", false, () => change({ show: [l.slug] }, `${l.name} is shown`)) : button("Hide", false, () => change({ hide: [l.slug] }, `${l.name} is hidden, and still sold`))}
        {delisted ? button("Put back on sale", false, relist) : button("Take off sale", false, () => change({ delist: [l.slug] }, `${l.name} is off sale; its paid orders are still minted`, relist))}
      </span>
    </li>
  );
}
