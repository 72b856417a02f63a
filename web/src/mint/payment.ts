/**
 * Payment is a signed one, as it is kept in the page from before it is sent until
 * it is decided. It is as good as money toward one payee until it ends.
 */
export interface Payment {
  /** keccak256(chain id, asset, payer, payment nonce): the key of its order. */
  id: string;
  payer: string;
  quantity: number;
  /** The PAYMENT-SIGNATURE header, sent again and again as it is. */
  header: string;
  /** Unix seconds from which on it can be charged no more. */
  validBefore: number;
  signedAt: number;
  /** For people. */
  paid: string;
  bought: string;
  /** What the server last said of it. */
  order?: Order;
}

/** Order is a payment's journey as the server tells it; see server/receipt.go. */
export interface Order {
  paymentId: string;
  state: "claimed" | "minting" | "mined" | "minted" | "settled" | "parked" | "voided" | "refunded";
  final: boolean;
  tokens: string;
  symbol: string;
  transaction?: string;
  explorer?: string;
  block?: number;
  refund?: string;
  reason?: string;
}

/** isPayment checks what was read back from a store that anything may write to. */
export function isPayment(value: unknown): value is Payment {
  const p = value as Partial<Payment> | null;
  return typeof p === "object" && p !== null && typeof p.header === "string" && /^0x[0-9a-f]{64}$/i.test(p.id ?? "")
    && /^0x[0-9a-f]{40}$/i.test(p.payer ?? "") && Number.isSafeInteger(p.quantity) && (p.quantity ?? 0) > 0
    && typeof p.validBefore === "number" && typeof p.paid === "string" && typeof p.bought === "string";
}
