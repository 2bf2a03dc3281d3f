// What the page needs beyond Gradio: [n] leads to its source and back, the language of the document,
// and names for screen readers. It moves nodes and classes about and never writes HTML.
window.yinju = (() => {
  "use strict";
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  let cameFrom = null;

  function show(id) {
    const card = document.getElementById(id);
    if (!card) return false;
    for (let up = card.parentElement; up; up = up.parentElement) {
      if (up.tagName === "DETAILS") up.open = true;
    }
    for (const old of document.querySelectorAll(".yj-card.yj-shown")) old.classList.remove("yj-shown");
    card.classList.add("yj-shown");
    card.focus({ preventScroll: true });
    const quote = card.querySelector(".yj-quote") || card;
    // The card's head belongs in view too, unless the passage is longer than the panel.
    const target = quote.getBoundingClientRect().bottom - card.getBoundingClientRect().top < 360 ? card : quote;
    target.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
    return true;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    if (link?.matches('.yj-chip[href^="#src-"]')) {
      event.preventDefault();
      if (show(link.getAttribute("href").slice(1))) cameFrom = link;
    } else if (link?.matches(".yj-back")) {
      event.preventDefault();
      back(link.closest(".yj-card"));
    } else if (link?.matches(".yj-act")) {
      event.preventDefault();
      const wish = link.getAttribute("href");
      tell(wish.startsWith("#drop-") ? "drop" : "wish", wish);
    }
  });

  document.addEventListener("keydown", (event) => {
    const card = event.key === "Escape" && event.target.closest?.(".yj-card");
    if (card) back(card);
    const act = event.key === " " && event.target.closest?.(".yj-act");
    if (act) {
      event.preventDefault();
      act.click();
    }
  });

  // Writes into a hidden field of the page and presses Enter, as a reader would: Gradio hands it to the server.
  function tell(id, value) {
    const field = document.querySelector(`#${id} textarea, #${id} input`);
    if (!field) return;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
  }

  function back(card) {
    const chip = cameFrom?.isConnected && cameFrom.getAttribute("href") === `#${card.id}`
      ? cameFrom : document.querySelector(`.yj-chip[href="#${CSS.escape(card.id)}"]`);
    chip?.focus({ preventScroll: true });
    chip?.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
  }

  function speak(lang) {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  }

  // The address of the page asks its last question, with its filters, again; nothing is loaded.
  function address(query) {
    history.replaceState(history.state, "", location.pathname + query);
  }

  // Hands a text to the clipboard ("copy") or saves it as a file of that kind.
  function keep(kind, words) {
    if (!words) return;
    if (kind === "copy") {
      navigator.clipboard?.writeText(words);
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([words], { type: kind === "json" ? "application/json" : "text/markdown" }));
    link.download = `yinju.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // Gradio names each message by its source text, tags and all, which would be read out.
  function rename() {
    for (const message of document.querySelectorAll('[data-testid="bot"][aria-label], [data-testid="user"][aria-label]')) {
      message.removeAttribute("aria-label");
    }
    // The chat lets a title through, but no name; the sign alone would be read as "times".
    for (const act of document.querySelectorAll(".yj-act[title]:not([aria-label])")) act.setAttribute("aria-label", act.title);
  }

  // A new question goes to the top of what is seen, so that its answer is read from the beginning; again when
  // the answer is complete. New sources are shown from the first.
  let seen = "";
  let listed = "";
  function follow() {
    const asked = document.querySelectorAll("#chat .yj-asked");
    const busy = document.querySelector("#chat .yj-busy") !== null;
    const now = `${asked.length} ${busy}`;
    if (now !== seen && asked.length) {
      const question = asked[asked.length - 1];
      // A moment later, when the chat has laid the message out.
      setTimeout(() => question.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" }), 60);
    }
    seen = now;
    const newest = document.querySelector("#sources .yj-group")?.id ?? "";
    if (newest !== listed) document.getElementById("sources")?.scrollTo({ top: 0 });
    listed = newest;
  }

  // On the root element: the script may run before the body is there, or long after.
  new MutationObserver(() => { rename(); follow(); }).observe(document.documentElement, { childList: true, subtree: true });

  return { speak, address, keep, tell };
})();
