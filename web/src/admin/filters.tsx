import { useEffect, useState } from "preact/hooks";
import type { Overview } from "./answers";
import { useObservable } from "./observable";
import { health } from "./health";
import { replace, to } from "./route";
import { sought } from "./sought";
import { inWords, states } from "./states";

const names = ["launch", "state", "q", "attention"] as const;

/** asked returns the filter in the URL as a query for the server and its CSV. */
export function asked(query: URLSearchParams): string {
  return new URLSearchParams(names.map((n) => [n, query.get(n) ?? ""]).filter(([, value]) => value !== "") as [string, string][]).toString();
}

/** ofOne names a launch in a creator's query that has none: the server searches one of them at a time. */
export function ofOne(query: URLSearchParams, overview: Overview | null): URLSearchParams {
  const first = overview?.rules && overview.launches[0]?.launch.slug;
  if (!first || query.get("launch")) return query;
  return new URLSearchParams([...query, ["launch", first]]);
}

/** Filters writes its values into the URL, so that a search can be shared as a link. */
export function Filters({ query }: { query: URLSearchParams }) {
  const { overview } = useObservable(health);
  const of = (name: string) => ofOne(query, overview).get(name) ?? "";
  const change = (name: string, value: string) =>
    replace(to("/orders", { ...Object.fromEntries(names.map((n) => [n, of(n)])), [name]: value }));

  const [typed, setTyped] = useState(of("q"));
  useEffect(() => setTyped(of("q")), [of("q")]);
  useEffect(() => {
    if (sought(typed) === of("q")) return;
    const wait = setTimeout(() => change("q", sought(typed)), 300);
    return () => clearTimeout(wait);
  }, [typed]);

  return (
    <form class="filters" role="search" aria-label="Orders" onSubmit={(e) => { e.preventDefault(); change("q", sought(typed)); }}>
      <div class="field q">
        <label for="q">Search</label>
        <input id="q" type="search" value={typed} onInput={(e) => setTyped(e.currentTarget.value)} spellcheck={false} autocomplete="off" placeholder="Payment id, receipt, transaction or payer, 0x…" />
      </div>
      <div class="field">
        <label for="state">State</label>
        <select id="state" value={of("state")} onChange={(e) => change("state", e.currentTarget.value)}>
          <option value="">All</option>
          {states.map((s) => <option key={s} value={s}>{inWords(s).name}</option>)}
        </select>
      </div>
      <div class="field">
        <label for="of">Launch</label>
        <select id="of" value={of("launch")} onChange={(e) => change("launch", e.currentTarget.value)}>
          {!overview?.rules && <option value="">All</option>}
          {overview?.launches.map(({ launch: l }) => <option key={l.slug} value={l.slug}>{l.name}</option>)}
        </select>
      </div>
      <label class="check"><input type="checkbox" checked={of("attention") === "1"} onChange={(e) => change("attention", e.currentTarget.checked ? "1" : "")} /> Only those that need a person</label>
    </form>
  );
}
