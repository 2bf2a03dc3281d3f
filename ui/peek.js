// What a [n] leads to, shown where it is pointed at or has the focus: title, date, and the quote with the sentences beside it. It
// is a copy of what the card of the source holds, and goes with Escape.
window.yinjuPeek = (() => {
  "use strict";
  const SHOW = 180; // milliseconds that a pointer rests
  const HIDE = 220; // and in which it may cross over to what is shown
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

  // Above the line, as what the words mean stands below it; below where there is no room. Never over the tabs, which a pointer
  // could otherwise not reach: crossing what is shown keeps it.
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
  // What is pointed at by then: an answer that comes to its end is drawn anew, and scrolled, under a pointer that rests.
  const pointed = () => {
    const one = document.querySelector(`${CHIP}:hover`);
    if (one) show(one);
  };
  const chipOf = (node) => node.closest?.(CHIP);
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return; // a touch opens the source
    const one = chipOf(event.target);
    if (one) later(pointed, SHOW);
    else if (event.target.closest?.("#yj-peek")) clearTimeout(waiting);
    else if (document.activeElement !== chip) later(hide, HIDE);
  });
  document.addEventListener("focusin", (event) => {
    const one = chipOf(event.target);
    if (one?.matches(":focus-visible")) show(one);
    else hide();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  // It goes with the line that has the focus as long as that is seen; what is pointed at is then something else.
  document.addEventListener("scroll", (event) => {
    if (!chip || peek.contains(event.target)) return;
    const at = chip.getBoundingClientRect();
    if (document.activeElement === chip && at.bottom > 0 && at.top < innerHeight) return place();
    hide();
    later(pointed, SHOW);
  }, { capture: true, passive: true });
  return { hide };
})();
