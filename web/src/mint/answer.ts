import type { Order } from "./payment";

/** Reply is an answer of the server as it came. */
export interface Reply {
  status: number;
  header(name: string): string | null;
  /** The body as JSON; undefined if it is none. */
  body: unknown;
}

/** Answer is what a reply says of a payment. */
export type Answer =
  /** It is known: this is what has become of it. */
  | { kind: "order"; order: Order; after: number }
  /** It was not taken, or can never be again: whatever else, no money moves. */
  | { kind: "refused"; code: string; message: string; details: Record<string, unknown> }
  /** It was paid, and the money was sent back. */
  | { kind: "refunded"; order: Order | undefined }
  /** It is known for another launch or quantity. */
  | { kind: "conflict" }
  /** Nobody knows yet: the same payment has to be sent again. */
  | { kind: "later"; code: string; message: string; after: number };

/** afterDefault is how long to wait where the server does not say, in seconds. */
const afterDefault = 2;

/**
 * understand reads the answer to a payment. Only what the server says in so many
 * words counts as a refusal; anything that a proxy, a restart or a captive portal
 * could have said leaves the payment as it is.
 */
export function understand(reply: Reply): Answer {
  const { status, body } = reply;
  const after = seconds(reply.header("Retry-After"));
  const order = asOrder(body);
  if ((status === 200 || status === 202) && order) {
    switch (order.state) {
      case "voided":
        return { kind: "refused", code: "voided", message: order.reason ?? "", details: {} };
      case "refunded":
        return { kind: "refunded", order };
    }
    return { kind: "order", order, after: after ?? (order.final ? 0 : afterDefault) };
  }
  const fault = asFault(body);
  switch (status) {
    case 402: {
      const required = decode(reply.header("PAYMENT-REQUIRED")) as { error?: unknown } | undefined;
      const v1 = body as { error?: unknown; detail?: unknown } | undefined;
      if (!required && typeof v1?.error !== "string") break;
      return { kind: "refused", code: text(required?.error) || text(v1?.error) || "refused", message: text(v1?.detail), details: {} };
    }
    case 400: case 403: case 410:
      if (!fault) break;
      if (fault.code === "refunded") return { kind: "refunded", order: asOrder(fault.details.order) };
      return { kind: "refused", ...fault };
    case 409:
      if (fault?.code === "conflict") return { kind: "conflict" };
      break;
    case 503: {
      if (!fault) break;
      // A payment that can never be charged again gets its order's end in the
      // receipt, also while nothing can be sold.
      const receipt = decode(reply.header("PAYMENT-RESPONSE")) as { success?: unknown; errorReason?: unknown } | undefined;
      if (receipt?.success === false && text(receipt.errorReason) && receipt.errorReason !== "settlement_pending") {
        return { kind: "refused", code: text(receipt.errorReason), message: "", details: {} };
      }
      return { kind: "later", ...fault, after: after ?? afterDefault };
    }
  }
  return { kind: "later", code: fault?.code ?? `http_${status}`, message: fault?.message ?? "", after: after ?? 0 };
}

/** asOrder reads a receipt, undefined if it is none. */
export function asOrder(body: unknown): Order | undefined {
  const o = body as Partial<Order> | null | undefined;
  return typeof o === "object" && o !== null && typeof o.paymentId === "string" && typeof o.state === "string" ? o as Order : undefined;
}

function asFault(body: unknown): { code: string; message: string; details: Record<string, unknown> } | undefined {
  const fault = (body as { error?: { code?: unknown; message?: unknown; details?: unknown } } | undefined)?.error;
  if (typeof fault !== "object" || fault === null || typeof fault.code !== "string") return undefined;
  return { code: fault.code, message: text(fault.message), details: (fault.details ?? {}) as Record<string, unknown> };
}

/** decode reads a header of base64 JSON, undefined if it is none. */
export function decode(header: string | null): unknown {
  if (!header) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(header), (c) => c.charCodeAt(0))));
  } catch {
    return undefined;
  }
}

function seconds(header: string | null): number | undefined {
  return header && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 300) : "";
}
