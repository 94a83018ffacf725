// Makes demos live: fetches their module when the first figure comes near the viewport, then mounts each figure as it
// does. The addresses are in data attributes of this script's own tag. A classic script, because from disk
// (`file:`) browsers refuse modules and `fetch`; there the module comes as base64 in one more classic script.
(() => {
  "use strict";
  const addresses = document.currentScript.dataset;
  const figures = document.querySelectorAll("figure[data-demo]");
  let runtime; // the promise of a ready module; one for all figures

  const script = (address) =>
    new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = address;
      element.onload = resolve;
      element.onerror = () => reject(new Error(`cannot load ${element.src}`));
      document.head.append(element);
    });

  const bytes = () => Uint8Array.from(atob(globalThis.demosWasmBase64), (letter) => letter.charCodeAt(0));

  const load = async () => {
    const disk = location.protocol === "file:";
    await Promise.all([script(addresses.glue), disk && script(addresses.wasmBase64)]);
    await wasm_bindgen({ module_or_path: disk ? bytes() : new URL(addresses.wasm, document.baseURI) });
  };

  const mount = async (figure) => {
    try {
      await (runtime ??= load());
      wasm_bindgen.mount(figure);
    } catch (error) {
      console.error(error);
      const message = document.createElement("p");
      message.className = "demo-failed";
      message.setAttribute("role", "status");
      message.textContent = "This demo could not be started; the picture shows its first moment.";
      figure.querySelector(".demo-stage")?.after(message);
    }
  };

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        mount(target);
      }
    },
    { rootMargin: "50% 0px" },
  );

  const named = location.hash.startsWith("#demo:") ? location.hash.split(":")[1] : null;
  for (const figure of figures) {
    if (named !== null && figure.id === named) mount(figure);
    else observer.observe(figure);
  }
})();
