import { copy } from "./copy";

/** sharing makes each button of class share open the system's share sheet, or copy the link if there is none. */
export function sharing(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button.share")) {
    const url = button.dataset.url ?? location.href;
    button.addEventListener("click", async () => {
      if (!navigator.share) return copy(button, url);
      try {
        await navigator.share({ title: document.title, url });
      } catch (error) {
        if (!(error instanceof DOMException && error.name === "AbortError")) await copy(button, url);
      }
    });
  }
}
