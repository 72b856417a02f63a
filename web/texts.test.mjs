// The checks of texts.mjs find what they are for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAst, transformWithEsbuild } from "vite";
import { check, differences, hardCodedInPage, hardCodedInScript, textsOfGo, textsOfPage, textsOfScript } from "./texts.mjs";

const tree = async (code) => parseAst((await transformWithEsbuild(code, "x.tsx", { jsx: "automatic", jsxImportSource: "preact", tsconfigRaw: {} })).code);

test("every text is in every language, and no page has English of its own", () => check());

test("a text that a catalogue lacks, has besides or fills otherwise is a fault", () => {
  const texts = new Map([["Mint {tokens}", ["a.html"]], ["{b}Copy{/b}", ["b.ts"]]]);
  const faults = (catalogue) => differences(texts, new Map([["de", catalogue]]));
  assert.deepEqual(faults({ "Mint {tokens}": "{tokens} minten", "{b}Copy{/b}": "{b}Kopieren{/b}" }), []);
  assert.match(faults({ "Mint {tokens}": "{tokens} minten" })[0], /misses "{b}Copy{\/b}" of b.ts/);
  assert.match(faults({ "Mint {tokens}": "{token} minten", "{b}Copy{/b}": "{b}Kopieren{/b}" })[0], /other placeholders/);
  assert.match(faults({ "Mint {tokens}": "{tokens} minten", "{b}Copy{/b}": "{b}Kopieren" })[0], /other placeholders/);
  assert.match(faults({ "Mint {tokens}": " ", "{b}Copy{/b}": "{b}Kopieren{/b}" })[0], /is empty/);
  assert.match(faults({ "Mint {tokens}": "{tokens} minten", "{b}Copy{/b}": "{b}Kopieren{/b}", "Old": "Alt" })[0], /no source has "Old"/);
});

test("texts are found in templates, in Go and in scripts", async () => {
  assert.deepEqual(textsOfPage('<p>{{t "One"}} {{rich "{b}Two{/b}" (to .URL)}}</p>{{plural (or .N "0") "{n} three" "{n} threes"}}{{with .X}}{{t "Fo\\"ur"}}{{end}}{{t "{a}" (plural .N "{n} five" "{n} fives")}}'),
    ["One", "{b}Two{/b}", "{n} three", "{n} threes", 'Fo"ur', "{a}", "{n} five", "{n} fives"]);
  assert.throws(() => textsOfPage("<p>{{t .Name}}</p>"), /{{t .Name}}: the text has to be a literal/);
  assert.deepEqual(textsOfGo('in.T("One", x) + languages.Key("Two") + in.Plural(n, "{n} three", "{n} threes") + in.T(name)'), ["One", "Two", "{n} three", "{n} threes"]);
  assert.deepEqual(textsOfScript(await tree('t("One"); parts<string>("Two {x}", <b/>); plural(n, s(n), "{n} three", "{n} threes"); other.t("x");'), "x"), ["One", "Two {x}", "{n} three", "{n} threes"]);
  await assert.rejects(async () => textsOfScript(await tree("t(name)"), "x.ts"), /x.ts: the text of t\(\) has to be a literal/);
});

test("English that no catalogue can have is found", async () => {
  for (const [html, found] of [["<p>Hello {{.Name}}</p>", ["Hello"]], ['<a aria-label="Open {{.X}}">{{t "Yes"}}</a>', ["Open"]], ['<p title="{{t "Yes"}}">{{.A}} · {{.B}}, 1 × 2</p><svg><title>No</title></svg>', []],
    ['<td data-label="May">{{t "x"}}</td>', ["May"]], ["<p>{{if .A}}on{{else}}off{{end}}</p>", ["on", "off"]]])
    assert.deepEqual(hardCodedInPage(html), found, html);
  for (const [code, found] of [["const a = <p>Hello {name}</p>", ["Hello "]], ['const a = <p aria-label="Open it">{t("Yes")}</p>', ["Open it"]], ['e.textContent = "copied"', ["copied"]], ["e.textContent = `in ${n} days`", ["in ", " days"]],
    ['const a = <p>{x ? "none" : t("Yes")}</p>', ["none"]], ['e.setAttribute("title", "Open")', ["Open"]], ['say("Nothing was signed.")', ["Nothing was signed."]], ['say(t("Nothing was signed."))', []],
    ['throw new WalletError(1, "No such wallet.")', []], ['const a = <p class="small soft">{t("Yes, it is")} · {n}</p>', []], ['fetch("/x", { headers: { Accept: "text/html" } })', []]])
    assert.deepEqual(hardCodedInScript(await tree(code)).filter((s) => s.trim()), found, code);
});
