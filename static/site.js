// What a page can do beyond being read: choose its colours, copy code, show where the reader is, turn the page by keys.
// Everything here is an extra; without it the page loses nothing that it says.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const said = document.getElementById('_said');
  const say = (text) => {
    said.textContent = '';
    setTimeout(() => (said.textContent = text), 50);
  };

  // Colour scheme. theme.js has set it before the first paint; here it is chosen.
  const root = document.documentElement;
  const radios = all('input[name="theme"]');
  const show = (theme) => {
    if (theme === 'auto') delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const radio of radios) radio.checked = radio.value === theme;
  };
  show(root.dataset.theme ?? 'auto');
  for (const radio of radios) {
    radio.addEventListener('change', () => {
      show(radio.value);
      try {
        localStorage.setItem('theme', radio.value);
      } catch {
        // Without storage the choice holds for this page.
      }
    });
  }
  addEventListener('storage', (event) => {
    if (event.key === 'theme') show(event.newValue ?? 'auto');
  });

  // The navigation starts where the reader is.
  const nav = document.getElementById('_nav');
  const reveal = () => {
    const here = nav?.querySelector('[aria-current="page"]');
    if (here && nav.scrollHeight > nav.clientHeight) nav.scrollTop = here.offsetTop - nav.clientHeight / 3;
  };
  reveal();
  nav?.addEventListener('toggle', reveal);

  // Contents: close after a choice on a phone, follow the scroll on a desk.
  const toc = document.getElementById('_toc');
  if (toc) {
    toc.addEventListener('click', (event) => {
      if (event.target.closest('a') && toc.matches(':popover-open')) toc.hidePopover();
    });
    const links = new Map(all('a', toc).map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
    const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    let current;
    const follow = () => {
      const line = innerHeight * 0.3;
      let here = headings.findLast((heading) => heading.getBoundingClientRect().top < line);
      const isAtEnd = innerHeight + scrollY >= root.scrollHeight - 2;
      if (isAtEnd) here = headings.at(-1);
      // What was jumped to, for as long as it is near where the jump has left it.
      const target = headings.find((heading) => heading.matches(':target'));
      const place = target?.getBoundingClientRect().top;
      if (place >= 0 && place < (isAtEnd ? innerHeight : line)) here = target;
      const link = here && links.get(here.id);
      if (link === current) return;
      current?.removeAttribute('aria-current');
      current = link;
      current?.setAttribute('aria-current', 'true');
      showCurrent();
    };
    const showCurrent = () => {
      if (current && toc.scrollHeight > toc.clientHeight) toc.scrollTop = current.offsetTop - toc.clientHeight / 2;
    };
    toc.addEventListener('toggle', showCurrent);
    addEventListener('hashchange', () => requestAnimationFrame(follow));
    let waiting = false;
    addEventListener('scroll', () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        follow();
      });
    }, { passive: true });
    follow();
  }

  // Copy. The clipboard needs a secure context; a selection and the old command work everywhere else.
  const copy = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (!done) throw new Error('copying was refused');
  };
  // The link of a heading: the address bar shows it as ever, and it is in the clipboard as well.
  for (const anchor of all('.anchor')) {
    anchor.addEventListener('click', async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      try {
        await copy(anchor.href);
        anchor.dataset.done = '';
        say('Link copied');
        setTimeout(() => delete anchor.dataset.done, 1600);
      } catch {
        // It is still in the address bar.
      }
    });
  }
  for (const box of all('.code')) {
    const button = document.createElement('button');
    const label = document.createElement('span');
    // What is short would lie under the button; what is long may go on on the next sheet.
    const lines = box.textContent.trimEnd().split('\n').length;
    if (lines < 4) box.classList.add('short');
    if (lines > 25) box.classList.add('long');
    button.className = 'copy';
    button.type = 'button';
    label.textContent = 'Copy';
    button.setAttribute('aria-label', 'Copy code');
    button.append(label);
    button.addEventListener('click', async () => {
      try {
        await copy(box.querySelector('pre').textContent.replace(/\n$/, ''));
        label.textContent = 'Copied';
        button.dataset.done = 'yes';
        say('Copied');
      } catch {
        label.textContent = 'Not copied';
        button.dataset.done = 'no';
        say('The browser did not allow copying');
      }
      setTimeout(() => {
        label.textContent = 'Copy';
        delete button.dataset.done;
      }, 1600);
    });
    box.append(button);
  }

  // A box that scrolls must be reachable by keys.
  for (const box of all('.code pre, .diagram-scroll')) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }

  // Left and right turn the page, unless they mean something where the reader is.
  // Who has clicked into a demo or an answer is still there, though a drawing or a text takes no focus.
  const OWN_KEYS = 'input, textarea, select, details, dialog, [contenteditable], .demo, [tabindex="0"], :popover-open';
  let clicked = null;
  addEventListener('pointerdown', (event) => (clicked = event.target));
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const rel = { ArrowLeft: 'prev', ArrowRight: 'next' }[event.key];
    const where = event.target.contains(clicked) ? clicked : event.target;
    if (!rel || where.closest(OWN_KEYS)) return;
    document.querySelector(`.neighbours a[rel="${rel}"]`)?.click();
  });

  // A printed page can't be opened: open the answers for it, and close them again after.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = all('.prose details:not([open], .diagram-text, .demo-stage details)');
    for (const details of opened) details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const details of opened) details.open = false;
  });
})();
