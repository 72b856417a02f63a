import type { Chain, Connected } from "../wallet";
import { explain, watch } from "../wallet";
import type { Answer } from "./answer";
import { MintAPI, Refused } from "./api";
import { agreed, OfferMismatch } from "./offer";
import type { Payment } from "./payment";
import { isDecided, type PaymentStore } from "./paymentStore";
import { delay, type Event, finalDelay, isAttempt, isOpen, isOver, maySign, mustSend, next, paymentOf, type Refusal, type State } from "./state";
import type { LaunchTerms } from "./terms";

/** Browser has the functions of the browser that a Purchase uses. Tests replace it. */
export interface Browser {
  fetch: typeof fetch;
  now(): number;
  /** wait resolves after milliseconds, or as soon as there may be news. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** locked calls run while it holds a lock shared by this origin's tabs. With ifFree, it returns false if the lock is taken. */
  locked(name: string, ifFree: boolean, run: () => Promise<void>): Promise<boolean>;
  sign: typeof import("./sign").sign;
}

/**
 * Purchase carries one payment at a time from the signature to the outcome. It stores
 * the payment before sending it, and sends it unchanged until the server decides. What
 * an event means is decided in state.ts; Purchase makes the requests, asks the wallet
 * and keeps the store in step.
 */
export class Purchase {
  state: State = { at: "none" };
  /** False if the browser stores no data: then a reload loses the payment. */
  stored = true;

  #attempt = 0;
  #follows: AbortController | undefined;
  readonly #api: MintAPI;
  readonly #lock: string;
  readonly #listeners = new Set<() => void>();

  constructor(readonly launch: LaunchTerms, readonly chain: Chain, readonly payments: PaymentStore, readonly browser: Browser) {
    this.#api = new MintAPI(launch.slug, (...call) => browser.fetch(...call));
    this.#lock = `mint402:pay:${chain.chainId}:${launch.token.toLowerCase()}`;
  }

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** open resumes a stored payment. */
  open(): void {
    const payment = this.payments.undecided() ?? this.payments.all()[0];
    if (payment) this.#resume(payment);
  }

  /** elsewhere is called when another tab has written to the store. */
  elsewhere(): void {
    const payment = paymentOf(this.state), stored = this.payments.all();
    if (payment && isOpen(this.state) && !stored.some((p) => p.id === payment.id)) {
      // The tab that holds the lock decides. If it removed the payment, this tab
      // stops showing it. A payment that this browser cannot store stays.
      if (!this.#follows && this.stored) this.#do({ is: "forgotten", id: payment.id });
      return;
    }
    const news = stored.find((p) => p.id === payment?.id) ?? this.payments.undecided();
    if (news && !this.#follows) this.#resume(news);
  }

  /** mint asks for a price, gets one signature for it and sends the payment. A call during another one has no effect. */
  mint(connected: Connected, quantity: number): void {
    if (!maySign(this.state)) return;
    const attempt = ++this.#attempt, before = paymentOf(this.state);
    this.#do({ is: "mint", attempt, quantity });
    void this.#alone(true, async () => {
      // If another tab has signed a payment, follow that one and sign no new one.
      const undecided = this.payments.undecided();
      if (undecided) {
        this.#do({ is: "cancelled" });
        return this.#follow(undecided);
      }
      this.#abandon();
      if (before) this.payments.drop(before);
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
    this.payments.drop(payment);
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
      const first = this.payments.undecided();
      if (first) {
        this.#do({ is: "cancelled" });
        return first;
      }
      this.stored = this.payments.put(payment);
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
    const required = await this.#api.price(quantity);
    const requirement = agreed(required, this.launch, this.chain, quantity);
    if (gone()) return undefined;
    return this.browser.sign({ required, requirement, launch: this.launch, chain: this.chain, quantity, connected },
      () => this.browser.now(), (signing) => {
        this.#do({ is: "offered", attempt, signing });
        if (gone()) throw new Error("given up");
      });
  }

  #resume(payment: Payment): void {
    this.#do({ is: "stored", payment });
    if (this.#follows || paymentOf(this.state)?.id !== payment.id || this.state.at === "final") return;
    if (isDecided(payment)) void this.#follow(payment); // reading its order needs no lock
    else void this.#alone(false, async () => {
      // The tab that held the lock may have completed the payment while we waited.
      const stored = this.payments.all().find((p) => p.id === payment.id);
      if (isOpen(this.state) && (stored || !this.stored || this.state.payment.id === payment.id)) await this.#follow(stored ?? payment);
    });
  }

  /** follow sends the payment and polls its order until it is decided. Then watchFinal polls until it is final. */
  async #follow(payment: Payment): Promise<void> {
    this.#abandon();
    const mine = this.#follows = new AbortController();
    this.#do({ is: "stored", payment });
    if (!isDecided(payment) && !this.payments.put(this.#payment(payment))) this.stored = false;
    const still = () => !mine.signal.aborted && paymentOf(this.state)?.id === payment.id;
    while (still() && isOpen(this.state)) {
      const after = await this.#turn(payment, mine.signal);
      if (!still()) return;
      this.#remember(payment);
      if (!isOpen(this.state)) break;
      await this.browser.wait(delay(this.state.trouble?.tries ?? 0, after) * 1000, mine.signal);
    }
    // It is decided, so other tabs may sign. Until it is final, only its order is read.
    if (still() && this.state.at === "mined") void this.#watchFinal(payment, mine);
    else if (this.#follows === mine) this.#follows = undefined;
  }

  async #watchFinal(payment: Payment, mine: AbortController): Promise<void> {
    for (let n = 0; !mine.signal.aborted && this.state.at === "mined"; n++) {
      await this.browser.wait(finalDelay(n) * 1000, mine.signal);
      if (mine.signal.aborted) return;
      await this.#look(payment, mine.signal);
      this.#remember(payment);
    }
    if (this.#follows === mine) this.#follows = undefined;
    // A reorg removed the mint, so the payment is followed again.
    if (isOpen(this.state)) this.#resume(this.state.payment);
  }

  /** turn sends the payment or reads its order. It returns the seconds that the server asks to wait afterwards, or 0. */
  async #turn(payment: Payment, signal: AbortSignal): Promise<number> {
    return mustSend(this.state) ? this.#send(payment, signal) : this.#look(payment, signal);
  }

  async #send(payment: Payment, signal: AbortSignal): Promise<number> {
    let over = false;
    // While the server holds the request, the order shows the progress.
    void (async () => {
      for (;;) {
        await this.browser.wait(1500, signal);
        if (over || signal.aborted) return;
        const answer = await this.#api.order(payment, signal).catch(() => undefined);
        if (over || answer?.kind !== "order" || !["claimed", "minting"].includes(answer.order.state)) continue;
        this.#hear(payment, answer, signal);
        this.#remember(payment);
      }
    })();
    try {
      return this.#hear(payment, await this.#api.pay(payment, signal), signal);
    } catch (error) {
      return this.#unreachable(payment, error, signal);
    } finally {
      over = true;
    }
  }

  async #look(payment: Payment, signal: AbortSignal): Promise<number> {
    try {
      const answer = await this.#api.order(payment, signal);
      if (answer) return this.#hear(payment, answer, signal);
    } catch (error) {
      return this.#unreachable(payment, error, signal);
    }
    if (!signal.aborted) this.#do({ is: "lost", id: payment.id });
    return 1;
  }

  #hear(payment: Payment, answer: Answer, signal: AbortSignal): number {
    if (signal.aborted) return 0;
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
    if (isOver(this.state)) this.payments.drop(payment);
    else this.payments.put(now);
  }

  #finish(payment: Payment): void {
    this.#abandon();
    this.payments.drop(payment);
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
    return this.browser.locked(this.#lock, ifFree, run);
  }

  #do(event: Event): void {
    const state = next(this.state, event);
    if (state === this.state) return;
    this.state = state;
    this.#listeners.forEach((tell) => tell());
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
