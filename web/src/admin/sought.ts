/** sought returns the id of a payment if its receipt's address was typed, and the text otherwise. */
export function sought(typed: string): string {
  return /\/r\/(0x[0-9a-f]{64})(?:[/?#]|$)/i.exec(typed)?.[1] ?? typed.trim();
}
