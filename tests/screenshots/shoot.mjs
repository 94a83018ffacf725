// Photographs a built site at phone and desktop size, in light and dark: every page from top to bottom, every demo alive,
// search with results, and every page as it prints. Says what looks wrong without looking: a page that scrolls
// sideways, text cut off at the edge, a console error, a refused policy.
//
//   node tests/screenshots/shoot.mjs <dist folder> <out folder> [options]
//
//   --parts <names>    pages,demos,search,print (default)
//   --only <regex>     pages whose path matches
//   --size <names>     phone,desktop (default), small (320 px), tablet, wide
//   --scheme <names>   light,dark (default)
//   --view             only what the first screen shows, not the full page
//   --file             open from disk instead of serving
//   --no-script        with script switched off
//   --scroll <id>      show the element with this id at the top of the first screen
//   --forced-colors    as a reader with a palette of their own sees it
//
// What prints is a PDF, and where `pdftoppm` (poppler-utils) is installed also a picture a sheet. Chromium is $CHROMIUM or /usr/bin/chromium. Before the first run: npm ci --ignore-scripts

import { spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const SIZES = {
  small: { width: 320, height: 640, isMobile: true, hasTouch: true },
  phone: { width: 390, height: 844, isMobile: true, hasTouch: true },
  tablet: { width: 820, height: 1180, isMobile: true, hasTouch: true },
  desktop: { width: 1440, height: 900 },
  wide: { width: 1920, height: 1080 },
};

// Chromium repeats or drops what lies beyond this many pixels, so longer pages become several pictures.
const PICTURE_HEIGHT_MAX = 8000;

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parts: { type: 'string', default: 'pages,demos,search,print' },
    only: { type: 'string', default: '' },
    size: { type: 'string', default: 'phone,desktop' },
    scheme: { type: 'string', default: 'light,dark' },
    view: { type: 'boolean', default: false },
    file: { type: 'boolean', default: false },
    'no-script': { type: 'boolean', default: false },
    scroll: { type: 'string' },
    'forced-colors': { type: 'boolean', default: false },
  },
});

if (positionals.length !== 2) {
  console.error('usage: node shoot.mjs <dist folder> <out folder> [--only <regex>]');
  process.exit(2);
}
const [dist, out] = positionals.map((path) => resolve(path));
const parts = new Set(options.parts.split(','));
const DEMO_WAIT_MS_MAX = 20_000;
const SEARCHED = 'vote';

async function pagesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'))
    .filter((page) => new RegExp(options.only).test(page))
    // The page for missing addresses is only ever served: from disk it looks for its script in vain.
    .filter((page) => !(options.file && page === '404.html'))
    .sort();
}

function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = resolve(folder, '.' + decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    const found = (path === folder || path.startsWith(folder + sep)) && (await stat(path).catch(() => null))?.isFile();
    if (!found) return response.writeHead(404, { 'content-type': 'text/html' }).end('not found');
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    // Fonts are "optional": on a busy machine a first visit would be photographed in those of the system.
    if (path.endsWith('.css')) return response.end((await readFile(path, 'utf8')).replaceAll(/font-display: ?optional/g, 'font-display: block'));
    createReadStream(path).pipe(response);
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

// Elements that stick out of the page; inside a box that scrolls by itself they may.
function sticksOut() {
  const width = document.documentElement.clientWidth;
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || (box.right <= width + 1 && box.left >= -1)) continue;
    let around = element.parentElement;
    while (around && !/(auto|scroll|hidden|clip)/.test(getComputedStyle(around).overflowX)) around = around.parentElement;
    if (!around || around === document.body || around === document.documentElement) {
      const name = element.tagName.toLowerCase() + (element.className?.baseVal ?? element.className ? '.' + element.className : '');
      if (getComputedStyle(element).position !== 'fixed' && !element.closest('.skip')) found.push(`${name} to ${Math.round(box.right)}`);
    }
  }
  const scrolls = document.documentElement.scrollWidth > width;
  return scrolls || found.length > 0 ? { scrolls, width, found: found.slice(0, 4) } : null;
}

const pages = await pagesOf(dist);
if (pages.length === 0) {
  console.error(`no page of ${dist} matches '${options.only}'`);
  process.exit(2);
}
// The first with everything a page has; the one for missing addresses hasn't.
const firstPage = pages.find((page) => !/^(404|embed\/.*)\b/.test(page));
await mkdir(out, { recursive: true });

const server = options.file ? null : await serve(dist);
const base = server ? `http://127.0.0.1:${server.address().port}/` : pathToFileURL(dist + sep).href;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
});

let pictures = 0;
let problems = 0;
const say = (page, what) => {
  problems += 1;
  console.log(`${page}: ${what}`);
};

// And those that are used are waited for.
async function waitForFonts(tab) {
  const fonts = tab.evaluate(async () => {
    document.body.getBoundingClientRect();
    await document.fonts.ready;
  });
  await fonts.catch(() => null);
}

async function shootDemos(tab, file) {
  const figures = tab.locator('figure[data-demo]');
  for (let index = 0; index < await figures.count(); index += 1) {
    const figure = figures.nth(index);
    await figure.scrollIntoViewIfNeeded();
    await figure.and(tab.locator('[data-live=true]')).waitFor({ timeout: DEMO_WAIT_MS_MAX });
    // A figure taller than the window is put together from several views, and the header would be in each.
    await tab.evaluate(() => {
      for (const part of document.querySelectorAll('.site-header, .skip')) part.style.visibility = 'hidden';
    });
    await figure.screenshot({ path: file(`demo-${index + 1}`) });
    pictures += 1;
  }
}

async function shootSearch(tab, size, scheme) {
  await tab.goto(base + firstPage, { waitUntil: 'load' });
  await waitForFonts(tab);
  await tab.locator('.search-button').click();
  await tab.locator('#_search-words').fill(SEARCHED);
  // A result's text comes after its heading.
  await tab.locator('.search-excerpt:not(:empty)').first().waitFor();
  await tab.waitForTimeout(300);
  await tab.screenshot({ path: join(out, `search.${size}.${scheme}.png`) });
  pictures += 1;
}

// As a PDF; as pictures where the tool for that is installed.
async function shootPrint(tab, name) {
  const pdf = join(out, `${name}.pdf`);
  await tab.pdf({ path: pdf, preferCSSPageSize: true, printBackground: true });
  const sheets = spawnSync('pdftoppm', ['-r', '60', '-png', pdf, join(out, `${name}.print`)]);
  if (sheets.error?.code === 'ENOENT') console.log(`${name}.pdf: no pdftoppm, so no pictures of its sheets`);
}

for (const size of options.size.split(',')) {
  for (const scheme of options.scheme.split(',')) {
    const { width, height, ...device } = SIZES[size];
    const context = await browser.newContext({
      viewport: { width, height },
      ...device,
      colorScheme: scheme,
      reducedMotion: 'reduce',
      forcedColors: options['forced-colors'] ? 'active' : 'none',
      javaScriptEnabled: !options['no-script'],
    });
    const tab = await context.newPage();
    let current = '';
    const told = new Set();
    const once = (text) => {
      const key = `${current} ${text}`;
      if (!told.has(key)) say(`${current} (${size}, ${scheme})`, text);
      told.add(key);
    };
    tab.on('console', (message) => message.type() === 'error' && once(message.text()));
    tab.on('pageerror', (error) => once(String(error)));

    for (const page of pages) {
      current = page;
      const name = page.replace(/\/index\.html$|\.html$/, '').replaceAll('/', '_');
      const file = (part) => join(out, `${name}.${size}.${scheme}.${part}.png`);
      await tab.goto(base + page, { waitUntil: 'load' });
      await waitForFonts(tab);
      const wrong = await tab.evaluate(sticksOut).catch(() => null);
      if (wrong) once(`${wrong.scrolls ? 'scrolls sideways' : 'sticks out'} at ${wrong.width} px: ${wrong.found.join('; ')}`);

      if (options.scroll) await tab.evaluate((id) => document.getElementById(id)?.scrollIntoView(), options.scroll);
      if (parts.has('pages')) {
        await tab.screenshot({ path: file('view') });
        pictures += 1;
      }
      if (parts.has('pages') && !options.view) {
        const tall = await tab.evaluate(() => document.documentElement.scrollHeight);
        // A window grown to the page's height is painted once without the letters of fonts that were preloaded.
        await tab.screenshot({ fullPage: true, clip: { x: 0, y: 0, width, height: 100 } });
        await waitForFonts(tab);
        for (let top = 0, part = 1; top < tall; top += PICTURE_HEIGHT_MAX, part += 1) {
          const clip = { x: 0, y: top, width, height: Math.min(PICTURE_HEIGHT_MAX, tall - top) };
          await tab.screenshot({ path: file(tall > PICTURE_HEIGHT_MAX ? `full-${part}` : 'full'), fullPage: true, clip });
          pictures += 1;
        }
      }
      if (parts.has('demos') && !options['no-script']) await shootDemos(tab, file);
      if (parts.has('print') && size === 'desktop' && scheme === 'light') await shootPrint(tab, name);
    }
    current = 'search';
    if (parts.has('search') && firstPage && !options['no-script']) await shootSearch(tab, size, scheme);
    await context.close();
  }
}

await browser.close();
server?.close();
console.log(`${pictures} pictures of ${pages.length} pages in ${out}; ${problems} problems`);
process.exit(problems > 0 ? 1 : 0);
