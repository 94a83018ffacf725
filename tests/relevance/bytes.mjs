// Bytes, compressed as by gzip -9, that a page fetches for an answer: node tests/relevance/bytes.mjs <dist>
// Once with the query pasted, once typed letter by letter; the excerpts of the first results, which come after the
// answer, are counted apart.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openBook } from './book.mjs';
import { readPairs } from './pairs.mjs';

const SHOWN = 10;
const IN_SIGHT = 6;

const sum = (values) => [...values].reduce((total, value) => total + value, 0);

export async function scriptBytes(dist) {
  const names = (await readdir(join(dist, 'assets'))).filter((name) => /^search(-open|-marks)?-[0-9a-f]{12}\.js$/.test(name));
  const sources = await Promise.all(names.map((name) => readFile(join(dist, 'assets', name))));
  return sum(sources.map((source) => gzipSync(source, { level: 9 }).length));
}

export async function answerBytes(dist, query, typed) {
  const { book, fetched } = await openBook(dist);
  let found;
  for (const end of typed ? [...query].map((_, at) => at + 1) : [query.length]) {
    found = await book.find(query.slice(0, end));
    await Promise.all(found.results.slice(0, SHOWN).map(({ section }) => book.place(section)));
  }
  const answer = sum(fetched.values()) + (await scriptBytes(dist));
  for (const { section } of found.results.slice(0, IN_SIGHT)) await book.text(section);
  return { answer, excerpts: sum(fetched.values()) + (await scriptBytes(dist)) - answer };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const dist = process.argv[2];
  for (const typed of [false, true]) {
    const rows = [];
    for (const { kind, query } of await readPairs()) rows.push({ kind, query, ...(await answerBytes(dist, query, typed)) });
    for (const kind of [...new Set(rows.map((row) => row.kind)), 'all']) {
      const of = rows.filter((row) => kind === 'all' || row.kind === kind).sort((one, other) => one.answer - other.answer);
      const median = of[of.length >> 1];
      const excerpts = of.map((row) => row.excerpts).sort((one, other) => one - other);
      console.log(
        `${typed ? 'typed ' : 'pasted'} ${kind.padEnd(11)} median ${median.answer} most ${of.at(-1).answer} (${of.at(-1).query}); excerpts median ${excerpts[excerpts.length >> 1]} most ${excerpts.at(-1)}`,
      );
    }
  }
}
