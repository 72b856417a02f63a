import { observable, useObservable } from "./observable";

interface Toast { id: number; tone: "good" | "stop" | "plain"; text: string; of: string; undo?: () => void }

const shown = observable<Toast[]>([]);
let last = 0;

/**
 * toast shows a message for 8 seconds. One with tone "stop" stays until it is closed. A message of
 * a form replaces the earlier one of the same form, which of names. With undo, it has a button for that.
 */
export function toast(text: string, tone: Toast["tone"] = "plain", of = "", undo?: () => void): void {
  const id = ++last;
  untoast(of);
  shown.set([...shown.value.filter((t) => t.text !== text).slice(-3), { id, tone, text, of, undo }]);
  if (tone !== "stop") setTimeout(() => drop(id), 8000);
}

/** untoast removes the messages of a form: when it is sent again, and when it is left. */
export function untoast(of: string): void {
  if (of && shown.value.some((t) => t.of === of)) shown.set(shown.value.filter((t) => t.of !== of));
}

const drop = (id: number) => shown.set(shown.value.filter((t) => t.id !== id));

const dialogs = observable<string[]>([]); // ids of the open dialogs, the top one last

/** cover registers an open dialog, until the function that it returns is called. */
export function cover(dialog: string): () => void {
  dialogs.set([...dialogs.value, dialog]);
  return () => dialogs.set(dialogs.value.filter((d) => d !== dialog));
}

/** Toasts shows the toasts in the top dialog, or in the page if there is none: content under a dialog cannot be seen or reached. */
export function Toasts({ over = "" }: { over?: string }) {
  const toasts = useObservable(shown);
  const top = useObservable(dialogs).at(-1) ?? "";
  return (
    <div class="toasts" role="status" aria-label="What happened">
      {top === over && toasts.map((t) => (
        <div key={t.id} class={"toast " + t.tone}>
          <span>{t.text}</span>
          {t.undo && <button type="button" class="undo" onClick={() => { drop(t.id); t.undo?.(); }}>Undo</button>}
          <button type="button" aria-label="Put away" onClick={() => drop(t.id)}><span aria-hidden="true">✕</span></button>
        </div>
      ))}
    </div>
  );
}
