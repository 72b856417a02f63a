import { cell, useCell } from "./cell";

interface Toast { id: number; tone: "good" | "stop" | "plain"; text: string }

const shown = cell<Toast[]>([]);
let last = 0;

/** toast says that something happened. What went wrong stays until it is put away. */
export function toast(text: string, tone: Toast["tone"] = "plain"): void {
  const id = ++last;
  shown.set([...shown.value.filter((t) => t.text !== text).slice(-3), { id, tone, text }]);
  if (tone !== "stop") setTimeout(() => drop(id), 8000);
}

const drop = (id: number) => shown.set(shown.value.filter((t) => t.id !== id));

const dialogs = cell<string[]>([]); // that are open, the top one last

/** cover says that a dialog lies over the page, until what it returns is called. */
export function cover(dialog: string): () => void {
  dialogs.set([...dialogs.value, dialog]);
  return () => dialogs.set(dialogs.value.filter((d) => d !== dialog));
}

/** Toasts show in the top dialog, or in the page: what lies under a dialog is hidden, and out of reach. */
export function Toasts({ over = "" }: { over?: string }) {
  const toasts = useCell(shown);
  const top = useCell(dialogs).at(-1) ?? "";
  return (
    <div class="toasts" role="status" aria-label="What happened">
      {top === over && toasts.map((t) => (
        <div key={t.id} class={"toast " + t.tone}>
          <span>{t.text}</span>
          <button type="button" aria-label="Put away" onClick={() => drop(t.id)}><span aria-hidden="true">✕</span></button>
        </div>
      ))}
    </div>
  );
}
