// Access to the page's fields for its scripts: reads and writes what is typed, and sends values to
// the server through hidden fields.
window.yinjuFields = (() => {
  "use strict";
  function field(id) {
    return document.querySelector(`#${id} textarea, #${id} input`);
  }

  function write(id, value) {
    const into = field(id);
    if (!into) return null;
    into.value = value;
    into.dispatchEvent(new Event("input", { bubbles: true }));
    return into;
  }

  // Writes into a hidden field and simulates the Enter key, so that Gradio sends it to the server.
  function tell(id, value) {
    write(id, value)?.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
  }

  // Returns the path of the server, also behind a proxy that serves it under a prefix.
  function root() {
    return new URL(window.gradio_config?.root ?? ".", location.href).pathname.replace(/\/$/, "");
  }

  return { field, write, tell, root };
})();
