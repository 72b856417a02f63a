import { isPayment, type Payment } from "./payment";

/** StorageArea is the part of localStorage that PaymentStore uses. */
export type StorageArea = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/**
 * PaymentStore stores the payments of one launch across reloads, one for each payer. A
 * payment is stored before it is sent.
 */
export class PaymentStore {
  readonly #prefix: string;

  constructor(readonly store: StorageArea | undefined, chainId: number, token: string) {
    this.#prefix = `mint402:payment:${chainId}:${token.toLowerCase()}:`;
  }

  /** put stores the payment and reports whether that worked: some browsers store no data. */
  put(payment: Payment): boolean {
    try {
      const name = this.#name(payment), text = JSON.stringify(payment);
      this.store?.setItem(name, text);
      return this.store?.getItem(name) === text;
    } catch {
      return false;
    }
  }

  /** drop removes the payment, unless another has replaced it. */
  drop(payment: Payment): void {
    try {
      if (this.#read(this.#name(payment))?.id === payment.id) this.store?.removeItem(this.#name(payment));
    } catch { /* it was never stored */ }
  }

  /** all returns the stored payments, newest first. */
  all(): Payment[] {
    const stored: Payment[] = [];
    try {
      for (let i = 0; i < (this.store?.length ?? 0); i++) {
        const payment = this.#read(this.store?.key(i) ?? "");
        if (payment) stored.push(payment);
      }
    } catch { /* the store cannot be read */ }
    return stored.sort((a, b) => b.signedAt - a.signedAt);
  }

  /** undecided returns a payment that may still be charged, as far as this browser knows. */
  undecided(): Payment | undefined {
    return this.all().find((p) => !isDecided(p));
  }

  /** owns reports whether a storage event's key is ours. A null key stands for all keys. */
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

/** isDecided reports whether the tokens are minted. A reorg may still take them back for some time. */
export function isDecided(payment: Payment): boolean {
  return payment.order?.state === "mined" || payment.order?.state === "minted";
}
