// The batch tab: puts the text of a file into the box. UTF-8 is tried first, then GB 18030, as
// spreadsheets still write CSV in encodings of their own.
(() => {
  "use strict";
  const { write } = window.yinjuFields;

  function decoded(bytes) {
    for (const name of ["utf-8", "gb18030"]) {
      try {
        return new TextDecoder(name, { fatal: true }).decode(bytes);
      } catch { /* try the next encoding */ }
    }
    return null;
  }

  document.addEventListener("change", async (event) => {
    if (event.target.id !== "batch-input") return;
    const [file] = event.target.files;
    const unread = event.target.parentElement.dataset.unread;
    event.target.value = "";
    if (!file) return;
    const words = decoded(await file.arrayBuffer());
    if (words === null || words.includes("\0") || !words.trim()) return window.yinju.say(unread);
    write("batch-box", words);
    document.querySelector("#batch-start")?.focus();
  });

  // Puts a question that a control carries into the question box of the chat tab.
  document.addEventListener("click", (event) => {
    const ask = event.target.closest?.("[data-ask]");
    if (!ask) return;
    document.getElementById("tab-chat-button")?.click();
    write("question", ask.dataset.ask)?.focus();
  });

  window.yinju.changes.push(() => {
    document.body.classList.toggle("yj-batching", document.querySelector(".yj-batch-busy") !== null);
  });
})();
