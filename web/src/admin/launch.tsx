import { useState } from "preact/hooks";
import { chainOf, type Entry, type Overview, type SourceCheck } from "./answers";
import { Cards, useAttention } from "./attention";
import { Balance } from "./balance";
import { ask } from "./ask";
import { call } from "./call";
import { useObservable } from "./observable";
import { grouped, nobody, plural, same } from "./figures";
import { health, refresh } from "./health";
import { Counts, Pill, Proceeds, Supply } from "./launches";
import { Trouble } from "./overview";
import { to } from "./route";
import { Hex, Moment } from "./format";
import { PrivateNote } from "./notes";
import { ProfileEditor } from "./profile";
import { inWords } from "./states";
import { toast } from "./toast";

/** LaunchDetail shows a launch with all actions of its owner. */
export function LaunchDetail({ slug }: { slug: string }) {
  const { overview } = useObservable(health);
  const entry = overview?.launches.find((e) => e.launch.slug === slug);
  if (!overview) return <><h1 tabIndex={-1}>{slug}</h1><Trouble /><div class="skeleton tall" aria-busy="true" /></>;
  if (!entry) return <><h1 tabIndex={-1}>No such launch</h1><p>{overview.rules ? <>Your wallet has no launch called {slug}. <a href={to("/")}>See those that it has.</a></> : <>This server sells nothing called {slug}. <a href={to("/")}>See what it sells.</a></>}</p></>;
  return <Known entry={entry} overview={overview} />;
}

function Known({ entry, overview }: { entry: Entry; overview: Overview }) {
  const { launch: l } = entry;
  return (
    <>
      <p class="crumb"><a href={to("/")}>Overview</a></p>
      <div class="row">
        <h1 tabIndex={-1}><bdi>{l.name}</bdi> <span class="symbol"><bdi>{l.symbol}</bdi></span></h1>
        <Pill entry={entry} />
      </div>
      <p class="links"><a href={"/l/" + l.slug}>Public page</a> <a href={`/l/${l.slug}/share`}>Share: link, QR code, badge, widget</a> <a href={to("/orders", { launch: l.slug })}>Orders</a> <a href={`/admin/orders.csv?launch=${encodeURIComponent(l.slug)}`} download>Orders as CSV</a> {!overview.rules && <><a href={to("/revenue", { launch: l.slug })}>Revenue</a> </>}<a href={`/launches/${l.slug}/minters.csv`} download>Minters as CSV</a></p>
      {l.creator && <p class="small soft">Made by {l.creator}{overview.home.hidden.includes(l.slug) && ". It is not listed: only its link leads to it"}{overview.home.delisted.includes(l.slug) && ". It is off sale"}.</p>}
      <Trouble />
      <section class="card" aria-label="Sale">
        <div class="halves">
          <div><Supply entry={entry} /><Counts entry={entry} /><Proceeds entry={entry} /></div>
          <Balance entry={entry} heading="h2" />
        </div>
      </section>
      <div class="pair">
        <Roles entry={entry} overview={overview} />
        <Terms entry={entry} />
      </div>
      {!overview.rules && <Refunds entry={entry} />}
      {!overview.rules && <section class="card"><PrivateNote of={"launch:" + l.slug} /></section>}
      <ProfileEditor slug={l.slug} />
    </>
  );
}

function Roles({ entry, overview }: { entry: Entry; overview: Overview }) {
  const { launch: l } = entry;
  const { roles } = l;
  if (!roles) return <section class="card"><h2>Roles</h2><p class="empty">Reading from the chain.</p></section>;
  const renounced = nobody(roles.owner);
  return (
    <section class="card" aria-labelledby="roles">
      <h2 id="roles">Roles</h2>
      <p class="small soft">Read from the chain at block {grouped(roles.block)}.</p>
      <dl class="facts">
        <div><dt>Owner</dt><dd>{renounced ? "none: renounced permanently" : <Hex value={roles.owner} kind="address" on={l.chainId} what="owner" />}</dd></div>
        <div><dt>Minter</dt><dd>{nobody(roles.minter) ? "none" : <><Hex value={roles.minter} kind="address" on={l.chainId} what="minter" />{same(roles.minter, chainOf(overview, l.chainId).minter?.address) && <small> this server</small>}</>}</dd></div>
        <div><dt>Treasury</dt><dd><Hex value={roles.treasury} kind="address" on={l.chainId} what="treasury" /></dd></div>
        <div><dt>Minting</dt><dd>{roles.paused ? "paused" : "not paused"}</dd></div>
      </dl>
      {overview.rules ? <TakeOff entry={entry} overview={overview} /> : renounced ? <p class="note">No account can pause it or set its minter any more. Its last owner can still refund money that bought nothing.</p> : (
        <>
          <h3>Pause</h3>
          <p class="small">{roles.paused
            ? "No payer is charged and nothing is minted until you resume it. Withdrawals and refunds still work."
            : "While it is paused, no payer is charged and nothing is minted. Withdrawals and refunds still work."}</p>
          {roles.paused
            ? <button type="button" class="button primary" onClick={() => call({ launch: l.slug, verb: "unpause" }, `Resume minting of ${l.name}`)}>Resume minting</button>
            : <button type="button" class="button danger" onClick={() => call({ launch: l.slug, verb: "pause" }, `Pause minting of ${l.name}`)}>Pause minting</button>}
          <SetMinter entry={entry} own={chainOf(overview, l.chainId).minter?.address} />
        </>
      )}
    </section>
  );
}

/** TakeOff lets a creator end the sale of its launch. The contract is the operator's. */
function TakeOff({ entry: { launch: l }, overview }: { entry: Entry; overview: Overview }) {
  const [asked, setAsked] = useState(false);
  const off = overview.home.delisted.includes(l.slug);
  const take = () => {
    setAsked(false);
    ask(`/launches/${l.slug}/off-sale`, { body: {} }).then(() => { toast(`${l.name} is off sale`, "good"); refresh(); }, (e: Error) => toast(e.message, "stop"));
  };
  return (
    <>
      <p class="small">The operator of this server owns the contract: it can pause it, name the minter, and return money that bought nothing. No one can change what is on sale, and the proceeds go to the treasury only.</p>
      <h3>Sale</h3>
      <p class="small">{off ? "It is off sale. Only the operator can put it back." : "Off sale, it takes no new payment; what was paid is still minted. Only the operator can put it back."}</p>
      {!off && (asked
        ? <div class="buttons"><button type="button" class="button danger" onClick={take}>Take {l.name} off sale</button><button type="button" class="button quiet" onClick={() => setAsked(false)}>Keep it on sale</button></div>
        : <button type="button" class="button danger" onClick={() => setAsked(true)}>Take off sale</button>)}
    </>
  );
}

function SetMinter({ entry: { launch: l }, own }: { entry: Entry; own?: string }) {
  const { roles } = l;
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState("");
  const ask = (minter: string) => call({ launch: l.slug, verb: "setMinter", minter }, `Set the minter of ${l.name}`);
  return (
    <form class="minter" novalidate onSubmit={(e) => {
      e.preventDefault();
      if (/^0x[0-9a-f]{40}$/i.test(typed.trim())) { setWrong(""); ask(typed.trim()); } else setWrong("An address is 0x and 40 hex digits.");
    }}>
      <h3>Minter</h3>
      <p class="small">Mints for payments that were settled elsewhere, or returns what cannot be minted. It can never take proceeds, nor mint without a payment.</p>
      <div class="field">
        <label for="minter">New minter</label>
        <input id="minter" value={typed} onInput={(e) => setTyped(e.currentTarget.value)} placeholder="0x…" spellcheck={false} autocomplete="off" aria-invalid={wrong !== ""} aria-describedby={wrong ? "minter-wrong" : undefined} />
        {wrong && <span id="minter-wrong" class="wrong" role="alert">{wrong}</span>}
      </div>
      <div class="buttons">
        <button class="button">Set minter</button>
        {own && roles && !same(own, roles.minter) && <button type="button" class="button quiet" onClick={() => ask(own)}>Use this server’s key</button>}
        {roles && !nobody(roles.minter) && <button type="button" class="button quiet" onClick={() => ask("none")}>Remove the minter</button>}
      </div>
    </form>
  );
}

/** Source shows how far the verification of the source at a service is. */
function Source({ of: s }: { of: SourceCheck }) {
  const url = s.url && /^https?:/.test(s.url) ? s.url : undefined;
  switch (s.status) {
    case "verified": return <>{url ? <a href={url} target="_blank" rel="noopener noreferrer">source verified</a> : "source verified"} by {s.name}</>;
    case "submitted": return <>submitted to {s.name}</>;
    case "failed": return <>not verified by {s.name}: <bdi>{s.error}</bdi>. The next start tries again.</>;
    default: return <>not verified by {s.name} yet{s.error && <>: <bdi>{s.error}</bdi></>}{s.next && <>. Next attempt <Moment at={s.next} /></>}</>;
  }
}

function Terms({ entry: { launch: l, counts, sources } }: { entry: Entry }) {
  return (
    <section class="card" aria-labelledby="terms">
      <h2 id="terms">Terms</h2>
      <p class="small soft">Fixed when it was deployed. They cannot be changed.</p>
      <dl class="facts">
        <div><dt>A mint</dt><dd>{grouped(l.allotment)} {l.symbol} for {l.price.formatted} {l.asset.symbol}</dd></div>
        <div><dt>Total supply</dt><dd>{grouped(l.cap.tokens)} {l.symbol}, {plural(l.cap.allotments, "mint")}</dd></div>
        <div><dt>A payment buys</dt><dd>{l.limit >= l.cap.allotments ? "as much as is left" : `up to ${plural(l.limit, "mint")}`}</dd></div>
        <div><dt>Opens</dt><dd>{l.opensAt ? <Moment at={l.opensAt} /> : "from the start"}</dd></div>
        <div><dt>Closes</dt><dd>{l.closesAt ? <Moment at={l.closesAt} /> : "when sold out"}</dd></div>
        <div><dt>Contract</dt><dd><Hex value={l.token} kind="address" url={l.explorer} what="contract’s address" /></dd></div>
        {sources.map((s) => <div key={s.service}><dt>Source</dt><dd><Source of={s} /></dd></div>)}
        <div><dt>Paid in</dt><dd>{l.asset.symbol} <Hex value={l.asset.address} kind="address" on={l.chainId} what={`address of ${l.asset.symbol}`} /></dd></div>
        {l.contractURI && <div><dt>Metadata</dt><dd>{l.contractURI}</dd></div>}
      </dl>
      <h3>Orders by state</h3>
      <ul class="by-state">
        {Object.entries(counts).filter(([, n]) => n > 0).map(([state, n]) => (
          <li key={state}><a class={"pill " + inWords(state).tone} href={to("/orders", { launch: l.slug, state })}>{inWords(state).name} {grouped(n)}</a></li>
        ))}
        {Object.values(counts).every((n) => n === 0) && <li class="empty">None yet.</li>}
      </ul>
    </section>
  );
}

function Refunds({ entry }: { entry: Entry }) {
  const { list, error } = useAttention(entry.launch.slug);
  return (
    <section aria-labelledby="refunds">
      <h2 id="refunds">What needs you</h2>
      {error && <p class="note warn" role="status">{error}</p>}
      {list && list.orders.length === 0 && <p class="empty">No payer is owed anything.</p>}
      {list && <Cards orders={list.orders} entries={[entry]} />}
    </section>
  );
}
