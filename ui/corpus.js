// The corpus and search tabs: sends choices to the server, and restores the keyboard focus when
// parts are redrawn. It only moves nodes and the focus, and never writes HTML.
(() => {
  "use strict";
  // Selector of the element to focus when the server has answered (the same control, or the article
  // that it opened), and the tab that contains it.
  let wanted = null;
  let home = null;
  const cameFrom = {};

  const go = (one) => `[data-go="${CSS.escape(one)}"]`;
  const READ = ".yj-read";

  function choose(control) {
    const wish = control.dataset.go;
    home = control.closest("#tab-search, #tab-corpus");
    if (!home && wish.startsWith("list:")) {
      // The link from an answer in the chat to a list in the corpus tab.
      home = document.querySelector("#tab-corpus");
      document.querySelector("#tab-corpus-button")?.click();
    }
    if (!home) return;
    const name = home.id.slice("tab-".length);
    const turn = control.dataset.turn;
    if (wish === "article:") wanted = cameFrom[name] ? go(cameFrom[name]) : ".yj-list .yj-go";
    else if (/^(article|open):/.test(wish)) {
      wanted = READ;
      cameFrom[name] = wish;
    } else if (turn) wanted = `[data-turn="${turn}"]:not([disabled]), .yj-list .yj-go`;
    else wanted = `${go(wish)}, #corpus-time [tabindex="0"], #${name}-words textarea`;
    home.querySelector(READ)?.classList.toggle("yj-old", wanted === READ);
    window.yinju.tell(`${name}-wish`, wish);
  }

  document.addEventListener("click", (event) => {
    const control = event.target.closest?.("[data-go]");
    if (control && !control.disabled) choose(control);
  });

  document.addEventListener("keydown", (event) => {
    const bar = event.target.closest?.("g[data-go]");
    if (bar && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      choose(bar);
    } else if (bar && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      const bars = [...bar.parentElement.querySelectorAll("g[data-go]")];
      const at = bars.indexOf(bar);
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 }[event.key];
      const next = bars[Math.min(Math.max(to, 0), bars.length - 1)];
      for (const one of bars) one.setAttribute("tabindex", one === next ? "0" : "-1");
      next.focus();
    } else if (event.key === "Escape") {
      event.target.closest?.("#corpus-read, #search-read")?.querySelector(".yj-close")?.click();
    }
  });

  // Uploads files directly to the server, which processes them as a job. The page then gets the
  // job's id and shows its progress.
  function send(files) {
    const field = document.querySelector(".yj-files");
    if (!field || !files.length || field.dataset.busy) return;
    const bar = field.querySelector("progress");
    const say = (words) => { field.querySelector(".yj-sent").textContent = words; };
    const size = [...files].reduce((sum, one) => sum + one.size, 0);
    if (files.length > Number(field.dataset.most)) return say(field.dataset.tooMany);
    if (size > Number(field.dataset.limit)) return say(field.dataset.tooLarge);
    const form = new FormData();
    for (const one of files) form.append("files", one, one.name);
    const request = new XMLHttpRequest();
    const end = (words) => {
      delete field.dataset.busy;
      bar.hidden = true;
      say(words);
    };
    request.open("POST", `${window.yinjuFields.root()}/api/articles?wait=false`);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    request.addEventListener("error", () => end(field.dataset.lost));
    request.addEventListener("load", () => {
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { /* a page of a proxy: the status is enough */ }
      if (request.status !== 200 || !told.job) return end(`${field.dataset.refusedByServer} ${told.error ?? request.status}`);
      end(field.dataset.sent);
      window.yinju.tell("add-job", told.job);
    });
    field.dataset.busy = "1";
    bar.value = 0;
    bar.hidden = false;
    say(field.dataset.sending);
    request.send(form);
  }

  document.addEventListener("change", (event) => {
    if (event.target.id !== "add-files") return;
    send(event.target.files);
    event.target.value = "";
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const field = event.target.closest?.("#add")?.querySelector(".yj-files");
      if (!field || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      field.classList.toggle("yj-over", kind === "dragover");
      if (kind === "drop") send(event.dataTransfer.files);
    });
  }

  function settle() {
    for (const id of ["corpus-count", "search-count", "add-state"]) {
      const part = document.getElementById(id);
      if (part && !part.hasAttribute("aria-live")) part.setAttribute("aria-live", "polite");
    }
    for (const row of document.querySelectorAll(":is(#corpus-list, #search-list) .yj-title")) {
      const open = row.closest("#tab-search, #tab-corpus").querySelector(READ)?.dataset.article === row.dataset.go;
      if (open !== row.hasAttribute("aria-current")) open ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current");
    }
    if (!wanted) return;
    if (wanted === READ) {
      const read = home.querySelector(`${READ}:not(.yj-old)`);
      if (!read) return;
      read.focus({ preventScroll: true });
      read.querySelector(".yj-quote")?.scrollIntoView({ block: "center" });
      if (read.getBoundingClientRect().top < 0 || read.getBoundingClientRect().top > innerHeight - 120) {
        read.scrollIntoView({ block: "start", behavior: window.yinju.scrolling() });
      }
    } else {
      // Waits until the old control is gone: the parts are redrawn one after the other.
      if (document.activeElement && document.activeElement !== document.body && document.activeElement.isConnected) return;
      const found = wanted.split(", ").map((one) => home.querySelector(one)).find((one) => one);
      if (!found) return;
      found.focus({ preventScroll: true });
      const place = found.getBoundingClientRect();
      if (place.top < 0 || place.bottom > innerHeight) found.scrollIntoView({ block: "nearest" });
    }
    wanted = null;
  }

  new MutationObserver(settle).observe(document.documentElement, { childList: true, subtree: true });
})();
