// The stored form of a new launch. It survives a reload and the end of a session,
// with its salt. The same terms and salt give the same address, so a second try
// finds the first deployment instead of making another.
import type { Form } from "./answers";
import { network } from "./page";

const kept = `mint402.admin.draft.${network.chainId}`;

export function blank(account: string): Form {
  // On a mainnet there is no default owner or treasury: a mistake there is permanent.
  const me = network.testnet ? account : "";
  return {
    network: "", asset: "", name: "", symbol: "", price: "", allotment: "", cap: "", limit: "", opens: "", closes: "",
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
  try { localStorage.setItem(kept, JSON.stringify(form)); } catch { /* storage is blocked: the form is lost on a reload */ }
}

export function discard(): void {
  try { localStorage.removeItem(kept); } catch { /* it was never stored */ }
}
