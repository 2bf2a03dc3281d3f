// The page's fields as its scripts use them: what is typed is read and written, and hidden fields take what goes to the server.
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

  // Writes into a hidden field of the page and presses Enter, as a reader would: Gradio hands it to the server.
  function tell(id, value) {
    write(id, value)?.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
  }

  // The path of the server, also below where a proxy shows it.
  function root() {
    return new URL(window.gradio_config?.root ?? ".", location.href).pathname.replace(/\/$/, "");
  }

  return { field, write, tell, root };
})();
