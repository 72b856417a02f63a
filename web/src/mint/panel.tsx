import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

import { t } from "../language";
import { type Connected, type Connection, explain } from "../wallet";
import { Chooser } from "../wallet/chooser";
import { fund } from "../wallet/faucet";
import { Pairing } from "../wallet/pairing";
import { grouped, within } from "../words";
import { Account } from "./account";
import { useBalance } from "./balance";
import type { Purchase } from "./purchase";
import { Done } from "./done";
import { Network } from "./network";
import { Notice } from "./notice";
import { OwnMints } from "./ownMints";
import { Balance, Quantity, Signed, WhatIsSigned } from "./order";
import { TooLittle } from "./tooLittle";
import { mayRepeat } from "./state";
import { Steps } from "./steps";
import { bought, type LaunchTerms, most, type PageData, paid, total, units } from "./terms";
import { Pending } from "./pending";
import { clock, closed, refused, said, words } from "./words";
import { usePayerMints } from "./payerMints";
import { recall } from "./recall";

/** Panel is the form for minting on a launch's page. */
export function Panel({ data, launch, purchase, connection }: { data: PageData; launch: LaunchTerms; purchase: Purchase; connection: Connection }) {
  const [, changed] = useReducer((n: number) => n + 1, 0);
  useEffect(() => purchase.subscribe(() => changed(0)), [purchase]);
  useEffect(() => connection.subscribe(() => changed(0)), [connection]);
  useEffect(() => {
    const draw = () => changed(0); // a notice says so if the device is offline
    for (const event of ["online", "offline"]) addEventListener(event, draw);
    return () => { for (const event of ["online", "offline"]) removeEventListener(event, draw); };
  }, []);
  const [choosing, choose] = useState(false);
  const [wanted, want] = useState(1);
  const quantity = Math.min(wanted, most(launch));

  const { state } = purchase, link = connection.state, ready = connection.ready;
  const connected = link.at === "connected" ? link.connected : undefined;
  const [balance, reread] = useBalance(ready, launch.asset.address, state.at);
  const funding = useFaucet(data, ready, balance, total(launch, quantity), reread);
  const shut = closed(launch);
  const opening = launch.status === "not_open" && launch.opensAt ? t("Opens {time}", t("in {time}", within((Date.parse(launch.opensAt) - Date.now()) / 1000))) : undefined;
  useEffect(() => {
    if (!opening) return;
    const again = setInterval(() => changed(0), 1000);
    return () => clearInterval(again);
  }, [opening !== undefined]);
  const minted = state.at === "mined" || state.at === "final" ? state.payment.payer : undefined;
  const [own, forgetAccount] = usePayerMints(launch.slug, launch.token, minted ?? ready?.address, `${state.at} ${launch.left}`);
  const [tokens] = useBalance(ready, launch.token, `${state.at} ${launch.left}`);
  const holds = tokens ? `${grouped(units(tokens, 18))} ${launch.symbol}` : undefined;
  const same = (ready?.address ?? "").toLowerCase();
  useEffect(() => { if (minted) recall(launch.token, minted); }, [minted]);

  // Load the code for signing while the user reads.
  useEffect(() => { if (ready) void import("./sign").catch(() => {}); }, [ready !== undefined]);

  const view = viewOf();
  const root = useFocus();
  // The page's bar with a button is for these views only.
  useLayoutEffect(() => { root.current?.parentElement?.setAttribute("data-view", choosing && view === "idle" ? "choosing" : view); });

  function viewOf(): string {
    switch (state.at) {
      case "asking": case "signing":
        return "signing";
      case "refunded":
        return "refused";
      case "failed":
        if (ready) return serverSaid.has(state.refusal.code) ? "refused" : "error";
      // falls through: the wallet's state comes first
      case "none":
        return link.at === "connecting" ? "connecting" : link.at === "none" ? (link.trouble ? "error" : "idle") : ready ? "ready" : "network";
    }
    return state.at;
  }

  function body() {
    switch (state.at) {
      case "asking": case "signing":
        return (
          <>
            <h3 class="state-title" data-focus tabIndex={-1}><span class="spinner" aria-hidden="true" /> {t("Sign in your wallet")}</h3>
            <WhatIsSigned launch={launch} quantity={state.quantity} {...(state.at === "signing" && { until: clock(state.signing.validBefore) })} />
            <p class="small soft">{t("If no request appears, open the wallet. The wallet must show the same terms as this page.")}</p>
            <div class="buttons"><button class="button" type="button" onClick={() => purchase.cancel()}>{t("Cancel")}</button></div>
          </>
        );
      case "sending": case "waiting":
        return <Pending state={state} stored={purchase.stored} forget={() => purchase.forget()} />;
      case "mined": case "final":
        return <Done launch={launch} payment={state.payment} order={state.order} final={state.at === "final"} connected={connected} own={own}
          holds={same === state.payment.payer.toLowerCase() ? holds : undefined} publicUrl={data.publicUrl} sells={!shut} again={() => purchase.again()} />;
      case "refunded":
        return (
          <Notice words={words(t("Refunded"), t("This payment came too late for tokens, and the money was sent back to the account that paid."), "")} kind="warn">
            <a class="button little" href={`/r/${state.payment.id}`}>{t("See the receipt")}</a>
            <button class="button little" type="button" onClick={() => purchase.again()}>{t("Mint again")}</button>
          </Notice>
        );
      case "refused": {
        const repeat = mayRepeat(state.refusal);
        return (
          <Notice words={refused(state.refusal, launch, state.payment)} kind="stop">
            {repeat && <button class="button little primary" type="button" onClick={() => purchase.again()}>{t("Try again")}</button>}
            {state.refusal.code === "conflict" && <a class="button little" href={`/r/${state.payment.id}`}>{t("See the receipt")}</a>}
            <button class="button little" type="button" onClick={() => purchase.dismiss()}>{repeat ? t("Start over") : shut ? t("Close") : t("Mint again")}</button>
          </Notice>
        );
      }
    }
    const failed = state.at === "failed" && <Notice words={refused(state.refusal, launch)} kind={serverSaid.has(state.refusal.code) ? "stop" : "warn"} />;
    if (link.at === "connecting") {
      return (
        <>
          <h3 class="state-title" data-focus tabIndex={-1}><span class="spinner" aria-hidden="true" /> {t("Connecting {wallet}", link.wallet.name)}</h3>
          {link.uri ? <Pairing uri={link.uri} /> : <p>{t("Confirm in the wallet. If no request appears, open the wallet and unlock it.")}</p>}
          <div class="buttons"><button class="button" type="button" onClick={() => connection.leave()}>{t("Cancel")}</button></div>
        </>
      );
    }
    if (link.at === "none") {
      return (
        <>
          {link.trouble ? <Notice words={link.trouble} kind="warn" /> : failed}
          {choosing ? (
            <>
              <h3 class="state-title" {...(!link.trouble && { "data-focus": true })} tabIndex={-1}>{t("Choose a wallet")}</h3>
              <Chooser wallets={connection.wallets} choose={(wallet) => void connection.connect(wallet)} url={`${data.publicUrl}/l/${launch.slug}`} />
              <div class="buttons"><button class="button" type="button" onClick={() => choose(false)}>{t("Back")}</button></div>
            </>
          ) : (
            <>
              {!over(launch) && <Quantity launch={launch} quantity={quantity} set={want} />}
              {opening && <button class="button big full" type="button" disabled>{opening}</button>}
              <button class={opening ? "button full" : "button primary big full"} type="button" disabled={over(launch)} data-focus={!link.trouble || undefined} onClick={() => choose(true)}>
                {opening ? t("Connect a wallet") : shut && over(launch) ? shut.title : <span class="two">{t("Mint {tokens} for {price}", bought(launch, quantity), paid(launch, quantity))} <small>{t("Connect a wallet")}</small></span>}
              </button>
              {own && <OwnMints own={own} symbol={launch.symbol} forget={forgetAccount} />}
              {!over(launch) && <Signed><WhatIsSigned launch={launch} quantity={quantity} /></Signed>}
            </>
          )}
        </>
      );
    }
    if (!ready) return <Network chain={data.network} link={link} connection={connection} />;
    const lacks = balance != null && balance < total(launch, quantity);
    // A click now would sign a payment that is refused, because the test money has not arrived yet.
    const awaited = data.demo && ready.wallet.kind === "demo" && !funding.over && (lacks || balance === undefined);
    const give = data.demo && (lacks || funding.trouble) && (
      <>
        <button class="button little" type="button" disabled={funding.busy} onClick={funding.ask}>{funding.busy ? t("Sending test {symbol}", "USDC") : t("Get test {symbol}", "USDC")}</button>
        {funding.trouble && <span class="wrong">{funding.trouble}</span>}
      </>
    );
    return (
      <>
        {failed}
        {shut ? null : <Quantity launch={launch} quantity={quantity} set={want} />}
        {lacks && <TooLittle data={data} launch={launch} quantity={quantity} balance={balance} choose={want}>{give}</TooLittle>}
        <button class="button primary big full" type="button" disabled={shut !== undefined || (lacks && !awaited)} aria-disabled={awaited} data-focus={!failed || undefined}
          onClick={() => { if (!awaited && !lacks) purchase.mint(ready, quantity); }}>
          {shut ? shut.title : awaited && lacks ? t("Getting test {symbol}", "USDC") : lacks ? t("Not enough {symbol}", launch.asset.symbol) : t("Mint {tokens} for {price}", bought(launch, quantity), paid(launch, quantity))}
        </button>
        {!lacks && <Balance launch={launch} balance={balance} />}
        {!lacks && give}
        <Account connected={ready} leave={() => connection.leave()} />
        {own && <OwnMints own={own} symbol={launch.symbol} holds={holds} />}
        {!shut && <Signed><WhatIsSigned launch={launch} quantity={quantity} /></Signed>}
      </>
    );
  }

  return (
    <section class="panel" aria-label={t("Mint")} data-state={view} ref={root}
      onMouseDown={(e) => { if (e.detail > 1 && !(e.target instanceof HTMLInputElement)) e.preventDefault(); /* a double click must not select text */ }}>
      <Steps state={state} />
      {body()}
      <p class="visually-hidden" role="status">{said(state, launch)}</p>
    </section>
  );
}

/** over reports whether no wallet could mint, now or ever. */
function over(launch: LaunchTerms): boolean {
  return !["open", "not_open", "reserved"].includes(launch.status);
}

/** serverSaid lists the server's refusals that come before a signature. */
const serverSaid = new Set(["sold_out", "closed", "not_open", "reserved", "busy", "unavailable", "quantity_out_of_range"]);

/** useFocus moves the focus into the new view when the focused element is removed or disabled. */
function useFocus() {
  const root = useRef<HTMLElement>(null), had = useRef<Element | undefined>(undefined);
  useEffect(() => {
    const inside = (e: Event) => e.target instanceof Element && root.current?.contains(e.target) ? e.target : undefined;
    const focused = (e: Event) => { had.current = inside(e); };
    // A click outside leaves the panel, even if it moves the focus to no other element.
    const clicked = (e: Event) => { if (!inside(e)) had.current = undefined; };
    document.addEventListener("focusin", focused);
    document.addEventListener("pointerdown", clicked);
    return () => {
      document.removeEventListener("focusin", focused);
      document.removeEventListener("pointerdown", clicked);
    };
  }, []);
  useLayoutEffect(() => {
    const lost = had.current && (!had.current.isConnected || had.current.matches(":disabled"));
    if (lost && (document.activeElement === document.body || document.activeElement === null)) {
      root.current?.querySelector<HTMLElement>("[data-focus]")?.focus({ preventScroll: true });
    }
  });
  return root;
}

/** useFaucet requests test money for the demo's own wallet automatically. */
function useFaucet(data: PageData, ready: Connected | undefined, balance: bigint | null | undefined, price: bigint, reread: () => void) {
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false); // the request succeeded or failed
  const [trouble, setTrouble] = useState("");
  const asked = useRef("");
  const ask = () => {
    if (!ready || busy) return;
    asked.current = ready.address;
    setBusy(true);
    setTrouble("");
    fund(ready.address).then(reread, (error: unknown) => setTrouble(explain(error).details.replace(/^code none: /, ""))).finally(() => {
      setBusy(false);
      setOver(true);
    });
  };
  useEffect(() => {
    if (data.demo && ready?.wallet.kind === "demo" && balance != null && balance < price && asked.current !== ready.address) ask();
  });
  return { busy, over, trouble, ask };
}
