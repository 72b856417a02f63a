import type { Chain, Connected } from "../wallet";
import { explain, watch } from "../wallet";
import { asOrder, decode, type Reply, understand } from "./answer";
import { isDecided, Keep } from "./keep";
import { agreed, OfferMismatch, type Required } from "./offer";
import type { Payment } from "./payment";
import { type Event, isAttempt, isOpen, maySign, next, paymentOf, type Refusal, type State } from "./state";
import type { LaunchTerms } from "./terms";

/** Surroundings are the parts of the browser that Desk uses. */
export interface Surroundings {
  fetch: typeof fetch;
  now(): number;
  /** wait resolves after milliseconds, or as soon as there may be news. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** locked calls run while it holds a lock shared by this origin's tabs. With ifFree, it returns false if the lock is taken. */
  locked(name: string, ifFree: boolean, run: () => Promise<void>): Promise<boolean>;
  sign: typeof import("./sign").sign;
}

/** Maximum delay between two tries in seconds, unless the server asks for another. */
const slowest = 15;
const presentTimeout = 60_000; // ms; the server holds a payment for 20 s by default
const lookTimeout = 15_000;

/**
 * Desk carries one payment at a time from the signature to the outcome. It stores
 * the payment before sending it, and sends it unchanged until the server decides.
 */
export class Desk {
  state: State = { at: "none" };
  /** False if the browser stores no data: then a reload loses the payment. */
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

  /** open resumes a stored payment. */
  open(): void {
    const kept = this.keep.undecided() ?? this.keep.all()[0];
    if (kept) this.#resume(kept);
  }

  /** elsewhere is called when another tab has written to the store. */
  elsewhere(): void {
    const payment = paymentOf(this.state), kept = this.keep.all();
    if (payment && isOpen(this.state) && !kept.some((p) => p.id === payment.id)) {
      // The tab that holds the lock decides. If it removed the payment, this tab
      // stops showing it. A payment that this browser cannot store stays.
      if (!this.#follows && this.keeps) this.#do({ is: "forgotten", id: payment.id });
      return;
    }
    const news = kept.find((p) => p.id === payment?.id) ?? this.keep.undecided();
    if (news && !this.#follows) this.#resume(news);
  }

  /** mint asks for a price, gets one signature for it and sends the payment. A call during another one has no effect. */
  mint(connected: Connected, quantity: number): void {
    if (!maySign(this.state)) return;
    const attempt = ++this.#attempt, before = paymentOf(this.state);
    this.#do({ is: "mint", attempt, quantity });
    void this.#alone(true, async () => {
      // If another tab has signed a payment, follow that one and sign no new one.
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

  /** cancel gives up the current signature. If the wallet signs anyway, the signature is discarded. */
  cancel(why?: string): void {
    if (why && isAttempt(this.state)) this.#do({ is: "failed", attempt: this.state.attempt, refusal: refusal(why) });
    else this.#do({ is: "cancelled" });
  }

  /** again resends a refused payment if that may help; otherwise it starts over. */
  again(): void {
    const before = paymentOf(this.state);
    this.#do({ is: "again" });
    if (isOpen(this.state)) this.#resume(this.state.payment);
    else if (before && this.state.at === "none") this.#finish(before);
  }

  /** dismiss drops a payment that is decided. */
  dismiss(): void {
    const payment = paymentOf(this.state);
    if (!maySign(this.state)) return;
    if (payment) this.#finish(payment);
    this.#do({ is: "dismissed" });
  }

  /** forget drops a payment, whether it is decided or not. */
  forget(): void {
    const payment = paymentOf(this.state);
    if (!payment) return;
    this.#abandon();
    this.keep.drop(payment);
    this.#do({ is: "forgotten", id: payment.id });
  }

  /**
   * signed returns the payment to continue with. A wallet may never answer, so
   * signed returns undefined as soon as the attempt is given up. That also releases
   * the lock for other tabs.
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
      // Without a lock between tabs, another may have signed first: continue with its payment.
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

  /** made asks for the price, compares it with the page and gets the signature. */
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
    if (isDecided(payment)) void this.#follow(payment); // reading its order needs no lock
    else void this.#alone(false, async () => {
      // The tab that held the lock may have completed the payment while we waited.
      const kept = this.keep.all().find((p) => p.id === payment.id);
      if (isOpen(this.state) && (kept || !this.keeps || this.state.payment.id === payment.id)) await this.#follow(kept ?? payment);
    });
  }

  /** follow sends the payment and polls its order until it is decided. Then watchFinal polls until it is final. */
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
    // It is decided, so other tabs may sign. Until it is final, only its order is read.
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
    // A reorg removed the mint, so the payment is followed again.
    if (isOpen(this.state)) this.#resume(this.state.payment);
  }

  /** turn sends the payment or reads its order. It returns the seconds to wait afterwards. */
  async #turn(payment: Payment, signal: AbortSignal): Promise<number> {
    const state = this.state;
    // The server tries a parked payment again only when it is presented again.
    if (state.at === "waiting" && state.order.state !== "parked") return this.#look(payment, signal);
    return this.#present(payment, signal);
  }

  async #present(payment: Payment, signal: AbortSignal): Promise<number> {
    let decided = false;
    // While the server holds the request, the order shows the progress.
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

  /** remember stores the payment's newest state, or drops the payment if its state is the last one. */
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

  // Paths, not URLs: the payment goes to the host name that the page was opened by.
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

/** Refused carries a refusal as an exception. */
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
