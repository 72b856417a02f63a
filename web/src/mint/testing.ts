// What the tests of a purchase have in common: a launch, its price, a wallet's account
// and a browser's storage. No page imports this file.
import type { Chain, Connected } from "../wallet";
import type { Order, Payment } from "./payment";
import type { StorageArea } from "./paymentStore";
import type { LaunchTerms } from "./terms";

export const chain: Chain = { chainId: 84532, caip2: "eip155:84532", title: "Base Sepolia", testnet: true };

export const launch: LaunchTerms = {
  slug: "ping", name: "Ping", symbol: "PING", token: "0x" + "aa".repeat(20), chainId: chain.chainId, asset: { address: "0x" + "bb".repeat(20), symbol: "USDC", decimals: 6 },
  price: { amount: "100000", formatted: "0.10" }, allotment: "5000", allotmentBase: "5000" + "0".repeat(18), cap: { allotments: 1000, tokens: "5000000" }, left: 10, limit: 5, status: "open",
};

/** offer returns the server's 402 at a price in base units. */
export function offer(amount = "100000"): Response {
  const required = { x402Version: 2, accepts: [{ scheme: "exact", network: chain.caip2, amount, asset: launch.asset.address, payTo: launch.token,
    maxTimeoutSeconds: 300, extra: { name: "USDC", version: "2" } }] };
  return new Response("{}", { status: 402, headers: { "PAYMENT-REQUIRED": encode(required) } });
}

/** refusal returns the 402 of a payment that the server refuses. */
export function refusal(error: string): Response {
  return new Response("{}", { status: 402, headers: { "PAYMENT-REQUIRED": encode({ x402Version: 2, error, accepts: [] }) } });
}

/** fault returns an answer with the server's error code. */
export function fault(status: number, code: string, details = {}): Response {
  return Response.json({ error: { code, message: "", details } }, { status });
}

/** receipt returns an order's state as the server sends it. */
export function receipt(state: Order["state"], status = 200, final = state === "minted"): Response {
  return Response.json({ paymentId: "0x" + "01".repeat(32), state, final, tokens: "5000", symbol: "PING" }, { status });
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64");
}

/** connected is an account of a wallet that announces no changes. */
export const connected = { address: "0x" + "12".repeat(20), chainId: chain.chainId, wallet: { provider: { request: async () => null } } } as unknown as Connected;

/** payment returns the n-th payment of the account. */
export function payment(n: number, quantity = 1): Payment {
  const name = n.toString(16).padStart(2, "0");
  return { id: "0x" + name.repeat(32), payer: connected.address, quantity, header: `payment ${name}`, validBefore: 2000, signedAt: n, paid: "0.10 USDC", bought: "5,000 PING" };
}

/** Memory is a browser's storage. */
export class Memory implements StorageArea {
  readonly items = new Map<string, string>();
  get length() { return this.items.size; }
  key(n: number) { return [...this.items.keys()][n] ?? null; }
  getItem(name: string) { return this.items.get(name) ?? null; }
  setItem(name: string, value: string) { this.items.set(name, value); }
  has(name: string) { return this.items.has(name); }
  removeItem(name: string) { this.items.delete(name); }
}

/** turn lets everything that is ready run. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
