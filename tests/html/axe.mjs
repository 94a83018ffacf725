// Looks for barriers with axe-core: every page of a built site, in light and dark, wide and narrow, with every demo
// alive and every answer open; and what opens: the menus, search with and without results, the question before all
// progress is cleared, a demo that plays, and each of its tabs. Whatever axe finds fails, however little it thinks of it.
//
//   node tests/html/axe.mjs DIST [--only REGEX]
//
// Needs Chromium ($CHROMIUM or /usr/bin/chromium) and, once, `npm ci --ignore-scripts` in this folder.

import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const SIZES = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } };

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' } },
});
if (positionals.length !== 1) {
  console.error('name one folder of a built site');
  process.exit(2);
}
const dist = resolve(positionals[0]);
const names = await readdir(dist, { recursive: true });
const pages = names
  .filter((name) => name.endsWith('.html') && new RegExp(options.only).test(name))
  // All modules again, on one page: what stands in them is looked at on their own.
  .filter((name) => !/(^|\/)all\/index\.html$/.test(name))
  .sort();
if (pages.length === 0) {
  console.error(`no page in ${dist}`);
  process.exit(2);
}
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// A rule at an element is told once, however many pages and states show it.
const found = new Map();

async function alive(page, figure) {
  await figure.scrollIntoViewIfNeeded();
  await figure.and(page.locator('[data-live=true]')).waitFor({ timeout: 20_000 });
}

async function liven(page) {
  const figures = page.locator('figure[data-demo]');
  for (let index = 0; index < await figures.count(); index += 1) await alive(page, figures.nth(index));
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
}

// What opens, and how. `look` is what axe then looks at, `on` the page, the first that matches; `size` where not both.
const STATES = [
  { name: 'menu open', on: /^module-/, size: 'narrow', look: '#_nav', open: (page) => page.click('.menu-button') },
  { name: 'contents open', on: /^module-/, size: 'narrow', look: '#_toc', open: (page) => page.click('.toc-button') },
  { name: 'schemes open', on: /^module-/, size: 'narrow', look: '#_theme', open: (page) => page.click('.theme-button') },
  { name: 'search open', on: /^index/, look: '#_search', open: (page) => page.click('.search-button') },
  {
    name: 'search with results',
    on: /^index/,
    look: '#_search',
    open: async (page) => {
      await page.click('.search-button');
      await page.fill('#_search-words', 'vote');
      await page.locator('.search-results a').first().waitFor();
    },
  },
  {
    name: 'search without results',
    on: /^index/,
    look: '#_search',
    open: async (page) => {
      await page.click('.search-button');
      await page.fill('#_search-words', 'xyzzyx');
      await page.locator('.search-note :text("xyzzyx")').or(page.locator('.search-none')).first().waitFor();
    },
  },
  {
    name: 'asked before clearing',
    on: /^index/,
    look: '#_progress dialog',
    open: async (page) => {
      await page.click('#_progress > summary');
      await page.click('#_progress [data-do="ask"]');
    },
  },
  {
    name: 'scenario running',
    on: /^embed\/raft-election/,
    look: 'figure[data-demo]',
    open: async (page) => {
      await alive(page, page.locator('figure[data-demo]'));
      await page.click('figure[data-demo] [data-do="play"]');
      await page.locator('figure[data-demo]:not([data-position="0"])').waitFor();
      await page.waitForTimeout(700);
    },
  },
  { name: 'each tab', on: /^embed\/raft-election/, size: 'narrow', look: 'figure[data-demo]', each: '.demo-shell .tabs button:visible', open: (page) => alive(page, page.locator('figure[data-demo]')) },
];

// Runs in the page.
async function barriers(selector) {
  const { violations } = await globalThis.axe.run(selector ?? document, { resultTypes: ['violations'] });
  // A node of a demo is labelled with its name; what else is written on it is its state, which its accessible name
  // tells in more words and another order. So the label is what that name has to begin with.
  const beginsWithItsLabel = ({ target }) => {
    const node = document.querySelector(target.at(-1));
    const label = node.matches('.demo-ring .node') && node.querySelector('.name')?.textContent;
    return Boolean(label) && node.getAttribute('aria-label').startsWith(label);
  };
  for (const violation of violations.filter(({ id }) => id === 'label-content-name-mismatch')) {
    violation.nodes = violation.nodes.filter((node) => !beginsWithItsLabel(node));
  }
  return violations;
}

async function check(page, name, state) {
  await page.goto(pathToFileURL(join(dist, name)).href);
  await liven(page);
  await judge(page, `${name} ${state}`);
}

async function judge(page, state, selector) {
  await page.evaluate(axe);
  const violations = await page.evaluate(barriers, selector);
  for (const { id, impact, help, nodes } of violations) {
    for (const node of nodes) {
      const key = `${id} ${node.target.join(' ')}`;
      if (!found.has(key)) {
        found.set(key, { id, impact, help, target: node.target.join(' '), why: node.failureSummary, states: [] });
      }
      found.get(key).states.push(state);
    }
  }
}

// Opens something and judges it; where it has several faces, each.
async function checkOpened(page, { name, on, look, each, open }, state) {
  const where = pages.find((candidate) => on.test(candidate));
  if (!where) return 0;
  await page.goto(pathToFileURL(join(dist, where)).href);
  await open(page);
  const faces = each ? await page.locator(each).count() : 1;
  if (faces === 0) throw new Error(`${where} has none of '${each}'`);
  for (let index = 0; index < faces; index += 1) {
    if (each) await page.locator(each).nth(index).click();
    if (!await page.locator(look).first().isVisible()) throw new Error(`${name}: '${look}' isn't to be seen in ${where}`);
    await judge(page, `${where} ${name} ${state}`, look);
  }
  return faces;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
let checks = 0;
for (const colorScheme of ['light', 'dark']) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    // Transitions would be caught half-way.
    const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    for (const name of pages) {
      await check(page, name, `${colorScheme} ${size}`);
      checks += 1;
    }
    for (const opened of STATES.filter((opened) => (opened.size ?? size) === size)) {
      checks += await checkOpened(page, opened, `${colorScheme} ${size}`);
    }
    await context.close();
  }
}
await browser.close();

for (const { id, impact, help, target, why, states } of found.values()) {
  console.log(`${impact}: ${id}: ${help}\n  at ${target}\n  in ${states[0]}${states.length > 1 ? ` and ${states.length - 1} more` : ''}`);
  console.log(why.replace(/^/gm, '    '));
}
console.log(`${pages.length} pages and what opens in them, ${checks} states: ${found.size} barriers`);
process.exit(found.size > 0 ? 1 : 0);
