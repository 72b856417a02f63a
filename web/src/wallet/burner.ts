import { keyProvider } from "./account";
import type { Chain } from "./chain";
import type { Address, EIP1193 } from "./provider";

type Hex = `0x${string}`;

/**
 * burner returns the demo's wallet. Its key is made in the page and stored in the
 * browser, so a first mint needs no installed wallet.
 */
export function burner(chain: Chain): EIP1193 & { address: Address } {
  return keyProvider(burnerKey(chain), chain);
}

/** burnerKey returns the stored key, or makes and stores one. */
function burnerKey(chain: Chain): Hex {
  const name = `mint402:burner:${chain.chainId}`;
  let key: string | null = null;
  try {
    key = localStorage.getItem(name);
  } catch { /* without storage, each page load makes a new wallet */ }
  if (key && /^0x[0-9a-f]{64}$/.test(key)) return key as Hex;
  const fresh = "0x" + Array.from(crypto.getRandomValues(new Uint8Array(32)), (b) => b.toString(16).padStart(2, "0")).join("");
  try {
    localStorage.setItem(name, fresh);
  } catch { /* as above */ }
  return fresh as Hex;
}
