// The page's side of sheets: drags over a drawing, and the browser's regular expressions.

// What is being dragged over a drawing, from where, and whether it has come far enough to be no tap.
let demoPulled;

// Where a pointer is, in the units of the drawing that an element stands in.
function demoPlace({ clientX, clientY }, element) {
  const svg = element.closest("svg");
  const { left, top } = svg.getBoundingClientRect();
  return `${Math.round(clientX - left)} ${Math.round(clientY - top)}`;
}

// Something with `data-pull` follows the pointer: the demo hears `pull:<what>` with each place, at last `drop:<what>`, and
// `drop` without a place where nothing shall come of it. Where a finger scrolls, it pulls nothing.
function demoPull(event) {
  const { type, target, clientX, clientY, pointerId } = event;
  if (type === "pointerdown") {
    const grip = event.button ? null : target.closest("[data-pull]");
    const scrolls = event.pointerType === "touch" && grip && getComputedStyle(grip).touchAction !== "none";
    demoPulled = grip && !scrolls ? { grip, what: grip.dataset.pull, x: clientX, y: clientY, far: false } : null;
    if (demoPulled) demoDropped = false;
    return demoPulled && "";
  }
  if (!demoPulled || demoPulled.done) return null;
  const { grip, what, x, y } = demoPulled;
  if (type === "pointermove") {
    if (!demoPulled.far && Math.hypot(clientX - x, clientY - y) < 6) return "";
    // From here on it hears of the pointer wherever that goes.
    if (!demoPulled.far) grip.setPointerCapture?.(pointerId);
    demoPulled.far = true;
    return `pull:${what} ${demoPlace(event, grip)}`;
  }
  demoPulled.done = true;
  if (!demoPulled.far) return "";
  return type === "pointerup" ? `drop:${what} ${demoPlace(event, grip)}` : `drop:${what}`;
}

// A finger that pulls something doesn't scroll. `touch-action` says so too, but browsers don't heed it within a drawing.
function demoHold(event) {
  if (demoPulled && !demoPulled.done) event.preventDefault();
}

// Of a drawing that is drawn in part, what can be seen of it now, where that isn't drawn yet.
function demoSeen(layers) {
  const [from, to] = layers.querySelector("[data-drawn]")?.dataset.drawn.split(" ") ?? [];
  const { scrollLeft: left, clientWidth: width } = layers;
  return left < from || left + width > to ? `seen ${Math.round(left)} ${Math.round(left + width)}` : "";
}

// Among things of which Tab reaches one, the focus goes along to the one that it reaches now.
function demoFollow(host, at) {
  const layers = host.closest(".layers");
  // The same listener twice is one.
  layers?.addEventListener("touchmove", demoHold, { passive: false });
  if (layers && demoSeen(layers)) setTimeout(() => layers.dispatchEvent(new Event("scroll")));
  const to = at && at.closest("[role=button][tabindex]") && host.querySelector("[data-focus]");
  if (to && to !== at) to.focus();
}

// Every match of a regular expression: its groups `event`, `host` and `clock` and its line, with U+001F between them and
// U+001E between matches; after `!` what is wrong with the expression.
function demoMatches(expression, text) {
  try {
    let [line, from] = [1, 0];
    const found = [...text.matchAll(new RegExp(expression, "gm"))].map(({ groups, index }) => {
      for (; from < index; from++) if (text[from] === "\n") line++;
      const { event, host, clock } = groups;
      return [event, host, clock, line].join("\x1f");
    });
    return found.join("\x1e");
  } catch (problem) {
    return "!" + problem.message;
  }
}
