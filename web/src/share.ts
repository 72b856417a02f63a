import { t } from "./language";
import "./share/share.css";

/** sharing makes each link of class share open the kit of the page that it leads to in a dialog. Without it, or if the page cannot be read, the link leads there. */
export function sharing(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a.share")) {
    link.addEventListener("click", (e) => {
      if (e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
      e.preventDefault();
      void show(link.href);
    });
  }
}

async function show(url: string): Promise<void> {
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    const kit = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector<HTMLElement>(".kit");
    if (!answer.ok || !kit) throw new Error("no kit");
    open(document.importNode(kit, true), url);
  } catch {
    location.assign(url);
  }
}

function open(kit: HTMLElement, url: string): void {
  const dialog = document.createElement("dialog");
  dialog.className = "share-dialog";
  dialog.setAttribute("aria-labelledby", "share-title");
  const head = document.createElement("header"), title = document.createElement("h2"), close = document.createElement("button"), more = document.createElement("p"), link = document.createElement("a");
  head.className = "row";
  title.id = "share-title";
  title.textContent = t("Share");
  close.type = "button";
  close.className = "icon-button";
  close.setAttribute("aria-label", t("Close"));
  close.textContent = "✕";
  close.addEventListener("click", () => dialog.close());
  for (const h of kit.querySelectorAll("h2")) { // the dialog has one
    const h3 = document.createElement("h3");
    h3.textContent = h.textContent;
    h.replaceWith(h3);
  }
  link.href = url;
  link.textContent = document.querySelector(".launch") ? t("Badge, widget and more") : t("As a page");
  more.append(link);
  more.className = "small";
  head.append(title, close);
  dialog.append(head, kit, more);
  dialog.addEventListener("click", (e) => { if (e.target === dialog) dialog.close(); }); // on the backdrop; the padding belongs to its children
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  native(kit);
  dialog.showModal();
}

/** native shows a button that opens the system's share sheet, if there is one. */
export function native(kit: HTMLElement): void {
  const place = kit.querySelector<HTMLElement>(".native"), { url, title } = kit.dataset;
  if (!place || !url || !navigator.share) return;
  place.hidden = false;
  place.querySelector("button")?.addEventListener("click", () => void navigator.share({ title, url }).catch(() => { /* closed */ }));
}
