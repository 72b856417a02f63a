// A private note about a launch or an order. Only operators see it.
import { useEffect, useState } from "preact/hooks";
import { ask } from "./ask";
import { Ago, Hex } from "./format";
import { health } from "./health";
import { useObservable } from "./observable";

interface Note { of: string; text: string; author?: string; at?: string }
const most = 2000; // characters

type About = { of: string; heading?: "h2" | "h3" };

export function PrivateNote(about: About) {
  const { overview } = useObservable(health);
  return overview && !overview.rules ? <OperatorsNote {...about} /> : null; // a creator has rules
}

function OperatorsNote({ of, heading: Heading = "h2" }: About) {
  const id = "note-" + of.replace(/\W/g, "-"); // several may be on a page
  const [note, setNote] = useState<Note | null>(null);
  const [text, setText] = useState("");
  const [said, say] = useState<{ text: string; wrong?: boolean }>({ text: "" });
  useEffect(() => {
    const stop = new AbortController();
    ask<Note>("/notes?of=" + encodeURIComponent(of), { signal: stop.signal }).then(
      (n) => { setNote(n); setText(n.text); },
      (e: Error) => { if (!stop.signal.aborted) say({ text: e.message, wrong: true }); });
    return () => stop.abort();
  }, [of]);
  const save = () => ask<Note>("/notes", { body: { of, text } }).then(
    (n) => { setNote(n); setText(n.text); say({ text: n.text ? "Saved" : "Deleted" }); },
    (e: Error) => say({ text: e.message, wrong: true }));
  return (
    <form class="private-note" novalidate onSubmit={(e) => { e.preventDefault(); void save(); }}>
      <Heading>Private note</Heading>
      <div class="field">
        <label for={id} class="visually-hidden">Private note</label>
        <textarea id={id} maxLength={most} value={text} disabled={!note} onInput={(e) => { setText(e.currentTarget.value); say({ text: "" }); }} aria-describedby={id + "-hint"} />
        <span id={id + "-hint"} class="hint">Shown only in this dashboard. {note?.at && <>Written <Ago at={note.at} /> by {note.author && <Hex value={note.author} kind="address" what="author" />}.</>}</span>
      </div>
      <div class="buttons"><button class="button little" disabled={!note || text === note.text}>Save note</button> <span role="status" class={said.wrong ? "wrong" : "small soft"}>{said.text}</span></div>
    </form>
  );
}
