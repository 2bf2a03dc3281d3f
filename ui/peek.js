// The preview of a citation [n], shown while the pointer is on it or it has the focus: title, date,
// and the quote with its neighbouring sentences, copied from the card of the source. Escape closes
// it.
window.yinjuPeek = (() => {
  "use strict";
  const SHOW = 180; // milliseconds for which the pointer must rest
  const HIDE = 220; // milliseconds in which it may move from the [n] to the preview
  const CHIP = '.yj-chip[href^="#src-"]';
  const peek = document.createElement("div");
  Object.assign(peek, { id: "yj-peek", className: "yj-peek", hidden: true });
  peek.setAttribute("role", "tooltip");
  let chip = null;
  let waiting = 0;

  function copyOf(node) {
    const copy = node.cloneNode(true);
    for (const one of [copy, ...copy.querySelectorAll("[id], [title], [data-word]")]) {
      for (const name of ["id", "title", "data-word"]) one.removeAttribute(name);
    }
    return copy;
  }

  function filled(card) {
    const quote = card.querySelector(".yj-around") ?? card.querySelector(".yj-quote");
    const title = card.querySelector("h3 [lang]");
    if (!quote || !title) return false;
    const head = document.createElement("strong");
    head.append(copyOf(title));
    const about = document.createElement("span");
    about.className = "yj-meta";
    about.append(...[...card.querySelectorAll(".yj-meta bdi")].flatMap((one, at) => (at ? [" · ", copyOf(one)] : [copyOf(one)])));
    const said = document.createElement("p");
    said.lang = quote.closest("[lang]").lang;
    said.append(copyOf(quote));
    peek.replaceChildren(head, about, said);
    return true;
  }

  // Places the preview above the line, as the glosses of words stand below it; below these if there
  // is no room. It never covers the tabs: they would be out of reach, as it stays open under the
  // pointer.
  function place() {
    const at = chip.getBoundingClientRect();
    const box = peek.getBoundingClientRect();
    const gloss = chip.closest(".yj-quoted")?.querySelector(".yj-gloss")?.getBoundingClientRect();
    const under = Math.max(at.bottom, gloss?.bottom ?? 0) + 6;
    const tabs = document.querySelector('[role="tablist"]')?.getBoundingClientRect();
    const highest = Math.max(4, (tabs?.bottom ?? 0) + 2);
    const top = at.top - box.height - 6 >= highest ? at.top - box.height - 6 : Math.min(under, innerHeight - box.height - 4);
    peek.style.top = `${Math.max(highest, top)}px`;
    peek.style.left = `${Math.max(8, Math.min(at.left - 24, innerWidth - box.width - 8))}px`;
  }

  function show(one) {
    const card = document.getElementById(one.getAttribute("href").slice(1));
    if (!one.isConnected || !card || !filled(card)) return hide();
    if (!peek.isConnected) (document.querySelector("main") ?? document.querySelector(".gradio-container"))?.append(peek);
    if (chip !== one) hide();
    chip = one;
    peek.lang = card.closest("[lang]")?.lang ?? "";
    peek.hidden = false;
    chip.setAttribute("aria-describedby", peek.id);
    place();
  }

  function hide() {
    clearTimeout(waiting);
    chip?.removeAttribute("aria-describedby");
    chip = null;
    peek.hidden = true;
  }

  const later = (work, ms) => {
    clearTimeout(waiting);
    waiting = setTimeout(work, ms);
  };
  // Looks up the [n] under the pointer only now: when an answer is complete, it is redrawn and
  // scrolled under a resting pointer.
  const pointed = () => {
    const one = document.querySelector(`${CHIP}:hover`);
    if (one) show(one);
  };
  const anew = () => {
    hide();
    later(pointed, SHOW);
  };
  const chipOf = (node) => node.closest?.(CHIP);
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return; // a touch opens the source instead
    const one = chipOf(event.target);
    if (one) later(pointed, SHOW);
    else if (event.target.closest?.("#yj-peek")) clearTimeout(waiting);
    else if (document.activeElement !== chip) later(hide, HIDE);
  });
  document.addEventListener("focusin", (event) => {
    const one = chipOf(event.target);
    if (one?.matches(":focus-visible")) return show(one);
    if (one) hide();
    else anew(); // the question box may get the focus while a pointer rests
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  // While scrolling, the preview follows a focused [n] as long as it is visible. For the pointer it
  // closes, as another element may now be under it.
  document.addEventListener("scroll", (event) => {
    if (!chip || peek.contains(event.target)) return;
    const at = chip.getBoundingClientRect();
    if (document.activeElement === chip && at.bottom > 0 && at.top < innerHeight) return place();
    anew();
  }, { capture: true, passive: true });
  return { hide };
})();
