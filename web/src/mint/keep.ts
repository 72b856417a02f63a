import { isPayment, type Payment } from "./payment";

/** Store is the part of localStorage that is needed. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/**
 * Keep remembers the payments of one launch over reloads, one for each payer. A
 * payment is put here before it is sent.
 */
export class Keep {
  readonly #prefix: string;

  constructor(readonly store: Store | undefined, chainId: number, token: string) {
    this.#prefix = `mint402:payment:${chainId}:${token.toLowerCase()}:`;
  }

  /** put says whether it is really there: some browsers keep nothing. */
  put(payment: Payment): boolean {
    try {
      const name = this.#name(payment), text = JSON.stringify(payment);
      this.store?.setItem(name, text);
      return this.store?.getItem(name) === text;
    } catch {
      return false;
    }
  }

  /** drop forgets the payment, unless another has taken its place. */
  drop(payment: Payment): void {
    try {
      if (this.#read(this.#name(payment))?.id === payment.id) this.store?.removeItem(this.#name(payment));
    } catch { /* it was never there */ }
  }

  /** all are the payments kept, the newest first. */
  all(): Payment[] {
    const kept: Payment[] = [];
    try {
      for (let i = 0; i < (this.store?.length ?? 0); i++) {
        const payment = this.#read(this.store?.key(i) ?? "");
        if (payment) kept.push(payment);
      }
    } catch { /* none can be read */ }
    return kept.sort((a, b) => b.signedAt - a.signedAt);
  }

  /** undecided is a payment that may still be charged for all that is known here. */
  undecided(): Payment | undefined {
    return this.all().find((p) => !isDecided(p));
  }

  /** owns says whether a key of the store is one of ours. */
  owns(name: string | null): boolean {
    return name === null || name.startsWith(this.#prefix);
  }

  #name(payment: Payment): string {
    return this.#prefix + payment.payer.toLowerCase();
  }

  #read(name: string): Payment | undefined {
    if (!name.startsWith(this.#prefix)) return undefined;
    try {
      const value: unknown = JSON.parse(this.store?.getItem(name) ?? "null");
      return isPayment(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }
}

/** isDecided: its tokens are there, if only a reorg takes them back for a while. */
export function isDecided(payment: Payment): boolean {
  return payment.order?.state === "mined" || payment.order?.state === "minted";
}
