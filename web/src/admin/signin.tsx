import { useState } from "preact/hooks";
import type { Wallet } from "../wallet";
import { Refusal } from "./ask";
import { Choice, Wrong } from "./choice";
import { page } from "./page";
import { signIn } from "./session";
import { choose, signer } from "./signer";

/** SignIn lets the visitor choose a wallet and sign in with its signature. */
export function SignIn() {
  const [step, setStep] = useState("");
  const [error, setError] = useState<unknown>(null);

  const enter = async (wallet: Wallet) => {
    setError(null);
    setStep(`Connecting to ${wallet.name}…`);
    try {
      await signIn(await choose(wallet), (now) => setStep({
        asking: "Asking the server for a message to sign…",
        signing: "Sign the message in your wallet. It costs nothing and moves no money.",
        checking: "Checking the signature…",
      }[now]));
    } catch (e) {
      setError(e);
    }
    setStep("");
  };

  return (
    <div class="signin">
      <Choice busy={step !== ""} onChoose={enter} />
      <p class="step" role="status">{step && <><span class="spinner" aria-hidden="true" /> {step}</>}</p>
      {error instanceof Refusal && error.code === "not_allowed" ? <NotAllowed /> : error !== null && <Wrong error={error} />}
      {page.demo && <p class="small soft">This is the demo. Its owner’s key is public: anyone who can open this page can use it. Its money is worth nothing.</p>}
    </div>
  );
}

function NotAllowed() {
  return (
    <div class="note stop" role="alert">
      <strong>This wallet is not allowed</strong>
      <p>The server lets in the wallets that it was started with. Choose another one, or start it with <code>--admin {signer.value?.address ?? "ADDRESS"}</code>.</p>
    </div>
  );
}
