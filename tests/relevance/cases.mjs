// Whether queries find their section first: node tests/relevance/cases.mjs <dist> <table of query, tab, place>

import { readFile } from 'node:fs/promises';
import { openBook } from './book.mjs';
import { ours } from './ours.mjs';

const [dist, table] = process.argv.slice(2);
const { book } = await openBook(dist);
const lines = (await readFile(table, 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'));
let wrong = 0;
for (const line of lines) {
  const [query, expected] = line.split('\t');
  const places = await ours(book, query, 3);
  if (places[0] === expected) continue;
  wrong += 1;
  console.error(`${JSON.stringify(query)} finds ${JSON.stringify(places)}, not ${JSON.stringify(expected)} first`);
}
console.log(`${lines.length} queries, ${wrong} find something else first`);
process.exit(wrong > 0 ? 1 : 0);
