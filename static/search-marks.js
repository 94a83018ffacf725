// Marks words on this page: those that a result of the search was found by. Loaded with the dialog, and by a page that was
// opened from a result.
(() => {
  'use strict';
  // A demo draws its own stage and would lose track of letters that were moved into a <mark>.
  const LEFT_ALONE = '.demo-stage, svg, .anchor, .copy, script, style, button, textarea';
  const main = document.querySelector('main');
  let bar = null;
  let marks = [];
  let at = -1;

  const clear = () => {
    for (const mark of marks) {
      const around = mark.parentNode;
      mark.replaceWith(...mark.childNodes);
      around?.normalize();
    }
    marks = [];
    bar?.remove();
    bar = null;
  };

  const forget = () => {
    const hadFocus = bar?.contains(document.activeElement);
    clear();
    if (hadFocus) main.focus({ preventScroll: true });
    try {
      sessionStorage.removeItem('search-marks');
    } catch {
      // Nothing was kept, so nothing has to go.
    }
  };

  const textsOf = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) =>
      node.parentElement.closest(LEFT_ALONE) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
    );
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    return texts;
  };

  // From the back, so that places in front stay true.
  const markText = (text, wanted) => {
    const found = bookSearch.marks(text.data, wanted).reverse();
    return found
      .map(({ start, end }) => {
        text.splitText(end);
        const mark = document.createElement('mark');
        mark.className = 'found';
        const word = text.splitText(start);
        word.replaceWith(mark);
        mark.append(word);
        return mark;
      })
      .reverse();
  };

  const follows = (element, other) => element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;

  const openAround = (mark) => {
    for (let around = mark.closest('details'); around; around = around.parentElement.closest('details')) {
      around.open = true;
    }
  };

  const go = (to) => {
    marks[at]?.classList.remove('here');
    at = (to + marks.length) % marks.length;
    marks[at].classList.add('here');
    bar.querySelector('.search-at').textContent = `${at + 1} of ${marks.length}`;
  };
  const step = (by) => {
    go(at + by);
    openAround(marks[at]);
    marks[at].scrollIntoView({ block: 'center' });
  };

  // The first mark of the section at this anchor; an answer that hides all of the section's marks is opened.
  const arrive = (anchor) => {
    const heading = anchor && document.getElementById(anchor);
    if (!heading) return go(0);
    const headings = [...main.querySelectorAll('h1, h2, h3, h4, h5, h6')];
    const next = headings[headings.indexOf(heading) + 1];
    const inside = marks.filter(
      (mark) => (heading.contains(mark) || follows(heading, mark)) && !(next && (next.contains(mark) || follows(next, mark))),
    );
    const body = inside.filter((mark) => !heading.contains(mark));
    if (body.length > 0 && body.every((mark) => mark.closest('details:not([open])'))) openAround(body[0]);
    const first = inside[0] ?? marks.find((mark) => follows(heading, mark)) ?? marks[0];
    go(marks.indexOf(first));
  };

  const button = (label, path, act) => {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = 'icon-button';
    element.setAttribute('aria-label', label);
    element.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
    element.addEventListener('click', act);
    return element;
  };

  const showBar = (query) => {
    bar = document.createElement('div');
    bar.className = 'search-bar';
    bar.setAttribute('role', 'group');
    bar.setAttribute('aria-label', `Marked on this page: ${query}`);
    const words = document.createElement('span');
    words.className = 'search-query';
    words.textContent = query;
    const place = document.createElement('span');
    place.className = 'search-at';
    bar.append(
      words,
      place,
      button('Previous mark', 'M6 15l6-6 6 6', () => step(-1)),
      button('Next mark', 'M6 9l6 6 6-6', () => step(1)),
      button('Clear the marks', 'M6 6l12 12M18 6L6 18', forget),
    );
    document.body.append(bar);
  };

  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || !bar) return;
    if (!document.querySelector('dialog[open], :popover-open')) forget();
  });

  // Marks { words, query, anchor }; what was marked before is cleared.
  bookSearch.mark = ({ words, query, anchor }) => {
    clear();
    const wanted = new Set(words);
    for (const text of textsOf(main)) marks.push(...markText(text, wanted));
    if (marks.length === 0) return;
    showBar(query);
    arrive(anchor);
  };
})();
