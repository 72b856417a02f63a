// Which two statements may change places and nobody can tell. When in doubt, none.
import { effects } from "./effects.mjs";

/// Whether a region of memory ends where another begins, or before: only if both are so many bytes from the same place.
const below = (to, from) => to && from && `${to.names}` === `${from.names}` && to.number <= from.number;
const disjoint = (a, b) => below(a.to, b.from) || below(b.to, a.from);

/// Whether the order of two statements means nothing. A revert takes back what was written before it; which of two comes
/// first can be seen only if they are not the same.
export function commute(first, second, known) {
  const [a, b] = [effects(first, known), effects(second, known)];
  if (!a || !b) return false;
  if (a.reverts.size && b.reverts.size && new Set([...a.reverts, ...b.reverts]).size > 1) return false;
  if ((a.looks && b.stores) || (a.stores && b.looks)) return false;
  const apart = (x, y) => [...x].every((one) => !y.has(one));
  const clear = (x, y) => x.every((one) => y.every((other) => disjoint(one, other)));
  return apart(a.writes, b.writes) && apart(a.writes, b.reads) && apart(a.reads, b.writes)
    && clear(a.into, b.into) && clear(a.into, b.from) && clear(a.from, b.into);
}
