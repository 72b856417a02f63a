// The texts of the pages in their sources, and whether each is in every catalogue.
//
// A text is the English argument of t, rich and plural in pages/*.html, of T, Rich, Plural and
// Key in Go, and of t, parts and plural in src. The dashboard stays English.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst, transformWithEsbuild } from "vite";

const web = dirname(fileURLToPath(import.meta.url));
const literal = /"((?:[^"\\\n]|\\.)*)"/;
const quoted = literal.source;

/** placeholders returns the names in braces of a text, sorted. */
export const placeholders = (text) => [...new Set(text.match(/\{\/?[a-z]+\}/g) ?? [])].sort().join(" ");

/** filesOf returns the paths below a folder with one of the endings. */
function filesOf(folder, ...endings) {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((f) => f.isFile() && endings.some((e) => f.name.endsWith(e)))
    .map((f) => join(f.parentPath, f.name)).sort();
}

/** sources lists the files of the pages that are translated. */
export const sources = {
  pages: () => filesOf(join(web, "pages"), ".html").filter((f) => !f.endsWith("admin.html")),
  go: () => ["", "../server/pages"].flatMap((d) => readdirSync(join(web, d)).filter((f) => f.endsWith(".go") && !f.endsWith("_test.go")).map((f) => join(web, d, f))),
  scripts: () => filesOf(join(web, "src"), ".ts", ".tsx").filter((f) => isTranslated(f)),
};

/** isTranslated reports whether a script is one of the pages that are translated. */
export function isTranslated(file) {
  return file.startsWith(join(web, "src")) && !file.endsWith("/language.ts") && /\.tsx?$/.test(file) && !/\.test\.ts$|\/admin[./]|\/mint\/(testing|world)\.ts$|\.d\.ts$/.test(file);
}

function found(text, ...patterns) {
  return patterns.flatMap((p) => [...text.matchAll(new RegExp(p, "g"))]).flatMap((m) => m.slice(1)).map((s) => JSON.parse(`"${s}"`));
}

/** textsOfPage returns the texts of a template. A text that is no literal is an error. */
export function textsOfPage(html) {
  return [...html.matchAll(/\{\{(.*?)\}\}/g)].flatMap(([action, inside]) => {
    if (/(?:^|[\s(])(?:t|rich) (?!")/.test(inside)) throw new Error(`${action}: the text has to be a literal`);
    return found(inside, `(?:^|[\\s(])(?:t|rich) ${quoted}`, `(?:^|[\\s(])plural (?:\\([^)]*\\)|\\S+) ${quoted} ${quoted}`);
  });
}

/** textsOfGo returns the texts of Go code. */
export const textsOfGo = (code) => found(code, `(?:\\.T|\\.Rich|\\.Key)\\(${quoted}`, `\\.Plural\\([^"\\n]*${quoted}, ${quoted}`);

/** walk calls see with each node of a syntax tree. see returns false to leave out what is below. */
function walk(node, see) {
  if (Array.isArray(node)) return node.forEach((n) => walk(n, see));
  if (!node || typeof node.type !== "string" || see(node) === false) return;
  for (const key in node) if (node[key] && typeof node[key] === "object") walk(node[key], see);
}

const isText = (node) => node?.type === "Literal" && typeof node.value === "string";
const calls = (node) => node.type === "CallExpression" && node.callee.type === "Identifier" ? { t: [0], parts: [0], plural: [2, 3] }[node.callee.name] : undefined;

/** textsOfScript returns the texts of a script. A text that is no literal is an error. */
export function textsOfScript(tree, file) {
  const all = [];
  walk(tree, (node) => {
    for (const i of calls(node) ?? []) {
      const text = node.arguments[i];
      if (!isText(text)) throw new Error(`${file}: the text of ${node.callee.name}() has to be a literal`);
      all.push(text.value);
    }
  });
  return all;
}

/** treeOf returns the syntax tree of TypeScript. */
export async function treeOf(file) {
  const { code } = await transformWithEsbuild(readFileSync(file, "utf8"), file, { jsx: "automatic", jsxImportSource: "preact", sourcemap: false, tsconfigRaw: {} });
  return parseAst(code);
}

/** allTexts returns every text with the files that have it. */
export async function allTexts() {
  const all = new Map();
  const add = (file, texts) => { for (const t of texts) all.set(t, [...(all.get(t) ?? []), relative(web, file)]); };
  for (const f of sources.pages()) add(f, textsOfPage(readFileSync(f, "utf8")));
  for (const f of sources.go()) if (!f.endsWith("languages.go")) add(f, textsOfGo(readFileSync(f, "utf8")));
  for (const f of sources.scripts()) add(f, textsOfScript(await treeOf(f), f));
  return all;
}

/** catalogues returns the translations by language. */
export const catalogues = () => new Map(filesOf(join(web, "languages"), ".json").map((f) => [relative(join(web, "languages"), f).replace(".json", ""), JSON.parse(readFileSync(f, "utf8"))]));

/** differences compares the catalogues with the texts, and returns a line for each fault. */
export function differences(texts, all) {
  const faults = [];
  for (const [code, catalogue] of all) {
    for (const text of texts.keys()) {
      if (!Object.hasOwn(catalogue, text)) faults.push(`${code}.json: misses ${JSON.stringify(text)} of ${texts.get(text)[0]}`);
      else if (typeof catalogue[text] !== "string" || !catalogue[text].trim()) faults.push(`${code}.json: ${JSON.stringify(text)} is empty`);
      else if (placeholders(text) !== placeholders(catalogue[text])) faults.push(`${code}.json: ${JSON.stringify(text)} has other placeholders: ${JSON.stringify(catalogue[text])}`);
    }
    for (const text of Object.keys(catalogue)) if (!texts.has(text)) faults.push(`${code}.json: no source has ${JSON.stringify(text)}`);
  }
  return faults;
}

/** names are not translated: of products, files and code. */
const names = new Set(["mint402", "Base Sepolia", "Markdown", "history.json", "Coinbase Wallet", "Trust Wallet", "Mint with one signature" /* for the wallet's own list */, "keccak256(abi.encode(chainId, asset, payer, nonce))"]);
const visible = new Set(["children", "aria-label", "title", "alt", "placeholder", "label", "textContent", "innerText", "ariaLabel"]);
const letters = (text) => /\p{L}{2,}/u.test(text) && !names.has(text.trim());
const prose = (text) => /^[A-Z][a-z’]*[ ,].*[a-z]/.test(text) && !names.has(text.trim());

/** hardCodedInPage returns the texts of a template that a reader sees and no catalogue can have. */
export function hardCodedInPage(html) {
  const plain = html.replace(/\{\{[^]*?\}\}/g, "\0").replace(/<svg[^]*?<\/svg>/g, "");
  const shown = [...plain.matchAll(/>([^<>]*)</g), ...plain.matchAll(/ (?:aria-label|title|alt|placeholder|data-label)="([^"]*)"/g)].map((m) => m[1]);
  return shown.flatMap((s) => s.split("\0")).map((s) => s.replace(/&[a-z]+;/g, " ").replace(/^[\s·.,:]+|[\s·.,:]+$/g, "")).filter(letters);
}

/** literalsOf returns the strings that an expression may be. */
function literalsOf(node) {
  switch (node?.type) {
    case "Literal": return isText(node) ? [node.value] : [];
    case "TemplateLiteral": return node.quasis.map((q) => q.value.cooked);
    case "ConditionalExpression": return [...literalsOf(node.consequent), ...literalsOf(node.alternate)];
    case "LogicalExpression": case "BinaryExpression": return [...(node.operator === "&&" ? [] : literalsOf(node.left)), ...literalsOf(node.right)];
    case "ArrayExpression": return node.elements.flatMap(literalsOf);
  }
  return [];
}

/** hardCodedInScript returns the same of a script: strings that become visible, and strings that are English sentences. */
export function hardCodedInScript(tree) {
  const all = [];
  walk(tree, (node) => {
    const name = (n) => n?.name ?? n?.value;
    if (node.type === "Property" && visible.has(name(node.key))) all.push(...literalsOf(node.value).filter(letters));
    if (node.type === "AssignmentExpression" && visible.has(name(node.left.property))) all.push(...literalsOf(node.right).filter(letters));
    if (node.type === "CallExpression" && name(node.callee.property) === "setAttribute" && visible.has(node.arguments[0]?.value)) all.push(...literalsOf(node.arguments[1]).filter(letters));
  });
  const keys = new Set(textsOfScript(tree, ""));
  walk(tree, (node) => {
    if (node.type === "NewExpression" && /Error$/.test(node.callee.name ?? "")) return false; // for programmers and support
    if (isText(node) && prose(node.value) && !keys.has(node.value)) all.push(node.value);
    if (node.type === "TemplateLiteral") all.push(...literalsOf(node).filter(prose));
  });
  return [...new Set(all)];
}

/** check throws an error with every fault. */
export async function check() {
  const faults = differences(await allTexts(), catalogues());
  for (const f of sources.pages()) faults.push(...hardCodedInPage(readFileSync(f, "utf8")).map((s) => `${relative(web, f)}: ${JSON.stringify(s)} is in no catalogue: use t or rich`));
  for (const f of sources.scripts()) faults.push(...hardCodedInScript(await treeOf(f)).map((s) => `${relative(web, f)}: ${JSON.stringify(s)} is in no catalogue: use t or parts`));
  if (faults.length > 0) throw new Error(`texts:\n  ${faults.join("\n  ")}`);
}

/**
 * textsPlugin is a plugin of Vite that writes texts.json: the texts that the scripts of each page
 * need. The server makes the catalogues of it that it sends to browsers.
 */
export function textsPlugin() {
  const of = new Map();
  return {
    name: "texts",
    enforce: "post",
    transform(code, id) {
      if (isTranslated(id)) of.set(id, textsOfScript(this.parse(code), id));
    },
    generateBundle() {
      const needed = {};
      for (const id of this.getModuleIds()) {
        const page = isTranslated(id) && this.getModuleInfo(id).isEntry && /([a-z]+)\.ts$/.exec(id)?.[1];
        if (page) needed[page] = [...reached(this, id)].flatMap((m) => of.get(m) ?? []).filter((t, i, all) => all.indexOf(t) === i).sort();
      }
      this.emitFile({ type: "asset", fileName: "texts.json", source: JSON.stringify(needed, null, 1) });
    },
  };
}

/** reached returns the modules that one imports, at once or later. */
function reached(context, id, seen = new Set()) {
  if (seen.has(id)) return seen;
  seen.add(id);
  const { importedIds = [], dynamicallyImportedIds = [] } = context.getModuleInfo(id) ?? {};
  for (const other of [...importedIds, ...dynamicallyImportedIds]) reached(context, other, seen);
  return seen;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === "--list") for (const [text, files] of await allTexts()) console.log(JSON.stringify({ text, files: [...new Set(files)] }));
  else await check().catch((error) => { console.error(error.message); process.exit(1); });
}
