// The form of a launch, before the server reads it.
import type { Form } from "./answers";
import { grouped } from "./figures";

/** needed are the fields without which there are no terms. */
export const needed: (keyof Form)[] = ["name", "symbol", "price", "allotment", "cap"];

/** asked is the form as the server takes it: moments in UTC, nothing around words. */
export function asked(form: Form): Form {
  const trimmed = Object.fromEntries(Object.entries(form).map(([key, value]) => [key, value.trim()])) as unknown as Form;
  return { ...trimmed, opens: utc(form.opens), closes: utc(form.closes) };
}

// An hour that was typed is one of the visitor's clock.
function utc(local: string): string {
  const at = local === "" ? NaN : Date.parse(local);
  return Number.isNaN(at) ? local : new Date(at).toISOString().replace(/\.\d+/, "");
}

/** mints is how many a cap comes to, while both are whole numbers; the server says it in any case. */
export function mints(form: Form): string {
  const cap = form.cap.trim(), allotment = form.allotment.trim();
  if (!/^\d+$/.test(cap) || !/^[1-9]\d*$/.test(allotment)) return "";
  const [count, rest] = [BigInt(cap) / BigInt(allotment), BigInt(cap) % BigInt(allotment)];
  return rest === 0n ? `${grouped(count.toString())} ${count === 1n ? "mint" : "mints"}` : `No multiple of ${grouped(allotment)}; ${grouped((count * BigInt(allotment)).toString())} would be.`;
}
