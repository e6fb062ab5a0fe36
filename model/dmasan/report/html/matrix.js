// The table of a comparison: sorted by a click on a heading, filtered by words and verdicts.
(() => {
  const body = document.querySelector("#matrix tbody");
  if (!body) return;
  const rows = all("tr", body);
  const value = (row, n) => row.cells[n].dataset.value === undefined ? row.cells[n].textContent : Number(row.cells[n].dataset.value);
  all("#matrix th").forEach((head, n) => head.querySelector("button").addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    all("#matrix th").forEach((each) => each.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const order = (one, other) => typeof one === "number" ? one - other : String(one).localeCompare(String(other));
    body.append(...[...rows].sort((a, b) => (up ? 1 : -1) * order(value(a, n), value(b, n))));
  }));
  function filter() {
    const text = $("rows-text").value.trim().toLowerCase();
    const verdicts = all("#rows [data-verdict]").filter((box) => box.checked).map((box) => box.dataset.verdict);
    rows.forEach((row) => { row.hidden = !(verdicts.includes(row.dataset.verdict) && row.textContent.toLowerCase().includes(text)); });
    $("rows-count").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
  }
  $("rows").addEventListener("input", filter);
  $("rows").addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
