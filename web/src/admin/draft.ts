// The form of a new launch as it was left. It outlives a reload and a session,
// with its salt: the same terms and salt are the same address, so that a second
// try finds what the first one deployed instead of deploying another.
import type { Form } from "./answers";
import { network } from "./page";

const kept = `mint402.admin.draft.${network.chainId}`;

export function blank(account: string): Form {
  // On a mainnet nobody is guessed: who owns it and who is paid is for good.
  const me = network.testnet ? account : "";
  return {
    name: "", symbol: "", price: "", allotment: "", cap: "", limit: "", opens: "", closes: "",
    treasury: me, owner: me, minter: "", contractURI: "", salt: salt(), slug: "", description: "", image: "",
  };
}

function salt(): string {
  return "0x" + Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function restore(account: string): Form {
  try {
    return { ...blank(account), ...(JSON.parse(localStorage.getItem(kept) ?? "{}") as Partial<Form>) };
  } catch {
    return blank(account);
  }
}

export function keep(form: Form): void {
  try { localStorage.setItem(kept, JSON.stringify(form)); } catch { /* it lasts as long as the page */ }
}

export function discard(): void {
  try { localStorage.removeItem(kept); } catch { /* there is none */ }
}
