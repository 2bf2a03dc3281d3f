// Sorts and copies the tables of answers, and filters them by a map. It only moves nodes and plain
// text, and never writes HTML.
window.yinjuTables = (() => {
  "use strict";
  const all = (css, within = document) => [...within.querySelectorAll(css)];
  const turnOf = (node) => node.closest(".message-row") ?? document;

  function sort(button) {
    const head = button.closest("th");
    const column = head.cellIndex;
    const body = button.closest("table").tBodies[0];
    const up = head.getAttribute("aria-sort") !== "ascending";
    const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent;
    const order = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
    for (const other of head.parentElement.cells) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    body.append(...[...body.rows].sort((a, b) => (up ? 1 : -1) * order(key(a), key(b))));
  }

  function pick(tile) {
    if (!tile) return;
    const turn = turnOf(tile);
    const place = tile.getAttribute("aria-pressed") === "true" ? "" : tile.dataset.place;
    for (const one of all(".yj-tile[data-place]", turn)) one.setAttribute("aria-pressed", String(one.dataset.place === place));
    for (const row of all("table.yj-places tbody tr", turn)) row.hidden = Boolean(place) && !row.dataset.places.split(" ").includes(place);
    const only = turn.querySelector(".yj-only");
    only.hidden = !place;
    only.querySelector("[role=status]").textContent = place ? tile.getAttribute("aria-label") : "";
  }

  // Returns a cell's text on one line, quoted if a spreadsheet would take it for a formula.
  function cell(of) {
    const part = of.cloneNode(true);
    for (const gloss of all(".yj-gloss", part)) gloss.remove();
    const words = part.textContent.replace(/\s+/g, " ").trim();
    return /^[=+\-@＝＋－＠]/.test(words) ? `'${words}` : words;
  }

  // Returns the visible rows as tab-separated text, for a spreadsheet to paste.
  function asText(turn) {
    const rows = all("table.yj-places tr", turn).filter((row) => row.checkVisibility());
    return rows.map((row) => [...row.cells].map(cell).join("\t")).join("\n");
  }

  return { all, turnOf, sort, pick, asText };
})();
