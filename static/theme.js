// Runs before the first paint, so that a chosen colour scheme never flashes the other one.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  // Who has begun to read finds a line about it on the index, which needs its room from the first paint on.
  if (localStorage.getItem(`progress:${document.documentElement.dataset.book}`)) document.documentElement.dataset.reader = '';
} catch {
  // Storage can be forbidden; then the page follows the system.
}

// Fonts that are asked for early are there for the first paint. From disk a browser refuses to fetch them ahead, and
// says so in its console; there the stylesheet waits for them instead.
if (location.protocol === 'file:') {
  document.documentElement.dataset.fonts = 'wait';
} else {
  for (const href of document.currentScript.dataset.fonts.split(' ')) {
    const font = document.createElement('link');
    Object.assign(font, { rel: 'preload', as: 'font', type: 'font/woff2', crossOrigin: '', href });
    document.head.append(font);
  }
}
