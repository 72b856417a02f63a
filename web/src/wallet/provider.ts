/** EIP1193 is the interface between a page and a wallet. */
export interface EIP1193 {
  request(call: { method: string; params?: unknown }): Promise<unknown>;
  on?(event: string, listener: (value: never) => void): unknown;
  removeListener?(event: string, listener: (value: never) => void): unknown;
}

export type Address = `0x${string}`;

/** WalletError is a wallet's error with its EIP-1193 code. */
export class WalletError extends Error {
  constructor(readonly code: number, message: string) {
    super(message);
    this.name = "WalletError";
  }
}

// Codes that mean the same in every wallet: EIP-1193, EIP-1474, EIP-3085.
export const rejected = 4001;
export const unauthorized = 4100;
export const unsupported = 4200;
export const disconnected = 4900;
export const chainDisconnected = 4901;
export const unknownChain = 4902;
export const requestPending = -32002;

/** codeOf returns the code of a wallet's error, unwrapping nested errors, or undefined. */
export function codeOf(error: unknown): number | undefined {
  for (let e = error as Wrapped | undefined, depth = 0; e && typeof e === "object" && depth < 4; depth++) {
    const inner = e.data?.originalError ?? e.info?.error ?? e.cause;
    if (typeof e.code === "number" && !(e.code === -32603 && typeof inner?.code === "number")) return e.code;
    e = inner;
  }
  return undefined;
}

interface Wrapped {
  code?: unknown;
  data?: { originalError?: Wrapped };
  info?: { error?: Wrapped };
  cause?: Wrapped;
}

/** textOf returns an error's message on one line of at most 300 characters. */
export function textOf(error: unknown): string {
  const text = error instanceof Error || (typeof error === "object" && error && "message" in error)
    ? String((error as { message: unknown }).message) : String(error);
  return text.replace(/\s+/g, " ").trim().slice(0, 300);
}
