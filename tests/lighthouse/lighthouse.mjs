// Runs Lighthouse as on a phone over the front page and every page that is listed in the navigation of a built site.
// Accessibility, best practices and search engines must get 100, and nothing may shift. Performance is printed, and what
// takes it below 100: it depends on how busy the machine is; the bytes and elements it mostly comes from are held by
// `tests/tests/budget.rs`.
//
//   node tests/lighthouse/lighthouse.mjs DIST [--only REGEX] [--encoding br|gzip] [--http1]
//
// Served as usual hosts do today: by HTTP/2, compressed with Brotli; some have only gzip, and few only HTTP/1.1.
//
// Needs Chromium ($CHROMIUM or /usr/bin/chromium), openssl for a certificate of its own, and, once,
// `npm ci --ignore-scripts` in this folder.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { extname, join, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const WHOLE = ['accessibility', 'best-practices', 'seo'];
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    encoding: { type: 'string', default: 'br' },
    http1: { type: 'boolean', default: false },
  },
});
// As a host compresses on the way out, not at its leisure.
const ENCODERS = {
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: gzipSync,
};
const encode = ENCODERS[options.encoding];
if (positionals.length !== 1 || !encode) {
  console.error('name one folder of a built site; --encoding is br or gzip');
  process.exit(2);
}
const dist = resolve(positionals[0]);
const names = (await readdir(dist, { recursive: true })).map((name) => name.split(sep).join('/'));
const pages = names
  .filter((name) => name.endsWith('index.html') && new RegExp(options.only).test(name))
  // A demo alone on a page, and all modules on one, ask search engines not to list them.
  .filter((name) => !/^embed\/|(^|\/)all\/index\.html$/.test(name))
  .sort();
if (pages.length === 0) {
  console.error(`no page of ${dist} matches '${options.only}'`);
  process.exit(2);
}

// What carries a hash is kept for ever.
const answer = async (request, response) => {
  const path = resolve(dist, `.${decodeURIComponent(new URL(request.url, 'http://localhost').pathname)}`);
  const bytes = path.startsWith(dist + sep) ? await readFile(path).catch(() => null) : null;
  if (!bytes) {
    // Every host has an answer for crawlers; ours is written only where the site knows its address.
    const isRobots = request.url === '/robots.txt';
    response.writeHead(isRobots ? 200 : 404, { 'content-type': 'text/plain' });
    response.end(isRobots ? 'User-agent: *\nAllow: /\n' : 'not found');
    return;
  }
  const isText = /\.(html|css|js|svg|txt|wasm)$/.test(path);
  response.writeHead(200, {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'cache-control': path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(isText ? { 'content-encoding': options.encoding } : {}),
  });
  response.end(isText ? encode(bytes) : bytes);
};

// Browsers speak HTTP/2 only over TLS.
const certificate = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lighthouse-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '1', '-subj', '/CN=localhost'];
  execFileSync('openssl', request, { stdio: 'ignore' });
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  await rm(folder, { recursive: true });
  return pair;
};
const server = options.http1 ? createServer(answer) : createSecureServer(await certificate(), answer);
await new Promise((done) => { server.listen(0, '127.0.0.1', done); });

const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--ignore-certificate-errors'],
});
let failures = 0;
for (const page of pages) {
  const url = `http${options.http1 ? '' : 's'}://127.0.0.1:${server.address().port}/${page}`;
  const { lhr } = await lighthouse(url, { port: chrome.port, logLevel: 'error', output: 'json' });
  if (lhr.runtimeError) throw new Error(`${page}: ${lhr.runtimeError.message}`);
  const score = (category) => Math.round(lhr.categories[category].score * 100);
  const shift = lhr.audits['cumulative-layout-shift'].numericValue;
  const value = (audit) => lhr.audits[audit].displayValue;
  console.log(
    `${page}: performance ${score('performance')}, ${WHOLE.map((category) => `${category} ${score(category)}`).join(', ')}; ` +
      `shift ${shift}, blocked ${value('total-blocking-time')}, largest paint ${value('largest-contentful-paint')}`,
  );
  if (score('performance') < 100) {
    const slow = lhr.categories.performance.auditRefs
      .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score < 1)
      .map(({ id }) => `${lhr.audits[id].title} ${lhr.audits[id].displayValue} (${Math.round(lhr.audits[id].score * 100)})`);
    console.log(`  below 100 for performance: ${slow.join(', ')}`);
  }
  const faults = WHOLE.filter((category) => score(category) < 100).flatMap((category) =>
    lhr.categories[category].auditRefs
      .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
      .map(({ id }) => `${category}: ${lhr.audits[id].title}: ${JSON.stringify(lhr.audits[id].details?.items?.slice(0, 3) ?? []).slice(0, 600)}`),
  );
  if (shift > 0) faults.push(`layout shifts by ${shift}`);
  for (const fault of faults) console.log(`  ${fault}`);
  failures += faults.length;
}
await chrome.kill();
server.close();
console.log(`${pages.length} pages, ${failures} faults`);
process.exit(failures > 0 ? 1 : 0);
