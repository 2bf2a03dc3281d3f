// Stores the conversation for the lifetime of this browser tab: its turns, ratings, a half-typed
// question, and earlier conversations.
window.yinjuKept = (() => {
  "use strict";
  const LIMIT = 800_000; // bytes of turns sent to the server at once, well below its limit
  const PAST = 8; // earlier conversations that are kept

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
      return false; // storage is full or forbidden: the page works without it
    }
  }

  function remember(json) {
    if (!json) return;
    const key = JSON.parse(json).key;
    const keys = stored("yinju-turns", []);
    if (!keys.includes(key)) keys.push(key);
    keep("yinju-turns", keys);
    for (;;) {
      try {
        sessionStorage.setItem(`yinju-turn-${key}`, json);
        return;
      } catch {
        if (dropOldest()) continue;
        const oldest = keys.shift();
        if (!oldest || oldest === key) return;
        sessionStorage.removeItem(`yinju-turn-${oldest}`);
        keep("yinju-turns", keys);
      }
    }
  }

  // Earlier conversations, the newest first, each with its first question and the keys of its
  // turns.
  function past() {
    return stored("yinju-past", []);
  }

  function dropOldest() {
    const kept = past();
    for (const key of kept.pop()?.keys ?? []) sessionStorage.removeItem(`yinju-turn-${key}`);
    return keep("yinju-past", kept) && kept.length > 0;
  }

  // Makes an earlier conversation the current one; the caller reloads the page to show it.
  function resume(at) {
    const kept = past();
    const [one] = kept.splice(at, 1);
    if (!one) return;
    keep("yinju-turns", one.keys);
    keep("yinju-past", kept);
  }

  // Returns the newest turns that fit into LIMIT, as a JSON list.
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

  // Ends the current conversation and adds it to the earlier ones.
  function leave() {
    const keys = stored("yinju-turns", []);
    const first = keys.map((key) => stored(`yinju-turn-${key}`, null)).find((turn) => turn);
    if (first) keep("yinju-past", [{ title: first.asked.question.slice(0, 300), keys }, ...past()]);
    while (past().length > PAST) dropOldest();
    for (const name of ["yinju-turns", "yinju-draft"]) sessionStorage.removeItem(name);
  }

  return { stored, keep, remember, remembered, past, resume, leave };
})();
