// Runs before the first paint, so that the page does not start in the wrong theme. A
// button of class "theme" switches to the other theme. Switching to the system's
// theme removes the stored choice.
(function () {
  var root = document.documentElement, key = "mint402:theme", dark = matchMedia("(prefers-color-scheme: dark)");
  root.classList.add("js");
  try {
    var kept = localStorage.getItem(key);
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  } catch (e) { /* storage is blocked: use the system's theme */ }
  function isDark() { return (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark"; }
  function name() {
    document.querySelectorAll("button.theme").forEach(function (b) { b.setAttribute("aria-label", isDark() ? b.dataset.light : b.dataset.dark); });
  }
  document.addEventListener("DOMContentLoaded", name);
  dark.addEventListener("change", name);
  document.addEventListener("click", function (e) {
    if (!(e.target instanceof Element) || !e.target.closest("button.theme")) return;
    var next = isDark() ? "light" : "dark";
    if (next === (dark.matches ? "dark" : "light")) delete root.dataset.theme; else root.dataset.theme = next;
    try {
      if (root.dataset.theme) localStorage.setItem(key, next); else localStorage.removeItem(key);
    } catch (e) { /* storage is blocked: for this page only */ }
    name();
    document.dispatchEvent(new Event("theme"));
  });
})();
