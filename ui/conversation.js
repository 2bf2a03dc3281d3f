// The conversation, kept for this browser tab as long as it lives: its turns, what was rated, what was half typed, and the
// conversations before it.
window.yinjuKept = (() => {
  "use strict";
  const LIMIT = 800_000; // bytes that the server takes at once, with room to spare
  const PAST = 8; // conversations

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

  // Conversations before this one, the newest first: their turns' keys, and the first question of each.
  function past() {
    return stored("yinju-past", []);
  }

  function dropOldest() {
    const kept = past();
    for (const key of kept.pop()?.keys ?? []) sessionStorage.removeItem(`yinju-turn-${key}`);
    return keep("yinju-past", kept) && kept.length > 0;
  }

  // Goes on with an earlier conversation where none is under way, once the page is loaded anew.
  function resume(at) {
    const kept = past();
    const [one] = kept.splice(at, 1);
    if (!one) return;
    keep("yinju-turns", one.keys);
    keep("yinju-past", kept);
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

  // Puts the conversation among those before.
  function leave() {
    const keys = stored("yinju-turns", []);
    const first = keys.map((key) => stored(`yinju-turn-${key}`, null)).find((turn) => turn);
    if (first) keep("yinju-past", [{ title: first.asked.question.slice(0, 300), keys }, ...past()]);
    while (past().length > PAST) dropOldest();
    for (const name of ["yinju-turns", "yinju-draft"]) sessionStorage.removeItem(name);
  }

  return { stored, keep, remember, remembered, past, resume, leave };
})();
