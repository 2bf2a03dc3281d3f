// The conversation, kept for this browser tab as long as it lives: its turns, what was rated, what was half typed.
window.yinjuKept = (() => {
  "use strict";
  const LIMIT = 800_000; // bytes that the server takes at once, with room to spare

  function stored(name, otherwise) {
    try {
      return JSON.parse(sessionStorage.getItem(name)) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  function keep(name, value) {
    try {
      sessionStorage.setItem(name, JSON.stringify(value));
      return true;
    } catch {
      return false; // full, or forbidden: the page works without
    }
  }

  function remember(json) {
    if (!json) return;
    const key = JSON.parse(json).key;
    const keys = stored("yinju-turns", []);
    if (!keys.includes(key)) keys.push(key);
    sessionStorage.setItem("yinju-turns", JSON.stringify(keys));
    for (;;) {
      try {
        sessionStorage.setItem(`yinju-turn-${key}`, json);
        return;
      } catch {
        const oldest = keys.shift();
        if (!oldest || oldest === key) return;
        sessionStorage.removeItem(`yinju-turn-${oldest}`);
        keep("yinju-turns", keys);
      }
    }
  }

  // As a JSON list, the newest turns that the server takes at once.
  function remembered() {
    const kept = [];
    let bytes = 0;
    for (const key of stored("yinju-turns", []).reverse()) {
      const turn = sessionStorage.getItem(`yinju-turn-${key}`);
      bytes += turn ? new Blob([JSON.stringify(turn)]).size : 0;
      if (bytes > LIMIT) break;
      if (turn) kept.unshift(turn);
    }
    return `[${kept.join(",")}]`;
  }

  function forget() {
    for (const name of Object.keys(sessionStorage)) if (/^yinju-(turn|rated|draft)/.test(name)) sessionStorage.removeItem(name);
  }

  return { stored, keep, remember, remembered, forget };
})();
