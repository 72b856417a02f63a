import { useEffect, useState } from "preact/hooks";

/** Cell is a value with subscribers that are called when it changes. */
export interface Cell<T> {
  readonly value: T;
  set(value: T): void;
  subscribe(watch: (value: T) => void): () => void;
}

export function cell<T>(first: T): Cell<T> {
  const watchers = new Set<(value: T) => void>();
  let now = first;
  return {
    get value() { return now; },
    set(value) {
      if (value === now) return;
      now = value;
      for (const watch of [...watchers]) watch(value);
    },
    subscribe(watch) {
      watchers.add(watch);
      return () => { watchers.delete(watch); };
    },
  };
}

/** useCell returns the cell's value and renders again when it changes. */
export function useCell<T>(c: Cell<T>): T {
  const [, redraw] = useState({});
  useEffect(() => {
    let shown = c.value;
    const stop = c.subscribe((value) => { shown = value; redraw({}); });
    if (shown !== c.value) redraw({});
    return stop;
  }, [c]);
  return c.value;
}
