// Formats figures and times as the server does.

/** grouped writes "1234567.5" as "1,234,567.5". */
export function grouped(figure: string | number): string {
  const [whole = "", fraction] = String(figure).split(".");
  const parts = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? parts : `${parts}.${fraction}`;
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
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} days ago`;
}

/** within formats a remaining time: "2 days 3 h", "4 min 10 s". */
export function within(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  const units: [number, string][] = [[Math.floor(s / 86400), "days"], [Math.floor(s / 3600) % 24, "h"], [Math.floor(s / 60) % 60, "min"], [s % 60, "s"]];
  const first = units.findIndex(([n]) => n > 0);
  if (first < 0) return "now";
  return units.slice(first, first + 2).map(([n, unit]) => `${n} ${n === 1 && unit === "days" ? "day" : unit}`).join(" ");
}

/** short shortens an address: 0x1234…abcd. */
export function short(address: string): string {
  return address.length < 14 ? address : `${address.slice(0, 6)}…${address.slice(-4)}`;
}
