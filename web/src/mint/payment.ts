/**
 * Payment is a signed payment. The browser stores it from before it is sent until it
 * is refused, refunded or final. Until it expires, it is as good as money to one payee.
 */
export interface Payment {
  /** keccak256(chain id, asset, payer, payment nonce): the key of its order. */
  id: string;
  payer: string;
  quantity: number;
  /** The PAYMENT-SIGNATURE header, sent unchanged on each try. */
  header: string;
  /** Unix seconds; from then on it can no longer be charged. */
  validBefore: number;
  signedAt: number;
  /** Text for the user. */
  paid: string;
  bought: string;
  /** The order as the server last returned it. */
  order?: Order;
}

/** Order is a payment's state as the server reports it; see server/receipt.go. */
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

/** isPayment validates a value from the browser's store, which other code may write to. */
export function isPayment(value: unknown): value is Payment {
  const p = value as Partial<Payment> | null;
  return typeof p === "object" && p !== null && typeof p.header === "string" && /^0x[0-9a-f]{64}$/i.test(p.id ?? "")
    && /^0x[0-9a-f]{40}$/i.test(p.payer ?? "") && Number.isSafeInteger(p.quantity) && (p.quantity ?? 0) > 0
    && typeof p.validBefore === "number" && typeof p.paid === "string" && typeof p.bought === "string";
}
