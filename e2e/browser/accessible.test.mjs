// Checks axe's rules for WCAG 2.2 AA on every page, in every state that a test can
// reach.
import assert from "node:assert/strict";
import { owned } from "./dashboard.mjs";
import { states } from "./states.mjs";
import { violations } from "./window.mjs";
import { browse } from "./world.mjs";

for (const scheme of ["light", "dark"])
  browse(`axe finds nothing wrong with any page in any state, in ${scheme}, on a phone and on a desk`, async (means) => {
    const wrong = [];
    await states({ ...means, owned }, scheme, async (name, page, width) => {
      for (const what of await violations(page)) wrong.push(`${name}, ${width} px: ${what}`);
    });
    assert.deepEqual(wrong, []);
  }, { timeout: 400_000 });
