// Whether the browser takes texts apart as the generator does: node tests/relevance/tokens.mjs <search-engine.js> <table>
// The table is tests/fixtures/tokens.json, to which the generator's own tests are held.

import { readFile } from 'node:fs/promises';
import { engine } from './book.mjs';

const [path, table] = process.argv.slice(2);
const { search } = await engine(path);
const cases = Object.entries(JSON.parse(await readFile(table, 'utf8')));
const wrong = cases.filter(([text, terms]) => JSON.stringify(search.terms(text)) !== JSON.stringify(terms));
for (const [text, terms] of wrong) {
  console.error(`${JSON.stringify(text)}: ${JSON.stringify(search.terms(text))}, not ${JSON.stringify(terms)}`);
}
console.log(`${cases.length} texts, ${wrong.length} taken apart otherwise`);
process.exit(wrong.length > 0 ? 1 : 0);
