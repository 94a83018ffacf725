// Keeps an open page up to date while its author works. Served by `site-gen serve` only; no built site contains it.
(() => {
  "use strict";
  const { file, version: loaded } = document.currentScript.dataset;
  const base = new URL(".", document.currentScript.src);
  const place = `site-gen:${location.pathname}`;
  let version = loaded;

  // What the author had on the screen: how far down, and which answers were open.
  const keepPlace = () => {
    const open = Array.from(document.querySelectorAll("details"), (details) => details.open);
    sessionStorage.setItem(place, JSON.stringify({ top: scrollY, left: scrollX, open }));
  };

  const restorePlace = () => {
    const kept = sessionStorage.getItem(place);
    if (kept === null) return;
    sessionStorage.removeItem(place);
    const { top, left, open } = JSON.parse(kept);
    document.querySelectorAll("details").forEach((details, index) => {
      if (index < open.length) details.open = open[index];
    });
    const scroll = () => scrollTo({ top, left, behavior: "instant" });
    scroll();
    // Once more when images and fonts have taken their room.
    if (document.readyState !== "complete") addEventListener("load", scroll, { once: true });
  };

  const reload = () => {
    keepPlace();
    location.reload();
  };

  const swap = (renamed) => {
    for (const link of document.querySelectorAll('link[rel~="stylesheet"]')) {
      const found = Object.entries(renamed).find(([old]) => link.href.endsWith(`/${old}`));
      if (!found) continue;
      const next = link.cloneNode();
      next.href = link.href.replace(found[0], found[1]);
      // The old one stays until the new one is there, or the page would stand naked for a moment.
      next.addEventListener("load", () => link.remove(), { once: true });
      link.after(next);
    }
  };

  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  };

  const shown = ({ severity, rule, file, line, column, length, text, message, hint }) => {
    const item = element("li", severity, "");
    const where = [file, line, column].filter((part) => part != null).join(":");
    if (where) item.append(element("p", "where", where));
    item.append(element(message.includes("\n") ? "pre" : "p", "message", rule ? `${message} [${rule}]` : message));
    if (text != null) {
      const before = Array.from(text).slice(0, column - 1).join("").replace(/[^\t]/gu, " ");
      item.append(element("pre", "source", `${text}\n${before}${"^".repeat(Math.max(length, 1))}`));
    }
    if (hint) item.append(element("p", "hint", hint));
    return item;
  };

  const hide = () => document.getElementById("site-gen-problems")?.remove();

  const show = (problems) => {
    hide();
    if (problems.length === 0) return;
    const host = element("div", "", "");
    host.id = "site-gen-problems";
    const shadow = host.attachShadow({ mode: "open" });
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("live.css", base);
    const box = element("section", "box", "");
    box.setAttribute("role", "alert");
    const close = element("button", "close", "Close");
    close.addEventListener("click", hide);
    const list = element("ol", "", "");
    list.append(...problems.map(shown));
    const title = problems.length === 1 ? "One thing to mend" : `${problems.length} things to mend`;
    box.append(close, element("h1", "", title), list, element("p", "note", "The page below is the last one that could be built."));
    shadow.append(style, box);
    document.body.append(host);
  };

  addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });

  const source = new EventSource(new URL("events", base));
  const on = (name, handle) => source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  on("state", (state) => {
    show(state.problems);
    if (state.version !== version) reload();
  });
  on("built", (built) => {
    show([]);
    version = built.version;
    // A page that wasn't there has no name; any build may have brought it.
    if (file === "" || built.reload.includes(file)) reload();
    else swap(built.stylesheets);
  });
  on("failed", ({ problems }) => show(problems));
  on("missed", reload);
  // Or the browser would keep the connection of a page that is on its way out.
  addEventListener("pagehide", () => source.close());

  restorePlace();
})();
