import type { ComponentChildren } from "preact";
import type { Form } from "./answers";

export interface Filling {
  form: Form;
  wrong: Partial<Record<keyof Form, string>>;
  change(name: keyof Form, value: string): void;
  left(name: keyof Form): void; // the field lost the focus: its error may be shown
}

interface Props {
  of: Filling;
  name: keyof Form;
  label: string;
  hint?: ComponentChildren;
  unit?: string;
  optional?: boolean;
  kind?: "text" | "decimal" | "whole" | "moment" | "url" | "area" | "hex";
  placeholder?: string;
  after?: ComponentChildren;
}

/** Field is a field of the form, with the server's error for it. */
export function Field({ of: { form, wrong, change, left }, name, label, hint, unit, optional, kind = "text", placeholder, after }: Props) {
  const problem = wrong[name];
  const described = [problem && name + "-wrong", hint && name + "-hint"].filter(Boolean).join(" ") || undefined;
  const shared = {
    id: name, name, value: form[name], placeholder, required: !optional, autocomplete: "off", spellcheck: kind === "area",
    "aria-invalid": problem ? true : undefined, "aria-describedby": described, onBlur: () => left(name),
  } as const;
  return (
    <div class={"field of-" + kind}>
      <label for={name}>{label}{optional && <span class="hint"> optional</span>}</label>
      {kind === "area"
        ? <textarea {...shared} rows={2} onInput={(e) => change(name, e.currentTarget.value)} />
        : (
          <span class={unit ? "with-unit" : undefined}>
            <input {...shared}
              type={(kind === "moment" ? "datetime-local" : kind === "url" ? "url" : "text") as "text"}
              inputMode={kind === "decimal" ? "decimal" : kind === "whole" ? "numeric" : undefined}
              onInput={(e) => change(name, e.currentTarget.value)} />
            {unit && <span class="unit" aria-hidden="true">{unit}</span>}
          </span>
        )}
      {problem && <span id={name + "-wrong"} class="wrong">{problem}</span>}
      {hint && <span id={name + "-hint"} class="hint">{hint}</span>}
      {after}
    </div>
  );
}
