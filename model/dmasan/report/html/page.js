"use strict";
// What every report does: theme, copy buttons, filters, keys, and details that open for links and for paper.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const redraws = [];
const redraw = () => redraws.forEach((each) => each());

$("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  redraw();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

all(".copy").forEach((button) => button.addEventListener("click", async () => {
  const text = button.dataset.copy;
  try { await navigator.clipboard.writeText(text); } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
  }
  button.textContent = "copied";
  setTimeout(() => { button.textContent = "copy"; }, 1200);
}));

const hazards = all(".hazard");
function filterHazards() {
  const text = $("filter-text").value.trim().toLowerCase(), code = $("filter-code").value;
  const states = all("#filter [data-state]").filter((box) => box.checked).map((box) => box.dataset.state);
  let shown = 0;
  for (const each of hazards) {
    each.hidden = !(states.includes(each.dataset.state) && (!code || each.dataset.code === code)
      && (!text || each.textContent.toLowerCase().includes(text)));
    shown += !each.hidden;
  }
  $("filter-count").textContent = `${shown} of ${hazards.length}`;
}
if ($("filter")) {
  $("filter").addEventListener("input", filterHazards);
  $("filter").addEventListener("submit", (event) => event.preventDefault());
  $("unfold").addEventListener("click", () => {
    const open = hazards.some((each) => !each.hidden && !each.open);
    hazards.forEach((each) => { each.open = open; });
    $("unfold").textContent = open ? "fold all" : "unfold all";
  });
  filterHazards();
}
if ($("marks")) $("marks").addEventListener("change", (event) => document.body.classList.toggle("no-marks", !event.target.checked));

// What is wider than its frame has to be reached with the keyboard too: arrows scroll what has the focus.
function letScroll() {
  for (const each of all(".scroll, .source pre")) {
    const wide = each.scrollWidth > each.clientWidth && !each.querySelector("a, button, [tabindex]");
    if (wide) each.tabIndex = 0; else each.removeAttribute("tabindex");
  }
}
addEventListener("resize", letScroll);
document.addEventListener("toggle", letScroll, true);
redraws.push(letScroll);
addEventListener("load", letScroll);

function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const words = $("filter-text") || $("rows-text");
  if (event.key === "/" && words) { event.preventDefault(); words.focus(); }
  const step = { j: 1, k: -1 }[event.key];
  if (!step) return;
  const shown = hazards.filter((each) => !each.hidden);
  const now = shown.findLastIndex((each) => each.contains(document.activeElement));
  const next = shown[Math.min(shown.length - 1, Math.max(0, now + step))];
  if (!next) return;
  for (let each = next; each; each = each.parentElement.closest("details")) each.open = true;
  next.querySelector("summary").focus(); next.scrollIntoView({ block: "start" });
});

let folded = [], theme;
addEventListener("beforeprint", () => {  // paper is light, and cannot be unfolded
  folded = all("details:not([open])"); folded.forEach((each) => { each.open = true; });
  theme = document.documentElement.dataset.theme; document.documentElement.dataset.theme = "light"; redraw();
});
addEventListener("afterprint", () => {
  folded.forEach((each) => { each.open = false; });
  if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
  redraw();
});
