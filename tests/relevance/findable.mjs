// Whether every word that a page shows is found on that page: node tests/relevance/findable.mjs <dist>
// The words come from the HTML, so that what the index forgot to read is noticed.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBook } from './book.mjs';

const dist = process.argv[2];
const { search, book } = await openBook(dist);

// Furniture of the page, which no search has to find.
const FURNITURE = [
  /<head>.*?<\/head>/gs,
  /<nav.*?<\/nav>/gs,
  /<a class="anchor".*?<\/a>/gs,
  /<div class="demo-stage">.*?(?=<details class="demo-story">)/gs,
  /<summary>(?:As text|What happens, step by step)<\/summary>/g,
  /<svg.*?<\/svg>/gs,
  /<span class="label">Reading<\/span> <span class="value">about \d+ min<\/span>/g,
  /<a id="_note-[^>]*>.*?<\/a>/g,
  /<span class="value">[^<]*<\/span> (?=<span class="meaning">)/g,
];
const BLOCK = /<\/?(?:p|li|h\d|td|th|tr|div|pre|summary|figcaption|dt|dd|br)\b[^>]*>/g;
const ENTITIES = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&', nbsp: ' ' };

const textOf = (html) => {
  const body = FURNITURE.reduce((text, furniture) => text.replace(furniture, ' '), html.match(/<article.*<\/article>/s)[0]);
  const plain = body.replace(BLOCK, '\n').replace(/<[^>]*>/g, '');
  return plain.replace(/&(\w+|#39);/g, (entity, name) => ENTITIES[name] ?? entity);
};

// A demo alone, for pages of others, isn't a page of the book; all modules on one page are found as themselves.
const pages = (await readdir(dist, { recursive: true })).filter(
  (name) => name.endsWith('index.html') && !name.startsWith('embed') && !/(^|\/)all\/index\.html$/.test(name),
);
let words = 0;
const lost = [];
for (const page of pages) {
  const terms = new Set(search.terms(textOf(await readFile(join(dist, page), 'utf8'))));
  for (const term of terms) {
    words += 1;
    // A blank behind it: the word itself, not what it begins.
    const { results } = await book.find(`${term} `);
    const places = await Promise.all(results.map(({ section }) => book.place(section)));
    if (!places.some(({ url }) => url === page)) lost.push(`${page}: ${term}`);
  }
}
for (const line of lost) console.error(`not found: ${line}`);
console.log(`${words} words of ${pages.length} pages, ${lost.length} not found`);
process.exit(lost.length > 0 || words === 0 ? 1 : 0);
