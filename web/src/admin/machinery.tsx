import { sentence } from "./ask";
import { brief, grouped, plural } from "./figures";
import { coinOn } from "./page";
import type { ChainOverview, Overview, Purse } from "./answers";
import { Ago, Hex } from "./format";

/** Machinery shows the state of the server: keys and their gas, nodes, settlement, recent errors. */
export function Machinery({ o }: { o: Overview }) {
  return (
    <div class="machinery">
      {(o.chains ?? [o]).map((c) => <Gas key={c.network.chainId} o={c} on={o.chains ? ` on ${c.network.title}` : ""} />)}
      <section class="card" aria-labelledby="settlement">
        <h2 id="settlement">Settlement</h2>
        <ul class="plain">
          {o.settlement.map((s) => (
            <li key={s.name}><Ok ok={s.ok} /><span><b>{s.name}</b><small>{sentence(s.detail)}</small></span></li>
          ))}
        </ul>
        {(o.chains ?? [o]).map((c) => <Nodes key={c.network.chainId} o={c} on={o.chains ? ` on ${c.network.title}` : ""} />)}
      </section>
      <section class="card errors" aria-labelledby="errors">
        <h2 id="errors">Recent errors</h2>
        {o.errors.length === 0 && <p class="empty">No errors since the server started.</p>}
        <ol class="plain" tabIndex={o.errors.length > 6 ? 0 : undefined} aria-labelledby="errors">
          {o.errors.map((e, i) => (
            <li key={e.at + i}>
              <span class={"pill " + (e.level === "ERROR" ? "stop" : "warn")}>{e.level === "ERROR" ? "Error" : "Warning"}</span>
              <span>
                <b>{sentence(e.message)}</b>
                <small><Ago at={e.at} />{Object.entries(e.attrs ?? {}).map(([k, v]) => <span key={k} class="attr"> {k}=<code>{v}</code></span>)}</small>
              </span>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

function Nodes({ o, on }: { o: ChainOverview; on: string }) {
  return (
    <>
      <h3>Nodes{on}</h3>
      <ul class="plain">
        {o.nodes.map((n) => (
          <li key={n.host}><Ok ok={n.ok} /><span><b>{n.host}</b><small>{n.reason ? sentence(n.reason) : <>Block {grouped(n.head)}</>}</small></span></li>
        ))}
      </ul>
      {o.nodes.length === 0 && <p class="empty">No node is named.</p>}
    </>
  );
}

function Ok({ ok }: { ok: boolean }) {
  return <span class={"pill " + (ok ? "good" : "stop")}>{ok ? "OK" : "Down"}</span>;
}

function Gas({ o, on }: { o: ChainOverview; on: string }) {
  const coin = coinOn(o.network), id = `gas-${o.network.chainId}`;
  const roles: [string, Purse, string][] = [
    ...o.senders.map((p, i): [string, Purse, string] => [o.senders.length > 1 ? `Sender ${i + 1}` : "Sender", p, plural(p.mints, "mint") + " left"]),
    ...(o.minter ? [["Minter", o.minter, plural(o.minter.mints, "mint") + " left"] as [string, Purse, string]] : []),
    ...(o.deployer ? [["Deployer", o.deployer, o.deployer.enough ? "can deploy" : "cannot deploy"] as [string, Purse, string]] : []),
  ];
  const share = o.budget && o.spent24h && Number(o.budget.wei) > 0 ? Number(o.spent24h.wei) / Number(o.budget.wei) : null;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>Gas{on}</h2>
      <ul class="plain purses">
        {roles.map(([name, p, left]) => (
          <li key={name}>
            <span><b>{name}</b> <Hex value={p.address} kind="address" on={o.network.chainId} what={`address of ${name.toLowerCase()}`} /></span>
            <span class="amount"><b>{brief(p.formatted)}</b> {coin}<small class={p.enough ? "" : "low"}>{p.enough ? left : `Too little: it is used again with ${p.missing ? brief(p.missing.formatted) + ` ${coin} more` : `more ${coin}`}. Send clearly more than that.`}</small></span>
            {p.unfit && p.enough && <small class="low">{sentence(p.unfit)}</small>}
          </li>
        ))}
      </ul>
      {o.spent24h && <p class="spent">
        Spent in 24 hours: <b>{brief(o.spent24h.formatted)} {coin}</b>{o.budget && <> of {brief(o.budget.formatted)} allowed</>}
        {o.burned24h && Number(o.burned24h.wei) > 0 && <>; the code of payers’ accounts burned {brief(o.burned24h.formatted)} of it</>}
      </p>}
      {share !== null && <progress max={1} value={Math.min(share, 1)} aria-label="Share of the day’s gas that is spent">{Math.round(share * 100)}%</progress>}
    </section>
  );
}
