// What bothers the eye in a demo: texts that touch each other, that something lies on, or that are cut off; and what is too
// small to press. Returns a list of sentences. `figure` is the demo.
(figure) => {
  const stage = figure.querySelector(".demo-stage");
  // It can stand in a frame.
  const document = figure.ownerDocument;
  const { innerWidth } = document.defaultView;
  const complaints = [];
  const texts = [];
  const covers = [];
  const area = ({ left, right, top, bottom }) => ({ left, right, top, bottom });
  const overlap = (a, b) =>
    Math.min(Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  const isSeen = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest(".visually-hidden, option, title");

  // The part of a box that its ancestors show, and whether one of them cuts it where nobody can scroll.
  const shown = (box, element) => {
    let isCut = false;
    for (let host = element.parentElement; host && stage.contains(host); host = host.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(host);
      if (host.ownerSVGElement || (overflowX === "visible" && overflowY === "visible")) continue;
      const edge = host.getBoundingClientRect();
      const beyondX = box.left < edge.left - 1 || box.right > edge.right + 1;
      const beyondY = box.top < edge.top - 1 || box.bottom > edge.bottom + 1;
      if ((beyondX && /hidden|clip/.test(overflowX)) || (beyondY && /hidden|clip/.test(overflowY))) isCut = true;
      box = { left: Math.max(box.left, edge.left), right: Math.min(box.right, edge.right), top: Math.max(box.top, edge.top), bottom: Math.min(box.bottom, edge.bottom) };
    }
    return { box, isCut };
  };

  const walker = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || !isSeen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) {
      // Letters don't fill their line's height.
      const spare = line.height * 0.18;
      const whole = { ...area(line), top: line.top + spare, bottom: line.bottom - spare };
      const { box, isCut } = shown(whole, element);
      if (box.right - box.left < 1 || box.bottom - box.top < 1) {
        if (isCut) complaints.push(`"${node.data}" is out of sight`);
        continue;
      }
      if (isCut) complaints.push(`"${node.data}" is cut off`);
      if (box.left < -1 || box.right > innerWidth + 1) complaints.push(`"${node.data}" runs off the screen`);
      texts.push({ box, element, text: node.data.trim() });
    }
  }
  for (const rect of stage.querySelectorAll(".message rect, .fault rect")) {
    if (isSeen(rect)) covers.push({ box: area(rect.getBoundingClientRect()), owner: rect.parentElement });
  }
  texts.forEach((a, place) => {
    for (const b of texts.slice(place + 1)) {
      if (a.element !== b.element && overlap(a.box, b.box) > 1) complaints.push(`"${a.text}" and "${b.text}" overlap`);
    }
    for (const { box, owner } of covers) {
      // What lies under it is hidden only if it was drawn before.
      const isOver = owner.compareDocumentPosition(a.element) & Node.DOCUMENT_POSITION_PRECEDING;
      if (!owner.contains(a.element) && isOver && overlap(a.box, box) > 1) {
        complaints.push(`"${a.text}" lies under "${owner.textContent}"`);
      }
    }
  });

  // What stands in a disc fits into it, its lower corners too.
  for (const inside of stage.querySelectorAll(".node .inside")) {
    if (!isSeen(inside) || !inside.textContent) continue;
    const { x, width } = inside.getBBox();
    const low = Number(inside.getAttribute("y"));
    const radius = Number(inside.parentElement.querySelector(".disc").getAttribute("r"));
    if (Math.hypot(Math.max(-x, x + width), low) > radius) complaints.push(`"${inside.textContent}" runs into its ring`);
  }

  const canvas = document.createElement("canvas").getContext("2d");
  for (const select of stage.querySelectorAll("select")) {
    if (!isSeen(select)) continue;
    const style = getComputedStyle(select);
    canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    canvas.letterSpacing = style.letterSpacing;
    const text = select.selectedOptions[0].text;
    // The browser's own arrow takes about 20 pixels.
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 20;
    if (canvas.measureText(text).width > room) complaints.push(`"${text}" is cut off in its menu`);
  }
  for (const control of stage.querySelectorAll("button, select, input, summary, [role=button]")) {
    if (!isSeen(control)) continue;
    let { width, height } = control.getBoundingClientRect();
    // The label around a box is pressed as well.
    const label = control.type === "checkbox" && control.closest("label");
    if (label) ({ width, height } = label.getBoundingClientRect());
    if (width < 43.5 || height < 43.5) {
      const name = control.ariaLabel ?? control.textContent.trim();
      complaints.push(`"${name || control.dataset.do}" is ${Math.round(width)} by ${Math.round(height)} pixels`);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth + 1) complaints.push("the page scrolls sideways");
  return [...new Set(complaints)];
}
