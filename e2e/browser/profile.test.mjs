// The page of a launch as its maker edits it: uploads, texts, history.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { owned, signIn } from "./dashboard.mjs";
import { directory } from "./program.mjs";
import { browse } from "./world.mjs";

const logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10" fill="#7a3cff"/><circle cx="5" cy="5" r="3" fill="#fff"/></svg>';
// A PNG of 6 × 2 pixels.
const strip = "iVBORw0KGgoAAAANSUhEUgAAAAYAAAACCAIAAAD0PzoJAAAAEElEQVR4nGOosvmPhhgwhQB/LRR9cnbXiAAAAABJRU5ErkJggg==";
const bad = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><script>alert(1)</script></svg>';

browse("an owner uploads a picture and edits the page, and buyers see it with its history", async ({ shop, window, wallet }) => {
  const s = await owned(shop);
  const folder = directory("profile");
  const file = (name, text) => { const path = join(folder, name); writeFileSync(path, text); return path; };
  const page = await signIn(await window({ wallets: wallet(s.owner) }), s.url);
  await page.evaluate((slug) => { location.hash = `#/launches/${slug}`; }, s.slug);
  const form = page.getByRole("region", { name: "Page" });
  await form.getByLabel("Picture", { exact: true }).setInputFiles(file("bad.svg", bad));
  await form.getByLabel(/^Accent colour/).fill("red");
  await form.getByRole("button", { name: "Save the page" }).click();
  await form.getByText(/<script>/).waitFor();
  await form.getByText(/^Is not a colour/).waitFor();
  const messages = page.getByRole("status", { name: "What happened" });
  await messages.getByText(/script/).waitFor();
  await form.getByLabel("Picture", { exact: true }).setInputFiles(file("strip.png", Buffer.from(strip, "base64")));
  await form.getByText(/It is shown whole, with empty space around it/).waitFor();

  await form.getByLabel("Picture", { exact: true }).setInputFiles(file("logo.svg", logo));
  await form.getByLabel(/^Accent colour/).fill("#7a3cff");
  await form.getByLabel(/^Long description/).fill("## Why\n\n**Because.** <script>alert(1)</script>");
  await form.getByLabel(/^X/).fill("@ping");
  await form.getByRole("button", { name: "Save the page" }).click();
  await page.getByText("The page was saved.").waitFor();
  assert.equal(await messages.locator(".toast.stop").count(), 0, "the refusal of the first try is still there");
  await form.getByRole("img", { name: "The current picture" }).waitFor();

  const buyer = await (await window()).tab(`${s.url}/l/${s.slug}`);
  await buyer.getByRole("heading", { name: "Why" }).waitFor();
  assert.equal(await buyer.getByRole("link", { name: "X", exact: true }).getAttribute("href"), "https://x.com/ping");
  assert.ok(await buyer.locator(".hero .plate img").evaluate((img) => img.complete && img.naturalWidth > 0 && new URL(img.currentSrc).origin === location.origin));
  const [ink, changed] = await buyer.evaluate(() => [getComputedStyle(document.querySelector(".buys")).color, document.querySelector(".edits .versions").innerText]);
  assert.notEqual(ink, "rgb(10, 107, 73)", "the accent is not used");
  assert.match(changed, new RegExp(`about, image, accent, x[\\s\\S]*${s.owner.address}`, "i"));
  const history = await (await fetch(`${s.url}/l/${s.slug}/history.json`)).json();
  assert.equal(history.versions[0].author.toLowerCase(), s.owner.address.toLowerCase());
});
