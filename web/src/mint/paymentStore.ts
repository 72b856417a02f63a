import { isPayment, type Payment } from "./payment";

/** StorageArea is the part of localStorage that PaymentStore uses. */
export type StorageArea = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/**
 * PaymentStore stores the payments of one launch across reloads, each under its own
 * name. A payment is stored before it is sent. Tabs share the store, so no write of one
 * payment removes another that may still be charged.
 */
export class PaymentStore {
  readonly #prefix: string;

  constructor(readonly area: StorageArea | undefined, chainId: number, token: string) {
    this.#prefix = `mint402:payment:${chainId}:${token.toLowerCase()}:`;
  }

  /** put stores the payment and reports whether that worked: some browsers store no data. */
  put(payment: Payment): boolean {
    try {
      const name = this.#prefix + payment.id.toLowerCase(), text = JSON.stringify(payment);
      this.area?.setItem(name, text);
      if (this.area?.getItem(name) !== text) return false;
      this.#remove((p, at) => p.id === payment.id ? at !== name : isDecided(p) && p.payer === payment.payer && p.signedAt < payment.signedAt);
      return true;
    } catch {
      return false;
    }
  }

  /** drop removes the payment. */
  drop(payment: Payment): void {
    try {
      this.#remove((p) => p.id === payment.id);
    } catch { /* it was never stored */ }
  }

  /** all returns the stored payments, newest first. */
  all(): Payment[] {
    try {
      return this.#read().map(([, payment]) => payment).sort((a, b) => b.signedAt - a.signedAt);
    } catch {
      return []; // the store cannot be read
    }
  }

  /** undecided returns a payment that may still be charged, as far as this browser knows. */
  undecided(): Payment | undefined {
    return this.all().find((p) => !isDecided(p));
  }

  /** owns reports whether a storage event's key is ours. A null key stands for all keys. */
  owns(name: string | null): boolean {
    return name === null || name.startsWith(this.#prefix);
  }

  /** read returns the payments with their names. Earlier versions named a payment by its payer. */
  #read(): [name: string, payment: Payment][] {
    const found: [string, Payment][] = [];
    for (let i = 0; i < (this.area?.length ?? 0); i++) {
      const name = this.area?.key(i) ?? "";
      const payment = name.startsWith(this.#prefix) ? this.#parse(name) : undefined;
      if (payment) found.push([name, payment]);
    }
    return found;
  }

  #parse(name: string): Payment | undefined {
    try {
      const value: unknown = JSON.parse(this.area?.getItem(name) ?? "null");
      return isPayment(value) ? value : undefined;
    } catch {
      return undefined; // other code wrote it
    }
  }

  #remove(which: (payment: Payment, name: string) => boolean): void {
    for (const [name, payment] of this.#read()) if (which(payment, name)) this.area?.removeItem(name);
  }
}

/** isDecided reports whether the tokens are minted. A reorg may still take them back for some time. */
export function isDecided(payment: Payment): boolean {
  return payment.order?.state === "mined" || payment.order?.state === "minted";
}
