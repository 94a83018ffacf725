// The pairs, and how a ranking does on them.

import { readFile } from 'node:fs/promises';

// [{ kind, query, answers: ['page' | 'page#section'] }]
export async function readPairs(path = new URL('pairs.tsv', import.meta.url)) {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'));
  return lines.map((line) => {
    const [kind, query, answers] = line.split('\t');
    return { kind, query, answers: answers.split(' ') };
  });
}

// 1 / rank of the first answer among these places; 0 where there is none among the first `depth`.
export const reciprocalRank = (answers, places, depth = 20) => {
  const rank = places.slice(0, depth).findIndex((place) => answers.includes(place));
  return rank < 0 ? 0 : 1 / (rank + 1);
};

export const pageOf = (place) => place.split('#')[0];

// The same by page: a section's page counts once, where it is first named.
export const pageRank = (answers, places, depth) =>
  reciprocalRank([...new Set(answers.map(pageOf))], [...new Set(places.map(pageOf))], depth);

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
