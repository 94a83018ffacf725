// The page's side of the demos: what needs the document and decides nothing. `site-gen` appends it to the glue, without
// the lines that only comment.

// Whether `sheet.js` is here, too.
const demoIsSheet = typeof demoPull === "function";

// Makes `host` contain what `html` says and touches only what differs, so that whatever stays keeps its focus, its
// selection and, for those who listen, its silence.
function demoPatch(host, html) {
  const was = host.demoHtml;
  if (was === html) return;
  host.demoHtml = html;
  if (was && demoTouch(host, was, html)) return;
  const focused = document.activeElement;
  const template = document.createElement("template");
  template.innerHTML = html;
  demoChildren(host, template.content);
  // An element that had to move has lost its focus.
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}

// Most frames change nothing but numbers and words. Then two texts have the same tags in the same order, the places where they
// differ say which elements change, and nothing has to be parsed. Says whether it was so; if not, nothing is touched.
function demoTouch(host, was, html) {
  const [old, fresh] = [was.split("<"), html.split("<")];
  if (old.length !== fresh.length || old[0] !== fresh[0]) return false;
  // A tag as our templates write it: its name, its attributes, and the text up to the next tag.
  const read = (tag) => {
    const [, name, list, text] = /^([\w-]+)((?: [\w:-]+(?:="[^"]*")?)*) ?\/?>(.*)$/s.exec(tag) ?? [];
    const pairs = [...(list ?? "").matchAll(/ ([\w:-]+)(?:="([^"]*)")?/g)];
    return { name, text, attributes: new Map(pairs.map(([, key, value]) => [key, value ?? ""])) };
  };
  const all = host.getElementsByTagName("*");
  const changes = [];
  let place = -1;
  for (let at = 1; at < fresh.length; at++) {
    if (fresh[at][0] !== "/") place++;
    if (old[at] === fresh[at]) continue;
    const [before, after, node] = [read(old[at]), read(fresh[at]), all[place]];
    const { name, text, attributes } = after;
    if (!name || name !== before.name || name !== node?.localName) return false;
    const isKnown = (key) => attributes.get(key) === before.attributes.get(key);
    const [own, its] = [attributes, before.attributes].map((list) => demoKey(name, (key) => list.get(key)));
    if (own !== its) return false;
    for (const key of before.attributes.keys()) if (!attributes.has(key)) changes.push([node, key]);
    for (const [key, value] of attributes) {
      if (isKnown(key)) continue;
      if (value.includes("&")) return false;
      changes.push([node, key, value]);
    }
    if (text === before.text) continue;
    const first = node.firstChild;
    // Text with an entity in it isn't what the document has, and is left to the parser.
    if (!text || text.includes("&") || first?.nodeType !== Node.TEXT_NODE || first.data !== before.text) return false;
    changes.push([first, "", text]);
  }
  // A parser can add elements that no tag stands for.
  if (all.length !== place + 1) return false;
  for (const [node, key, value] of changes) {
    if (key) demoSet(node, key, value);
    else demoSay(node, value);
  }
  return true;
}

function demoSay(node, text) {
  node.data = text;
  demoFlash(node.parentNode);
}

// Gives an element an attribute, or without a value takes it away. What a reader can change behind an attribute's back
// follows only when the attribute itself changes.
function demoSet(node, name, value) {
  if (value !== undefined) node.setAttribute(name, value);
  // Whether `details` are open is the reader's business.
  else if (name !== "open") node.removeAttribute(name);
  if (name === "value" && node.value !== (value ?? "")) node.value = value ?? "";
  if (/^(checked|selected)$/.test(name)) node[name] = value !== undefined;
}

// A button that does something else is another button, and nobody presses it who meant this one; a switch stays what it is.
function demoKey(name, get) {
  return get("data-key") ?? ((/button/i.test(name) && !get("aria-pressed") && get("data-do")) || "");
}

function demoChildren(parent, wanted) {
  // A child goes by its name and its key; without a key, by being the first, second … of its name.
  const nameOf = (child) => child.nodeName + demoKey(child.nodeName, (key) => child.getAttribute?.(key));
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
    demoSay(old, fresh.data);
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) demoSet(old, name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) demoSet(old, name, value);
  demoChildren(old, fresh);
}

// What a step has changed in a node's state stands out for a moment.
function demoFlash(changed) {
  if (!changed.closest?.(".demo-state, .node text") || demoIsCalm()) return;
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
  const at = document.activeElement;
  const hadFocus = host.contains(at);
  demoPatch(host, html);
  if (demoIsSheet) demoFollow(host, hadFocus && at);
  // A still's boxes may have given way to others.
  for (const box of boxes()) demoBox(box, carets.get(box) ?? [0, 0]);
  const now = document.activeElement;
  const cannot = ":disabled, [hidden]";
  if (!hadFocus || (now === at ? !at.matches(cannot) : host.contains(now))) return;
  // What had the focus is gone, or can't be pressed any more. It goes to what does the same, or else to where that was: keys
  // still reach the demo, and pressing one again does no harm.
  const same = (control) => control.dataset.do === at.dataset.do && !control.matches(cannot);
  host.tabIndex = -1;
  ([...host.querySelectorAll("[data-do]")].find(same) ?? host).focus({ preventScroll: true });
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
    // A line goes on outside; captured, what is under the pointer wouldn't be clicked. Touch would keep sending to where it began.
    if (demoDragged && !target.closest("[data-do]")) ring.setPointerCapture?.(arguments[0].pointerId);
    if (chip) target.releasePointerCapture?.(arguments[0].pointerId);
    return "";
  }
  if (!demoDragged) return "";
  const { chip, ring, x: startX, y: startY } = demoDragged;
  if (ring) {
    const isDrawn = Math.hypot(x - startX, y - startY) > 12;
    if (isDrawn && type === "pointermove" && buttons) ring.setPointerCapture?.(arguments[0].pointerId);
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

// What the last click asked for.
let demoClicked;

// What an event asks for: a command, and after a blank its value; "" when it is none of the demo's business.
function demoWish(event) {
  const { type, target, key } = event;
  if (type === "hashchange") {
    clearTimeout(demoNoting);
    return "restore " + demoHash();
  }
  if (type.startsWith("pointer")) return (demoIsSheet ? demoPull(event) : null) ?? demoDrag(event);
  if (type === "scroll") return demoIsSheet ? demoSeen(target) : "";
  const control = target.closest("[data-do]");
  if (/^(comp|before)/.test(type) || target.matches("[data-dots]")) return demoTyped(event);
  const isField = target.matches("input, select, textarea");
  const command = control?.dataset.do ?? "";
  if (type === "click") {
    // The click at the end of a drag is none. A press of a key has no `detail`.
    if (isField || (event.detail && (demoDropped || (demoIsSheet && demoPulled?.far)))) return "";
    // The second click of two isn't meant for what the first has put under the pointer.
    if (event.detail > 1 && command !== demoClicked) return "";
    demoClicked = command;
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
  // What isn't taken, its field doesn't keep.
  queueMicrotask(() => {
    if (kind === "number") target.value = target.defaultValue;
    if (kind === "checkbox") target.checked = target.defaultChecked;
    for (const choice of target.options ?? []) choice.selected = choice.defaultSelected;
  });
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

// Puts a link on the clipboard and calls back: with nothing, or with the link where there is no clipboard, as in a page that
// isn't secure, or where it is refused, as in a frame.
async function demoCopy(fragment, call) {
  const link = location.href.split("#")[0] + "#" + fragment;
  try {
    await navigator.clipboard.writeText(link);
    call("");
  } catch {
    await null;
    call(link);
  }
}

// Selects the link at the end of what a demo says of itself; true where the old way to copy it is open.
function demoPick(root) {
  const text = root.querySelector(".notice, [data-region=said] p").firstChild;
  getSelection().setBaseAndExtent(text, text.data.lastIndexOf(" ") + 1, text, text.length);
  return document.execCommand("copy");
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

// When the address was changed last, and what will change it.
let demoNoted = -400;
let demoNoting;

// Not every address can be changed, a change costs milliseconds, and browsers refuse more than a few a second. With nothing to
// say, an address says nothing of any demo.
function demoNote(fragment) {
  clearTimeout(demoNoting);
  const hash = fragment && "#" + fragment;
  if (location.hash === hash || !(hash || location.hash.startsWith("#demo:"))) return;
  const wait = demoNoted + 400 - performance.now();
  if (wait > 0) {
    demoNoting = setTimeout(demoNote, wait, fragment);
    return;
  }
  demoNoted = performance.now();
  try {
    history.replaceState(null, "", hash || location.pathname + location.search);
  } catch {}
}
