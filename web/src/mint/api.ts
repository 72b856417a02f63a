// The requests of one purchase. A method throws if the server does not answer.
// Otherwise it returns what the answer means for the payment.
import { type Answer, decode, type Reply, understand } from "./answer";
import type { Required } from "./offer";
import type { Payment } from "./payment";
import type { Refusal } from "./state";
import { offline } from "./offline";

const payTimeout = 60_000; // ms; the server holds a payment for 25 s by default
const readTimeout = 15_000; // ms

/** Refused is thrown by price. It carries the reason why there is no price. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** MintAPI sends the requests for one launch. */
export class MintAPI {
  constructor(readonly slug: string, readonly fetch: typeof globalThis.fetch) {}

  /** price requests the price of a quantity: the server's 402. It throws Refused if the server quotes no price, or does not answer. */
  async price(quantity: number): Promise<Required> {
    const reply = await this.#request(this.#mint(quantity), { method: "GET" }, readTimeout)
      .catch((error: unknown) => { throw new Refused({ code: "offline", message: String(error), details: offline() ? { offline: true } : {} }); });
    const required = reply.status === 402 ? decode(reply.header("PAYMENT-REQUIRED")) : undefined;
    if (required) return required as Required;
    const { code, message, details } = { code: `http_${reply.status}`, message: "", details: {}, ...understand(reply) };
    throw new Refused({ code, message, details });
  }

  /** pay sends the payment. The server answers when the payment is minted, or after some seconds without a result. */
  async pay(payment: Payment, signal: AbortSignal): Promise<Answer> {
    const headers = { "PAYMENT-SIGNATURE": payment.header };
    return understand(await this.#request(this.#mint(payment.quantity), { method: "POST", headers, signal }, payTimeout));
  }

  /** order reads the payment's order. It returns undefined if the server has none. */
  async order(payment: Payment, signal: AbortSignal): Promise<Answer | undefined> {
    const reply = await this.#request(`/orders/${payment.id}`, { method: "GET", signal }, readTimeout);
    const answer = understand(reply);
    return reply.status === 404 && answer.kind === "later" && answer.code === "not_found" ? undefined : answer;
  }

  // A path, not a URL: the payment must go to the host that served the page.
  #mint(quantity: number): string {
    return `/launches/${encodeURIComponent(this.slug)}/mint${quantity === 1 ? "" : `?quantity=${quantity}`}`;
  }

  async #request(url: string, init: RequestInit, timeout: number): Promise<Reply> {
    const stop = new AbortController(), abort = () => stop.abort();
    const late = setTimeout(abort, timeout);
    init.signal?.addEventListener("abort", abort);
    try {
      const response = await this.fetch(url, {
        ...init, cache: "no-store", credentials: "omit", redirect: "error",
        headers: { Accept: "application/json", ...init.headers }, signal: stop.signal,
      });
      const body = await response.text();
      return { status: response.status, header: (name) => response.headers.get(name), body: parse(body) };
    } finally {
      clearTimeout(late);
      init.signal?.removeEventListener("abort", abort);
    }
  }
}

// parse returns the body as JSON, or undefined if it is not JSON.
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
