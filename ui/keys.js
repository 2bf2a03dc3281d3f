// Single keys: / goes to the box for questions or searches, j and k to the next and previous quote
// or hit, o opens the article, p pins a quote, ? shows the keys. Readers can switch them off, and
// they do nothing in text fields and dialogs.
(() => {
  "use strict";
  const { doing } = window.yinju;
  const OFF = "yinju-keys-off";
  const off = () => {
    try { return localStorage.getItem(OFF) !== null; } catch { return false; }
  };
  const seen = (css) => [...document.querySelectorAll(css)].filter((one) => one.checkVisibility());
  const tab = () => seen("#tab-chat, #tab-search, #tab-batch, #tab-corpus")[0]?.id ?? "";
  const STOPS = { "tab-chat": "#chat .yj-quoted", "tab-search": "#search-list .yj-title", "tab-corpus": "#corpus-list .yj-title" };
  const BOXES = { "tab-chat": "question", "tab-search": "search-words", "tab-batch": "batch-box", "tab-corpus": "corpus-words" };
  const target = (stop) => (stop.matches(".yj-quoted") ? stop.querySelector(".yj-chip") : stop);

  function step(by) {
    const stops = seen(STOPS[tab()] ?? "#none").filter(target);
    if (!stops.length) return;
    const now = document.activeElement;
    const own = stops.findIndex((one) => one.contains(now));
    // Without a current stop: the first one below the upper edge of the window or, for k, above it.
    const next = own >= 0 ? own + by : by > 0 ? stops.findIndex((one) => one.getBoundingClientRect().bottom > 60)
      : stops.findLastIndex((one) => one.getBoundingClientRect().top < 60);
    const one = stops[Math.min(Math.max(next, 0), stops.length - 1)];
    // Scrolls at once: during smooth scrolling the preview that the focus opens would be placed
    // wrongly.
    one.scrollIntoView({ block: "center" });
    target(one).focus({ preventScroll: true, focusVisible: true });
  }

  function read() {
    const now = document.activeElement;
    const chip = now?.closest?.(".yj-quoted")?.querySelector(".yj-chip");
    const card = now?.closest?.(".yj-card");
    if (chip) window.yinju.open(chip.getAttribute("href").slice(1).replace("src", "read"));
    else if (card) card.querySelector('[data-do="read"]')?.click();
    else if (now?.matches?.(".yj-title")) now.click();
  }

  const keys = {
    "/": () => document.querySelector(`#${BOXES[tab()] ?? "question"} :is(textarea, input)`)?.focus(),
    j: () => step(1),
    k: () => step(-1),
    o: read,
    p: () => (document.activeElement?.closest?.(".yj-quoted") ?? document.activeElement?.closest?.(".yj-card"))?.querySelector(".yj-pin")?.click(),
    "?": () => doing.keys(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && event.key === "?") return;
    const at = event.target;
    if (at.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog") || off()) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  doing.keys = () => {
    const dialog = document.getElementById("yj-keys");
    if (!dialog || dialog.open) return;
    dialog.querySelector("#yj-keys-on").checked = !off();
    dialog.showModal();
  };
  doing["dialog-close"] = (button) => button.closest("dialog").close();
  document.addEventListener("change", (event) => {
    if (event.target.id !== "yj-keys-on") return;
    try {
      if (event.target.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch { /* storage is forbidden: the choice is not kept */ }
  });
  // A click outside a dialog closes it.
  document.addEventListener("click", (event) => {
    if (event.target.matches?.("dialog.yj-dialog[open]")) event.target.close();
  });
})();
