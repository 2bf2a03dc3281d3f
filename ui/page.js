// What the page needs beyond Gradio: the way from [n] to its source and back, and the controls
// inside answers. conversation.js stores the conversation, tables.js handles tables and maps, and
// away.js a server that is down. Clippings, previews and keys have scripts of their own, which add
// their controls to `doing`. This script only moves nodes, classes and plain text, and never writes
// HTML.
window.yinju = (() => {
  "use strict";
  const { stored, keep, remember, remembered } = window.yinjuKept;
  const { all, turnOf, sort, pick, asText } = window.yinjuTables;
  const { field, write, tell } = window.yinjuFields;
  const { listen, draft } = window.yinjuAway;
  const scrolling = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  let cameFrom = null;

  // ---- sources
  function show(id) {
    const card = document.getElementById(id);
    if (!card) return false;
    close();
    for (let up = card.parentElement; up; up = up.parentElement) {
      if (up.tagName === "DETAILS") up.open = true;
    }
    for (const own of card.children) if (own.tagName === "DETAILS") own.open = true;
    for (const old of all(".yj-card.yj-shown")) old.classList.remove("yj-shown");
    card.classList.add("yj-shown");
    card.focus({ preventScroll: true });
    const quote = card.querySelector(".yj-quote") || card;
    // Shows the head of the card as well, unless the quote is too far below it.
    const target = quote.getBoundingClientRect().bottom - card.getBoundingClientRect().top < 360 ? card : quote;
    target.scrollIntoView({ block: "start", behavior: scrolling() });
    return true;
  }

  function back(card) {
    const chip = cameFrom?.isConnected && cameFrom.getAttribute("href") === `#${card.id}`
      ? cameFrom : document.querySelector(`.yj-chip[href="#${CSS.escape(card.id)}"]`);
    chip?.focus({ preventScroll: true });
    chip?.scrollIntoView({ block: "center", behavior: scrolling() });
  }

  // Shows an article that the server has sent in place of the cards.
  let reading = "";
  function read() {
    const article = document.querySelector("#reader .yj-article");
    if ((article?.id ?? "") === reading) return;
    reading = article?.id ?? "";
    document.body.classList.toggle("yj-reading", Boolean(article));
    if (!article) return;
    article.focus({ preventScroll: true });
    (article.querySelector(".yj-quote") ?? article).scrollIntoView({ block: "center" });
  }

  // For an article that is there already, the server changes nothing, so it is shown right away.
  function open(id) {
    tell("aside", `#${id}`);
    if (document.querySelector("#reader .yj-article")?.id !== id) return;
    reading = "";
    read();
  }

  function close() {
    if (!document.body.classList.contains("yj-reading")) return;
    const card = document.getElementById(document.querySelector("#reader .yj-article")?.dataset.card);
    document.body.classList.remove("yj-reading");
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "center" });
  }

  // ---- controls
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    const button = event.target.closest?.("button.yj-do");
    if (link?.matches('.yj-chip[href^="#src-"]')) {
      event.preventDefault();
      const id = link.getAttribute("href").slice(1);
      cameFrom = link;
      window.yinjuPeek?.hide();
      // The sources of an old answer are no longer in the panel, so its article is fetched.
      if (!show(id)) open(id.replace("src", "read"));
    } else if (link?.matches(".yj-back")) {
      event.preventDefault();
      back(link.closest(".yj-card"));
    } else if (link?.matches(".yj-act")) {
      event.preventDefault();
      const wish = link.getAttribute("href");
      tell(wish.startsWith("#drop-") ? "drop" : "wish", wish);
    } else if (button) {
      doing[button.dataset.do]?.(button);
    } else if (event.target.closest?.(".yj-sort")) {
      sort(event.target.closest(".yj-sort"));
    } else if (event.target.closest?.(".yj-tile[data-place]")) {
      pick(event.target.closest(".yj-tile"));
    }
  });

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.key === "Escape") {
      document.body.classList.add("yj-hush");
      if (document.querySelector("dialog[open]")) return;
      if (at.closest?.("#reader")) close();
      else if (at.closest?.(".yj-card")) back(at.closest(".yj-card"));
      else if (document.body.classList.contains("yj-editing")) doing.leave();
    }
    const pressed = at.closest?.(".yj-act") ?? at.closest?.(".yj-tile[data-place]");
    if (pressed && (event.key === " " || (event.key === "Enter" && pressed.matches(".yj-tile")))) {
      event.preventDefault();
      pressed.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    }
  });

  const doing = {
    copy: (button) => copy(button.dataset.words, button),
    wish: (button) => tell("wish", button.dataset.wish),
    next: (button) => tell("next", button.dataset.words),
    csv: (button) => tell("aside", button.dataset.wish),
    column: (button) => {
      // While an answer is under way, its next state would overwrite the column.
      if (!document.body.classList.contains("yj-working")) tell("column", button.dataset.wish);
    },
    rate: (button) => tell("aside", button.dataset.rate),
    read: (button) => open(button.dataset.read.slice(1)),
    close,
    edit: (button) => {
      write("editing", button.dataset.key);
      write("question", button.dataset.words);
      edit(button.dataset.key);
      const box = field("question");
      box.focus();
      box.setSelectionRange(box.value.length, box.value.length);
    },
    leave: () => {
      write("editing", "");
      write("question", "");
      edit("");
      field("question")?.focus();
    },
    resume: (button) => {
      window.yinjuKept.resume(Number(button.dataset.at));
      location.assign(location.pathname);
    },
    more: (button) => {
      for (const line of all("tr.yj-more", turnOf(button))) line.classList.remove("yj-more");
      button.remove();
    },
    all: (button) => pick(turnOf(button).querySelector('.yj-tile[aria-pressed="true"]')),
    table: (button) => copy(asText(turnOf(button)), button),
  };

  // ---- highlighting the words of the question that a quote matches
  function match(target) {
    const quoted = target?.closest?.(".yj-quoted");
    const marks = window.CSS?.highlights;
    if (!marks) return;
    marks.delete("yj-asked");
    if (!quoted) return;
    const rows = all("#chat .message-row");
    const asked = rows.slice(0, rows.indexOf(quoted.closest(".message-row"))).reverse().find((row) => row.querySelector(".yj-asked"));
    const shown = asked?.querySelector(".yj-asked").firstChild;
    if (shown?.nodeType !== Node.TEXT_NODE) return;
    const only = target.closest("mark[data-word]");
    const words = new Set((only ? [only] : all("mark[data-word]", quoted)).map((one) => one.dataset.word.toLowerCase()));
    const ranges = [];
    for (const word of words) {
      const at = shown.data.toLowerCase().indexOf(word);
      if (at < 0) continue;
      const range = new Range();
      range.setStart(shown, at);
      range.setEnd(shown, at + word.length);
      ranges.push(range);
    }
    if (ranges.length) marks.set("yj-asked", new Highlight(...ranges));
  }
  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      document.body?.classList.remove("yj-hush");
      match(event.target);
    });
  }

  // ---- copying and saving
  async function copy(words, button) {
    let done = false;
    try {
      await navigator.clipboard.writeText(words);
      done = true;
    } catch {
      // Without HTTPS there is no clipboard object, and the older method needs a selection.
      const area = document.createElement("textarea");
      area.value = words;
      area.className = "yj-away";
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
      button?.focus({ preventScroll: true });
    }
    const saying = document.querySelector(".yj-saying");
    say(done ? saying?.dataset.copied : saying?.dataset.failed);
    if (done && button) {
      button.classList.add("yj-done");
      setTimeout(() => button.classList.remove("yj-done"), 2000);
    }
  }

  let hushing = 0;
  function say(words) {
    const saying = document.querySelector(".yj-saying");
    if (!saying) return;
    saying.textContent = words ?? "";
    clearTimeout(hushing);
    hushing = setTimeout(() => { saying.textContent = ""; }, 4000);
  }

  function save(name, blob) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // Receives the server's result for a control: a file to save, or a stored rating.
  function told(news) {
    if (!news) return;
    const it = JSON.parse(news);
    if (it.do === "save") save(it.name, new Blob([it.words], { type: `${it.type};charset=utf-8` }));
    else if (it.do === "rated") {
      say(it.words);
      if (!it.ok) return;
      const [, key] = it.wish.split("-");
      const rated = stored("yinju-rated", {});
      if (!it.wish.startsWith("#quote")) for (const old of ["#right", "#wrong"]) delete rated[`${old}-${key}-0`];
      rated[it.wish] = true;
      keep("yinju-rated", rated);
      press();
    }
  }

  function press() {
    const rated = stored("yinju-rated", {});
    for (const button of all("button[data-rate]")) button.setAttribute("aria-pressed", String(Boolean(rated[button.dataset.rate])));
  }

  // ---- the conversation
  function forget() {
    window.yinjuKept.leave();
    write("editing", "");
    edit("");
    document.body.classList.remove("yj-reading");
    document.getElementById("tab-chat-button")?.click();
    field("question")?.focus();
  }

  // Marks that a turn's question is being edited; the server resets the key when it is sent.
  function edit(key) {
    document.body.classList.toggle("yj-editing", Boolean(key));
  }

  function speak(lang) {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  }

  // Lists earlier conversations. Gradio redraws their place when the language changes.
  function past() {
    const list = document.querySelector("#past .yj-past");
    const kept = window.yinjuKept.past();
    if (!list || list.dataset.shown === JSON.stringify(kept)) return;
    list.dataset.shown = JSON.stringify(kept);
    list.hidden = !kept.length;
    list.querySelector("ul").replaceChildren(...kept.map((one, at) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "yj-do", textContent: one.title });
      button.dataset.do = "resume";
      button.dataset.at = at;
      const line = document.createElement("li");
      line.append(button);
      return line;
    }));
  }

  // Sets the page's address, without loading it, to a link that asks the last question again.
  function address(query) {
    history.replaceState(history.state, "", location.pathname + query);
  }

  // Gradio labels each message with its HTML source, which a screen reader would read out.
  function rename() {
    for (const message of all('[data-testid="bot"][aria-label], [data-testid="user"][aria-label]')) message.removeAttribute("aria-label");
    for (const log of all('#chat [role="log"]')) {
      const name = document.querySelector("#chat > label")?.textContent.trim();
      if (name && log.getAttribute("aria-label") !== name) log.setAttribute("aria-label", name);
    }
  }

  // Scrolls a new question to the top, so that its answer is read from the beginning, and again
  // when the answer is complete. New sources are shown from the first.
  let seen = "";
  let listed = "";
  function follow() {
    const asked = all("#chat .yj-asked");
    const busy = document.querySelector("#chat .yj-busy");
    document.body.classList.toggle("yj-working", busy !== null);
    const at = busy ? asked.filter((one) => one.compareDocumentPosition(busy) & Node.DOCUMENT_POSITION_FOLLOWING).length : asked.length;
    const now = `${at} ${asked.length} ${busy !== null}`;
    if (now !== seen && asked.length && seen !== "") {
      const question = asked[at - 1];
      // Waits until the chat has laid out the message.
      setTimeout(() => question?.scrollIntoView({ block: "start", behavior: scrolling() }), 60);
    }
    // Removes the focus, as an on-screen keyboard would cover the answer.
    if (busy && !seen.endsWith("true") && matchMedia("(pointer: coarse)").matches) document.activeElement?.blur();
    seen = now;
    const newest = document.querySelector("#sources .yj-group")?.id ?? "";
    if (newest !== listed) document.getElementById("sources")?.scrollTo({ top: 0 });
    listed = newest;
  }

  // Uses the browser's date picker, which shows local formats; its value is YYYY-MM-DD.
  function dates() {
    for (const one of all(":is(#filter-from, #filter-to) input[type=text]")) one.type = "date";
  }

  const changes = []; // functions of other scripts to call when the page has changed
  let due = false;
  function changed() {
    due = false;
    rename();
    follow();
    read();
    listen();
    press();
    draft();
    dates();
    past();
    for (const one of changes) one();
  }
  // Observes the root element, as the body may not exist yet. Reacting once per frame is enough.
  new MutationObserver(() => {
    if (due || !document.body) return;
    due = true;
    requestAnimationFrame(changed);
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });

  return { speak, address, remember, remembered, forget, edit, tell, hear: told, doing, copy, say, save, open, scrolling, changes };
})();
