import { useEffect, useState } from "preact/hooks";

/** Observable is a value with subscribers that are called when it changes. */
export interface Observable<T> {
  readonly value: T;
  set(value: T): void;
  subscribe(watch: (value: T) => void): () => void;
}

export function observable<T>(first: T): Observable<T> {
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

/** useObservable returns the value and renders again when it changes. */
export function useObservable<T>(o: Observable<T>): T {
  const [, redraw] = useState({});
  useEffect(() => {
    let shown = o.value;
    const stop = o.subscribe((value) => { shown = value; redraw({}); });
    if (shown !== o.value) redraw({});
    return stop;
  }, [o]);
  return o.value;
}
