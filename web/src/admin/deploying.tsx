import { useEffect, useRef } from "preact/hooks";
import { Choice, Wrong } from "./choice";
import { useObservable } from "./observable";
import type { Deployment } from "./deployflow";
import { abandon, go, going, trouble } from "./deployment";
import { discard } from "./draft";
import { grouped } from "./figures";
import { page } from "./page";
import { to } from "./route";
import { Hex } from "./format";
import { choose, signer } from "./signer";

const order = ["signing", "sent", "registering", "done"];

/** Deploying shows the progress of a deployment, and the next step if it has stopped. */
export function Deploying({ now }: { now: Deployment }) {
  const error = useObservable(trouble);
  const running = useObservable(going);
  const who = useObservable(signer);
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => top.current?.focus(), [now.step === "done"]);

  const at = order.indexOf(now.step);
  const line = (step: string, done: string, doing: string, next: string, extra?: preact.ComponentChildren) => {
    const place = order.indexOf(step);
    return (
      <li class={at > place ? "done" : at === place && error !== null ? "failed" : ""} aria-current={at === place ? "step" : undefined}>
        {at === place && running && <span class="spinner" aria-hidden="true" />} {at > place ? done : at === place ? doing : next} {extra}
      </li>
    );
  };
  const finished = now.step === "done";
  const name = now.form.name;
  return (
    <section class="card narrow deploying" aria-labelledby="deploying">
      <h2 id="deploying" ref={top} tabIndex={-1}>{finished ? `${name} is on sale` : `Launching ${name}`}</h2>
      <p class="small soft">At <Hex value={now.token} kind="address" on={now.chainId} what="address of the token" /></p>
      <div role="status">
        {now.by === "server" ? (
          <ol class="steps">
            <li class={finished ? "done" : error !== null ? "failed" : ""} aria-current={finished ? undefined : "step"}>
              {running && <span class="spinner" aria-hidden="true" />} {finished ? "Deployed by this server’s key" : "This server deploys it; that takes a few blocks"} {now.hash && <Hex value={now.hash} kind="tx" on={now.chainId} what="transaction hash" />}
            </li>
            <li class={finished ? "done" : ""}>{finished ? "On sale" : "Put on sale"}</li>
          </ol>
        ) : (
          <ol class="steps">
            {line("signing", "Signed in your wallet", "Sign it in your wallet", "Sign")}
            {line("sent", `Mined${now.block ? ` in block ${grouped(now.block)}` : ""}`, "Sent; waiting for a block", "Mined", now.hash && <Hex value={now.hash} kind="tx" on={now.chainId} what="transaction hash" />)}
            {line("registering", "On sale", "Putting it on sale", "On sale")}
          </ol>
        )}
      </div>
      {error !== null && <Wrong error={error} />}
      {finished ? (
        <>
        <h3>Share it</h3>
        <p>Its link: <Hex whole value={`${page.publicUrl}/l/${now.slug}`} what="link" /></p>
        <p class="small soft">The share page has a QR code, and a badge and a widget for other sites.</p>
        <div class="buttons">
          <a class="button primary" href={`/l/${now.slug}/share`}>Share it</a>
          <a class="button" href={"/l/" + now.slug}>Open its page</a>
          <a class="button" href={to("/launches/" + now.slug)}>Its figures and roles</a>
          <button type="button" class="button quiet" onClick={() => { discard(); abandon(); }}>Launch another</button>
        </div>
        </>
      ) : (
        <>
          {!running && now.step === "signing" && !who && <Choice busy={false} onChoose={(wallet) => choose(wallet).then(() => {}, (e: unknown) => trouble.set(e))} />}
          {!running && (
            <>
              {error === null && <p>It stands still here. If your wallet has sent it already, wait until it is mined, and go on: the same terms and salt are the same address, so what is there is found and not deployed twice.</p>}
              <div class="buttons">
                <button type="button" class="button primary" disabled={now.step === "signing" && !who} onClick={() => void go()}>Go on</button>
                <button type="button" class="button quiet" onClick={abandon}>Back to the form</button>
              </div>
            </>
          )}
          {running && now.step === "sent" && <p class="small soft">You can close this page. It continues when you come back.</p>}
        </>
      )}
    </section>
  );
}
