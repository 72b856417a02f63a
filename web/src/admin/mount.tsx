import { render } from "preact";
import { App } from "./app";

/** mount replaces the page's content for browsers without scripts by the dashboard. */
export function mount(): void {
  const place = document.getElementById("admin");
  if (!place) return;
  place.replaceChildren();
  render(<App />, place);
}
