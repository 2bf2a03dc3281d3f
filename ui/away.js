// Tells the reader when the server cannot be reached, is busy or fails, and goes on when it is
// back.
window.yinjuAway = (() => {
  "use strict";
  const { stored, keep } = window.yinjuKept;
  const { all } = window.yinjuTables;
  const { field, write } = window.yinjuFields;

  let lost = false;
  async function there() {
    try {
      const answer = await fetch("healthz", { cache: "no-store", signal: AbortSignal.timeout(8000) });
      return ![502, 503, 504].includes(answer.status); // a proxy's codes for a server that is down
    } catch (error) {
      return error.name === "TimeoutError"; // a slow server is not down
    }
  }

  // Waits until the server is back. The page's connection to it is lost by then, so the page is
  // reloaded, and shows the conversation that this tab has stored.
  async function wait() {
    if (lost || await there()) return;
    lost = true;
    alert("lost");
    const draft = field("question")?.value;
    if (draft) keep("yinju-draft", draft);
    do await new Promise((wake) => setTimeout(wake, 1500)); while (!(await there()));
    location.reload();
  }

  function alert(kind) {
    for (const one of ["lost", "busy", "failed"]) document.body.classList.toggle(one === "busy" ? "yj-busy-now" : `yj-${one}`, one === kind);
    if (kind && kind !== "lost") setTimeout(() => { if (!lost) alert(""); }, 12_000);
  }

  addEventListener("offline", wait);
  setInterval(() => { if (!document.hidden) wait(); }, 15_000);

  // Gradio reports its errors in a pop-up message ("toast"), which the page hides. Instead, a
  // message of the page tells the reader what to do.
  const heard = new WeakSet();
  async function listen() {
    for (const toast of all(".toast-body")) {
      if (heard.has(toast)) continue;
      heard.add(toast);
      const busy = /queue|busy|full/i.test(toast.textContent);
      toast.querySelector("button")?.click();
      if (await there()) alert(busy ? "busy" : "failed");
      else wait();
    }
  }

  // Restores what was half typed when the page was reloaded. Gradio may empty the box once more
  // while it starts, so the words are kept until the reader does something.
  function draft() {
    const box = field("question");
    const kept = stored("yinju-draft", "");
    if (box && kept && !lost && !box.value) write("question", kept);
  }
  for (const deed of ["keydown", "pointerdown"]) {
    addEventListener(deed, () => { if (!lost) sessionStorage.removeItem("yinju-draft"); }, true);
  }

  return { listen, draft };
})();
