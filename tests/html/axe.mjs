// Looks for barriers with axe-core: every page of a built site, in light and dark, wide and narrow, with every demo
// alive and every answer open. A barrier that axe calls serious or critical fails; the others are printed.
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
const FAILING = ['serious', 'critical'];

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
const pages = names.filter((name) => name.endsWith('.html') && new RegExp(options.only).test(name)).sort();
if (pages.length === 0) {
  console.error(`no page in ${dist}`);
  process.exit(2);
}
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// A rule at an element is told once, however many pages and states show it.
const found = new Map();

async function liven(page) {
  const figures = page.locator('figure[data-demo]');
  for (let index = 0; index < await figures.count(); index += 1) {
    const figure = figures.nth(index);
    await figure.scrollIntoViewIfNeeded();
    await figure.and(page.locator('[data-live=true]')).waitFor({ timeout: 20_000 });
  }
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
}

// Runs in the page.
async function barriers() {
  const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
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
  await page.evaluate(axe);
  const violations = await page.evaluate(barriers);
  for (const { id, impact, help, nodes } of violations) {
    for (const node of nodes) {
      const key = `${id} ${node.target.join(' ')}`;
      if (!found.has(key)) {
        found.set(key, { id, impact, help, target: node.target.join(' '), why: node.failureSummary, states: [] });
      }
      found.get(key).states.push(`${name} ${state}`);
    }
  }
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
    await context.close();
  }
}
await browser.close();

for (const { id, impact, help, target, why, states } of found.values()) {
  console.log(`${impact}: ${id}: ${help}\n  at ${target}\n  in ${states[0]}${states.length > 1 ? ` and ${states.length - 1} more` : ''}`);
  console.log(why.replace(/^/gm, '    '));
}
const failures = [...found.values()].filter(({ impact }) => FAILING.includes(impact)).length;
console.log(`${pages.length} pages in ${checks} states: ${found.size} barriers, ${failures} of them serious or critical`);
process.exit(failures > 0 ? 1 : 0);
