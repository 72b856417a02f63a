// The steps that an operator takes before selling. The server reads anew which of them are done.
import { useEffect, useState } from "preact/hooks";
import { ask } from "./ask";
import { plural } from "./figures";
import { health } from "./health";
import { useObservable } from "./observable";

type State = "done" | "to_do" | "not_needed" | "not_known";
interface Item { code: string; title: string; state: State; detail: string; command?: string; link?: string }
interface List { items: Item[]; left: number }

const marks: Record<State, [text: string, tone: string]> = { done: ["Done", "good"], to_do: ["To do", "warn"], not_needed: ["Not needed", ""], not_known: ["Not known", "warn"] };

export function Checklist() {
  const [list, setList] = useState<List | null>(null);
  const { at } = useObservable(health);
  const minute = Math.floor(at / 60_000); // once a minute is enough
  useEffect(() => {
    if (at === 0) return;
    const stop = new AbortController();
    ask<List>("/checklist", { signal: stop.signal }).then(setList, () => {}); // the overview says that the server does not answer
    return () => stop.abort();
  }, [minute]);
  if (!list) return null;
  return (
    <details class="card checklist" open={list.left > 0}>
      <summary><h2>Checklist</h2> <span class={"pill " + (list.left > 0 ? "warn" : "good")}>{list.left > 0 ? plural(list.left, "item") + " left" : "All done"}</span></summary>
      <ul class="plain">
        {list.items.map((i) => (
          <li key={i.code} data-item={i.code} data-state={i.state}>
            <span class={"pill " + marks[i.state][1]}>{marks[i.state][0]}</span>
            <span>
              <b>{i.title}</b>
              <small>{i.detail} {i.link && <a href={i.link}>Open</a>}</small>
              {i.command && i.state !== "done" && <code class="run" tabIndex={0}>{i.command}</code>}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
