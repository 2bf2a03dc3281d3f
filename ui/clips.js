// Clippings: quotes that the reader pins, puts in order, and exports with their sources in
// footnotes. They are stored for this browser tab. The server makes the files, after it has checked
// that its articles still contain the quotes.
(() => {
  "use strict";
  const { stored, keep } = window.yinjuKept;
  const { doing, copy, say, save, changes } = window.yinju;
  const all = window.yinjuTables.all;
  const NAME = "yinju-clips";
  const clips = () => stored(NAME, []);
  const dialog = () => document.getElementById("yj-clips");
  const TYPES = { md: "markdown", copy: "markdown", docx: "docx" };

  // Returns the quote "KEY-NUMBER" from its turn, which the page has stored; null if it is gone.
  function clipOf(pin) {
    const [key, number] = pin.split("-");
    const turn = stored(`yinju-turn-${key}`, null);
    const cited = turn?.answer?.refused ? turn.answer.nearest : turn?.answer?.citations;
    const one = cited?.[Number(number) - 1];
    if (!one) return null;
    const { article_id, start, quote, title, date, source, url, lang, id } = one;
    return { article_id, start, quote, title, date, source, url, lang, id, question: turn.answer.completed || turn.answer.question };
  }

  function put(kept) {
    if (!keep(NAME, kept)) say(dialog()?.dataset.lost);
    draw();
  }

  doing.pin = (button) => {
    const clip = clipOf(button.dataset.pin);
    if (!clip) return say(dialog()?.dataset.lost);
    const kept = clips();
    if (kept.some((one) => one.id === clip.id)) return put(kept.filter((one) => one.id !== clip.id));
    if (kept.length >= Number(dialog()?.dataset.most)) return say(dialog()?.dataset.full);
    put([...kept, clip]);
  };
  doing.clips = () => {
    draw();
    dialog()?.showModal();
  };
  function move(button, by) {
    const kept = clips();
    const at = Number(button.closest("li").dataset.at);
    const [one] = kept.splice(at, 1);
    const to = Math.min(Math.max(at + by, 0), kept.length);
    kept.splice(to, 0, one);
    put(kept);
    dialog().querySelectorAll("li")[to]?.querySelector(`[data-do="${button.dataset.do}"]`)?.focus();
  }
  doing["clip-up"] = (button) => move(button, -1);
  doing["clip-down"] = (button) => move(button, 1);
  doing["clip-remove"] = (button) => {
    const at = Number(button.closest("li").dataset.at);
    put(clips().filter((_, number) => number !== at));
    const left = dialog().querySelectorAll('[data-do="clip-remove"]');
    (left[Math.min(at, left.length - 1)] ?? dialog().querySelector('[data-do="dialog-close"]')).focus();
  };
  doing["clips-clear"] = () => {
    put([]);
    dialog().querySelector('[data-do="dialog-close"]').focus();
  };

  async function made(form) {
    const body = JSON.stringify({ clippings: clips().map(({ id, ...one }) => one), form, lang: dialog().dataset.lang === "zh" ? "zh" : "en" });
    const reply = await fetch(`${window.yinjuFields.root()}/api/clippings`, { method: "POST", headers: { "content-type": "application/json" }, body });
    if (!reply.ok) throw new Error((await reply.json().catch(() => ({}))).error ?? reply.status);
    return form === "docx" ? reply.blob() : (await reply.json()).markdown;
  }
  for (const [name, form] of Object.entries(TYPES)) {
    doing[`clips-${name}`] = async (button) => {
      try {
        const file = await made(form);
        if (name === "copy") await copy(file, button);
        else save(`yinju.${name}`, new Blob([file]));
      } catch (error) {
        say(dialog().dataset.failed.replace("%", error.message));
      }
    };
  }

  // Formats a date as "21 September 2011" in the page's language; a year or month stays unchanged.
  function day(iso, lang) {
    const [year, month, date] = iso.split("-").map(Number);
    return date ? new Intl.DateTimeFormat(lang, { dateStyle: "long", timeZone: "UTC" }).format(Date.UTC(year, month - 1, date)) : iso;
  }

  // Draws the list, the count in its button, and the state of the pins. It runs on each change of
  // the page, as Gradio redraws these places when the language changes.
  let shown = "";
  function draw() {
    const kept = clips();
    const opener = document.querySelector('[data-do="clips"]');
    const label = kept.length ? opener?.dataset.label.replace("%", kept.length) : opener?.dataset.name ?? opener?.textContent;
    if (opener) {
      opener.dataset.name ??= opener.textContent;
      if (opener.textContent !== label) opener.textContent = label;
      if (opener.dataset.count !== String(kept.length || "")) opener.dataset.count = kept.length || "";
    }
    const known = new Set(kept.map((one) => one.id));
    for (const pin of all(".yj-pin")) {
      const is = String(known.size > 0 && known.has(clipOf(pin.dataset.pin)?.id));
      if (pin.getAttribute("aria-pressed") !== is) pin.setAttribute("aria-pressed", is);
    }
    const box = dialog();
    const now = JSON.stringify(kept);
    if (!box || (box.dataset.shown === now && shown === now)) return;
    shown = box.dataset.shown = now;
    const template = box.querySelector("template");
    box.querySelector(":scope > .yj-hint").hidden = kept.length > 0;
    box.querySelector(":scope > .yj-actions").hidden = !kept.length;
    box.querySelector("ol").replaceChildren(...kept.map((one, at) => {
      const row = template.content.firstElementChild.cloneNode(true);
      row.dataset.at = at;
      row.querySelector("blockquote").textContent = one.quote;
      row.querySelector("blockquote").lang = one.lang === "zh" ? "zh-CN" : one.lang;
      row.querySelector(".yj-meta").textContent = [one.title, one.source, day(one.date ?? "", box.dataset.lang === "zh" ? "zh-CN" : "en-GB")].filter(Boolean).join(" · ");
      row.querySelector('[data-do="clip-up"]').disabled = at === 0;
      row.querySelector('[data-do="clip-down"]').disabled = at === kept.length - 1;
      return row;
    }));
  }
  changes.push(draw);
})();
