// Formats figures and times as the server does.
import { gap, lang, plural, t } from "./language";

const [group, decimal] = separators();

function separators(): [string, string] {
  const parts = new Intl.NumberFormat(lang).formatToParts(12345.6);
  const of = (type: string, or: string) => parts.find((p) => p.type === type)?.value ?? or;
  return [of("group", ","), of("decimal", ".")];
}

/** grouped writes "1234567.5" as "1,234,567.5", with the separators of the page's language. */
export function grouped(figure: string | number): string {
  const [whole = "", fraction] = String(figure).split(".");
  const parts = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return fraction === undefined ? parts : parts + decimal + fraction;
}

/** times multiplies a decimal figure by a whole number, exactly. */
export function times(figure: string, n: number): string {
  const [whole = "0", fraction = ""] = figure.split(".");
  const product = (BigInt(whole + fraction) * BigInt(n)).toString().padStart(fraction.length + 1, "0");
  return fraction ? `${product.slice(0, -fraction.length)}.${product.slice(-fraction.length)}` : product;
}

/** ago formats the time since a moment: "just now", "5 min ago". */
export function ago(at: string, now = Date.now()): string {
  const seconds = (now - Date.parse(at)) / 1000;
  if (seconds < 60) return t("just now");
  if (seconds < 3600) return t("{n} min ago", Math.floor(seconds / 60));
  if (seconds < 48 * 3600) return t("{n} h ago", Math.floor(seconds / 3600));
  return t("{n} days ago", Math.floor(seconds / 86400));
}

/** within formats a remaining time: "2 days 3 h", "4 min 10 s". */
export function within(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  const days = Math.floor(s / 86400), hours = Math.floor(s / 3600) % 24, minutes = Math.floor(s / 60) % 60;
  const units: [number, string][] = [[days, plural(days, String(days), "{n} day", "{n} days")], [hours, t("{n} h", hours)], [minutes, t("{n} min", minutes)], [s % 60, t("{n} s", s % 60)]];
  const first = units.findIndex(([n]) => n > 0);
  return first < 0 ? t("now") : units.slice(first, first + 2).map(([, text]) => text).join(gap);
}

/** share formats how much of the cap is minted: "12%", or "under 1%". */
export function share(sold: number, of: number): string {
  const percent = (n: number) => new Intl.NumberFormat(lang, { style: "percent" }).format(n / 100);
  const n = of ? Math.floor((sold * 100) / of) : 0;
  return n > 0 || sold === 0 ? percent(n) : t("under {percent}", percent(1));
}

/** short shortens an address: 0x1234…abcd. */
export function short(address: string): string {
  return address.length < 14 ? address : `${address.slice(0, 6)}…${address.slice(-4)}`;
}
