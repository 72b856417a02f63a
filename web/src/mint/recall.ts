// The accounts that minted in this browser. They are stored here only.

/** recall reads, writes or forgets the account that minted the token in this browser. */
export function recall(token: string, payer?: string): string | undefined {
  const name = `mint402:minted:${token.toLowerCase()}`;
  try {
    if (payer) localStorage.setItem(name, payer);
    else if (payer === "") localStorage.removeItem(name);
    else return /^0x[0-9a-f]{40}$/i.exec(localStorage.getItem(name) ?? "")?.[0];
  } catch { /* storage is blocked: only a connected account is known */ }
  return undefined;
}
