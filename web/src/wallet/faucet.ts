import type { Address } from "./provider";

/** fund requests test money from the demo and returns the amount sent. */
export async function fund(address: Address): Promise<string> {
  const response = await fetch("/demo/fund", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ address }),
  });
  const body = await response.json().catch(() => ({})) as { usdc?: string; error?: { message?: string } };
  if (!response.ok || !body.usdc) throw new Error(body.error?.message ?? `the demo answered ${response.status}`);
  return body.usdc;
}
