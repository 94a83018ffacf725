// The page's side of the demos: what needs the document and decides nothing. `site-gen` appends it to the glue, without
// the lines that only comment.

// Whether `sheet.js` is here, too.
const demoIsSheet = typeof demoPull === "function";

// Makes `host` contain what `html` says and touches only what differs, so that whatever stays keeps its focus, its
// selection and, for those who listen, its silence.
function demoPatch(host, html) {
  if (host.demoHtml === html) return;
  host.demoHtml = html;
  const focused = document.activeElement;
  const template = document.createElement("template");
  template.innerHTML = html;
  demoChildren(host, template.content);
  // An element that had to move has lost its focus.
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}

function demoChildren(parent, wanted) {
  // A child goes by its name and its key; without a key, by being the first, second … of its name.
  const nameOf = (child) => child.nodeName + (child.getAttribute?.("data-key") ?? "");
  const [was, will] = [[...parent.childNodes], [...wanted.childNodes]];
  // From frame to frame most lists hold the same, and then there is nothing to look up.
  if (was.length === will.length && was.every((child, place) => nameOf(child) === nameOf(will[place]))) {
    was.forEach((child, place) => demoNode(child, will[place]));
    return;
  }
  const named = (children) => {
    const all = new Map();
    for (const child of children) {
      let name = nameOf(child);
      while (all.has(name)) name += "'";
      all.set(name, child);
    }
    return all;
  };
  const old = named(was);
  const fresh = named(will);
  const places = new Map();
  for (const [name, child] of old) {
    if (fresh.has(name)) places.set(child, places.size);
    else child.remove();
  }
  // Of those that stay, the longest part that is in order needn't move: `ends` holds, for each length, the part of that
  // length that ends first.
  const ends = [];
  for (const name of fresh.keys()) {
    const child = old.get(name);
    if (!child) continue;
    const place = places.get(child);
    let length = ends.length;
    while (length && ends[length - 1].place > place) length--;
    ends[length] = { place, child, before: ends[length - 1] };
  }
  const unmoved = new Set();
  for (let end = ends.at(-1); end; end = end.before) unmoved.add(end.child);
  let next = null;
  for (const [name, child] of [...fresh].reverse()) {
    const node = old.get(name) ?? child;
    if (!unmoved.has(node)) parent.insertBefore(node, next);
    if (node !== child) demoNode(node, child);
    else demoFlash(node);
    next = node;
  }
}

function demoNode(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType === Node.TEXT_NODE) {
    old.data = fresh.data;
    demoFlash(old.parentNode);
    return;
  }
  // What a reader can change behind an attribute's back follows only when the attribute itself changes.
  const set = (name, value) => {
    if (/^(value|checked|selected)$/.test(name) && old[name] !== value) old[name] = value;
  };
  for (const { name } of [...old.attributes]) {
    // Whether `details` are open is the reader's business.
    if (name === "open" || fresh.hasAttribute(name)) continue;
    old.removeAttribute(name);
    set(name, false);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) === value) continue;
    old.setAttribute(name, value);
    set(name, value || true);
  }
  demoChildren(old, fresh);
}

// What a step has changed in a node's state stands out for a moment.
function demoFlash(changed) {
  if (!changed.closest?.(".demo-state, .node") || demoIsCalm()) return;
  const look = { offset: 0, backgroundColor: "var(--flash)", fill: "var(--accent)" };
  (changed.closest(".entry") ?? changed).animate([look], 1500);
}

// Whether the reader wants nothing to move.
function demoIsCalm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Shows a region of a demo.
function demoShow(root, region, html) {
  const host = root.querySelector(`[data-region=${region}]`);
  const boxes = () => (region === "bench" ? [...host.querySelectorAll("[data-dots]")] : []);
  const carets = new Map(boxes().map((box) => [box, [box.selectionStart, box.selectionEnd]]));
  demoPatch(host, html);
  if (demoIsSheet) demoFollow(host);
  // A still's boxes may have given way to others.
  for (const box of boxes()) demoBox(box, carets.get(box) ?? [0, 0]);
}

// The box in which the reader is composing a character.
let demoComposed;

// A text box shows what stands in the document, whatever was typed into it; the caret and what is selected stay between the
// same characters. `data-dots` names them, a name for each unit of the text.
function demoBox(box, carets) {
  const [old, dots] = [box.demoDots ?? [], box.dataset.dots.split(" ")];
  box.demoDots = dots;
  if (box === demoComposed || (box.value === box.defaultValue && old.length)) return;
  const place = (caret) => {
    while (caret && !dots.includes(old[caret - 1])) caret--;
    return caret && dots.lastIndexOf(old[caret - 1]) + 1;
  };
  box.value = box.defaultValue;
  if (box === document.activeElement) box.setSelectionRange(...carets.map(place), box.selectionDirection);
}

// What is being dragged, and from where; and whether the click that may follow belongs to a drag that has ended.
let demoDragged;
let demoDropped;

// Something with `data-drag` follows the pointer; what it is dropped on has the value of its command in `data-drop`. A
// line drawn across a cluster cuts what it crosses.
function demoDrag({ type, target, buttons, clientX: x, clientY: y }) {
  if (type === "pointerdown") {
    demoDropped = false;
    const chip = target.closest("[data-drag]:enabled");
    const ring = !target.closest(".node, .message") && target.closest(".demo-ring[role=group]");
    demoDragged = (chip || ring) && { chip, ring, x, y };
    // Touch would keep sending to where it began.
    if (chip) target.releasePointerCapture?.(arguments[0].pointerId);
    return "";
  }
  if (!demoDragged) return "";
  const { chip, ring, x: startX, y: startY } = demoDragged;
  if (ring) {
    const isDrawn = Math.hypot(x - startX, y - startY) > 12;
    const toRing = ring.getScreenCTM().inverse();
    const ends = [[startX, startY], [x, y]].flatMap((end) => {
      const point = new DOMPoint(...end).matrixTransform(toRing);
      return [Math.round(point.x), Math.round(point.y)];
    });
    // A gesture that the browser took for scrolling ends without a word.
    if (type === "pointerup" || !buttons) demoDragged = null;
    ["x1", "y1", "x2", "y2"].forEach((name, place) => {
      const line = ring.querySelector(".slash");
      if (demoDragged && isDrawn) line.setAttribute(name, ends[place]);
      else line.removeAttribute(name);
    });
    return type === "pointerup" && isDrawn ? "slash " + ends.join(" ") : "";
  }
  if (type === "pointermove") {
    chip.style.translate = `${x - startX}px ${y - startY}px`;
    return "";
  }
  demoDragged = null;
  chip.style.translate = "";
  if (type === "pointercancel") return "";
  const below = document.elementsFromPoint(x, y).find((element) => element !== chip && element.matches("[data-drop]"));
  const drop = below && !below.contains(chip);
  demoDropped = drop;
  return drop ? `${chip.dataset.do} ${below.dataset.drop}` : "";
}

// What an event asks for: a command, and after a blank its value; "" when it is none of the demo's business.
function demoWish(event) {
  const { type, target, key } = event;
  if (type === "hashchange") return "restore " + demoHash();
  if (type.startsWith("pointer")) return (demoIsSheet ? demoPull(event) : null) ?? demoDrag(event);
  if (type === "scroll") return demoIsSheet ? demoSeen(target) : "";
  const control = target.closest("[data-do]");
  if (/^(comp|before)/.test(type) || target.matches("[data-dots]")) return demoTyped(event);
  const isField = target.matches("input, select, textarea");
  const command = control?.dataset.do ?? "";
  if (type === "click") {
    // The click at the end of a drag is none. A press of a key has no `detail`.
    if (isField || (event.detail && (demoDropped || (demoIsSheet && demoPulled?.far)))) return "";
    return control?.matches("[data-at]") ? `${command} ${demoPlace(event, control)}` : command;
  }
  if (type === "keydown") {
    // Fields keep their keys; what looks like a button is pressed by Space and Enter.
    if (isField || event.ctrlKey || event.metaKey || event.altKey) return "";
    if (key !== " " && key !== "Enter") return "key " + key;
    if (target.matches("button, summary")) return "";
    if (!target.matches("[role=button]")) return "key " + key;
    event.preventDefault();
    return command;
  }
  // A slider and the guess are followed while they change; everything else counts when it is settled.
  const { type: kind, checked, value } = target;
  if (!control || (type === "input") !== (kind === "range" || kind === "text")) return "";
  return `${command} ${kind === "checkbox" ? checked : value}`;
}

// What is typed counts when it is settled; while a character is being composed, time stands still. Undo and redo, by keys or from
// a menu, take back what was done in this box and nothing that came from others, of which a browser knows nothing.
function demoTyped(event) {
  const { type, target: box, isComposing, inputType, key } = event;
  if (!box.matches("[data-dots]")) return "";
  const letter = (event.ctrlKey || event.metaKey) && !event.altKey && type === "keydown" ? key.toLowerCase() : "";
  const isRedo = inputType === "historyRedo" || (letter === "y" && event.ctrlKey) || (letter === "z" && event.shiftKey);
  if (isRedo || letter === "z" || inputType === "historyUndo") {
    event.preventDefault();
    return box.dataset.do.replace("type", isRedo ? "redo" : "undo");
  }
  demoComposed = type === "compositionstart" || (demoComposed && type !== "compositionend") ? box : null;
  if (type === "compositionstart") return "wait";
  if (type !== "compositionend" && (type !== "input" || isComposing)) return "";
  return `${box.dataset.do}:${[...box.value.slice(0, box.selectionEnd)].length} ${box.value}`;
}

function demoHash() {
  return location.hash;
}

function demoIsSeen(root) {
  const { top, bottom } = root.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

// There is a clipboard in a secure context only; a page opened from disk has none.
function demoCopy() {
  navigator.clipboard?.writeText(location.href);
  return !!navigator.clipboard;
}

// Gives the reader a text as a file.
function demoDownload(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// What a figure says of itself, a line each; what the author asks may have several.
function demoFacts({ id, dataset: { demo, settings, predict } }) {
  const folder = document.querySelector("script[data-embed]").dataset.embed;
  const home = new URL(`${folder}${demo}/index.html`, document.baseURI).href;
  return [demo, settings, id, home, predict].join("\n");
}

function demoListen(root, call) {
  const kinds =
    "click input beforeinput change keydown pointerdown pointermove pointerup pointercancel compositionstart compositionend";
  for (const kind of kinds.split(" "))
    root.addEventListener(kind, call);
  // It doesn't bubble.
  root.addEventListener("scroll", call, true);
  addEventListener("hashchange", call);
}

// Not every address can be changed, and a change costs milliseconds.
function demoNote(fragment) {
  if (location.hash !== "#" + fragment) try {
    history.replaceState(null, "", "#" + fragment);
  } catch {}
}
