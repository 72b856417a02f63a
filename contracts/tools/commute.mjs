// Decides which statements can be swapped without a visible difference. When in doubt, the answer is no.
import { effects } from "./effects.mjs";

/// Reports whether a region of memory ends at or before the start of another. Only offsets from the same base are compared.
const below = (to, from) => to && from && `${to.names}` === `${from.names}` && to.number <= from.number;
const disjoint = (a, b) => below(a.to, b.from) || below(b.to, a.from);

/// Reports whether the order of two statements makes no difference. A revert undoes earlier writes. The order of two reverts
/// is visible only if they differ.
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
