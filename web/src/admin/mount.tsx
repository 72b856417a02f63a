import { render } from "preact";
import { App } from "./app";

/** mount puts the dashboard in the place of what the page says without a script. */
export function mount(): void {
  const place = document.getElementById("admin");
  if (!place) return;
  place.replaceChildren();
  render(<App />, place);
}
