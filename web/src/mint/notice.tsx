import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { t } from "../language";
import type { Words } from "../wallet";

/** Notice shows a message and its actions. It gets the focus when the view changes to it. */
export function Notice({ words, kind, children, level: H = "h3" }: { words: Words; kind: "good" | "warn" | "stop" | "plain"; children?: ComponentChildren; level?: "h3" | "p" }) {
  return (
    <div class={`note ${kind}`}>
      <H class="note-title" data-focus tabIndex={-1}>{words.title}</H>
      {words.what && <p>{words.what}</p>}
      {words.todo && <p>{words.todo}</p>}
      {(children || words.details) && <div class="buttons">{children}{words.details && <Copy text={words.details} label={t("Copy details")} />}</div>}
    </div>
  );
}

/** Copy is a button that copies text to the clipboard. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [said, say] = useState("");
  if (!navigator.clipboard) return null;
  const copy = () => navigator.clipboard.writeText(text).then(() => t("Copied"), () => t("Not copied")).then((what) => {
    say(what);
    setTimeout(() => say(""), 2000);
  });
  return <button class="button little" type="button" onClick={() => void copy()}>{said || label}</button>;
}
