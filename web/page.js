// The page is complete without this. It keeps the parts marked data-live fresh,
// and adds buttons that copy the commands.
"use strict";

const every = 5000; // milliseconds
// The same page with status 200, whichever 402 this one came with.
const canonical = document.querySelector("link[rel=canonical]");
const fresh = "/" + new URL(canonical ? canonical.href : location.href).search;

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(fresh, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = next.querySelector(`[data-live="${part.dataset.live}"]`);
    if (now && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
  }
}

function copyable(pre) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(pre.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  pre.after(button);
}

if (navigator.clipboard) document.querySelectorAll("pre").forEach(copyable);
setInterval(() => refresh().catch(() => {}), every);
