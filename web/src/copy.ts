import { t } from "./language";

/** copying makes each button after a command copy it, including buttons added later. */
export function copying(): void {
  document.addEventListener("click", (e) => {
    const button = e.target instanceof Element && e.target.closest<HTMLButtonElement>(".command > .copy");
    if (button) void copy(button, button.previousElementSibling?.textContent ?? "");
  });
}

/** copy puts text on the clipboard and shows the result on the button. */
export async function copy(button: HTMLButtonElement, text: string): Promise<void> {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = t("Copied");
  } catch { // not in a secure context, or not allowed
    button.textContent = t("Not copied");
  }
  setTimeout(() => { button.textContent = before; }, 1500);
}
