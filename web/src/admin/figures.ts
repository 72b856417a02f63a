// Amounts, times and addresses as text, and comparisons of addresses.
import { grouped } from "../words";

export { grouped, short } from "../words";

/** brief shortens an amount of the gas coin: four decimals from 1 on, otherwise four significant digits. */
export function brief(decimal: string): string {
  const n = Number(decimal);
  if (!(n > 0)) return decimal;
  const digits = n >= 1 ? 4 : Math.min(18, 3 - Math.floor(Math.log10(n)));
  return grouped(n.toFixed(digits).replace(/\.?0+$/, ""));
}

/** plural returns a number with its noun: "1 mint", "1,000 mints". */
export function plural(n: number, noun: string, nouns = noun + "s"): string {
  return grouped(n) + " " + (n === 1 ? noun : nouns);
}

/** same reports whether two addresses are equal, in any case of letters. A missing one equals none. */
export const same = (a?: string, b?: string) => !!a && !!b && a.toLowerCase() === b.toLowerCase();

/** nobody reports whether the address is zero: the role has no holder. */
export const nobody = (address: string) => /^0x0*$/.test(address);

/** ago formats the time since a moment. From 48 hours on, it returns the date. */
export function ago(at: string, now = Date.now()): string {
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  if (Number.isNaN(seconds)) return "";
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}

/** moment formats a date and time in the reader's language and time zone. */
export const moment = (at: string) =>
  new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
