import { keyProvider } from "./account";
import type { Chain } from "./chain";
import type { Address, EIP1193 } from "./provider";

type Hex = `0x${string}`;

/**
 * burner is the demo's wallet: a key made in the page and kept in it, so that a
 * first mint needs nothing installed.
 */
export function burner(chain: Chain): EIP1193 & { address: Address } {
  return keyProvider(burnerKey(chain), chain);
}

/** burnerKey is the key, made when it is first asked for. */
function burnerKey(chain: Chain): Hex {
  const name = `mint402:burner:${chain.chainId}`;
  let key: string | null = null;
  try {
    key = localStorage.getItem(name);
  } catch { /* a page that may keep nothing has a new wallet each time */ }
  if (key && /^0x[0-9a-f]{64}$/.test(key)) return key as Hex;
  const fresh = "0x" + Array.from(crypto.getRandomValues(new Uint8Array(32)), (b) => b.toString(16).padStart(2, "0")).join("");
  try {
    localStorage.setItem(name, fresh);
  } catch { /* as above */ }
  return fresh as Hex;
}
