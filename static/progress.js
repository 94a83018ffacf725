// What the reader has done: modules finished, answers judged by the reader's own word, tasks ticked, and the place of the
// last visit. It stays in this browser, under addresses relative to the book's root, so that it holds at any path and from disk;
// it leaves only as a file that the reader saves.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const { book } = document.documentElement.dataset;
  const { page: here } = document.body.dataset;
  const KEY = `progress:${book}`;

  const said = document.getElementById('_said');
  const say = (text) => {
    said.textContent = '';
    setTimeout(() => (said.textContent = text), 50);
  };
  const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const make = (name, className, text = '') => Object.assign(document.createElement(name), { className, textContent: text });
  const button = (className, text, act) => {
    const element = Object.assign(make('button', className, text), { type: 'button' });
    element.addEventListener('click', act);
    return element;
  };

  // ---- what is kept: { pages: { address: { done, marks: { question: "right" }, tasks: { id: true } } }, last: { page, id, text } }

  const entries = (value) => (value && typeof value === 'object' ? Object.entries(value) : []);
  const pick = (values, allowed) =>
    Object.fromEntries(entries(values).filter(([name, value]) => /^[\w-]{1,80}$/.test(name) && allowed.includes(value)));
  // Storage and files can hold anything, so only what is known gets in.
  const clean = (data) => {
    const pages = {};
    for (const [address, page] of entries(data?.pages)) {
      if (!address.endsWith('.html')) continue;
      const kept = { done: page?.done === true, marks: pick(page?.marks, ['right', 'wrong']), tasks: pick(page?.tasks, [true, false]) };
      if (kept.done || entries(kept.marks).length || entries(kept.tasks).length) pages[address] = kept;
    }
    const { page, id, text } = data?.last ?? {};
    const last = page ? { page: String(page), id: String(id ?? ''), text: String(text ?? '').slice(0, 200) } : null;
    return { pages, last };
  };

  let memory; // where storage is forbidden or full, what was done lasts as long as the page
  const load = () => {
    if (memory) return memory;
    try {
      return clean(JSON.parse(localStorage.getItem(KEY)));
    } catch {
      return clean();
    }
  };
  const save = (data) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(data));
    } catch {
      memory = data;
    }
  };
  const page = (data, address = here) => data.pages[address] ?? { done: false, marks: {}, tasks: {} };
  // Another tab may have written since, so every change starts from what is stored now.
  const change = (edit) => {
    const data = load();
    edit((data.pages[here] = page(data)), data);
    const kept = clean(data);
    save(kept);
    show(kept);
  };

  // ---- ticks in the navigation and on the cards

  const nav = document.getElementById('_nav');
  const links = new Map(all('a[data-page]', nav ?? undefined).map((link) => [link.dataset.page, link]));
  const titles = new Map([...links].map(([address, link]) => [address, link.textContent.trim()]));
  const cards = all('.module-card[data-page]');

  const mark = (host, word, className) => {
    host.querySelector(':scope > .state')?.remove();
    if (word) host.append(make('span', `state ${className}`, word));
  };
  const showTicks = (data) => {
    for (const [address, link] of links) mark(link, page(data, address).done && ' (done)', 'tick');
    for (const card of cards) {
      const { page: address } = card.dataset;
      const { done, marks, tasks } = page(data, address);
      const begun = data.last?.page === address || entries(marks).length + entries(tasks).length > 0;
      card.classList.toggle('done', done);
      mark(card, done ? 'Done' : begun && 'Begun', done ? 'is-done' : 'is-begun');
    }
  };

  // ---- index: how far, and where to go on

  const panel = document.getElementById('_reader');
  const showPanel = (data) => {
    if (!panel) return;
    const below = all('a[data-page]', links.get(here)?.closest('li')).filter((link) => !link.closest('li').querySelector('ul, ol'));
    const modules = (cards.length ? cards : below).map((element) => element.dataset.page).filter((address) => address !== here);
    const done = modules.filter((address) => page(data, address).done).length;
    const bar = panel.querySelector('progress');
    bar.max = modules.length || 1;
    bar.value = done;
    panel.querySelector('.how-far').textContent = `${done} of ${count(modules.length, 'module')} done`;

    let { page: target, id, text } = data.last ?? {};
    let label = 'Continue where you stopped';
    if (!modules.includes(target) || page(data, target).done) {
      const rest = [...modules.slice(modules.indexOf(target) + 1), ...modules];
      target = rest.find((address) => !page(data, address).done);
      [id, text, label] = ['', '', done ? 'Next' : 'Start with'];
    }
    const link = links.get(target);
    const go = panel.querySelector('a');
    go.hidden = !link;
    if (link) {
      go.href = link.getAttribute('href') + (id && `#${encodeURIComponent(id)}`);
      go.replaceChildren(make('span', 'label', label), make('span', 'where', titles.get(target)), make('span', 'at', text));
    }
    document.documentElement.toggleAttribute('data-reader', Boolean(modules.length && (data.last || done)));
  };

  // ---- quiz: the reader opens the answer and says how it went

  const questions = all('.question[data-question]').filter((question) => question.querySelector('details'));
  const choices = { right: 'I had it right', wrong: 'I had it wrong' };
  for (const question of questions) {
    const id = question.dataset.question;
    const group = make('div', 'marks');
    group.role = 'group';
    group.ariaLabel = 'How did it go?';
    for (const [value, text] of Object.entries(choices)) {
      const press = () => change(({ marks }) => (marks[id] === value ? delete marks[id] : (marks[id] = value)));
      const choice = button(`choice ${value}`, text, press);
      choice.dataset.value = value;
      group.append(choice);
    }
    question.querySelector('details').append(group);
  }

  const quizzes = all('.family-quiz').map((section) => {
    const own = questions.filter((question) => section.contains(question));
    const score = make('p', 'score-text');
    score.role = 'status';
    const pips = make('span', 'pips');
    pips.ariaHidden = 'true';
    pips.append(...own.map(() => make('span', 'pip')));
    const again = button('quiet again', 'Start over', () => {
      change(({ marks }) => own.forEach((question) => delete marks[question.dataset.question]));
      for (const question of own) question.querySelector('details').open = false;
      own[0].querySelector('summary').focus();
    });
    const box = make('div', 'score');
    box.append(pips, score, again);
    if (own.length) section.querySelector('h2')?.after(box);
    return { own, score, pips, again };
  });

  const showQuiz = ({ marks }) => {
    for (const question of questions) {
      const value = marks[question.dataset.question];
      question.dataset.mark = value ?? '';
      for (const choice of all('.choice', question)) choice.ariaPressed = String(choice.dataset.value === value);
      mark(question.querySelector('summary'), value && ` ${value === 'right' ? 'Right' : 'Wrong'}`, value);
    }
    for (const { own, score, pips, again } of quizzes) {
      const values = own.map((question) => marks[question.dataset.question]);
      const right = values.filter((value) => value === 'right').length;
      const open = values.filter((value) => !value).length;
      const begun = open < own.length;
      const text = begun ? `${right} of ${own.length} right${open ? `, ${open} to go` : ''}` : `${count(own.length, 'question')}: think first, then open the answer and say how it went.`;
      if (score.textContent !== text) score.textContent = text;
      values.forEach((value, index) => (pips.children[index].dataset.mark = value ?? ''));
      again.hidden = !begun;
    }
  };

  // ---- tasks

  const tasks = all('.task > input[type="checkbox"], .task input[id^="_task-"]');
  const given = new Map(tasks.map((box) => [box, box.defaultChecked]));
  const tallies = all('.family-exercise').map((section) => {
    const own = tasks.filter((box) => section.contains(box));
    const tally = make('p', 'tally');
    const bar = Object.assign(make('progress', ''), { max: own.length || 1 });
    bar.ariaHidden = 'true';
    const words = make('span', '');
    tally.append(bar, words);
    if (own.length) section.querySelector('h2')?.after(tally);
    return { own, bar, words };
  });
  for (const box of tasks) {
    box.addEventListener('change', () => change(({ tasks: kept }) => (kept[box.id] = box.checked)));
  }
  const showTasks = ({ tasks: kept }) => {
    for (const box of tasks) box.checked = kept[box.id] ?? given.get(box);
    for (const { own, bar, words } of tallies) {
      bar.value = own.filter((box) => box.checked).length;
      words.textContent = `${bar.value} of ${count(own.length, 'task')} done`;
    }
  };

  // ---- the end of a module

  const finish = document.getElementById('_finish');
  let reached = false;
  const showFinish = ({ done, marks }) => {
    if (!finish) return;
    const right = questions.filter((question) => marks[question.dataset.question] === 'right').length;
    const complete = questions.length > 0 && questions.every((question) => marks[question.dataset.question]);
    const score = complete ? `${right} of ${count(questions.length, 'question')} right. ` : '';
    const [text, press] = finish.children;
    finish.hidden = false;
    finish.classList.toggle('done', done);
    finish.classList.toggle('ready', complete && reached && !done);
    text.textContent = done ? `${score}You have finished this module.` : `${score}Finished with this module?`;
    press.textContent = done ? 'Mark as not done' : 'Mark as done';
  };
  if (finish) {
    finish.querySelector('button').addEventListener('click', () => {
      change((kept) => {
        kept.done = !kept.done;
        say(kept.done ? 'Module marked as done' : 'Module marked as not done');
      });
    });
    new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting || reached) return;
      reached = true;
      show(load());
      if (finish.matches('.ready')) say('Every question is answered. You can mark this module as done.');
    }).observe(finish);
  }

  // ---- where the reader was, for the next visit

  if (finish) {
    const remember = () => {
      const data = load();
      const link = document.querySelector('.toc [aria-current]');
      const id = link ? decodeURIComponent(link.hash.slice(1)) : '';
      data.last = { page: here, id, text: link?.textContent ?? '' };
      save(data);
    };
    addEventListener('pagehide', remember);
    document.addEventListener('visibilitychange', () => document.hidden && remember());
    const data = load();
    if (data.last?.page !== here) save({ ...data, last: { page: here, id: '', text: '' } });
  }

  // ---- save to a file, load from it, clear

  const tools = document.getElementById('_progress');
  if (tools) {
    tools.hidden = false;
    const get = (name) => tools.querySelector(`[data-do="${name}"]`);
    const answer = tools.querySelector('[role="status"]');
    const what = ({ pages }) => {
      const kept = Object.values(pages);
      const sum = (size) => kept.reduce((total, each) => total + size(each), 0);
      const ticked = sum(({ tasks: own }) => Object.values(own).filter(Boolean).length);
      return `${count(sum(({ done }) => Number(done)), 'module')} done, ${count(sum(({ marks }) => entries(marks).length), 'answer')}, ${count(ticked, 'task')}`;
    };

    get('export').addEventListener('click', () => {
      const file = new Blob([JSON.stringify({ format: 'book-progress', version: 1, book, ...load() }, null, 2)], { type: 'application/json' });
      const link = make('a', '');
      link.href = URL.createObjectURL(file);
      link.download = `${book.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-')}-progress.json`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      answer.textContent = `Saved as ${link.download}: ${what(load())}.`;
    });

    const file = tools.querySelector('input[type="file"]');
    get('import').addEventListener('click', () => file.click());
    file.addEventListener('change', async () => {
      const [chosen] = file.files;
      if (!chosen) return;
      let found;
      try {
        if (chosen.size < 5_000_000) found = JSON.parse(await chosen.text());
      } catch {
        // Said below: it isn't what was asked for.
      }
      file.value = '';
      if (found?.format !== 'book-progress' || found.version !== 1) {
        answer.textContent = `“${chosen.name}” holds no progress. Nothing was changed.`;
      } else if (found.book !== book) {
        answer.textContent = `“${chosen.name}” is from another book, “${found.book}”. Nothing was changed.`;
      } else {
        const news = clean(found);
        const data = load();
        for (const [address, { done, marks, tasks: ticked }] of Object.entries(news.pages)) {
          const old = page(data, address);
          data.pages[address] = { done: old.done || done, marks: { ...old.marks, ...marks }, tasks: { ...old.tasks, ...ticked } };
        }
        data.last ??= news.last;
        save(data);
        show(data);
        answer.textContent = `Loaded and added to what was here: ${what(news)}.`;
      }
    });

    const dialog = tools.querySelector('dialog');
    get('ask').addEventListener('click', () => {
      dialog.querySelector('p').textContent = `This forgets ${what(load())}. It can’t be taken back, unless you have saved it to a file.`;
      dialog.showModal();
    });
    get('keep').addEventListener('click', () => dialog.close());
    get('clear').addEventListener('click', () => {
      dialog.close();
      memory &&= clean();
      save(clean());
      show(load());
      answer.textContent = 'Cleared.';
    });
  }

  // ---- all of it, whenever something has changed here or in another tab

  const show = (data) => {
    const own = page(data);
    showTicks(data);
    showPanel(data);
    showQuiz(own);
    showTasks(own);
    showFinish(own);
  };
  show(load());
  addEventListener('storage', (event) => (event.key === KEY || event.key === null) && show(load()));
  addEventListener('pageshow', (event) => event.persisted && show(load()));
})();
