// How fast the demos are in Chromium, printed and never asserted.
//
//   node demos-wasm/benches/chromium.mjs DIST
//
// DIST is a built site with a page that holds `raft-election`. Needs Chromium ($CHROMIUM or /usr/bin/chromium) and, once,
// `npm ci --ignore-scripts` in tests/html.

import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { chromium } = createRequire(new URL('../../tests/html/package.json', import.meta.url))('playwright-core');

const DEMO = 'raft-election';
// As in speed.rs: seven nodes, and a leader whose messages take much longer than the time between two of them.
const CROWDED = 'seed=7;nodes=7;heartbeat=20;latency=150;jitter=0;timeout=1000';
const MESSAGES = 50;
const EVENTS = 20_000;
const FRAMES = 300;

if (process.argv.length !== 3) {
  console.error('name one folder of a built site');
  process.exit(2);
}
const dist = resolve(process.argv[2]);
const names = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith('.html')).sort();
const texts = await Promise.all(names.map((name) => readFile(join(dist, name), 'utf8')));
const place = texts.findIndex((text) => text.includes(`data-demo="${DEMO}"`));
if (place < 0) {
  console.error(`no page in ${dist} has the demo ${DEMO}`);
  process.exit(2);
}

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const at = (numbers, share) => sorted(numbers)[Math.floor((numbers.length - 1) * share)];
const spread = (numbers) =>
  `${at(numbers, 0.5).toFixed(2)} ms, of twenty one takes ${at(numbers, 0.95).toFixed(2)} ms or more`;

// The rest runs in the page, where the glue has declared `raft_bindgen`.
/* global raft_bindgen */

async function timeEvents({ demo, events }) {
  const times = [];
  for (let round = 0; round < 9; round += 1) {
    const before = performance.now();
    raft_bindgen.trace(demo, 'seed=7;loss=5', events);
    times.push(performance.now() - before);
  }
  return times;
}

// Goes on until enough messages are under way; gives how many there are.
async function fill({ demo, wanted }) {
  const figure = document.querySelector(`figure[data-demo="${demo}"]`);
  const underWay = () => figure.querySelectorAll('.demo-ring .message').length;
  for (let event = 0; event < 5_000 && underWay() < wanted; event += 1) {
    figure.querySelector('[data-do="next"]').click();
  }
  return underWay();
}

// What a press of "next event" costs until everything is drawn and patched, and then laid out.
async function timeSteps({ demo, count }) {
  const figure = document.querySelector(`figure[data-demo="${demo}"]`);
  const patched = [];
  const laidOut = [];
  for (let step = 0; step < count; step += 1) {
    const before = performance.now();
    figure.querySelector(`[data-do="${step % 2 ? 'previous' : 'next'}"]`).click();
    patched.push(performance.now() - before);
    figure.getBoundingClientRect();
    laidOut.push(performance.now() - before);
  }
  return { patched, laidOut };
}

// What the callbacks of frames cost while it plays.
async function timeFrames({ demo, count }) {
  const figure = document.querySelector(`figure[data-demo="${demo}"]`);
  const times = [];
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    ask((time) => {
      const before = performance.now();
      callback(time);
      times.push(performance.now() - before);
    });
  for (let tries = 0; tries < 500 && times.length < count; tries += 1) {
    const known = times.length;
    await new Promise((resume) => { setTimeout(resume, 200); });
    // It isn't playing yet, or has paused where something is explained.
    if (times.length === known) figure.querySelector('[data-do="play"]').click();
  }
  return times;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const address = pathToFileURL(join(dist, names[place])).href;
await page.goto(address);
const figure = page.locator(`figure[data-demo="${DEMO}"]`).first();
await figure.scrollIntoViewIfNeeded();
await figure.and(page.locator('[data-live=true]')).waitFor({ timeout: 20_000 });

const events = await page.evaluate(timeEvents, { demo: DEMO, events: EVENTS });
console.log(`events a second, with words: ${Math.round((EVENTS / at(events, 0.5)) * 1_000)}`);

const id = await figure.getAttribute('id');
await page.evaluate((hash) => { location.hash = hash; }, `demo:${id}:${CROWDED};scenario=election;at=0`);
const messages = await page.evaluate(fill, { demo: DEMO, wanted: MESSAGES });
console.log(`a cluster of seven, ${messages} messages under way:`);
const { patched, laidOut } = await page.evaluate(timeSteps, { demo: DEMO, count: FRAMES });
console.log(`  an event, everything drawn and patched: ${spread(patched)}`);
console.log(`  the same, laid out: ${spread(laidOut)}`);
const frames = await page.evaluate(timeFrames, { demo: DEMO, count: FRAMES });
console.log(`  a frame while it plays, drawn and patched: ${spread(frames)} (${frames.length} frames)`);
await browser.close();
