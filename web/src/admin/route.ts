import { cell } from "./cell";

/** Route is what the address bar asks for, behind its #. */
export interface Route { path: string; query: URLSearchParams }

function read(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#/, "").split("?", 2) as [string, string?];
  return { path: path.startsWith("/") ? path : "/", query: new URLSearchParams(query) };
}

export const route = cell<Route>(read());

addEventListener("hashchange", () => {
  // The link that skips to the content is no page of ours.
  if (location.hash === "" || location.hash.startsWith("#/")) route.set(read());
});

/** to is a link's address; what is empty is left out. */
export function to(path: string, query: Record<string, string> = {}): string {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const text = asked.toString();
  return "#" + path + (text && "?" + text);
}

/** replace changes the address without a step in the history, as typing into a filter does. */
export function replace(address: string): void {
  history.replaceState(history.state, "", address);
  route.set(read());
}
