// Opens the search of a built book without a browser: the engine is a classic script, and so are its files; both run here
// in a context of their own, with just enough of a document to say which script is running.

import { readFile, readdir } from 'node:fs/promises';
import { createContext, runInContext } from 'node:vm';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

// The engine by itself: `bookSearch`, and `load(url)` that runs one of its files.
export async function engine(path) {
  const document = { currentScript: null };
  const context = createContext({ document, URL });
  runInContext(await readFile(path, 'utf8'), context);
  const search = context.bookSearch;
  // Bytes of every file that was asked for, compressed as a host would send it.
  const fetched = new Map();
  const load = async (url) => {
    const source = await readFile(fileURLToPath(url));
    fetched.set(url, gzipSync(source, { level: 9 }).length);
    let data;
    context.bookSearch = (value) => (data = value);
    runInContext(source.toString(), context);
    context.bookSearch = search;
    return data;
  };
  return { search, load, fetched };
}

// The book in a folder: as `engine`, and `book`.
export async function openBook(dist) {
  const assets = await readdir(join(dist, 'assets'));
  const path = join(dist, 'assets', assets.find((file) => /^search-engine-.*\.js$/.test(file)));
  const { search, load, fetched } = await engine(path);
  fetched.set(path, gzipSync(await readFile(path), { level: 9 }).length);
  const index = pathToFileURL(join(dist, 'assets/search/index.js')).href;
  return { search, fetched, book: await search.open(index, load) };
}
