// What the panel is at, as one value and one function, so that the law can be
// read and tested in one place: while a payment that was signed may still be
// charged, nothing leads to signing another.
import type { Answer } from "./answer";
import type { Order, Payment } from "./payment";

/** Trouble is why the last try told nothing. */
export interface Trouble {
  code: string;
  message: string;
  /** Tries in a row that told nothing. */
  tries: number;
}

/** Refusal is why a payment bought nothing, or why none was signed. */
export interface Refusal {
  code: string;
  message: string;
  details: Record<string, unknown>;
}

/** Signing is exactly what the wallet is asked to sign. */
export interface Signing {
  payer: string;
  payTo: string;
  validBefore: number;
}

export type State =
  | { at: "none" }
  /** The price is asked for and compared. */
  | { at: "asking"; attempt: number; quantity: number }
  /** The wallet has it. */
  | { at: "signing"; attempt: number; quantity: number; signing: Signing }
  /** Signed, kept, and not known to be taken. */
  | { at: "sending"; payment: Payment; trouble?: Trouble }
  /** Taken, and not in a block. */
  | { at: "waiting"; payment: Payment; order: Order; trouble?: Trouble }
  /** In a block; only a reorg can undo it, and then it is sent again. */
  | { at: "mined"; payment: Payment; order: Order }
  | { at: "final"; payment: Payment; order: Order }
  | { at: "refunded"; payment: Payment; order?: Order }
  /** A signed payment that bought nothing. */
  | { at: "refused"; payment: Payment; refusal: Refusal }
  /** Nothing was signed, or what was signed was thrown away unsent. */
  | { at: "failed"; refusal: Refusal };

export type Event =
  | { is: "mint"; attempt: number; quantity: number }
  | { is: "offered"; attempt: number; signing: Signing }
  | { is: "signed"; attempt: number; payment: Payment }
  | { is: "failed"; attempt: number; refusal: Refusal }
  | { is: "cancelled" }
  | { is: "kept"; payment: Payment }
  | { is: "answered"; id: string; answer: Answer }
  | { is: "unreachable"; id: string; message: string }
  /** The server no longer knows an order that it knew. */
  | { is: "lost"; id: string }
  | { is: "again" }
  | { is: "dismissed" }
  | { is: "forgotten"; id: string };

/** next is what an event makes of a state; the same state if it is none of its business. */
export function next(state: State, event: Event): State {
  switch (event.is) {
    case "mint":
      return maySign(state) ? { at: "asking", attempt: event.attempt, quantity: event.quantity } : state;
    case "offered":
      return state.at === "asking" && state.attempt === event.attempt
        ? { at: "signing", attempt: event.attempt, quantity: state.quantity, signing: event.signing } : state;
    case "signed":
      // A signature that comes after its attempt was given up is not kept and
      // never sent, so it charges nobody.
      return state.at === "signing" && state.attempt === event.attempt ? { at: "sending", payment: event.payment } : state;
    case "failed":
      return isAttempt(state) && state.attempt === event.attempt ? { at: "failed", refusal: event.refusal } : state;
    case "cancelled":
      return isAttempt(state) ? { at: "none" } : state;
    case "kept":
      // Found after a reload, or written by another tab. What another tab has
      // learned of a payment goes on from where we are.
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

/** maySign: no payment that could still be charged is known here. */
export function maySign(state: State): boolean {
  switch (state.at) {
    case "none": case "failed": case "refused": case "refunded": case "mined": case "final":
      return true;
  }
  return false;
}

/** isOpen: a payment is signed and not decided. */
export function isOpen(state: State): state is Extract<State, { at: "sending" | "waiting" }> {
  return state.at === "sending" || state.at === "waiting";
}

/** isAttempt: a signature is being made. */
export function isAttempt(state: State): state is Extract<State, { at: "asking" | "signing" }> {
  return state.at === "asking" || state.at === "signing";
}

/** paymentOf is the signed payment that the state is about. */
export function paymentOf(state: State): Payment | undefined {
  return "payment" in state ? state.payment : undefined;
}

/**
 * mayRepeat: the refusal can be cured without another signature, by sending the
 * same payment again.
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
  if (!isOpen(state)) return state; // what is mined stays so; the next look tells
  return { ...state, trouble: { code, message, tries: (state.trouble?.tries ?? 0) + 1 } };
}

function without({ order: _, ...payment }: Payment): Payment {
  return payment;
}
