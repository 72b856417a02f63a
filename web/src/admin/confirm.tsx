import { useEffect, useState } from "preact/hooks";
import type { Form, Preview } from "./answers";
import { sentence } from "./ask";
import { Choice, Wrong } from "./choice";
import { useObservable } from "./observable";
import { Dialog } from "./dialog";
import { brief } from "./figures";
import { coinOn, network as first, networkOf } from "./page";
import { Hex } from "./format";
import { choose, signer } from "./signer";

// by is the signer of the deployment: the user's wallet, or the server's own key.
interface Props { form: Form; preview: Preview; by: "wallet" | "server"; onClose: () => void; onConfirm: () => void }

/**
 * Confirm shows the terms once more and asks for confirmation: a deployment makes them
 * permanent. On a mainnet the user types the network's name. If the contract is deployed
 * already, Confirm only asks whether to register it.
 */
export function Confirm({ form, preview, by, onClose, onConfirm }: Props) {
  const who = useObservable(signer);
  const network = networkOf(preview.transaction.chainId) ?? first, coin = coinOn(network);
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const signs = by === "wallet" && !preview.deployed;
  const [lacks, setLacks] = useState(false); // the wallet has too little for the gas
  useEffect(() => {
    let gone = false;
    setLacks(false);
    if (signs && who) who.holds(preview.transaction.chainId).then((wei) => { if (!gone) setLacks(wei < BigInt(preview.wei)); }, () => { /* the wallet says so itself when it signs */ });
    return () => { gone = true; };
  }, [who, signs, preview.wei]);
  const named = network.testnet || preview.deployed || typed.trim().toLowerCase() === network.title.toLowerCase();
  return (
    <Dialog title={preview.deployed ? `Put ${form.name.trim()} on sale` : `Deploy ${form.name.trim()}`} onClose={onClose}>
      {preview.deployed
        ? <p>It is deployed already, with exactly these terms. It only has to be registered with this server.</p>
        : <p><b>These terms are permanent.</b> Once it is deployed, neither you nor this server can change them.</p>}
      <dl class="facts">
        {preview.terms.filter((t) => t.label !== "address").map((t) => <div key={t.label}><dt>{sentence(t.label).replace(/\.$/, "")}</dt><dd>{t.text}</dd></div>)}
        <div><dt>Address</dt><dd><Hex value={preview.token} kind="address" on={network.chainId} what="predicted address" /></dd></div>
        <div><dt>Network</dt><dd>{network.title}</dd></div>
        {!preview.deployed && <div><dt>Gas</dt><dd>about {brief(preview.ether)} {coin}, paid by {by === "server" ? "this server’s key" : "your wallet"}</dd></div>}
      </dl>
      <form class="stack" onSubmit={(e) => { e.preventDefault(); if (named && (!signs || who)) onConfirm(); }}>
        {signs && (who
          ? <p class="row"><span>Signing with {who.wallet.name} <Hex value={who.address} what="address of the wallet" /></span></p>
          : <><h3>Which wallet signs?</h3><Choice busy={false} onChoose={(wallet) => choose(wallet).then(() => setError(null), setError)} /></>)}
        {lacks && <p class="note warn" role="status">This wallet may have too little {coin}: the deployment can take up to {brief(preview.ether)} {coin}. Send it some first.</p>}
        {error !== null && <Wrong error={error} />}
        {!network.testnet && !preview.deployed && (
          <div class="field">
            <label for="network-name">This is real money. Type <b>{network.title}</b> to go on.</label>
            <input id="network-name" value={typed} onInput={(e) => setTyped(e.currentTarget.value)} autocomplete="off" spellcheck={false} />
          </div>
        )}
        <div class="buttons end">
          <button type="button" class="button" onClick={onClose}>Back</button>
          <button class="button primary" disabled={!named || (signs && !who)}>{preview.deployed ? "Put it on sale" : "Deploy"}</button>
        </div>
      </form>
    </Dialog>
  );
}
