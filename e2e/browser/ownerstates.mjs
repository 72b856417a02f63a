// Brings the dashboard, an operator's and a creator's, to every state.
import { parseEther } from "viem";
import { fill, go, launch, owned, signIn } from "./dashboard.mjs";
import { payOnce, signOnly } from "./payer.mjs";
import { until } from "./until.mjs";

const terms = { "Price of a mint": "0.25", "What a mint buys": "100", "Total supply": "100000" };

export async function owners({ bank, chain, shop, window, payer, wallet }, seen) {
  const s = await owned(shop, { name: "Ping", symbol: "PING", mints: 400 }, { deployer: true, keyless: true });
  await chain.send(bank, { to: s.owner.address, value: parseEther("0.25") });
  const buyers = await Promise.all(Array.from({ length: 4 }, () => payer()));
  await Promise.all(buyers.map((b, i) => payOnce(s.url, b.key, { quantity: i + 1 })));
  await chain.submit(bank, (await signOnly(s.url, buyers[0].key, { quantity: 2 })).payload);
  await chain.give(bank, s.token, "0.07");
  const w = await window({ wallets: wallet(s.owner) });
  const door = await w.tab(`${s.url}/admin`);
  await door.getByRole("button", { name: "Test wallet" }).waitFor();
  await seen("admin-sign-in", door);
  await door.close();
  const page = await signIn(w, s.url);
  await page.getByRole("button", { name: /^Withdraw from Ping/ }).waitFor();
  await page.locator(".checklist li").first().waitFor();
  await seen("admin-not-selling", page);
  await seen("admin-checklist", page, { at: ".checklist" });
  await page.getByRole("button", { name: /^Withdraw from Ping/ }).click();
  const dialog = page.getByRole("dialog", { name: /^Withdraw from Ping/ });
  await dialog.getByRole("button", { name: "Withdraw", exact: true }).waitFor();
  await seen("admin-withdraw", page);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await go(page, "Orders");
  await page.getByRole("button", { name: /^Details of payment/ }).first().waitFor();
  await seen("admin-orders", page);
  await page.getByRole("button", { name: /^Details of payment/ }).first().click();
  await page.getByRole("dialog").waitFor();
  await seen("admin-order", page);
  await page.keyboard.press("Escape");
  await go(page, /^Attention/);
  await page.getByRole("button", { name: /^Refund/ }).first().waitFor();
  await seen("admin-attention", page);
  await go(page, "Overview");
  await page.getByRole("link", { name: "Ping" }).first().click();
  await page.getByRole("button", { name: "Pause minting" }).waitFor();
  await seen("admin-launch", page);
  const note = page.locator(".private-note").first();
  await note.getByLabel("Private note").fill("Asked the treasury's second signer to withdraw on Friday.");
  await note.getByRole("button", { name: /^Save/ }).click();
  await note.getByText("Saved", { exact: true }).waitFor();
  await seen("admin-note", page, { at: ".private-note" });
  await go(page, "New launch");
  await fill(page, { Name: "Pong", Symbol: "PONG", ...terms });
  await until("the terms are there", async () => /0x[0-9a-fA-F]{4}/.test(await page.locator("main").innerText()) && /0\.25/.test(await page.getByRole("complementary", { name: "As buyers will see it" }).innerText()));
  await seen("admin-new-launch", page);
  await page.getByRole("button", { name: "Review and deploy" }).click();
  await page.getByRole("dialog", { name: /^Deploy Pong/ }).waitFor();
  await seen("admin-deploy", page);
  await page.keyboard.press("Escape");

  await go(page, "Revenue");
  await page.locator("main table").first().waitFor();
  await seen("admin-revenue", page);
}

export async function creators({ shop, window, payer, wallet }, seen) {
  const s = await owned(shop, { name: "Ping", symbol: "PING", mints: 400 }, { flags: ["--open-launches"] });
  const creator = await signIn(await window({ wallets: wallet(await payer({ money: "0", coins: "0.1" })) }), s.url);
  await seen("creator-first-launch", creator);
  await launch(creator, { Name: "Paper Moon", Symbol: "MOON", ...terms });
  await seen("creator-on-sale", creator);
  await Promise.all([4, 3, 2, 1].map(async (quantity) => payOnce(s.url, (await payer()).key, { quantity })));
  await payOnce(s.url, (await payer()).key, { path: "/launches/moon/mint", quantity: 2 });
  await go(creator, "Overview");
  await until("its mints are counted", async () => /0\.50/.test(await creator.getByRole("article", { name: /Paper Moon/ }).innerText()));
  await seen("creator-overview", creator);
  const page = await signIn(await window({ wallets: wallet(s.owner) }), s.url);
  await page.locator(".checklist li").first().waitFor();
  await page.locator(".checklist summary").click(); // folded, as it is once it is read
  await until("its mints are counted", async () => /1\.00/.test(await page.getByRole("article", { name: /Ping/ }).innerText()));
  await seen("admin-overview", page);
  await go(page, "Home page");
  await page.getByRole("region", { name: "Creators" }).getByRole("button", { name: /^Ban/ }).first().waitFor();
  await seen("admin-home", page);
}
