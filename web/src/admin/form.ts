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

/**
 * early returns the fields that the server would refuse for sure, with what to write. A field
 * without an entry may still be wrong: the server checks all of them.
 */
export function early(form: Form): Partial<Record<keyof Form, string>> {
  const wrong: Partial<Record<keyof Form, string>> = {};
  for (const name of needed) if (form[name].trim() === "") wrong[name] = "is needed";
  for (const name of ["price", "allotment", "cap", "limit"] as const) {
    const text = form[name].trim();
    const plain = text.replace(/[,\s_’']/g, "");
    if (text === "" || /^\d+(\.\d+)?$/.test(text)) continue;
    wrong[name] = /^\d+(\.\d+)?$/.test(plain) && text.includes(",") && !/,\d{3}(?!\d)/.test(text) ? `write ${text.replace(",", ".")}, with a point`
      : /^\d+(\.\d+)?$/.test(plain) ? `write ${plain}, without separators` : name === "price" ? "write an amount such as 0.10" : "write a number such as 5000";
  }
  const none = mints(form);
  if (none.startsWith("No ")) wrong.cap ??= `is ${none.charAt(0).toLowerCase()}${none.slice(1)}`;
  for (const name of ["treasury", "owner"] as const) {
    const text = form[name].trim();
    if (text !== "" && !/^0x[0-9a-f]{40}$/i.test(text)) wrong[name] = "is no address: 0x and 40 hex digits. Names such as alice.eth are not resolved here";
  }
  if (form.opens && form.closes && Date.parse(form.closes) <= Date.parse(form.opens)) wrong.closes = "is not after the opening";
  return wrong;
}
