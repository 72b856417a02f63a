// Breaks the payment law of the browser on purpose, one law at a time, and expects the
// law's test to fail: npm run breakages, or with a part of a law: npm run breakages tab.
// breakages.txt has the form of the lists at ../*/testdata/breakages.txt; a test: is a
// file and a part of the test's name. With --fit it only checks that each breakage still
// fits the code.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** read returns the breakages: law, file, changes as [from, to], and test. */
function read(text) {
  return text.split(/\n\n+/).map((block) => {
    const b = { changes: [] };
    let last = "";
    for (const line of block.split("\n")) {
      if (line === "" || line.startsWith("#")) continue;
      const key = /^(law|file|test): *(.*)$/.exec(line);
      if (key) b[key[1]] = key[2];
      else if (line[0] === "-") {
        if (last !== "-") b.changes.push([[], []]);
        b.changes.at(-1)[0].push(line.slice(1));
      } else if (line[0] === "+") b.changes.at(-1)[1].push(line.slice(1));
      else throw new Error(`${JSON.stringify(line)} is no line of a breakage`);
      last = key ? "" : line[0];
    }
    return b;
  }).filter((b) => b.law);
}

/** broken returns the file's text with the breakage. */
function broken(b) {
  let text = readFileSync(b.file, "utf8");
  for (const [from, to] of b.changes.map((c) => c.map((lines) => lines.join("\n")))) {
    const parts = text.split(from);
    if (parts.length !== 2 || from === to) throw new Error(`${b.law}: stands ${parts.length - 1} times in ${b.file}: ${from}`);
    text = parts.join(to);
  }
  return text;
}

/** passes reports whether the breakage's test passes with the file's text. */
async function passes(b, text) {
  const dir = mkdtempSync(join(tmpdir(), "breakage-")), [file, ...name] = b.test.split(" ");
  try {
    const replaced = { name: "breakage", setup: (s) => s.onLoad({ filter: /\.tsx?$/ }, ({ path }) => path === resolve(b.file) ? { contents: text, loader: "ts" } : undefined) };
    await build({ entryPoints: [file], bundle: true, platform: "node", format: "esm", logLevel: "error", outfile: join(dir, "test.mjs"), plugins: [replaced] });
    const pattern = name.join(" ").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const run = spawnSync(process.execPath, ["--test", "--test-reporter=tap", `--test-name-pattern=${pattern}`, `--test-timeout=${timeout}`, join(dir, "test.mjs")], { encoding: "utf8" });
    if (!run.stdout.includes(name.join(" "))) throw new Error(`${b.test}: no such test, or out of time`);
    return run.status === 0;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const timeout = 120_000; // ms; to run out of time is no notice
const all = read(readFileSync("breakages.txt", "utf8"));
for (const b of all) broken(b);
const [option = ""] = process.argv.slice(2);
const chosen = option === "--fit" ? [] : all.filter((b) => b.law.includes(option));
let noticed = 0;
for (const b of chosen) {
  if (!await passes(b, readFileSync(b.file, "utf8"))) throw new Error(`${b.test} fails as things are`);
  const fails = !await passes(b, broken(b));
  if (fails) noticed++;
  console.log(`${b.law.padEnd(72)} ${fails ? "noticed" : "NOT NOTICED"} by ${b.test}`);
}
if (option !== "--fit") console.log(`${noticed} of ${chosen.length} breakages noticed`);
if (noticed < chosen.length) process.exitCode = 1;
