// The state machine of the panel. It is one value and one function, so that its law
// can be read and tested in one place: while a signed payment may still be charged,
// no event leads to another signature.
import type { Answer } from "./answer";
import type { Order, Payment } from "./payment";

/** Trouble is the reason why the last try brought no result. */
export interface Trouble {
  code: string;
  message: string;
  /** Tries in a row without a result. */
  tries: number;
}

/** Refusal is the reason why a payment bought no tokens, or why no payment was signed. */
export interface Refusal {
  code: string;
  message: string;
  details: Record<string, unknown>;
}

/** Signing holds the terms that the wallet is asked to sign. */
export interface Signing {
  payer: string;
  payTo: string;
  validBefore: number;
}

export type State =
  | { at: "none" }
  /** The page asks for the price and compares it. */
  | { at: "asking"; attempt: number; quantity: number }
  /** The wallet is asked to sign. */
  | { at: "signing"; attempt: number; quantity: number; signing: Signing }
  /** Signed and stored. It is not known whether the server has taken it. */
  | { at: "sending"; payment: Payment; trouble?: Trouble }
  /** Taken by the server, but not in a block. */
  | { at: "waiting"; payment: Payment; order: Order; trouble?: Trouble }
  /** In a block; only a reorg can undo it, and then it is sent again. */
  | { at: "mined"; payment: Payment; order: Order }
  | { at: "final"; payment: Payment; order: Order }
  | { at: "refunded"; payment: Payment; order?: Order }
  /** A signed payment that bought no tokens. */
  | { at: "refused"; payment: Payment; refusal: Refusal }
  /** No payment was signed, or its signature was discarded unsent. */
  | { at: "failed"; refusal: Refusal };

export type Event =
  | { is: "mint"; attempt: number; quantity: number }
  | { is: "offered"; attempt: number; signing: Signing }
  | { is: "signed"; attempt: number; payment: Payment }
  | { is: "failed"; attempt: number; refusal: Refusal }
  | { is: "cancelled" }
  | { is: "stored"; payment: Payment }
  | { is: "answered"; id: string; answer: Answer }
  | { is: "unreachable"; id: string; message: string }
  /** The server no longer has an order that it had before. */
  | { is: "lost"; id: string }
  | { is: "again" }
  | { is: "dismissed" }
  | { is: "forgotten"; id: string };

/** next returns the state after an event. If the event does not apply, it returns the same state. */
export function next(state: State, event: Event): State {
  switch (event.is) {
    case "mint":
      return maySign(state) ? { at: "asking", attempt: event.attempt, quantity: event.quantity } : state;
    case "offered":
      return state.at === "asking" && state.attempt === event.attempt
        ? { at: "signing", attempt: event.attempt, quantity: state.quantity, signing: event.signing } : state;
    case "signed":
      // A signature that arrives after its attempt was given up is not stored and
      // never sent, so it charges no account.
      return state.at === "signing" && state.attempt === event.attempt ? { at: "sending", payment: event.payment } : state;
    case "failed":
      return isAttempt(state) && state.attempt === event.attempt ? { at: "failed", refusal: event.refusal } : state;
    case "cancelled":
      return isAttempt(state) ? { at: "none" } : state;
    case "stored":
      // Found after a reload, or written by another tab. If another tab has read the
      // order of our payment, this tab continues from that order.
      return maySign(state) || paymentOf(state)?.id === event.payment.id ? resumed(state, event.payment) : state;
    case "again":
      return state.at === "refused" && mayRepeat(state.refusal) ? { at: "sending", payment: state.payment }
        : maySign(state) ? { at: "none" } : state;
    case "dismissed":
      return maySign(state) ? { at: "none" } : state;
  }
  const payment = paymentOf(state);
  if (!payment || payment.id !== event.id || state.at === "refused" || state.at === "refunded") return state;
  switch (event.is) {
    case "answered":
      return answered(state, payment, event.answer);
    case "unreachable":
      return troubled(state, "unreachable", event.message);
    case "lost":
      return { at: "sending", payment: without(payment) };
    case "forgotten":
      return { at: "none" };
  }
}

/** maySign reports whether no payment is known here that could still be charged. */
export function maySign(state: State): boolean {
  switch (state.at) {
    case "none": case "failed": case "refused": case "refunded": case "mined": case "final":
      return true;
  }
  return false;
}

/** isOpen reports whether a payment is signed and not decided. */
export function isOpen(state: State): state is Extract<State, { at: "sending" | "waiting" }> {
  return state.at === "sending" || state.at === "waiting";
}

/** isOver reports whether no further answer can change the payment, so that its stored copy is dropped. */
export function isOver(state: State): boolean {
  return state.at === "refused" || state.at === "refunded" || state.at === "final";
}

/** isAttempt reports whether a signature is being made. */
export function isAttempt(state: State): state is Extract<State, { at: "asking" | "signing" }> {
  return state.at === "asking" || state.at === "signing";
}

/** paymentOf returns the state's signed payment, or undefined. */
export function paymentOf(state: State): Payment | undefined {
  return "payment" in state ? state.payment : undefined;
}

/**
 * mustSend reports whether an open payment has to be sent. Otherwise reading its order
 * is enough. The server tries a parked payment again only when it is sent again.
 */
export function mustSend(state: State): boolean {
  return state.at !== "waiting" || state.order.state === "parked";
}

/** maxDelay is the longest time between two tries in seconds, unless the server asks for another. */
const maxDelay = 15;
/** maxRetryAfter is the longest delay in seconds that the server can ask for. */
const maxRetryAfter = 60;

/** delay returns the seconds until the next try: as long as the server asks, or doubled with each try without a result. */
export function delay(tries: number, after: number): number {
  return after > 0 ? Math.min(after, maxRetryAfter) : Math.min(2 ** Math.max(0, tries - 1), maxDelay);
}

/** finalDelay returns the seconds before the n-th look at a mined payment, from 0. */
export function finalDelay(n: number): number {
  return Math.min(2 + n, maxDelay);
}

/**
 * mayRepeat reports whether sending the same payment again, without another
 * signature, can succeed after this refusal.
 */
export function mayRepeat(refusal: Refusal): boolean {
  return refusal.code === "invalid_exact_evm_insufficient_balance" || refusal.code === "not_open";
}

function answered(state: State, payment: Payment, answer: Answer): State {
  switch (answer.kind) {
    case "order":
      return placed({ ...payment, order: answer.order }, answer.order);
    case "refused":
      return { at: "refused", payment, refusal: { code: answer.code, message: answer.message, details: answer.details } };
    case "refunded":
      return { at: "refunded", payment, ...(answer.order && { order: answer.order }) };
    case "conflict":
      return { at: "refused", payment, refusal: { code: "conflict", message: "", details: {} } };
    case "later":
      return troubled(state, answer.code, answer.message);
  }
}

function placed(payment: Payment, order: Order): State {
  if (order.state === "minted" || (order.state === "mined" && order.final)) return { at: "final", payment, order };
  if (order.state === "mined") return { at: "mined", payment, order };
  return { at: "waiting", payment, order };
}

function resumed(state: State, payment: Payment): State {
  if (!payment.order) return isOpen(state) ? state : { at: "sending", payment };
  return placed(payment, payment.order);
}

function troubled(state: State, code: string, message: string): State {
  if (!isOpen(state)) return state; // a mined payment stays mined until the next answer
  return { ...state, trouble: { code, message, tries: (state.trouble?.tries ?? 0) + 1 } };
}

function without({ order: _, ...payment }: Payment): Payment {
  return payment;
}
