// The choice of a signer: the demo owner's key, or one of the browser's wallets.
import { useEffect, useState } from "preact/hooks";
import { explain, UnknownChain, type Wallet } from "../wallet";
import { Refusal } from "./ask";
import { again, demoOwner, found, signer, WrongAccount } from "./signer";
import { toast } from "./toast";

function useWallets(): Wallet[] {
  const [all, setAll] = useState(found.list);
  useEffect(() => found.subscribe(setAll), []);
  return all;
}

/** useAgain reconnects the wallet used before a reload, as soon as it is announced. */
export function useAgain(): void {
  useEffect(() => {
    const look = () => void again().catch(() => {}); // on an error the user chooses a wallet
    look();
    return found.subscribe(look);
  }, []);
}

/** Wrong shows an error, for example of a wallet, and the next step. */
export function Wrong({ error }: { error: unknown }) {
  const said = error instanceof Refusal ? { title: error.code === "unreachable" ? "No answer" : error.status === 0 ? "Stopped" : "The server refused", what: error.message, todo: "", details: "" }
    : error instanceof WrongAccount ? { title: "Another account", what: error.message, todo: "", details: "" }
    : explain(error);
  return (
    <div class="note stop" role="alert">
      <strong>{said.title}</strong>
      <p>{said.what} {said.todo}</p>
      {said.details && <p class="small soft"><code>{said.details}</code></p>}
      {error instanceof UnknownChain && (
        <button type="button" class="button little" onClick={() => void signer.value?.learn(error.chain).catch((e: unknown) => toast(explain(e).title + ".", "stop"))}>Ask the wallet to add {error.chain.title}</button>
      )}
    </div>
  );
}

export function Choice({ busy, onChoose }: { busy: boolean; onChoose: (wallet: Wallet) => void }) {
  const all = useWallets();
  return (
    <div class="choice">
      {demoOwner && (
        <button type="button" class="wallet" disabled={busy} onClick={() => onChoose(demoOwner!)}>
          <span class="icon" aria-hidden="true">402</span>
          <span><b>Use the demo owner’s key</b><small>A public test key; nothing to install</small></span>
        </button>
      )}
      {all.map((w) => (
        <button key={w.id} type="button" class="wallet" disabled={busy} onClick={() => onChoose(w)}>
          {w.icon ? <img class="icon" src={w.icon} alt="" width="36" height="36" /> : <span class="icon" aria-hidden="true">◇</span>}
          <span><b>{w.name}</b></span>
        </button>
      ))}
      {all.length === 0 && (
        <p class="small soft">{demoOwner ? "A wallet in this browser would also be listed here." : "No wallet was found in this browser. Install one, or open this page in your wallet’s own browser."}</p>
      )}
    </div>
  );
}
