// Writes CommonMark's own examples, as its specification's package has them, to tests/fixtures/commonmark/examples.json.
//
//   npm ci --ignore-scripts && node commonmark.mjs

import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { tests } = require('commonmark-spec');
const { version, license } = require('commonmark-spec/package.json');
const folder = new URL('../fixtures/commonmark/', import.meta.url);

// The specification shows a tab as an arrow.
const tabs = (text) => text.replaceAll('→', '\t');
const lines = tests.map(({ number, section, markdown, html }) =>
  JSON.stringify({ number, section, markdown: tabs(markdown), html: tabs(html) }));
await writeFile(new URL('examples.json', folder), `[\n${lines.join(',\n')}\n]\n`);

await copyFile(require.resolve('commonmark-spec/LICENSE'), new URL('LICENSE', folder));
const notice = await readFile(require.resolve('commonmark-spec/LICENSE'), 'utf8');
const holder = notice.match(/^Copyright \(C\).*$/m)[0];
console.log(`${tests.length} examples of CommonMark ${version}, ${license}, ${holder}`);
