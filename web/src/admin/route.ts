import { observable } from "./observable";

/** Route is the path and query after the # of the URL. */
export interface Route { path: string; query: URLSearchParams }

function read(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#/, "").split("?", 2) as [string, string?];
  return { path: path.startsWith("/") ? path : "/", query: new URLSearchParams(query) };
}

export const route = observable<Route>(read());

addEventListener("hashchange", () => {
  // A # without a path is not a route, for example the link that skips to the content.
  if (location.hash === "" || location.hash.startsWith("#/")) route.set(read());
});

/** to returns the address of a link, without empty parameters. */
export function to(path: string, query: Record<string, string> = {}): string {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const text = asked.toString();
  return "#" + path + (text && "?" + text);
}

/** replace changes the address without a history entry, for typing into a filter. */
export function replace(address: string): void {
  history.replaceState(history.state, "", address);
  route.set(read());
}
