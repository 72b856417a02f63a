// Minting with a wallet, without failures. The results are read from the chain.
import assert from "node:assert/strict";
import { browse } from "./world.mjs";
import { button, connect, panel, reaches, settled, sign, words } from "./panel.mjs";
import { until } from "./until.mjs";

const price = 100_000n;
const allotment = 5000n * 10n ** 18n;

browse("a mint is one signature: the money goes to the contract, the tokens to the payer", async ({ demo, chain, window, payer, wallet }) => {
  const p = await payer();
  const mine = wallet(p);
  const w = await window({ wallets: mine });
  const page = await w.tab(demo.page);
  const had = await chain.money(demo.token);
  assert.equal(await connect(page), "ready");
  assert.equal(mine.signed.length, 0, "nothing is signed for being connected");
  // The panel shows the terms before the signature.
  const said = await words(page);
  for (const what of ["0.10 USDC", "5,000 DPING"]) assert.ok(said.includes(what), `${what} is not in: ${said}`);
  await sign(page).click();
  await reaches(page, ...settled);

  assert.equal(await chain.tokens(demo.token, p.address), allotment);
  assert.equal(await chain.money(p.address), 10_000_000n - price);
  assert.ok((await chain.money(demo.token)) >= had + price);
  assert.equal(await chain.payments(p.address, demo.token), 1);
  const [{ authorization, domain }] = mine.signed;
  assert.equal(mine.signed.length, 1);
  assert.deepEqual([authorization.from.toLowerCase(), authorization.to.toLowerCase(), BigInt(authorization.value)],
    [p.address.toLowerCase(), demo.token.toLowerCase(), price]);
  assert.equal(domain.verifyingContract.toLowerCase(), demo.asset.toLowerCase());
  for (const method of ["eth_sendTransaction", "wallet_addEthereumChain", "wallet_switchEthereumChain", "personal_sign"])
    assert.equal(mine.times(method), 0, `the wallet was asked for ${method}`);

  await reaches(page, "final");
  await button(page, /^Add DPING to the wallet/).click();
  await until("the wallet was shown the token", () => mine.times("wallet_watchAsset") === 1);
  const [shown] = mine.asked.find((a) => a.method === "wallet_watchAsset").params ? [mine.asked.find((a) => a.method === "wallet_watchAsset").params] : [];
  assert.equal((shown.options ?? shown[0].options).address.toLowerCase(), demo.token.toLowerCase());
  await panel(page).getByRole("link", { name: "See the receipt" }).click();
  await page.waitForURL(/\/r\/0x[0-9a-f]{64}$/);
});

browse("several at once are one signature for the sum", async ({ demo, chain, window, payer, wallet }) => {
  const p = await payer();
  const mine = wallet(p);
  const page = await (await window({ wallets: mine })).tab(demo.page);
  await connect(page);
  await button(page, "More").click();
  await button(page, "More").click();
  assert.equal(await panel(page).getByRole("spinbutton", { name: "Quantity" }).inputValue(), "3");
  await panel(page).getByRole("button", { name: "Mint 15,000 DPING for 0.30 USDC" }).click();
  await reaches(page, ...settled);
  assert.equal(await chain.tokens(demo.token, p.address), 3n * allotment);
  assert.equal(await chain.money(p.address), 10_000_000n - 3n * price);
  assert.equal(mine.signed.length, 1);
  assert.equal(BigInt(mine.signed[0].authorization.value), 3n * price);
});

browse("the button signs for what it names, whatever stands in the field beside it", async ({ shop, chain, window, payer, wallet }) => {
  const s = await shop({ limit: 10 });
  const p = await payer();
  const mine = wallet(p);
  const page = await (await window({ wallets: mine })).tab(s.url);
  await connect(page);
  const field = panel(page).getByRole("spinbutton", { name: "Quantity" });
  await field.fill("50"); // more than the limit: the button offers the limit
  await until("ten are named", async () => /^Mint 50,000 PING for 1\.00 USDC$/.test(await sign(page).innerText()));
  await field.fill("");
  assert.match(await sign(page).innerText(), /^Mint 50,000 PING for 1\.00 USDC$/);
  await sign(page).click();
  await reaches(page, ...settled);
  assert.equal(BigInt(mine.signed[0].authorization.value), 10n * price);
  assert.equal(await chain.tokens(s.token, p.address), 10n * allotment);
});

browse("every wallet that announces itself is offered by its name, and the one that is chosen is the one that signs", async ({ demo, window, payer, wallet }) => {
  const [a, b] = [await payer(), await payer()];
  const one = wallet(a, { name: "One" }), other = wallet(b, { name: "Other" });
  const page = await (await window({ wallets: [one, other] })).tab(demo.page);
  await button(page, "Connect a wallet").click();
  const offered = panel(page).getByRole("group", { name: "Wallets" });
  assert.ok(await offered.getByRole("button", { name: "One", exact: true }).isVisible());
  await offered.getByRole("button", { name: "Other", exact: true }).click();
  await reaches(page, "ready");
  await sign(page).click();
  await reaches(page, ...settled);
  assert.deepEqual([one.asked.filter((x) => x.method !== "eth_accounts").length, other.signed.length], [0, 1]);
});

browse("a wallet that is only at window.ethereum mints as well", async ({ demo, chain, window, payer, wallet }) => {
  const p = await payer();
  const mine = wallet(p, { announced: false });
  const page = await (await window({ wallets: mine })).tab(demo.page);
  await connect(page, "Browser wallet");
  await sign(page).click();
  await reaches(page, ...settled);
  assert.equal(await chain.tokens(demo.token, p.address), allotment);
});

browse("in the demo a first mint needs no wallet: one is made in the page, and kept", async ({ demo, chain, window }) => {
  // The wallet in the page sends its requests directly to the demo's chain.
  const w = await window({ origins: [new URL(demo.rpc).origin] });
  const page = await w.tab(demo.page);
  const before = await chain.money(demo.token);
  await button(page, "Connect a wallet").click();
  await panel(page).getByRole("button", { name: /^Demo wallet/ }).click();
  await reaches(page, "ready");
  await sign(page).click();
  await reaches(page, ...settled);
  assert.ok((await chain.money(demo.token)) >= before + price);
  const kept = await page.evaluate(() => Object.keys(localStorage).find((key) => key.startsWith("mint402:burner:")));
  assert.ok(kept, "the key was not kept");
  const address = await page.evaluate(async () => {
    const mints = await (await fetch("/launches/demo")).json();
    return mints.payers;
  });
  assert.ok(address === undefined || address > 0);
});
