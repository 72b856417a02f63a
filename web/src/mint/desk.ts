import type { Chain, Connected } from "../wallet";
import { explain, watch } from "../wallet";
import { asOrder, decode, type Reply, understand } from "./answer";
import { isDecided, Keep } from "./keep";
import { agreed, OfferMismatch, type Required } from "./offer";
import type { Payment } from "./payment";
import { type Event, isAttempt, isOpen, maySign, next, paymentOf, type Refusal, type State } from "./state";
import type { LaunchTerms } from "./terms";

/** Surroundings are the browser's parts that the desk needs. */
export interface Surroundings {
  fetch: typeof fetch;
  now(): number;
  /** wait resolves after milliseconds, or at once when there may be news. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** locked runs alone among the tabs of this origin; with ifFree not at all if another runs. */
  locked(name: string, ifFree: boolean, run: () => Promise<void>): Promise<boolean>;
  sign: typeof import("./sign").sign;
}

/** Most that is waited between two tries, in seconds. */
const slowest = 15;
const presentTimeout = 60_000; // the server holds a payment for 20 s
const lookTimeout = 15_000;

/**
 * Desk takes one payment at a time from a signature to its end. The payment is
 * kept before it is sent, and sent as it is until the server has decided.
 */
export class Desk {
  state: State = { at: "none" };
  /** False where the browser keeps nothing: then a reload loses the payment. */
  keeps = true;

  #attempt = 0;
  #follows: AbortController | undefined;
  readonly #lock: string;
  readonly #listeners = new Set<() => void>();

  constructor(readonly launch: LaunchTerms, readonly chain: Chain, readonly keep: Keep, readonly around: Surroundings) {
    this.#lock = `mint402:pay:${chain.chainId}:${launch.token.toLowerCase()}`;
  }

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** open goes on with a payment that was kept. */
  open(): void {
    const kept = this.keep.undecided() ?? this.keep.all()[0];
    if (kept) this.#resume(kept);
  }

  /** elsewhere is called when another tab has written to the store. */
  elsewhere(): void {
    const payment = paymentOf(this.state), kept = this.keep.all();
    if (payment && isOpen(this.state) && !kept.some((p) => p.id === payment.id)) {
      // The tab that has the lock decides; a payment that it forgot or that came
      // to nothing is no longer ours to show. One that we keep in vain stays.
      if (!this.#follows && this.keeps) this.#do({ is: "forgotten", id: payment.id });
      return;
    }
    const news = kept.find((p) => p.id === payment?.id) ?? this.keep.undecided();
    if (news && !this.#follows) this.#resume(news);
  }

  /** mint asks for a price, has it signed once, and sends it. A second call while one is under way does nothing. */
  mint(connected: Connected, quantity: number): void {
    if (!maySign(this.state)) return;
    const attempt = ++this.#attempt, before = paymentOf(this.state);
    this.#do({ is: "mint", attempt, quantity });
    void this.#alone(true, async () => {
      // What another tab signed is gone on with before anything new is signed.
      const undecided = this.keep.undecided();
      if (undecided) {
        this.#do({ is: "cancelled" });
        return this.#follow(undecided);
      }
      this.#abandon();
      if (before) this.keep.drop(before);
      const payment = await this.#signed(attempt, connected, quantity);
      if (payment) await this.#follow(payment);
    }).then((ran) => {
      if (!ran) this.#do({ is: "failed", attempt, refusal: refusal("other_tab") });
    }, (error: unknown) => this.#do({ is: "failed", attempt, refusal: faultOf(error) }));
  }

  /** cancel gives up a signature that is being made; if the wallet makes it all the same, it is thrown away. */
  cancel(why?: string): void {
    if (why && isAttempt(this.state)) this.#do({ is: "failed", attempt: this.state.attempt, refusal: refusal(why) });
    else this.#do({ is: "cancelled" });
  }

  /** again sends a refused payment once more where that may help, else begins anew. */
  again(): void {
    const before = paymentOf(this.state);
    this.#do({ is: "again" });
    if (isOpen(this.state)) this.#resume(this.state.payment);
    else if (before && this.state.at === "none") this.#finish(before);
  }

  /** dismiss lets go of a payment that is decided. */
  dismiss(): void {
    const payment = paymentOf(this.state);
    if (!maySign(this.state)) return;
    if (payment) this.#finish(payment);
    this.#do({ is: "dismissed" });
  }

  /** forget drops a payment, be it decided or not. */
  forget(): void {
    const payment = paymentOf(this.state);
    if (!payment) return;
    this.#abandon();
    this.keep.drop(payment);
    this.#do({ is: "forgotten", id: payment.id });
  }

  /**
   * signed is the payment to go on with. A wallet may never answer, so nobody
   * waits for it, or keeps other tabs waiting, once the attempt was given up.
   */
  async #signed(attempt: number, connected: Connected, quantity: number): Promise<Payment | undefined> {
    const gone = () => !isAttempt(this.state) || this.state.attempt !== attempt;
    if (gone()) return undefined;
    let leave = () => {};
    const givenUp = new Promise<undefined>((resolve) => { leave = this.subscribe(() => { if (gone()) resolve(undefined); }); });
    const stop = watch(connected, (change) => {
      if (gone()) return;
      if ("account" in change && change.account?.toLowerCase() !== connected.address.toLowerCase()) this.cancel("account_changed");
      if ("chainId" in change && change.chainId !== this.chain.chainId) this.cancel("chain_changed");
    });
    try {
      const payment = await Promise.race([this.#made(attempt, connected, quantity, gone), givenUp]);
      if (!payment || gone()) return undefined;
      // Where tabs cannot wait for each other, the one that was first is gone on with.
      const first = this.keep.undecided();
      if (first) {
        this.#do({ is: "cancelled" });
        return first;
      }
      this.keeps = this.keep.put(payment);
      this.#do({ is: "signed", attempt, payment });
      return payment;
    } catch (error) {
      this.#do({ is: "failed", attempt, refusal: faultOf(error) });
      return undefined;
    } finally {
      leave();
      stop();
    }
  }

  /** made asks for the price, compares it, and has it signed. */
  async #made(attempt: number, connected: Connected, quantity: number, gone: () => boolean): Promise<Payment | undefined> {
    const required = await this.#ask(quantity);
    const requirement = agreed(required, this.launch, this.chain, quantity);
    if (gone()) return undefined;
    return this.around.sign({ required, requirement, launch: this.launch, chain: this.chain, quantity, connected },
      () => this.around.now(), (signing) => {
        this.#do({ is: "offered", attempt, signing });
        if (gone()) throw new Error("given up");
      });
  }

  async #ask(quantity: number): Promise<Required> {
    const reply = await this.#request(this.#url(quantity), { method: "GET" }, lookTimeout)
      .catch((error: unknown) => { throw new Refused(refusal("offline", String(error))); });
    const required = reply.status === 402 ? decode(reply.header("PAYMENT-REQUIRED")) : undefined;
    if (required) return required as Required;
    const answer = understand(reply);
    const { code, message, details } = { code: `http_${reply.status}`, message: "", details: {}, ...answer };
    throw new Refused({ code, message, details });
  }

  #resume(payment: Payment): void {
    this.#do({ is: "kept", payment });
    if (this.#follows || paymentOf(this.state)?.id !== payment.id || this.state.at === "final") return;
    if (isDecided(payment)) void this.#follow(payment); // looking needs no lock
    else void this.#alone(false, async () => {
      // The tab before may have come to an end with it while we waited.
      const kept = this.keep.all().find((p) => p.id === payment.id);
      if (isOpen(this.state) && (kept || !this.keeps || this.state.payment.id === payment.id)) await this.#follow(kept ?? payment);
    });
  }

  /** follow sends the payment and looks after it until it is decided; it goes on looking until it is final. */
  async #follow(payment: Payment): Promise<void> {
    this.#abandon();
    const mine = this.#follows = new AbortController();
    this.#do({ is: "kept", payment });
    if (!isDecided(payment) && !this.keep.put(this.#payment(payment))) this.keeps = false;
    const still = () => !mine.signal.aborted && paymentOf(this.state)?.id === payment.id;
    while (still() && isOpen(this.state)) {
      const after = await this.#turn(payment, mine.signal);
      if (!still()) return;
      this.#remember(payment);
      if (!isOpen(this.state)) break;
      const seconds = after > 0 ? Math.min(after, 60) : Math.min(2 ** Math.max(0, (this.state.trouble?.tries ?? 0) - 1), slowest);
      await this.around.wait(seconds * 1000, mine.signal);
    }
    // It is decided: others may sign. Until it is final it is only looked at.
    if (still() && this.state.at === "mined") void this.#watchFinal(payment, mine);
    else if (this.#follows === mine) this.#follows = undefined;
  }

  async #watchFinal(payment: Payment, mine: AbortController): Promise<void> {
    for (let n = 0; !mine.signal.aborted && this.state.at === "mined"; n++) {
      await this.around.wait(Math.min(2 + n, slowest) * 1000, mine.signal);
      if (mine.signal.aborted) return;
      await this.#look(payment, mine.signal);
      this.#remember(payment);
    }
    if (this.#follows === mine) this.#follows = undefined;
    // A reorg took it back: it is on its way again.
    if (isOpen(this.state)) this.#resume(this.state.payment);
  }

  /** turn sends the payment or asks for its order, and says how many seconds to wait then. */
  async #turn(payment: Payment, signal: AbortSignal): Promise<number> {
    const state = this.state;
    // A parked one is tried again when it is presented again.
    if (state.at === "waiting" && state.order.state !== "parked") return this.#look(payment, signal);
    return this.#present(payment, signal);
  }

  async #present(payment: Payment, signal: AbortSignal): Promise<number> {
    let decided = false;
    // While the server holds the request, the order tells how far it is.
    const looking = (async () => {
      for (;;) {
        await this.around.wait(1500, signal);
        if (decided || signal.aborted) return;
        const reply = await this.#request(this.#order(payment), { method: "GET", signal }, lookTimeout).catch(() => undefined);
        const order = reply && (reply.status === 200 || reply.status === 202) ? asOrder(reply.body) : undefined;
        if (!decided && order && ["claimed", "minting"].includes(order.state)) {
          this.#do({ is: "answered", id: payment.id, answer: { kind: "order", order, after: 0 } });
          this.#remember(payment);
        }
      }
    })();
    try {
      const reply = await this.#request(this.#url(payment.quantity), { method: "POST", headers: { "PAYMENT-SIGNATURE": payment.header }, signal }, presentTimeout);
      return this.#hear(payment, reply, signal);
    } catch (error) {
      return this.#unreachable(payment, error, signal);
    } finally {
      decided = true;
      void looking;
    }
  }

  async #look(payment: Payment, signal: AbortSignal): Promise<number> {
    try {
      const reply = await this.#request(this.#order(payment), { method: "GET", signal }, lookTimeout);
      if (reply.status === 404 && understand(reply).kind === "later" && (reply.body as { error?: { code?: string } } | undefined)?.error?.code === "not_found") {
        if (!signal.aborted) this.#do({ is: "lost", id: payment.id });
        return 1;
      }
      return this.#hear(payment, reply, signal);
    } catch (error) {
      return this.#unreachable(payment, error, signal);
    }
  }

  #hear(payment: Payment, reply: Reply, signal: AbortSignal): number {
    if (signal.aborted) return 0;
    const answer = understand(reply);
    this.#do({ is: "answered", id: payment.id, answer });
    return "after" in answer ? answer.after : 0;
  }

  #unreachable(payment: Payment, error: unknown, signal: AbortSignal): number {
    if (!signal.aborted) this.#do({ is: "unreachable", id: payment.id, message: error instanceof Error ? error.message : String(error) });
    return 0;
  }

  /** remember keeps what is known of the payment, or drops it once nothing more can come of it. */
  #remember(payment: Payment): void {
    const now = paymentOf(this.state);
    if (now?.id !== payment.id) return;
    if (this.state.at === "refused" || this.state.at === "refunded" || this.state.at === "final") this.keep.drop(payment);
    else this.keep.put(now);
  }

  #finish(payment: Payment): void {
    this.#abandon();
    this.keep.drop(payment);
  }

  #payment(payment: Payment): Payment {
    const now = paymentOf(this.state);
    return now?.id === payment.id ? now : payment;
  }

  #abandon(): void {
    this.#follows?.abort();
    this.#follows = undefined;
  }

  #alone(ifFree: boolean, run: () => Promise<void>): Promise<boolean> {
    return this.around.locked(this.#lock, ifFree, run);
  }

  // Paths, not URLs: whatever name the page was opened by, the payment goes there.
  #url(quantity: number): string {
    return `/launches/${encodeURIComponent(this.launch.slug)}/mint${quantity === 1 ? "" : `?quantity=${quantity}`}`;
  }

  #order(payment: Payment): string {
    return `/orders/${payment.id}`;
  }

  async #request(url: string, init: RequestInit, timeout: number): Promise<Reply> {
    const stop = new AbortController(), abort = () => stop.abort();
    const late = setTimeout(abort, timeout);
    init.signal?.addEventListener("abort", abort);
    try {
      const response = await this.around.fetch(url, {
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

  #do(event: Event): void {
    const state = next(this.state, event);
    if (state === this.state) return;
    this.state = state;
    this.#listeners.forEach((tell) => tell());
  }
}

/** Refused is a refusal on its way up. */
class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

function faultOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof OfferMismatch) return refusal("mismatch", error.message, { field: error.field });
  return refusal("wallet", "", { words: explain(error) });
}

function refusal(code: string, message = "", details: Record<string, unknown> = {}): Refusal {
  return { code, message, details };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
