import { useEffect, useState } from "preact/hooks";
import { ask, Refusal, send, sentence } from "./ask";
import { Moment } from "./format";
import { toast, untoast } from "./toast";
import { unfit } from "./upload";

interface Picture { source?: string; animated?: boolean; files?: { variant: string; type: string; hash: string }[] }
interface Texts { description?: string; about?: string; accent?: string; website?: string; x?: string; telegram?: string; discord?: string; farcaster?: string; tradesAt?: string }
interface Version { version: number; at: string; author: string; changed: string[]; profile: Texts & { image?: Picture; banner?: Picture } }
interface Answer { newest: Version; history: Version[] }

const texts: { name: keyof Texts; label: string; hint?: string; area?: number }[] = [
  { name: "description", label: "Description", hint: "One or two sentences.", area: 2 },
  { name: "about", label: "Long description", hint: "Markdown. HTML in it is dropped; pictures are shown as their text.", area: 8 },
  { name: "accent", label: "Accent colour", hint: "#rrggbb. It is made darker or lighter until text in it can be read." },
  { name: "website", label: "Website", hint: "https only." },
  { name: "x", label: "X", hint: "@name, or the page’s URL." },
  { name: "telegram", label: "Telegram" },
  { name: "discord", label: "Discord", hint: "An invitation: discord.gg/…" },
  { name: "farcaster", label: "Farcaster" },
  { name: "tradesAt", label: "Trades at", hint: "Where the token trades after the sale." },
];
const pictures = [
  { name: "image", label: "Picture", size: "256", hint: "PNG, JPEG, WebP, GIF or SVG, up to 4 MiB. It is drawn again and served from here." },
  { name: "banner", label: "Banner", size: "small", hint: "Wide: it is shown as 1500 × 500." },
] as const;

/** ProfileEditor edits a launch's page, and lists its earlier edits. */
export function ProfileEditor({ slug }: { slug: string }) {
  const [answer, setAnswer] = useState<Answer>();
  const [typed, setTyped] = useState<Texts>({});
  const [chosen, setChosen] = useState<Record<string, File | "">>({}); // "": remove the picture
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [remarks, setRemarks] = useState<Record<string, string>>({}); // about chosen pictures
  const [busy, setBusy] = useState(false);
  const form = "page:" + slug;
  const path = `/launches/${encodeURIComponent(slug)}/profile`;
  const load = async () => setAnswer(await ask<Answer>(path));
  useEffect(() => { load().catch((e: unknown) => toast(e instanceof Error ? e.message : String(e), "stop", form)); return () => untoast(form); }, [slug]);
  if (!answer) return <section class="card"><h2>Page</h2><div class="skeleton" aria-busy="true" /></section>;
  const now = answer.newest.profile;
  const save = async (fields: HTMLFormElement) => {
    const body = new FormData();
    body.set("version", String(answer.newest.version));
    for (const [name, value] of Object.entries(typed)) body.set(name, value ?? "");
    for (const [name, value] of Object.entries(chosen)) body.set(name, value);
    setBusy(true);
    setWrong({});
    untoast(form);
    try {
      await send(path, body);
      await load();
      setTyped({});
      setChosen({});
      setRemarks({});
      fields.reset();
      toast("The page was saved.", "good", form);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setWrong(error.fields);
      toast(error.message, "stop", form);
    } finally {
      setBusy(false);
    }
  };
  const changed = Object.keys(typed).length + Object.keys(chosen).length > 0;
  return (
    <section class="card" aria-labelledby="page">
      <h2 id="page">Page</h2>
      <p class="small soft">None of this is in the contract. Buyers see each edit: when, by which wallet, and what.</p>
      <form class="page-form" novalidate onSubmit={(e) => { e.preventDefault(); void save(e.currentTarget); }}>
        {pictures.map(({ name, label, size, hint }) => {
          const file = now[name]?.files?.find((f) => f.variant === size);
          return (
            <div class="field" key={name}>
              <label for={"page-" + name}>{label}</label>
              {file && chosen[name] === undefined && <img src={`/media/${file.hash}.${file.type === "image/png" ? "png" : "jpg"}`} alt={"The current " + label.toLowerCase()} height={64} />}
              <input id={"page-" + name} type="file" accept="image/png,image/jpeg,image/webp,image/gif,image/svg+xml" aria-invalid={wrong[name] ? true : undefined} aria-describedby={`page-${name}-hint`}
                onChange={(e) => {
                  const f = e.currentTarget.files?.[0];
                  setChosen(({ [name]: _, ...others }) => (f ? { ...others, [name]: f } : others));
                  setRemarks((all) => ({ ...all, [name]: "" }));
                  if (f) void unfit(name, f).then((remark) => setRemarks((all) => ({ ...all, [name]: remark })));
                }} />
              {remarks[name] && <span class="remark" role="status">{remarks[name]}</span>}
              {wrong[name] && <span class="wrong" role="alert">{sentence(wrong[name])}</span>}
              <span id={`page-${name}-hint`} class="hint">{hint}{now[name]?.animated ? " This is the first frame of an animation." : ""}</span>
              {file && <button type="button" class="button quiet little" onClick={() => setChosen({ ...chosen, [name]: "" })} disabled={chosen[name] === ""}>{chosen[name] === "" ? "Removed when saved" : `Remove the ${label.toLowerCase()}`}</button>}
            </div>
          );
        })}
        {texts.map(({ name, label, hint, area }) => {
          const shared = { id: "page-" + name, name, value: typed[name] ?? now[name] ?? "", autocomplete: "off", "aria-invalid": wrong[name] ? true : undefined, "aria-describedby": hint ? `page-${name}-hint` : undefined };
          const input = (value: string) => setTyped({ ...typed, [name]: value });
          return (
            <div class="field" key={name}>
              <label for={shared.id}>{label}<span class="hint"> optional</span></label>
              {area ? <textarea {...shared} rows={area} onInput={(e) => input(e.currentTarget.value)} /> : (
                <span class={name === "accent" ? "with-colour" : undefined}>
                  {name === "accent" && <input type="color" aria-label="Choose the accent colour" value={/^#[0-9a-f]{6}$/i.test(shared.value) ? shared.value : "#0a6b49"} onInput={(e) => input(e.currentTarget.value)} />}
                  <input {...shared} spellcheck={false} onInput={(e) => input(e.currentTarget.value)} />
                </span>
              )}
              {wrong[name] && <span class="wrong" role="alert">{sentence(wrong[name])}</span>}
              {hint && <span id={`page-${name}-hint`} class="hint">{hint}</span>}
            </div>
          );
        })}
        <div class="buttons"><button class="button primary" disabled={busy || !changed}>{busy ? "Saving" : "Save the page"}</button></div>
      </form>
      {answer.history.length > 0 && (
        <details>
          <summary class="small">{answer.history.length === 1 ? "1 edit" : `${answer.history.length} edits`}</summary>
          <ol class="edits">{answer.history.map((v) => <li key={v.version}><Moment at={v.at} /> {v.changed.join(", ")} <span class="soft">by {v.author}</span></li>)}</ol>
        </details>
      )}
    </section>
  );
}
