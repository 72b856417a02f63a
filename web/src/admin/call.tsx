// The dialog for a contract call that a wallet signs. It shows the effect in words
// and the contract's refusal, if any, then the signature and the block.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Call, Verb } from "./answers";
import { ask, sentence } from "./ask";
import { observable, useObservable } from "./observable";
import { Choice, Wrong } from "./choice";
import { Dialog } from "./dialog";
import { brief, grouped, same } from "./figures";
import { coinOn, networkOf } from "./page";
import { follow, sent, type Sent } from "./sent";
import { Hex } from "./format";
import { choose, signer } from "./signer";
import type { Wallet } from "../wallet";

export interface Asked { launch: string; verb: Verb; minter?: string; paymentId?: string }

const open = observable<{ asked: Asked; label: string } | null>(null);

/** call opens the dialog that shows the call and gets it signed. */
export function call(asked: Asked, label: string): void { open.set({ asked, label }); }

export function Calling() {
  const now = useObservable(open);
  return now && <CallDialog key={JSON.stringify(now.asked)} {...now} />;
}

const confirm: Record<Verb, string> = {
  withdraw: "Withdraw", pause: "Pause minting", unpause: "Resume minting", setMinter: "Set the minter", refund: "Refund", mintSettled: "Mint",
};

function CallDialog({ asked, label }: { asked: Asked; label: string }) {
  const who = useObservable(signer);
  const [prepared, setPrepared] = useState<Call | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [signing, setSigning] = useState(false);
  const [hash, setHash] = useState("");
  const [other, setOther] = useState(false); // the user is choosing another wallet
  const once = useRef(false); // true during a signature request, so that a second click has no effect
  const underway = useObservable(sent).find((s) => s.hash === hash);

  const prepare = () => {
    setError(null);
    ask<Call>("/calls", { body: asked }).then(setPrepared, setError);
  };
  useEffect(prepare, []);
  const take = (wallet: Wallet) => choose(wallet).then(() => { setError(null); setOther(false); }, setError);

  const sign = async () => {
    if (once.current || !who || !prepared) return;
    once.current = true;
    setError(null);
    setSigning(true);
    try {
      const sentAs = await who.send(prepared);
      setHash(sentAs);
      follow(sentAs, label, prepared.chainId);
    } catch (e) {
      setError(e);
    }
    setSigning(false);
    once.current = false;
  };

  const allowed = who && prepared && (prepared.from === "anyone" || same(prepared.signer, who.address));
  const on = networkOf(prepared?.chainId ?? ""), coin = coinOn(on);
  const close = () => open.set(null);

  return (
    <Dialog title={label} onClose={signing ? undefined : close}>
      {!prepared && error === null && <p class="step" role="status"><span class="spinner" aria-hidden="true" /> Asking the chain what this would do…</p>}
      {prepared && (
        <>
          <p class="words">{sentence(prepared.words)}</p>
          <dl class="facts">
            <div><dt>Signed by</dt><dd>{prepared.from === "anyone" ? "any wallet" : <>the {prepared.from} {prepared.signer && <Hex value={prepared.signer} kind="address" on={prepared.chainId} what="address of the signer" />}</>}</dd></div>
            <div><dt>Contract</dt><dd><Hex value={prepared.to} kind="address" on={prepared.chainId} what="address of the contract" /></dd></div>
            <div><dt>Network</dt><dd>{on?.title ?? `chain ${prepared.chainId}`}</dd></div>
            {prepared.gas > 0 && <div><dt>Gas</dt><dd>{prepared.ether ? <>at most {brief(prepared.ether)} {coin}, paid by the wallet <small class="soft">{grouped(prepared.gas)} gas</small></> : <>about {grouped(prepared.gas)}, paid in {coin} by the wallet</>}</dd></div>}
          </dl>
          {prepared.refused && (
            <div class="note stop" role="alert">
              <strong>The contract would refuse this now</strong>
              <p>{sentence(prepared.refused.message || prepared.refused.name)}</p>
            </div>
          )}
        </>
      )}
      {prepared && !prepared.refused && !hash && (
        <section class="with" aria-label="Wallet">
          {who && !other ? (
            <p class="row"><span>Signing with {who.wallet.name} <Hex value={who.address} what="address of the wallet" /></span>
              <button type="button" class="button quiet little" disabled={signing} onClick={() => setOther(true)}>Another</button></p>
          ) : (
            <>
              <h3>Which wallet signs?</h3>
              <Choice busy={signing} onChoose={take} />
            </>
          )}
          {who && !other && !allowed && (
            <div class="note warn" role="alert">
              <strong>This wallet is not the {prepared.from}</strong>
              <p>The contract accepts this only from {prepared.signer ? <code>{prepared.signer}</code> : "no account"}. Choose that account in your wallet, or use another wallet.</p>
            </div>
          )}
        </section>
      )}
      {error !== null && <Wrong error={error} />}
      {hash && underway && <Progress one={underway} />}
      <div class="buttons end">
        {hash
          ? <button type="button" class="button primary" onClick={close}>{underway?.status === "pending" ? "Close; it continues" : "Done"}</button>
          : (
            <>
              <button type="button" class="button" disabled={signing} onClick={close}>Cancel</button>
              {!prepared && error !== null && <button type="button" class="button primary" onClick={prepare}>Try again</button>}
              {prepared && !prepared.refused && (
                <button type="button" class="button primary" disabled={!allowed || signing || other} onClick={sign}>
                  {signing ? <><span class="spinner" aria-hidden="true" /> Waiting for the wallet…</> : confirm[asked.verb]}
                </button>
              )}
            </>
          )}
      </div>
    </Dialog>
  );
}

/** Progress shows the state of a sent transaction. */
export function Progress({ one }: { one: Sent }) {
  const done = one.status !== "pending";
  return (
    <div role="status">
      <ol class="steps">
        <li class="done">Signed</li>
        <li class="done">Sent <Hex value={one.hash} kind="tx" url={one.explorer} on={one.chainId} what="transaction hash" /></li>
        <li class={one.status === "mined" ? "done" : done ? "failed" : ""} aria-current={done ? undefined : "step"}>
          {one.status === "mined" ? `Done, in block ${grouped(one.block ?? 0)}` : done ? "The chain refused it" : <><span class="spinner" aria-hidden="true" /> Waiting for a block</>}
        </li>
      </ol>
      {one.status === "reverted" && <p class="note stop">{sentence(one.reason || "it reverted without a reason")} Only gas was spent.</p>}
    </div>
  );
}
