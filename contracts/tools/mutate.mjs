// Runs the tests against every mutant of mutants.mjs, one at a time, and expects a test to fail. Prints each survivor, with
// the reason from survivors.json, if there is one, why it is equivalent to the original and no test could fail for it. Exits
// 1 if less than 95 % of the tried mutants were killed, if a survivor has no reason, or if a reason has no survivor.
//
// `node tools/mutate.mjs [part of a file's name]` needs `forge build`: otherwise forge calls the compiler on each run for
// the files that are not built. It takes half an hour on one core. MUTATE_SAMPLE=n SEED=s tries n of the mutants.
// MUTATE_RESUME=file stores the results and continues from them. A killed mutant stays killed while the sources are the
// same; a survivor is tried again after a test has changed. MUTATE_IDLE=1 tries only the swaps that are otherwise skipped
// because their order does not matter. It exits 1 if a test failed for one: then the rule in commute.mjs is wrong.
//
// The tests are compiled once. They read the launch's code from a file. This process compiles each mutant and writes it there.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileStandard, standard } from "./compile.mjs";
import { declarations } from "./effects.mjs";
import { mutants } from "./mutants.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const files = ["Launch", "AssetCall", "BatchResults", "SpentIds", "Treasury", "LaunchToken", "Authorizations", "Owned", "TermsCheck"].map((name) => `src/${name}.sol`);
const reasons = JSON.parse(readFileSync(join(root, "tools/survivors.json"), "utf8"));
const digest = (...parts) => createHash("sha256").update(parts.join("\0")).digest("hex");

// The mutants.
const input = standard("Launch");
const bytes = (file) => Buffer.from(input.sources[file].content).toString("latin1");
const trees = compileStandard({ ...input, settings: { ...input.settings, outputSelection: { "*": { "": ["ast"] } } } }).sources;
const line = (text) => text.replaceAll(/\/\/.*/g, "").replaceAll(/\s+/g, " ").trim();
const known = declarations(trees);
const lies = files.filter((file) => file.includes(process.argv[2] ?? "")).flatMap((file) => {
  const source = bytes(file);
  return mutants(source, trees[file].ast, known).map((mutant) => {
    const { start, end, to, where } = mutant;
    const first = source.lastIndexOf("\n", start) + 1;
    const last = source.indexOf("\n", end);
    const text = source.slice(0, start) + to + source.slice(end);
    // The name uses the text and not the line number, so that reasons stay valid when lines above are added.
    const after = line(source.slice(first, start) + to + source.slice(end, last));
    const name = `${file.slice(4, -4)}.${where}: ${line(source.slice(first, last))} → ${after}`;
    const id = digest(file, start, end, to);
    return { ...mutant, id, file, name, at: source.slice(0, start).split("\n").length, text };
  });
});
const idle = Boolean(process.env.MUTATE_IDLE);
const all = lies.filter(({ kind }) => (kind === "idle swap") === idle);
// The order of mutants depends on their ids, so a change of one line does not affect the order of the others.
const order = new Map(all.map(({ id }) => [id, digest(process.env.SEED ?? "1", id)]));
const sample = all.sort((a, b) => (order.get(a.id) < order.get(b.id) ? -1 : 1)).slice(0, Number(process.env.MUTATE_SAMPLE ?? all.length));

/// Returns the creation code with one source replaced, or undefined if it does not compile. A draft is not optimized and
/// compiles in a third of the time.
function code({ file, text }, draft) {
  const sources = { ...input.sources, [file]: { content: Buffer.from(text, "latin1").toString() } };
  const settings = { ...input.settings, outputSelection: { "src/Launch.sol": { Launch: ["evm.bytecode.object"] } } };
  if (draft) settings.optimizer = { enabled: false };
  try {
    return compileStandard({ ...input, sources, settings }).contracts["src/Launch.sol"].Launch.evm.bytecode.object;
  } catch {
    return undefined;
  }
}

// The tests.
mkdirSync(join(root, "cache"), { recursive: true });
const place = `cache/mutant-${process.pid}.hex`;
process.on("exit", () => rmSync(join(root, place), { force: true }));

const slow = "test/{BatchGas,Invariants}.t.sol";
const others = "test/{BatchGas,Invariants,TestUSDC,Multicall3}.t.sol";
/// The quick tests, on both assets. The gas sweep and the invariant campaign run only if no quick test failed.
const quick = [["--no-match-path", others]];
const every = [...quick, ["--match-path", slow, "--no-match-contract", "FiatToken"]];
const env = {
  ...process.env, LAUNCH_CODE: place, FOUNDRY_INVARIANT_RUNS: "6", FOUNDRY_GAS_LIMIT: "2000000000", FOUNDRY_CODE_SIZE_LIMIT: "262144",
};
const forge = (...args) =>
  spawnSync(join(root, "node_modules/.bin/forge"), args, { cwd: root, encoding: "utf8", timeout: 600_000, env });

/// Returns the first test that failed.
function noticed(creation, stages) {
  writeFileSync(join(root, place), "0x" + creation);
  for (const args of stages) {
    const { stdout, stderr, error } = forge("test", "--fail-fast", "--fuzz-runs", "8", "--fuzz-seed", "0x402", ...args);
    if (error) throw new Error(`forge: ${error.message}`);
    // An invariant campaign prints its counterexample before its name. The exit status is useless: npm's forge drops it.
    const failed = /\[FAIL[^\n]*\] (\w+)\(/.exec(stdout)?.[1] ?? /\[FAIL[\s\S]*?(invariant_\w+)/.exec(stdout)?.[1];
    if (!failed && / [1-9]\d* tests passed, 0 failed/.test(stdout)) continue;
    if (!failed) throw new Error(`forge: ${(stdout + stderr).slice(-2000)}`);
    return failed;
  }
}

const started = Date.now();
const original = { file: files[0], text: bytes(files[0]) };
const [creation, draft] = [code(original), code(original, true)];
const broken = noticed(draft, quick) ?? noticed(creation, every);
if (broken) throw new Error(`${broken} fails without a mutant`);

const sources = digest(JSON.stringify(input));
const everyTest = readdirSync(join(root, "test"), { recursive: true }).filter((name) => name.endsWith(".sol")).sort();
const tests = digest(...everyTest.map((name) => readFileSync(join(root, "test", name), "utf8")));
const state = process.env.MUTATE_RESUME;
const found = new Map();
for (const text of state && existsSync(state) ? readFileSync(state, "utf8").trim().split("\n") : []) {
  const one = JSON.parse(text);
  if (one.sources === sources && (one.fate !== "survived" || one.tests === tests)) found.set(one.id, one);
}

const codes = new Set([digest(draft), digest(creation)]);
const fates = { "does not compile": [], "same code": [], killed: [], survived: [] };
const by = {};
/// Returns the fate of a mutant. A test that fails on the draft kills it. Only a mutant that passes is compiled with the
/// optimizer, and it is tested again only if the optimized code is new.
function tell(mutant) {
  const one = { sources, tests, id: mutant.id, name: mutant.name, fate: "does not compile", codes: [] };
  for (const [draft, stages] of [[true, quick], [false, every]]) {
    const made = code(mutant, draft);
    if (!made) return one;
    one.codes.push(digest(made));
    if (codes.has(one.codes.at(-1))) return { ...one, fate: "same code" };
    one.by = noticed(made, stages);
    if (one.by) return { ...one, fate: "killed" };
  }
  return { ...one, fate: "survived" };
}
for (const [index, mutant] of sample.entries()) {
  let one = found.get(mutant.id);
  if (!one) {
    one = tell(mutant);
    if (state) appendFileSync(state, JSON.stringify(one) + "\n");
  }
  one.codes.forEach((made) => codes.add(made));
  fates[one.fate].push(mutant);
  if (one.by) by[one.by] = (by[one.by] ?? 0) + 1;
  if (one.fate === "survived") console.log(`${mutant.file}:${mutant.at} survives: ${mutant.name}`);
  if (index % 50 === 49) console.error(`${index + 1} of ${sample.length}, ${Math.round((Date.now() - started) / 1000)} s`);
}

// The results.
const { killed, survived } = fates;
if (idle) {
  for (const { file, at, name } of killed) console.log(`NOT IDLE ${file}:${at} ${name}`);
  console.log(`${sample.length} swaps whose order means nothing: ${killed.length} killed, ${survived.length} survived, ${fates["same code"].length} compile to the code of the original or of another`);
  process.exit(killed.length ? 1 : 0);
}
const unexplained = survived.filter(({ name }) => !reasons[name]);
const whole = sample.length === all.length && !process.argv[2];
const alive = new Set(survived.map(({ name }) => name));
const stale = whole ? Object.keys(reasons).filter((name) => !alive.has(name)) : [];
const share = (n, of) => `${((100 * n) / of).toFixed(1)} %`;
console.log(`\nsurvivors, and why that is no loss`);
for (const { file, at, name } of survived) console.log(`  ${file}:${at} ${name}\n    ${reasons[name] ?? "NOBODY NOTICED, NO REASON"}`);
for (const name of stale) console.log(`  ${name}\n    HAS A REASON AND DID NOT SURVIVE`);
console.log(`\ntests that noticed most`);
for (const [name, n] of Object.entries(by).sort(([, a], [, b]) => b - a).slice(0, 10)) console.log(`  ${String(n).padStart(4)} ${name}`);
const tried = killed.length + survived.length;
console.log(`
${all.length} mutants, and ${lies.length - all.length} swaps left out whose order means nothing
${sample.length} made: ${fates["does not compile"].length} do not compile, ${fates["same code"].length} compile to the code of the original or of another
${tried} tried: ${killed.length} killed (${share(killed.length, tried)}), ${survived.length} survived, of which ${survived.length - unexplained.length} change nothing that can be seen
${share(killed.length, killed.length + unexplained.length)} of those that change something were killed; ${Math.round((Date.now() - started) / 1000)} s`);
if ((whole && killed.length < 0.95 * tried) || unexplained.length || stale.length) process.exitCode = 1;
