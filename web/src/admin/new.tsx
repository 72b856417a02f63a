import { useEffect, useRef, useState } from "preact/hooks";
import { chainOf, type Form, type Preview } from "./answers";
import { ask, Refusal, sentence } from "./ask";
import { useObservable } from "./observable";
import { Confirm } from "./confirm";
import { abandon, begin, deployment, resume } from "./deployment";
import { Deploying } from "./deploying";
import { blank, discard, keep, restore } from "./draft";
import { Field, type Filling } from "./fields";
import { short } from "./figures";
import { Hex } from "./format";
import { moneyOf } from "./creators";
import { asked, early, mints, needed } from "./form";
import { health } from "./health";
import { network as first, networkOf, networks } from "./page";
import { LaunchPreview } from "./launchPreview";

/** NewLaunch shows the form for a launch, or the progress of its deployment. */
export function NewLaunch({ account }: { account: string }) {
  const now = useObservable(deployment);
  useEffect(() => {
    resume();
    return () => { if (deployment.value?.step === "done") { discard(); abandon(); } };
  }, []);
  return (
    <>
      <h1 tabIndex={-1}>New launch</h1>
      {now ? <Deploying now={now} /> : <Draft account={account} />}
    </>
  );
}

function Draft({ account }: { account: string }) {
  const [form, setForm] = useState(() => restore(account));
  const [seen, setSeen] = useState<Set<keyof Form>>(new Set()); // fields that lost the focus once
  const [preview, setPreview] = useState<Preview | null>(null);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const [reading, setReading] = useState(false);
  const [by, setBy] = useState<"wallet" | "server">("wallet");
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const { overview } = useObservable(health);
  const chain = overview && chainOf(overview, form.network);
  const network = networkOf(form.network) ?? first;
  const operator = overview?.rules?.owner; // owns what a creator launches

  useEffect(() => { if (operator) setForm((f) => ({ ...f, owner: operator })); }, [operator]);
  // A draft may name an asset that this server no longer takes.
  const gone = form.asset !== "" && chain?.assets && !chain.assets.some((a) => a.address === form.asset);
  useEffect(() => { if (gone) setForm((f) => ({ ...f, asset: "" })); }, [gone]);
  const unserved = !networkOf(form.network);
  useEffect(() => { if (unserved) setForm((f) => ({ ...f, network: "" })); }, [unserved]);
  useEffect(() => {
    keep(form);
    if (!tried && needed.every((name) => form[name].trim() === "")) return;
    const stop = new AbortController();
    setReading(true);
    const wait = setTimeout(() => {
      ask<Preview>("/launches/preview", { body: asked(form), signal: stop.signal }).then(
        (answer) => { setPreview(answer); setRefused(null); setReading(false); },
        (e: Refusal) => { if (!stop.signal.aborted) { setPreview(null); setRefused(e); setReading(false); } },
      );
    }, 350);
    return () => { clearTimeout(wait); stop.abort(); };
  }, [form, tried]);

  const wrong: Filling["wrong"] = {};
  // The server names the first kind of fault only; the page names all that it sees itself.
  for (const [name, words] of Object.entries(refused ? { ...refused.fields, ...early(form) } : {}) as [keyof Form, string][]) {
    if (tried || (seen.has(name) && (form[name] ?? "").trim() !== "")) wrong[name] = sentence(words);
  }
  const of: Filling = {
    form, wrong,
    change: (name, value) => setForm((f) => ({ ...f, [name]: value })),
    left: (name) => setSeen((all) => new Set(all).add(name)),
  };

  // A submit during a preview request is handled when the answer arrives: it opens
  // Confirm, or moves the focus to the first field that the server refuses.
  const submit = (e: Event) => {
    e.preventDefault();
    setTried(true);
    setAsking(true);
  };
  useEffect(() => {
    if (!asking || reading) return;
    if (preview) setConfirming(true);
    else if (refused) element.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
    else return;
    setAsking(false);
  }, [asking, reading, preview, refused]);
  const clear = () => { discard(); setForm({ ...blank(account), ...(operator && { owner: operator }) }); setSeen(new Set()); setTried(false); setPreview(null); setRefused(null); };

  const assets = chain?.assets ?? [];
  const money = moneyOf(chain, form.asset);
  const symbol = form.symbol.trim() || "tokens";
  const server = preview?.canDeploy;
  const problems = Object.keys(wrong).length;
  return (
    <div class="new">
      <form ref={element} novalidate onSubmit={submit} aria-label="New launch">
        <fieldset class="card">
          <legend>The token</legend>
          <div class="two">
            <Field of={of} name="name" label="Name" placeholder="Ping" />
            <Field of={of} name="symbol" label="Symbol" placeholder="PING" />
          </div>
          <Field of={of} name="description" label="Description" optional kind="area" hint="A sentence for the page." />
          <div class="two">
            <Field of={of} name="image" label="Image" optional kind="url" placeholder="https://" hint="A square picture." />
            <Field of={of} name="slug" label="Name in links" optional placeholder={preview?.slug ?? "ping"} hint={<>/l/{form.slug.trim() || preview?.slug || "…"}</>} />
          </div>
        </fieldset>
        <fieldset class="card">
          <legend>The sale</legend>
          {networks.length > 1 && (
            <div class="field">
              <label for="network">Network</label>
              <select id="network" value={network.caip2} onChange={(e) => of.change("network", e.currentTarget.value)}
                aria-invalid={wrong.network ? true : undefined} aria-describedby={wrong.network ? "network-wrong" : undefined}>
                {networks.map((n) => <option key={n.caip2} value={n.caip2}>{n.title}</option>)}
              </select>
              {wrong.network && <span id="network-wrong" class="wrong">{wrong.network}</span>}
            </div>
          )}
          {assets.length > 1 && (
            <div class="field">
              <label for="asset">Paid in</label>
              <select id="asset" value={form.asset || assets[0]?.address} onChange={(e) => of.change("asset", e.currentTarget.value)}
                aria-invalid={wrong.asset ? true : undefined} aria-describedby={wrong.asset ? "asset-wrong" : undefined}>
                {assets.map((a) => <option key={a.address} value={a.address}>{a.symbol} ({short(a.address)})</option>)}
              </select>
              {wrong.asset && <span id="asset-wrong" class="wrong">{wrong.asset}</span>}
            </div>
          )}
          <div class="two">
            <Field of={of} name="price" label="Price of a mint" kind="decimal" unit={money} placeholder="0.10" />
            <Field of={of} name="allotment" label="What a mint buys" kind="decimal" unit={symbol} placeholder="5000" />
          </div>
          <div class="two">
            <Field of={of} name="cap" label="Total supply" kind="decimal" unit={symbol} placeholder="5000000" hint={mints(form)} />
            <Field of={of} name="limit" label="A payment buys at most" kind="whole" unit="mints" optional placeholder="no limit" />
          </div>
          <div class="two">
            <Field of={of} name="opens" label="Opens" kind="moment" optional hint="By your clock. Empty: at once." />
            <Field of={of} name="closes" label="Closes" kind="moment" optional hint="Empty: when sold out." />
          </div>
        </fieldset>
        <fieldset class="card">
          <legend>Who holds what</legend>
          <Field of={of} name="treasury" label="Treasury" kind="hex" placeholder="0x…" optional={network.testnet} hint="Receives the proceeds. It is fixed. Only if the asset blacklists it, its own key may name another."
            after={<Mine of={of} name="treasury" account={account} />} />
          {operator ? <p class="small">Owner: <Hex value={operator} kind="address" on={network.chainId} what="owner" />, the operator of this server. It may pause and return money that bought nothing, and can change no term.</p> : <Field of={of} name="owner" label="Owner" kind="hex" placeholder="0x…" optional={network.testnet} hint="May pause, refund and name the minter. A multisig is best."
            after={<Mine of={of} name="owner" account={account} />} />}
          <details class="fold">
            <summary>More</summary>
            <div class="stack">
              <Field of={of} name="minter" label="Minter" kind="hex" optional placeholder={overview?.rules ? "this server’s" : chain?.minter ? chain.minter.address : "none"} hint={overview?.rules ? "Mints for payments settled elsewhere. It has to be this server’s key." : chain?.minter ? "Mints for payments settled elsewhere. Empty: this server’s key; “none” for no minter." : "Mints for payments settled elsewhere. Empty: nobody."} />
              <Field of={of} name="contractURI" label="Contract metadata" kind="url" optional placeholder="https://" hint="Kept in the contract (ERC-7572)." />
              <Field of={of} name="salt" label="Salt" kind="hex" hint="Another salt makes a second launch with the same terms." />
            </div>
          </details>
        </fieldset>
        {overview?.rules ? <p class="small soft">You sign the deployment in your wallet here, and pay its gas.</p> : <fieldset class="card">
          <legend>Who deploys it</legend>
          <label class="choose"><input type="radio" name="by" value="wallet" checked={by === "wallet"} onChange={() => setBy("wallet")} />
            <span><b>My wallet</b><small>You sign the deployment here and pay its gas.</small></span></label>
          <label class="choose"><input type="radio" name="by" value="server" checked={by === "server"} disabled={server ? !server.server : !chain?.deployer} onChange={() => setBy("server")} />
            <span><b>This server’s key</b><small>{server && !server.server ? sentence(server.why) : chain?.deployer ? `${short(chain.deployer.address)} pays, and you sign nothing. It gets no role.` : "The server was started without a key that deploys."}</small></span></label>
        </fieldset>}
        {tried && problems > 0 && <p class="note stop" role="alert">{problems === 1 ? "One field needs" : `${problems} fields need`} another look.</p>}
        {refused && Object.keys(refused.fields).length === 0 && <p class="note warn" role="status">{refused.message}</p>}
        <div class="buttons">
          <button class="button primary big" aria-disabled={asking}>{preview?.deployed ? "Put it on sale" : "Review and deploy"}</button>
          <button type="button" class="button quiet" onClick={clear}>Clear the form</button>
        </div>
        <p class="small soft">This browser stores what you type until the launch is deployed.</p>
      </form>
      <LaunchPreview form={form} preview={preview} reading={reading} trouble="" />
      {confirming && preview && (
        <Confirm form={form} preview={preview} by={by} onClose={() => setConfirming(false)}
          onConfirm={() => { setConfirming(false); begin(asked(form), preview, by); }} />
      )}
    </div>
  );
}

function Mine({ of, name, account }: { of: Filling; name: keyof Form; account: string }) {
  if (of.form[name].trim().toLowerCase() === account.toLowerCase()) return <span class="hint">This is the account you signed in with.</span>;
  return <button type="button" class="button quiet little mine" onClick={() => of.change(name, account)}>Use {short(account)}, which I signed in with<span class="visually-hidden"> as {name}</span></button>;
}
