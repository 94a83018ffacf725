// Makes demos live: fetches their module when the first figure comes near the viewport, then mounts each figure as it
// does. The addresses are in data attributes of this script's own tag. A classic script, because from disk
// (`file:`) browsers refuse modules and `fetch`; there the module comes as base64 in one more classic script.
(() => {
  "use strict";
  const addresses = document.currentScript.dataset;
  const figures = document.querySelectorAll("figure[data-demo]");
  // Each family of demos has a module of its own; the promises of those that are ready, or will be.
  const runtimes = {};

  const script = (address) =>
    new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = address;
      element.onload = resolve;
      element.onerror = () => reject(new Error(`cannot load ${element.src}`));
      document.head.append(element);
    });

  const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

  // A family's own tag attribute holds its script, its module and its module as a script.
  const load = async (family) => {
    const disk = location.protocol === "file:";
    const [glue, wasm, base64] = addresses[family].split(" ");
    await Promise.all([script(glue), disk && script(base64)]);
    const bindgen = window[`${family}_bindgen`];
    const module_or_path = disk ? bytes(window[`${family}WasmBase64`]) : new URL(wasm, document.baseURI);
    await bindgen({ module_or_path });
    return bindgen;
  };

  const mount = async (figure) => {
    try {
      const { family } = figure.dataset;
      const bindgen = await (runtimes[family] ??= load(family));
      bindgen.mount(figure);
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
