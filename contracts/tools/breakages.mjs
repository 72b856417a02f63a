// Breaks each law in a copy of the contracts and expects a test to fail. Prints the first test that failed for each law, and
// exits 1 if no test failed for one. `node tools/breakages.mjs [part of a law's name]` takes many minutes; PART=0/2 and
// PART=1/2 share the work.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const L = "src/Launch.sol";
const T = "src/LaunchToken.sol";
const A = "src/Authorizations.sol";
const O = "src/Owned.sol";
const C = "src/TermsCheck.sol";
const U = "src/TestUSDC.sol";
const P = "src/AssetCall.sol";
const S = "src/SpentIds.sol";
const B = "src/Branch.sol";
const Y = "src/Treasury.sol";
const D = "src/DeployAndMint.sol";
// law, file, original text, replacement
const laws = [
  ["a factory's call has its own limit of gas", D, "pop(call(gas_, factory", "pop(call(add(gas_, 1000000), factory"],
  ["a wallet with code is not deployed again", D, "if (d.wallet.code.length != 0) continue;", ""],
  ["a batch that the launch refuses undoes the deployments", D, "if iszero(moved) { revert(free, size) }", ""],
  ["a transaction names the launch that it calls", D, "emit Calls(launch);", ""],
  ["a transaction leaves no code", D, "iszero(and(moved, iszero(show)))", "1"],
  ["a simulation shows which wallet is not there", D, "d.wallet.code.length == 0 ? type(uint256).max : before", "before"],
  ["conservation", L, "if (received < owed) revert Insolvent(owed, received);", ""],
  ["conservation counts what was withdrawn", L, "uint256 received = held + sale.withdrawn;\n        if", "uint256 received = held;\n        if"],
  ["an atomic mint brings its own money", L, "if (held < before + owed)", "if (false)"],
  ["single use: the settled mint and the refund", L, "_requireUnspent(payer, id, prefix, ids);\n        if (!asset", "if (!asset"],
  ["single use: the refund of a transfer", L, "_requireUnspent(payer, id, prefix, ids);\n        _refund", "_refund"],
  ["single use: an id belongs to the account that is refunded", L, "bytes32 id = transferId(payer, ref);", "bytes32 id = transferId(address(0), ref);"],
  ["a transfer's id is no payment's", L, "bytes32 id = transferId(payer, ref);", "bytes32 id = paymentId(payer, ref);"],
  ["a transfer's id has a domain", L, "abi.encode(TRANSFER, chainId, asset, payer, ref)", "abi.encode(chainId, asset, payer, ref)"],
  ["an id outlives a fork", L, "abi.encode(chainId, asset, payer, nonce)", "abi.encode(block.chainid, asset, payer, nonce)"],
  ["a part that has the id is not folded", S, "if (spent) revert AlreadySpent(id);\n        folded", "folded"],
  ["a prefix was folded for this id", S, "if (prefix != 0 && !folded[id][prefix]) revert NotFolded(id, prefix);", ""],
  ["a fold is recorded", S, "folded[id][chain] = true;", ""],
  ["a fold is of one id", S, "folded[id][chain] = true;", "folded[0][chain] = true;"],
  ["single use: a refund spends the id", L, "_spend(payer, id);", ""],
  ["single use: a mint links the id", T, "_link(account, id) + amount", "account + amount"],
  ["an id in the history is refused", S, "if (spent) revert AlreadySpent(id);\n    }\n\n    /// Hashes", "}\n\n    /// Hashes"],
  ["a wrong history is refused", S, "if (chain != _chainOf(account)) revert WrongHistory(_chainOf(account));", ""],
  ["the chain depends on what went before", T, "mstore(0x00, chain)", "mstore(0x00, 0)"],
  ["a settled mint and a refund need authorizationState", L, "if (!asset.authorizationState(payer, nonce)) revert NotSettled(id);", ""],
  ["only the minter mints settlements", L, "if (msg.sender != minter) revert Unauthorized(msg.sender);\n        _requireTerms", "_requireTerms"],
  ["only the refunder and the minter refund", L, "if (msg.sender != minter) revert Unauthorized(msg.sender);\n        uint256 left", "uint256 left"],
  ["only the refunder refunds transfers", L, "onlyRefunder onlyOnBranch", "onlyOnBranch"],
  ["the minter refunds only what cannot be minted", L, "if (amount <= left * price) revert Mintable(left);", ""],
  ["the minter refunds before the opening", L, "block.timestamp < opensAt || _isClosed() ? 0", "_isClosed() ? 0"],
  ["the minter refunds after the close", L, "block.timestamp < opensAt || _isClosed() ? 0", "block.timestamp < opensAt ? 0"],
  ["the opening binds the settled mint", L, "if (block.timestamp < opensAt) revert", "if (atomic && block.timestamp < opensAt) revert"],
  ["a successor needs the blacklist", Y, "if (!TermsCheck.isBlacklisted(asset, current)) revert NotBlacklisted(current);", ""],
  ["only the treasury names its successor", Y, "if (msg.sender != current) revert Unauthorized(msg.sender);", ""],
  ["a successor is sound", Y, "TermsCheck.requireTreasury(asset, successor);", ""],
  ["a settled mint needs the branch that was seen", L, "external onlyOnBranch(seen) nonReentrant {\n        if (msg.sender != minter)", "external nonReentrant {\n        if (msg.sender != minter)"],
  ["a refund needs the branch that was seen", L, "external onlyOnBranch(seen) nonReentrant {\n        if (msg.sender != refunder)", "external nonReentrant {\n        if (msg.sender != refunder)"],
  ["a transfer's refund needs the branch that was seen", L, "onlyRefunder onlyOnBranch(seen)", "onlyRefunder"],
  ["a block is on a branch by its hash", B, "found != 0 && found == seen.hash", "found != 0"],
  ["what is not found is on no branch", B, "found != 0 && found == seen.hash", "found == seen.hash"],
  ["no block is asked for by number 0", B, "if (seen.number == 0) return true;", ""],
  ["only number 0 asks for no block", B, "if (seen.number == 0) return true;", "if (seen.hash == 0) return true;"],
  ["the history is asked about older blocks", B, "if (found == 0) {", "if (false) {"],
  ["the history is asked about older blocks only", B, "if (found == 0) {", "if (true) {"],
  ["only a whole answer of the history counts", B, "known && answer.length == 32", "known"],
  ["only an answer of the history counts", B, "known && answer.length == 32", "answer.length == 32"],
  ["only the refunder rescues", L, "external onlyRefunder nonReentrant {\n        if (token", "external nonReentrant {\n        if (token"],
  ["a rescue is never of the asset", L, "if (token == address(asset) || token == address(this)) revert Protected(token);", ""],
  ["a rescue is never of the asset's other address", L, "if (asset.balanceOf(address(this)) < held) revert Protected(token);", ""],
  ["the last owner stays the refunder", O, "if (newOwner != address(0)) refunder = newOwner;", "refunder = newOwner;"],
  ["no transfer from nobody", T, "if (from == address(0)) revert ERC20InvalidSender(from);", ""],
  ["supply before money", L, "if (quantity > count - sold_) return abi.encodeWithSelector(SoldOut.selector, count - sold_);", ""],
  ["a batch counts what it sells", L, "sold_ += payment.quantity;\n                }", "}"],
  ["the limit of a payment", L, "quantity == 0 || quantity > most", "quantity == 0"],
  ["no mint of nothing", L, "quantity == 0 || quantity > most", "quantity > most"],
  ["the exact price", L, "AssetCall.pull(address(asset), payment, quantity * price, gas_)", "AssetCall.pull(address(asset), payment, price, gas_)"],
  ["the exact allotment", L, "_mint(payer, quantity * allotment, id);\n        }\n        emit Minted(id, payer, quantity);\n    }", "_mint(payer, allotment, id);\n        }\n        emit Minted(id, payer, quantity);\n    }"],
  ["tokens go to the payer", L, "_mint(payer, quantity * allotment, id);\n        }\n        emit Minted(id, payer, quantity);\n    }", "_mint(msg.sender, quantity * allotment, id);\n        }\n        emit Minted(id, payer, quantity);\n    }"],
  ["no mint without the money", L, "if (!moved) return (abi", "if (!moved && gas_ == 0) return (abi"],
  ["the gas cap of an item", L, "_attempt(payment, sold_, ASSET_GAS, ", "_attempt(payment, sold_, gasleft(), "],
  ["a payer that must have no code has none", L, "if (codeless && payer.code.length != 0) return", "if (false) return"],
  ["only a payer that must have no code needs to have none", L, "if (codeless && payer.code.length != 0) return", "if (payer.code.length != 0) return"],
  ["each payment has a bit of its own", L, "codeless >> i & 1 == 1", "codeless != 0"],
  ["the reserve", L, "RESERVE = 70_000", "RESERVE = 20_000"],
  ["an item gets all its gas or is not attempted", L, "&& gasleft() >= GAS_TO_ATTEMPT", "&& gasleft() >= RESERVE"],
  ["a demand is met or the batch reverts", L, "if (i < atLeast) revert NotAttempted(i, atLeast);", ""],
  ["bounded reasons", P, "if gt(length, LONGEST_REASON) { length := LONGEST_REASON }", ""],
  ["bounded signatures", P, "if (signature.length > LONGEST_SIGNATURE) return (false, reason);", ""],
  ["the lock: mint", L, "function mint(Payment calldata payment) external nonReentrant", "function mint(Payment calldata payment) external"],
  ["the lock: batch", L, "private\n        nonReentrant\n        returns (bytes4[]", "private\n        returns (bytes4[]"],
  ["the lock: settled mint", L, "onlyOnBranch(seen) nonReentrant {\n        if (msg.sender != minter)", "onlyOnBranch(seen) {\n        if (msg.sender != minter)"],
  ["the lock: refund", L, "onlyOnBranch(seen) nonReentrant {\n        if (msg.sender != refunder)", "onlyOnBranch(seen) {\n        if (msg.sender != refunder)"],
  ["the lock: the refund of a transfer", L, "onlyRefunder onlyOnBranch(seen) nonReentrant", "onlyRefunder onlyOnBranch(seen)"],
  ["the lock: rescue", L, "onlyRefunder nonReentrant", "onlyRefunder"],
  ["the lock: withdraw", L, "function withdraw() external nonReentrant", "function withdraw() external"],
  ["the pause stops the atomic mints", L, "if (atomic && sale.paused) revert EnforcedPause();", ""],
  ["the pause stops nothing else: settled mint", L, "_requireTerms(false);", "_requireTerms(true);"],
  ["the pause stops nothing else: withdraw", L, "amount = sale.sold * price", "_requireTerms(true);\n        amount = sale.sold * price"],
  ["the pause stops nothing else: refund", L, "_spend(payer, id);", "_requireTerms(true);\n        _spend(payer, id);"],
  ["renouncing unpauses", L, "if (sale.paused) _unpause();", ""],
  ["opensAt", L, "if (block.timestamp < opensAt) revert", "if (block.timestamp <= opensAt) revert"],
  ["closesAt", L, "block.timestamp >= closesAt", "block.timestamp > closesAt"],
  ["withdrawals are counted", L, "sale.withdrawn += uint128(amount);", ""],
  ["withdrawals leave unaccounted money", L, "amount = sale.sold * price - sale.withdrawn;", "amount = asset.balanceOf(address(this));"],
  ["withdrawals go to the treasury", L, "_pay(treasury, amount);", "_pay(owner, amount);"],
  ["the owner accepts", O, "pendingOwner = newOwner;", "pendingOwner = newOwner;\n        owner = newOwner;"],
  ["an offer ends with the renouncing", O, "delete pendingOwner;", ""],
  ["transfers leave the chain", T, "accounts[from] = account - amount;", "accounts[from] = (account & BALANCE_MASK) - amount;"],
  ["balances cover transfers", T, "if (account & BALANCE_MASK < amount)", "if (account < amount)"],
  ["no tokens to the token", T, " || to == address(this)", ""],
  ["an allowance is spent", T, "allowance[from][msg.sender] = allowed - amount;", ""],
  ["an authorization moves once", A, "_requireUnused(authorizer, nonce);\n        _requireSigned(authorizer, structHash", "_requireSigned(authorizer, structHash"],
  ["the payee calls", A, "if (to != msg.sender) revert CallerMustBePayee(msg.sender);", ""],
  ["terms: the domain of the asset", C, "known && bytes32(separator) == _separator(asset)", "known"],
  ["terms: silent assets", C, "_require(!passed && reason.length != 0", "_require(reason.length != 0 || passed"],
  ["terms: balances fit", C, "terms.cap <= type(uint112).max", "true"],
  ["terms: the treasury is another", C, "&& treasury != address(this)", ""],
  ["terms: money fits", C, "&& terms.price <= type(uint128).max / count", ""],
  ["test USDC: used before valid", U, "block.timestamp > validAfter", "block.timestamp >= validAfter"],
  ["test USDC: low s", U, "uint256(s) <= HIGHEST_S", "s != 0"],
];

const copy = mkdtempSync(join(tmpdir(), "breakages-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const part of ["src", "test", "tools", "foundry.toml", "package.json", "cache", "out"]) {
  cpSync(join(root, part), join(copy, part), { recursive: true });
}
// Hard links: forge reads artifacts only below its root.
execFileSync("cp", ["-al", join(root, "node_modules"), join(copy, "node_modules")]);

const forge = (...args) =>
  spawnSync(join(root, "node_modules/.bin/forge"), ["test", "--fail-fast", "--fuzz-runs", "8", "--no-match-contract", "FiatToken", ...args], {
    cwd: copy, encoding: "utf8", timeout: 240_000, env: { ...process.env, FOUNDRY_INVARIANT_RUNS: "48" },
  });
let missed = 0;
const [part, parts] = (process.env.PART ?? "0/1").split("/").map(Number);
for (const [index, [law, file, from, to]] of laws.entries()) {
  if (index < Number(process.env.FROM ?? 0) || index % parts !== part || !law.includes(process.argv[2] ?? "")) continue;
  const path = join(copy, file);
  const before = readFileSync(path, "utf8");
  if (before.split(from).length !== 2 && !["the payee calls"].includes(law)) throw new Error(`${law}: does not stand once in ${file}`);
  writeFileSync(path, before.replaceAll(from, to));
  // Run the quick tests first; the gas sweep and the invariant campaign only if no quick test failed.
  let noticed;
  const slow = "BatchGas,Invariants";
  const quick = file === U ? slow : `${slow},TestUSDC,Multicall3`;
  for (const args of [["--no-match-path", `test/{${quick}}.t.sol`], ["--match-path", `test/{${slow}}.t.sol`]]) {
    const { stdout, stderr } = forge(...args);
    if (/Compiler run failed|Error \(\d+\)/.test(stdout + stderr)) throw new Error(`${law}: ${stderr.slice(0, 2000)}`);
    const failed = [...new Set([...stdout.matchAll(/\[FAIL[^\n]*\] (\w+)\(/g)].map(([, name]) => name))];
    // An invariant campaign prints its counterexample before its name.
    if (!failed.length && stdout.includes("[FAIL")) {
      failed.push(`invariant_all_laws_hold: ${stdout.slice(stdout.indexOf("[FAIL")).split("\n")[0]}`);
    }
    if (failed.length) {
      noticed = failed[0];
      break;
    }
  }
  writeFileSync(path, before);
  if (!noticed) missed++;
  console.log(`${law.padEnd(52)}${noticed ?? "NOBODY NOTICED"}`);
}
if (missed) process.exitCode = 1;
