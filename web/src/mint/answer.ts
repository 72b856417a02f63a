import type { Order } from "./payment";

/** Reply is an HTTP answer of the server. */
export interface Reply {
  status: number;
  header(name: string): string | null;
  /** The body parsed as JSON; undefined if it is not JSON. */
  body: unknown;
}

/** Answer is the meaning of a reply for a payment. */
export type Answer =
  /** The server has an order for the payment. */
  | { kind: "order"; order: Order; after: number }
  /** The payment was not taken, or can no longer be charged. Either way, no money moves. */
  | { kind: "refused"; code: string; message: string; details: Record<string, unknown> }
  /** It was paid, and the money was sent back. */
  | { kind: "refunded"; order: Order | undefined }
  /** The server has the payment for another launch or quantity. */
  | { kind: "conflict" }
  /** The outcome is not known yet: the same payment has to be sent again. */
  | { kind: "later"; code: string; message: string; after: number };

/** afterDefault is the delay in seconds if the server sends no Retry-After. */
const afterDefault = 2;

/**
 * understand interprets the answer to a payment. Only an explicit refusal by the
 * server counts as one. An answer that could come from a proxy, a restart or a
 * captive portal leaves the payment unchanged.
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
      // Even while the server cannot sell, a payment that can no longer be charged
      // gets its order's outcome in the receipt header.
      const receipt = decode(reply.header("PAYMENT-RESPONSE")) as { success?: unknown; errorReason?: unknown } | undefined;
      if (receipt?.success === false && text(receipt.errorReason) && receipt.errorReason !== "settlement_pending") {
        return { kind: "refused", code: text(receipt.errorReason), message: "", details: {} };
      }
      return { kind: "later", ...fault, after: after ?? afterDefault };
    }
  }
  return { kind: "later", code: fault?.code ?? `http_${status}`, message: fault?.message ?? "", after: after ?? 0 };
}

/** asOrder returns the body as an order, or undefined if it is not one. */
export function asOrder(body: unknown): Order | undefined {
  const o = body as Partial<Order> | null | undefined;
  return typeof o === "object" && o !== null && typeof o.paymentId === "string" && typeof o.state === "string" ? o as Order : undefined;
}

function asFault(body: unknown): { code: string; message: string; details: Record<string, unknown> } | undefined {
  const fault = (body as { error?: { code?: unknown; message?: unknown; details?: unknown } } | undefined)?.error;
  if (typeof fault !== "object" || fault === null || typeof fault.code !== "string") return undefined;
  return { code: fault.code, message: text(fault.message), details: (fault.details ?? {}) as Record<string, unknown> };
}

/** decode parses a header of base64 JSON. It returns undefined if that fails. */
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
