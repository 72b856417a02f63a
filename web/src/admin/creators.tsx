import { useEffect, useState } from "preact/hooks";
import type { ChainOverview, Creators as Answer, Rules } from "./answers";
import { ask } from "./ask";
import { Hex } from "./format";
import { plural } from "./figures";
import { to } from "./route";
import { toast } from "./toast";

/** moneyOf returns the symbol of an asset that launches may be paid in; without an address, of the default. */
export function moneyOf(overview: ChainOverview | null, address = ""): string {
  const all = overview?.assets ?? [];
  return (all.find((a) => a.address === address) ?? all[0])?.symbol ?? "USDC";
}

/** RulesOf says what a creator may launch on this server. */
export function RulesOf({ rules, money }: { rules: Rules; money: string }) {
  return (
    <section class="card" aria-labelledby="rules">
      <h2 id="rules">Launching here</h2>
      <ul class="small">
        <li>You pay the gas of a deployment. The operator of this server pays that of the mints, so there are limits.</li>
        <li>{plural(rules.perWallet, "launch", "launches")} a wallet, and {plural(rules.perDay, "launch", "launches")} a day on the whole server. A mint costs at least {rules.minPrice} {money}.</li>
        <li>{rules.listed ? "A new launch is listed at once." : "A new launch is found by its link only, until the operator lists it."}</li>
        <li>Its page says that your wallet made it, and not the operator.</li>
        <li>The proceeds are yours. The contract is owned by the operator, so that payers need not trust you with money that is under way.</li>
      </ul>
    </section>
  );
}

/** Creators lets the operator ban the wallets that launched here by themselves. */
export function Creators() {
  const [answer, setAnswer] = useState<Answer>();
  const [busy, setBusy] = useState(false);
  const stop = (e: Error) => toast(e.message, "stop");
  useEffect(() => { ask<Answer>("/creators").then(setAnswer, stop); }, []);
  const ban = (wallet: string, banned: boolean) => {
    setBusy(true);
    ask<Answer>("/creators", { body: { wallet, banned } }).then((a) => { setAnswer(a); toast(banned ? "The wallet is banned" : "The ban is lifted", "good"); }, stop).finally(() => setBusy(false));
  };
  if (!answer || !answer.open && answer.creators.length === 0) return null;
  const banned = (wallet: string) => answer.banned.includes(wallet);
  const only = answer.banned.filter((wallet) => !answer.creators.some((c) => c.address === wallet)).map((address) => ({ address, launches: [] as string[] }));
  return (
    <section aria-labelledby="creators">
      <h2 id="creators">Creators</h2>
      <p class="small soft">Wallets that launched here by themselves. A banned one can neither sign in nor launch; what it launched stays on sale until you take it off.</p>
      {answer.creators.length + only.length === 0 && <p class="empty">None yet.</p>}
      <ul class="arrangement">
        {[...answer.creators, ...only].map(({ address, launches }) => (
          <li class="card row" key={address}>
            <span class="what"><Hex value={address} kind="address" what="creator" /> {launches.map((slug) => <a key={slug} href={to("/launches/" + slug)}>{slug} </a>)}{banned(address) && <span class="pill stop">Banned</span>}</span>
            <span class="buttons"><button type="button" class="button little" disabled={busy} onClick={() => ban(address, !banned(address))}>{banned(address) ? "Lift the ban" : "Ban"}<span class="visually-hidden"> {address}</span></button></span>
          </li>
        ))}
      </ul>
    </section>
  );
}
