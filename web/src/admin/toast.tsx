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

export function Toasts() {
  const toasts = useCell(shown);
  return (
    <div class="toasts" role="status" aria-label="What happened">
      {toasts.map((t) => (
        <div key={t.id} class={"toast " + t.tone}>
          <span>{t.text}</span>
          <button type="button" aria-label="Put away" onClick={() => drop(t.id)}><span aria-hidden="true">✕</span></button>
        </div>
      ))}
    </div>
  );
}
