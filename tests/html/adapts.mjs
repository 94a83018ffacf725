// Looks whether a built site adapts to its reader: text at 200 % and 400 % (as WCAG 1.4.10 counts: windows of 640 and 320
// CSS pixels) scrolls no page sideways and cuts nothing off; with forced colours every mark that carries meaning is still
// drawn; with reduced motion nothing moves by itself.
//
//   node tests/html/adapts.mjs DIST [--only REGEX]
//
// Needs Chromium ($CHROMIUM or /usr/bin/chromium) and, once, `npm ci --ignore-scripts` in this folder.

import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const ZOOMS = { '200 %': { width: 640, height: 450 }, '400 %': { width: 320, height: 225 } };

// Marks drawn by a fill, a mask or a border alone: what forced colours take away first.
const MARKS = [
  '.site-title .mark',
  '.family:not(.family-why-matters) > h2',
  '.family-takeaways > ul > li',
  '.family-mistakes td:first-child',
  '.facts .level',
  '.prose ul:not([class]) > li',
  '.task input',
  '.pips',
  '.module-card .number',
  '.cluster',
  '.diagram svg',
];

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
  // The page for missing addresses is only ever served.
  .filter((name) => name.endsWith('.html') && name !== '404.html' && new RegExp(options.only).test(name))
  .sort();
if (pages.length === 0) {
  console.error(`no page of ${dist} matches '${options.only}'`);
  process.exit(2);
}

let problems = 0;
const say = (what) => {
  problems += 1;
  console.log(what);
};
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const at = (page) => pathToFileURL(join(dist, page)).href;

// Runs in the page: whether it scrolls sideways, and which texts are cut off at its edge.
function sideways() {
  const width = document.documentElement.clientWidth;
  const cut = [];
  for (const element of document.querySelectorAll('body :is(p, li, h1, h2, h3, h4, summary, button, a, td, th, label)')) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.right <= width + 1 || element.closest('.visually-hidden, .skip, [popover]')) continue;
    let around = element.parentElement;
    while (around && !/auto|scroll|hidden|clip/.test(getComputedStyle(around).overflowX)) around = around.parentElement;
    if (!around || around === document.body || around === document.documentElement) {
      cut.push(`${element.tagName.toLowerCase()} “${element.textContent.trim().slice(0, 40)}” to ${Math.round(box.right)}`);
    }
  }
  return { wider: document.documentElement.scrollWidth - width, cut: cut.slice(0, 3) };
}

for (const [zoom, viewport] of Object.entries(ZOOMS)) {
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
  const tab = await context.newPage();
  for (const page of pages) {
    await tab.goto(at(page));
    const { wider, cut } = await tab.evaluate(sideways);
    if (wider > 0 || cut.length > 0) say(`${page} at ${zoom}: ${wider} px too wide; ${cut.join('; ')}`);
  }
  await context.close();
}

// How many colours a picture has; counted in a page without a policy.
async function colours(counter, picture) {
  return counter.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)).size;
  }, picture.toString('base64'));
}

let marks = 0;
for (const colorScheme of ['light', 'dark']) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme, forcedColors: 'active', reducedMotion: 'reduce' });
  const [tab, counter] = [await context.newPage(), await context.newPage()];
  const seen = new Set();
  for (const page of pages.filter((page) => !page.startsWith('embed/'))) {
    await tab.goto(at(page));
    for (const mark of MARKS) {
      const element = tab.locator(mark).first();
      if (seen.has(mark) || await element.count() === 0 || !await element.isVisible()) continue;
      seen.add(mark);
      marks += 1;
      // Its words apart, what is left is the mark.
      const picture = await markAlone(tab, element);
      if (await colours(counter, picture) < 2) say(`${page}, forced colours on ${colorScheme}: '${mark}' has no mark left`);
    }
  }
  for (const mark of MARKS.filter((mark) => !seen.has(mark))) {
    if (!options.only) say(`no page has '${mark}', whose mark should be looked at`);
  }
  await context.close();
}

// A picture of an element without its text.
async function markAlone(tab, element) {
  await element.scrollIntoViewIfNeeded();
  const box = await element.evaluate((node) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    if (!node.closest('svg') && !node.querySelector('svg')) for (const text of texts) text.textContent = text.textContent.replace(/\S/g, '\u00a0');
    const { x, y, width, height } = node.getBoundingClientRect();
    return { x, y, width, height };
  });
  // A list's mark stands before its text, outside its box.
  const left = Math.max(0, box.x - 24);
  const clip = { x: left, y: Math.max(0, box.y), width: Math.min(box.width, 300) + box.x - left, height: Math.min(box.height, 300) };
  return tab.screenshot({ clip });
}

{
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const tab = await context.newPage();
  for (const page of pages) {
    await tab.goto(at(page));
    const moving = await tab.evaluate(() => document.getAnimations().filter((animation) => animation.playState === 'running').length);
    const scroll = await tab.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior);
    if (moving > 0 || scroll === 'smooth') say(`${page} moves though motion is to be reduced: ${moving} animations, scrolls ${scroll}`);
  }
  await context.close();
}

await browser.close();
console.log(`${pages.length} pages at ${Object.keys(ZOOMS).join(' and ')}, ${marks} marks in forced colours, reduced motion: ${problems} problems`);
process.exit(problems > 0 ? 1 : 0);
