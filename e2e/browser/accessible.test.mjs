// Checks axe's rules for WCAG 2.2 AA on every page, in every state that a test can
// reach.
import assert from "node:assert/strict";
import { states } from "./states.mjs";
import { violations } from "./window.mjs";
import { browse } from "./world.mjs";

browse("axe finds nothing wrong with any page in any state, in light and in dark, on a phone and on a desk", async (means) => {
  const wrong = [];
  await states(means, async (name, page, { width, scheme }) => {
    for (const what of await violations(page, { colours: scheme === "dark" })) wrong.push(`${name}, ${width} px, ${scheme}: ${what}`);
  });
  assert.deepEqual(wrong, []);
});
