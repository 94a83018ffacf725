// How our search does on the pairs, query by query: node tests/relevance/ours.mjs <dist> [--misses]

import { openBook } from './book.mjs';
import { mean, pageRank, readPairs, reciprocalRank } from './pairs.mjs';

export const placeOf = ({ url, anchor }) => url.replace(/\/?index\.html$/, '') + (anchor ? `#${anchor}` : '');

// The first places that our search names for a query.
export async function ours(book, query, depth = 20) {
  const { results } = await book.find(query);
  return Promise.all(results.slice(0, depth).map(async ({ section }) => placeOf(await book.place(section))));
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { book } = await openBook(process.argv[2]);
  const pairs = await readPairs();
  const rows = [];
  for (const { kind, query, answers } of pairs) {
    const places = await ours(book, query);
    rows.push({ kind, section: reciprocalRank(answers, places), page: pageRank(answers, places) });
    if (process.argv.includes('--misses') && rows.at(-1).section < 1) {
      console.log(`${rows.at(-1).section.toFixed(2)} ${kind}: ${query}\n    ${places.slice(0, 4).join('\n    ')}`);
    }
  }
  for (const kind of [...new Set(pairs.map((pair) => pair.kind)), 'all']) {
    const of = rows.filter((row) => kind === 'all' || row.kind === kind);
    const figure = (name) => mean(of.map((row) => row[name])).toFixed(3);
    console.log(`${kind.padEnd(12)} ${String(of.length).padStart(3)} by section ${figure('section')} by page ${figure('page')}`);
  }
}
