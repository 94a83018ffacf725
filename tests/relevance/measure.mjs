// Mean reciprocal rank of our search and of Pagefind's, for the pairs, over one built book in one run:
//
//   node tests/relevance/measure.mjs <dist> [--misses]
//
// The book is copied; Pagefind indexes <main> of every page of the copy (its own page furniture left out, as it asks its
// users to do) and answers in Chromium ($CHROMIUM or /usr/bin/chromium) from a local host. Both answer with sections.
// Pagefind names pages, and sections of each: they are counted as its own result list shows them, page by page, each
// page with its at most three best sections, then again with all of a page's sections in the order of its own weights.
// Exit code 1 where ours is below Pagefind's. Before the first run: npm ci --ignore-scripts

import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { openBook } from './book.mjs';
import { ours } from './ours.mjs';
import { mean, pageRank, readPairs, reciprocalRank } from './pairs.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };
const PAGES = 10;

const dist = process.argv[2] && resolve(process.argv[2]);
if (!dist) {
  console.error('usage: node measure.mjs <dist folder> [--misses]');
  process.exit(2);
}

function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = resolve(folder, '.' + decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    const found = path.startsWith(folder + sep) && (await stat(path).catch(() => null))?.isFile();
    if (!found) return response.writeHead(404).end('not found');
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

// Answers of Pagefind: the places it names, once as its list shows them and once with all sections.
async function pagefinds(folder, queries) {
  const server = await serve(folder);
  const base = `http://127.0.0.1:${server.address().port}`;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const tab = await browser.newPage();
    // A page of no policy and no script of ours.
    await tab.route('**/empty.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await tab.goto(`${base}/empty.html`);
    return await tab.evaluate(
      async ([queries, pages]) => {
        const pagefind = await import('/pagefind/pagefind.js');
        await pagefind.init();
        const answers = [];
        for (const query of queries) {
          const { results } = await pagefind.search(query);
          const found = await Promise.all(results.slice(0, pages).map((result) => result.data()));
          answers.push(found.map(({ url, sub_results }) => ({
            url,
            sections: sub_results.map(({ url, locations, weighted_locations }) => ({
              url,
              count: locations.length,
              weight: weighted_locations.reduce((sum, { balanced_score }) => sum + balanced_score, 0),
            })),
          })));
        }
        return answers;
      },
      [queries, PAGES],
    );
  } finally {
    await browser.close();
    server.close();
  }
}

const place = (url) => url.replace(/^\//, '').replace(/\/?(?:index\.html)?(?=#|$)/, '').replace(/#$/, '');

// As Pagefind's own interface chooses them: the sections with most words found, at most three, in the page's order.
const shown = (answers) =>
  answers.flatMap(({ sections }) => {
    const best = [...sections].sort((one, other) => other.count - one.count).slice(0, 3);
    return sections.filter((section) => best.includes(section)).map(({ url }) => place(url));
  });
const byWeight = (answers) =>
  answers.flatMap(({ sections }) =>
    [...sections].sort((one, other) => other.weight - one.weight).map(({ url }) => place(url)),
  );

const work = await mkdtemp(join(tmpdir(), 'relevance-'));
try {
  const site = join(work, 'site');
  await cp(dist, site, { recursive: true });
  const pagefind = join(import.meta.dirname, 'node_modules/pagefind');
  const runner = join(pagefind, 'lib/runner/bin.cjs');
  const { stdout } = await promisify(execFile)(process.execPath, [
    runner, '--site', site, '--root-selector', 'main', '--exclude-selectors', '.anchor,.breadcrumbs,.neighbours,.demo-stage',
  ]);
  console.log(stdout.split('\n').filter((line) => /Running Pagefind|Indexed|sections|words/.test(line)).join('\n'));
  const { version } = JSON.parse(await readFile(join(pagefind, 'package.json'), 'utf8'));
  console.log(`Pagefind ${version}, node ${process.version}`);

  const pairs = await readPairs();
  const theirs = await pagefinds(site, pairs.map(({ query }) => query));
  const { book } = await openBook(dist);
  const rows = [];
  for (const [at, { kind, query, answers }] of pairs.entries()) {
    const places = { ours: await ours(book, query), shown: shown(theirs[at]), weight: byWeight(theirs[at]) };
    const row = { kind };
    for (const [name, list] of Object.entries(places)) {
      row[name] = reciprocalRank(answers, list);
      row[`${name} page`] = pageRank(answers, list);
    }
    rows.push(row);
    if (process.argv.includes('--misses') && row.ours < Math.max(row.shown, row.weight)) {
      console.log(`${kind}: ${query}: ours ${row.ours.toFixed(2)}, Pagefind ${row.shown.toFixed(2)} / ${row.weight.toFixed(2)}`);
    }
  }

  const columns = ['ours', 'shown', 'weight', 'ours page', 'shown page'];
  const heads = ['ours', 'Pagefind', 'Pagefind, by weight', 'ours, pages', 'Pagefind, pages'];
  console.log(`\n| Queries | ${heads.join(' | ')} |\n|---|${'---:|'.repeat(heads.length)}`);
  const figures = (of) => columns.map((column) => mean(of.map((row) => row[column])));
  for (const kind of [...new Set(rows.map((row) => row.kind)), 'all']) {
    const of = rows.filter((row) => kind === 'all' || row.kind === kind);
    console.log(`| ${kind} (${of.length}) | ${figures(of).map((figure) => figure.toFixed(3)).join(' | ')} |`);
  }
  const [our, shownMean, weightMean, ourPages, theirPages] = figures(rows);
  if (our < Math.max(shownMean, weightMean) || ourPages < theirPages) {
    console.error('ours is below Pagefind’s');
    process.exitCode = 1;
  }
} finally {
  await rm(work, { recursive: true });
}
