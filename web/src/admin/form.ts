// The form of a launch, before the server reads it.
import type { Form } from "./answers";
import { grouped } from "./figures";

/** needed lists the fields that the terms require. */
export const needed: (keyof Form)[] = ["name", "symbol", "price", "allotment", "cap"];

/** asked returns the form as the server expects it: times in UTC, fields trimmed. */
export function asked(form: Form): Form {
  const trimmed = Object.fromEntries(Object.entries(form).map(([key, value]) => [key, value.trim()])) as unknown as Form;
  return { ...trimmed, opens: utc(form.opens), closes: utc(form.closes) };
}

// Times are typed in the visitor's time zone.
function utc(local: string): string {
  const at = local === "" ? NaN : Date.parse(local);
  return Number.isNaN(at) ? local : new Date(at).toISOString().replace(/\.\d+/, "");
}

/** mints shows how many mints the cap allows, if cap and allotment are whole numbers. The server checks all cases. */
export function mints(form: Form): string {
  const cap = form.cap.trim(), allotment = form.allotment.trim();
  if (!/^\d+$/.test(cap) || !/^[1-9]\d*$/.test(allotment)) return "";
  const [count, rest] = [BigInt(cap) / BigInt(allotment), BigInt(cap) % BigInt(allotment)];
  return rest === 0n ? `${grouped(count.toString())} ${count === 1n ? "mint" : "mints"}` : `No multiple of ${grouped(allotment)}; ${grouped((count * BigInt(allotment)).toString())} would be.`;
}
