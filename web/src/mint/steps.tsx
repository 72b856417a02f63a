import { t } from "../language";
import type { State } from "./state";

const steps = [t("Sign"), t("Send"), t("Mint"), t("Final")];

/** Steps shows the progress of a payment. */
export function Steps({ state }: { state: State }) {
  const now = at(state);
  if (now < 0) return null;
  return (
    <ol class="steps" aria-label={t("Progress")}>
      {steps.map((step, i) => (
        <li key={step} class={i < now ? "done" : i === now ? "now" : ""} {...(i === now && { "aria-current": "step" as const })}>
          {step}{i < now && <span class="visually-hidden">, {t("done")}</span>}
        </li>
      ))}
    </ol>
  );
}

function at(state: State): number {
  switch (state.at) {
    case "asking": case "signing":
      return 0;
    case "sending":
      return 1;
    case "waiting":
      return 2;
    case "mined":
      return 3;
    case "final":
      return 4;
  }
  return -1;
}
