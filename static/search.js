// The dialog: what is typed goes to search-engine.js, what it finds is shown by section. A combobox over a listbox: the
// focus stays in the field, and the chosen option is told by `aria-activedescendant`.
(() => {
  'use strict';
  const SHOWN = 10;
  const SHOWN_MAX = 60;
  const EXCERPT = 190;
  const PAUSE_MS = 120;
  const SAY_AFTER_MS = 700;

  const dialog = document.getElementById('_search');
  const input = dialog.querySelector('input');
  const note = dialog.querySelector('.search-note');
  const list = dialog.querySelector('[role="listbox"]');
  const status = dialog.querySelector('[role="status"]');

  let book = null;
  let found = null; // what the engine said last, and for which query
  let turn = 0; // an answer that comes after the next question is dropped
  let chosen = -1;

  const element = (name, className, ...children) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };

  // A text with its words in <mark>, as nodes.
  const marked = (text, words) => {
    const nodes = [];
    let at = 0;
    for (const { start, end } of bookSearch.marks(text, words)) {
      nodes.push(text.slice(at, start), element('mark', '', text.slice(start, end)));
      at = end;
    }
    return [...nodes, text.slice(at)];
  };

  // ------------------------------------------------------------ excerpts

  // How much of what was asked a text says: each word once, rare ones more.
  const says = (text, groups) => {
    const terms = new Set(bookSearch.terms(text));
    return groups.reduce((sum, { words, rarity }) => sum + (words.some((word) => terms.has(word)) ? rarity : 0), 0);
  };

  // The beginning of a long line moved to where its words are.
  const windowed = (text, words) => {
    if (text.length <= EXCERPT) return text;
    const places = bookSearch.marks(text, words).map(({ start }) => start);
    let best = { from: 0, count: -1 };
    for (const place of places) {
      const count = places.filter((other) => other >= place && other < place + EXCERPT - 40).length;
      if (count > best.count) best = { from: place, count };
    }
    if (best.from < EXCERPT / 2) return `${text.slice(0, EXCERPT).replace(/\s\S*$/, '')} …`;
    const from = text.indexOf(' ', best.from - 50) + 1;
    const cut = text.slice(from, from + EXCERPT);
    return `… ${from + EXCERPT < text.length ? `${cut.replace(/\s\S*$/, '')} …` : cut}`;
  };

  // The line that says most, and what follows it while there is room: [{ text, isCode }].
  const excerpt = (lines, groups, words) => {
    const said = lines.map((line) => says(line, groups) * (line.startsWith('\t') ? 0.9 : 1));
    const best = said.indexOf(Math.max(...said));
    const parts = [];
    let room = EXCERPT;
    for (let at = best; at < lines.length && room > 60 && parts.length < 3; at += 1) {
      const isCode = lines[at].startsWith('\t');
      if (parts.length > 0 && isCode !== parts[0].isCode) break;
      const text = windowed(lines[at].trim(), words);
      if (text) parts.push({ text, isCode });
      room -= text.length;
    }
    return parts;
  };

  const fill = (option, lines, { groups, words }) => {
    const parts = excerpt(lines, groups, words);
    const between = (at) => (at === 0 ? '' : /[.,:;!?…]$/.test(parts[at - 1].text) ? ' ' : ' · ');
    const excerpted = option.querySelector('.search-excerpt');
    excerpted.classList.toggle('none', parts.length === 0);
    excerpted.replaceChildren(
      ...parts.flatMap(({ text, isCode }, at) => {
        const nodes = marked(text, words);
        return isCode ? [element('code', '', ...nodes)] : [between(at), ...nodes];
      }),
    );
  };

  // Texts are fetched for results that are in sight when the typing pauses.
  const waiting = new WeakMap();
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        const { section, asked } = waiting.get(target);
        book.text(section).then((lines) => fill(target, lines, asked), console.error);
      }
    },
    { root: list, rootMargin: '60px' },
  );

  // ------------------------------------------------------------ results

  const path = ({ title, above, path: headings, anchor }) =>
    anchor ? [title, ...headings] : [above].filter(Boolean);

  const optionOf = (result, place, { words, query }, number) => {
    const link = element('a', '');
    const root = new URL('../../', book.base);
    link.id = `_search-${number}`;
    link.href = new URL(place.url, root).href + (place.anchor ? `#${encodeURIComponent(place.anchor)}` : '');
    link.tabIndex = -1;
    link.setAttribute('role', 'option');
    link.setAttribute('aria-selected', 'false');
    const trail = path(place).flatMap((name, at) => [
      ...(at > 0 ? [element('span', 'search-into', '›')] : []),
      element('span', '', ...marked(name, words)),
    ]);
    link.append(
      element('span', 'search-heading', ...marked(place.heading, words)),
      ...(trail.length > 0 ? [element('span', 'search-path', ...trail)] : []),
      element('span', 'search-excerpt'),
    );
    link.addEventListener('click', (event) => leave(event, link, { words, query, anchor: place.anchor }));
    link.addEventListener('pointermove', () => choose(number, false));
    const known = book.said.get(result.section);
    if (known) fill(link, known, found);
    else waiting.set(link, { section: result.section, asked: found });
    return link;
  };

  // Adds the next results to the list.
  const more = async () => {
    const { results } = found;
    const from = list.childElementCount;
    const next = results.slice(from, Math.min(from + SHOWN, SHOWN_MAX));
    const ours = turn;
    const places = await Promise.all(next.map(({ section }) => book.place(section)));
    if (ours !== turn || list.childElementCount !== from) return;
    const options = next.map((result, at) => optionOf(result, places[at], found, from + at));
    list.append(...options);
    setTimeout(() => {
      if (ours === turn) for (const option of options) if (waiting.has(option)) seen.observe(option);
    }, PAUSE_MS);
  };

  const choose = (number, scroll = true) => {
    const options = [...list.children];
    options[chosen]?.setAttribute('aria-selected', 'false');
    chosen = options.length > 0 ? Math.max(0, Math.min(number, options.length - 1)) : -1;
    const option = options[chosen];
    if (!option) return input.removeAttribute('aria-activedescendant');
    option.setAttribute('aria-selected', 'true');
    input.setAttribute('aria-activedescendant', option.id);
    if (scroll) option.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  };

  // ------------------------------------------------------------ what is said about them

  const sections = (count) => `${count} ${count === 1 ? 'section' : 'sections'}`;

  let saying;
  const say = (text) => {
    clearTimeout(saying);
    saying = setTimeout(() => (status.textContent = text), SAY_AFTER_MS);
  };

  const tryInstead = (word, instead) => {
    const button = element('button', '', instead);
    button.type = 'button';
    button.addEventListener('click', () => {
      const at = input.value.toLowerCase().lastIndexOf(word);
      input.value = at < 0 ? instead : input.value.slice(0, at) + instead + input.value.slice(at + word.length);
      input.focus();
      answer();
    });
    return button;
  };

  // What no page says, and what is near to it.
  const remarks = async ({ results, unknown, misspelled, query }) => {
    const said = [];
    if (results.length === 0) said.push(element('p', 'search-none', `Nothing found for “${query}”.`));
    for (const { typed, words } of misspelled) {
      said.push(element('p', '', `No page says “${typed}”; this is “${words.join('” and “')}”.`));
    }
    for (const typed of unknown) {
      const nearest = await book.nearest(typed);
      if (!nearest && results.length === 0) continue;
      const line = element('p', '', results.length === 0 && unknown.length === 1 ? '' : `No page says “${typed}”.`);
      if (nearest) line.append(' Did you mean ', tryInstead(typed, nearest), '?');
      said.push(line);
    }
    if (said.length === 1 && results.length === 0) said.push(element('p', '', 'Try another word for it, or only its beginning.'));
    return said;
  };

  const show = async () => {
    const ours = turn;
    const said = await remarks(found);
    if (ours !== turn) return;
    seen.disconnect();
    list.replaceChildren();
    list.scrollTop = 0;
    chosen = -1;
    const count = found.results.length;
    note.replaceChildren(...said, ...(count > 0 ? [element('p', 'search-count', sections(count))] : []));
    input.setAttribute('aria-expanded', String(count > 0));
    await more();
    if (ours !== turn) return;
    choose(0);
    say([...said.map((line) => line.textContent), count > 0 ? `${sections(count)} found` : ''].join(' '));
  };

  const idle = () => {
    found = null;
    list.replaceChildren();
    choose(-1);
    input.setAttribute('aria-expanded', 'false');
    note.replaceChildren(element('p', '', `Looks through all ${book.index.pages} pages as you type.`));
    say('');
  };

  // A book that was published anew has other files than an index from the browser's cache names: asks for it once more,
  // past the cache.
  let renewed = false;
  const isRenewed = async () => {
    if (renewed) return false;
    renewed = true;
    try {
      book = await bookSearch.open(`${book.base}?${Date.now()}`);
      return true;
    } catch {
      return false;
    }
  };

  const answer = async () => {
    turn += 1;
    const ours = turn;
    const query = input.value.trim();
    remember(query);
    if (!query) return idle();
    try {
      const said = await book.find(input.value);
      if (ours !== turn) return;
      found = { ...said, query };
      await show();
    } catch (error) {
      if (ours !== turn) return;
      console.error(error);
      if (await isRenewed()) return answer();
      note.textContent = 'A part of the search could not be loaded. Type on for another try.';
    }
  };

  // ------------------------------------------------------------ keys, leaving, coming back

  const store = (key, value) => {
    try {
      sessionStorage.setItem(key, value);
    } catch {
      // Without storage the words aren't marked on the next page, and are typed again.
    }
  };
  const remember = (query) => store('search-query', query);

  // Follows a result. On another page its words are marked when it opens; on this one now.
  const leave = (event, link, marks) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const page = link.href.split('#')[0];
    store('search-marks', JSON.stringify({ ...marks, words: [...marks.words], page }));
    if (page !== location.href.split('#')[0]) return;
    event.preventDefault();
    dialog.close();
    bookSearch.mark(marks);
    const target = document.getElementById(marks.anchor);
    if (!target) return scrollTo({ top: 0 });
    location.hash = `#${encodeURIComponent(marks.anchor)}`;
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView();
  };

  const move = {
    ArrowDown: () => (chosen + 1 >= list.childElementCount ? more().then(() => choose(chosen + 1)) : choose(chosen + 1)),
    ArrowUp: () => choose(chosen - 1),
    PageDown: () => choose(chosen + 5),
    PageUp: () => choose(chosen - 5),
    Home: () => choose(0),
    End: () => choose(list.childElementCount - 1),
  };

  input.addEventListener('keydown', (event) => {
    if (event.isComposing || event.altKey || list.childElementCount === 0) return;
    const option = list.children[chosen];
    if (event.key === 'Enter' && option) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) open(option.href, '_blank', 'noopener');
      else option.click();
    } else if (move[event.key] && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      move[event.key]();
    }
  });
  input.addEventListener('input', () => book && answer());

  list.addEventListener('scroll', () => {
    if (found && list.scrollTop + list.clientHeight > list.scrollHeight - 200) more();
  }, { passive: true });
  // The field keeps the focus, so that arrows go on working after a tap beside the results.
  list.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse') event.preventDefault();
  });

  // A phone's keyboard covers the lower half of a full screen; the dialog ends above it.
  const fit = () => dialog.style.setProperty('--search-height', `${Math.round(visualViewport.height)}px`);
  globalThis.visualViewport?.addEventListener('resize', fit);

  // Opens the book whose index lies at this address; called whenever the dialog opens.
  bookSearch.start = async (index) => {
    fit();
    book ??= await bookSearch.open(index);
    if (!input.value) {
      try {
        input.value = sessionStorage.getItem('search-query') ?? '';
      } catch {
        // As above.
      }
      input.select();
    }
    await answer();
  };
})();
