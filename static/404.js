// A host answers any missing address with 404.html, so its relative links start from a place nobody knows. The page asks
// for this script at every depth; the copy that arrives knows by its own address where the root is.
(() => {
  if (window.bookRoot) return;
  const root = new URL('..', document.currentScript.src);
  window.bookRoot = root;

  const page = document.documentElement.dataset;
  page.fonts = 'wait';
  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'light' || theme === 'dark') page.theme = theme;
  } catch {
    // Storage can be forbidden; then the page follows the system.
  }

  const style = document.createElement('link');
  style.rel = 'stylesheet';
  style.blocking = 'render';
  style.href = new URL(page.style, root);
  document.head.append(style);

  document.addEventListener('DOMContentLoaded', () => {
    for (const link of document.querySelectorAll('a[href]')) {
      const href = link.getAttribute('href');
      if (!/^([a-z]+:|#)/i.test(href)) link.href = new URL(href, root);
    }
  });
})();
