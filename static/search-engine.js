// Finds sections of the book. Reads the files that site-gen/src/search writes (write.rs says what they hold), by loading
// them as classic scripts, each of which calls `bookSearch` with its data: that works from any host, from disk and under
// a strict policy. No part of this file knows the page; search.js shows what is found.
(() => {
  'use strict';

  // ------------------------------------------------------------ terms
  // The same steps as site-gen/src/search/tokens.rs, where they are explained; one table of cases holds for both.

  const LETTERS = {
    ß: 'ss', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', đ: 'd', Đ: 'D', ł: 'l', Ł: 'L', ı: 'i', þ: 'th', Þ: 'TH',
    ς: 'σ',
  };
  const LONGEST_TERM = 64;
  const PIECES_IN_COMPOUND_MAX = 4;
  const PIECE = String.raw`[\p{Alphabetic}\p{N}]+(?:(?:(?<=\p{Alphabetic})['’](?=\p{Alphabetic})|(?<=\p{N})\.(?=\p{N}))[\p{Alphabetic}\p{N}]+)*`;
  const COMPOUND = new RegExp(`${PIECE}(?:[-_.\u2010]${PIECE})*`, 'gu');
  const PIECES = new RegExp(PIECE, 'gu');
  const PART = /(?<=[^\p{Uppercase}])(?=\p{Uppercase})|(?<=\p{Uppercase})(?=\p{Uppercase}\p{Lowercase})(?!\p{Uppercase}s$)/u;

  // The folded text, and for each of its UTF-16 units the place in the original; no places where nothing moved.
  const fold = (text) => {
    if (/^[\0-\x7f]*$/.test(text)) return { folded: text, places: null };
    let folded = '';
    const places = [];
    let at = 0;
    for (const letter of text) {
      let plain = letter;
      if (letter > '\x7f') {
        plain = letter.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[ßæÆœŒøØđĐłŁıþÞς]/g, (one) => LETTERS[one]);
      }
      folded += plain;
      for (let unit = 0; unit < plain.length; unit += 1) places.push(at);
      at += letter.length;
    }
    places.push(at);
    return { folded, places };
  };

  const lower = (text) => [...text].map((letter) => letter.toLowerCase()).join('');
  const cut = (term) => (term.length > LONGEST_TERM ? [...term].slice(0, LONGEST_TERM).join('') : term);

  const pieceOf = (written) => {
    const letters = written.replace(/['’]/g, '');
    const term = lower(letters);
    const parts = letters.split(PART);
    const kept = parts.length > 1 ? parts.filter((part) => [...part].length > 1).map((part) => cut(lower(part))) : [];
    if (/^v[0-9]/.test(term)) kept.push(cut(term.slice(1)));
    return { term: cut(term), whole: term, parts: kept };
  };

  // [{ start, end, pieces: [{ term, parts }], joined }], places in the original text; `joined` is '' for a single piece.
  const compounds = (text) => {
    const { folded, places } = fold(text);
    const place = (at) => (places ? places[at] : at);
    return [...folded.matchAll(COMPOUND)].map((found) => {
      const pieces = found[0].match(PIECES).map(pieceOf);
      const joins = pieces.length > 1 && pieces.length <= PIECES_IN_COMPOUND_MAX;
      return {
        start: place(found.index),
        end: place(found.index + found[0].length),
        pieces,
        joined: joins ? cut(pieces.map((piece) => piece.whole).join('')) : '',
      };
    });
  };

  const termsOf = ({ pieces, joined }) => [
    ...pieces.flatMap(({ term, parts }) => [...parts, term]),
    ...(joined ? [joined] : []),
  ];
  const terms = (text) => compounds(text).flatMap(termsOf);

  // ------------------------------------------------------------ words that count as the same

  // English endings, taken off as far as needed to bring `reducing`, `reduces` and `reduce` together.
  const stem = (word) => {
    let stem = word;
    if (/[^aeious]ies$/.test(stem) && stem.length > 4) stem = `${stem.slice(0, -3)}y`;
    else if (/(?:ss|x|ch|sh)es$/.test(stem)) stem = stem.slice(0, -2);
    else if (/[^sui]s$/.test(stem) && stem.length > 3) stem = stem.slice(0, -1);
    if (/[aeiouy].*ing$/.test(stem) && stem.length > 5) stem = undoubled(stem.slice(0, -3));
    else if (/[aeiouy].*ed$/.test(stem) && stem.length > 5) stem = undoubled(stem.slice(0, -2));
    else if (/[st]ion$/.test(stem) && stem.length > 7) stem = stem.slice(0, -3);
    if (stem.length > 3) stem = stem.replace(/e$/, '');
    return stem.length > 3 ? stem.replace(/y$/, 'i') : stem;
  };
  const undoubled = (stem) => stem.replace(/([bdgmnprt])\1$/, '$1');

  // Whether one insertion, deletion, replacement or exchange of neighbours makes `typed` out of `term`, or, while it is
  // being typed, out of a beginning of `term`.
  const isOneEditFrom = (typed, term, isBeginning) => {
    let same = 0;
    while (same < typed.length && same < term.length && typed[same] === term[same]) same += 1;
    const rest = (from, of) => {
      const left = typed.slice(from);
      const right = term.slice(of);
      return isBeginning ? right.startsWith(left) : right === left;
    };
    return (
      rest(same + 1, same + 1) ||
      rest(same + 1, same) ||
      rest(same, same + 1) ||
      (typed[same] === term[same + 1] && typed[same + 1] === term[same] && rest(same + 2, same + 2))
    );
  };

  // How many edits make one word out of another.
  const distance = (one, other) => {
    let row = Array.from({ length: other.length + 1 }, (_, at) => at);
    for (let at = 1; at <= one.length; at += 1) {
      const next = [at];
      for (let to = 1; to <= other.length; to += 1) {
        next[to] = Math.min(next[to - 1] + 1, row[to] + 1, row[to - 1] + (one[at - 1] === other[to - 1] ? 0 : 1));
      }
      row = next;
    }
    return row.at(-1);
  };

  // ------------------------------------------------------------ files

  const LETTER_VALUES = new Map(
    [...' !#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~'].map(
      (letter, value) => [letter, value],
    ),
  );
  const LAST_LETTERS = 64;

  const numbers = (text) => {
    let at = 0;
    return () => {
      let value = 0;
      let unit = 1;
      for (;;) {
        const letter = LETTER_VALUES.get(text[at]);
        at += 1;
        if (letter < LAST_LETTERS) return value + letter * unit;
        value += (letter - LAST_LETTERS) * unit;
        unit *= LETTER_VALUES.size - LAST_LETTERS;
      }
    };
  };

  const frontCoded = (coded) => {
    let before = [];
    return [...coded.matchAll(/([A-Z])([^A-Z]*)/g)].map(([, shared, rest]) => {
      before = [...before.slice(0, shared.charCodeAt(0) - 65), ...rest];
      return before.join('');
    });
  };

  // Term → { sections, weights }, in order.
  const postings = ([coded, counts, distances, weights]) => {
    const count = numbers(counts);
    const step = numbers(distances);
    const weight = numbers(weights);
    return new Map(
      frontCoded(coded).map((term) => {
        let section = 0;
        const list = { sections: [], weights: [] };
        for (let left = count(); left > 0; left -= 1) {
          section += step();
          list.sections.push(section);
          list.weights.push(weight());
        }
        return [term, list];
      }),
    );
  };

  const slug = (heading) => heading.toLowerCase().replace(/[^a-z0-9 _-]/g, '').replaceAll(' ', '-');

  // Sections of one places file: [{ title, url, above, path, heading, anchor }], `path` the headings over it.
  const places = ({ pages }) =>
    pages.flatMap(([title, url, above, headings]) => {
      const sections = [{ title, url, above, path: [], heading: title, anchor: '' }];
      const open = [];
      for (const line of headings ? headings.split('\n') : []) {
        const [heading, anchor] = line.slice(1).split('\t');
        const level = Number(line[0]);
        while (open.length > 0 && open.at(-1).level >= level) open.pop();
        const path = open.map((section) => section.heading);
        sections.push({ title, url, above, path, heading, anchor: anchor ?? slug(heading) });
        open.push({ level, heading });
      }
      return sections;
    });

  // Scripts hand over their data while they run; whoever asked for them takes it when they have.
  const arrived = new Map();
  globalThis.bookSearch = (data) => arrived.set(document.currentScript.src, data);

  const load = (url) =>
    new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = url;
      script.onload = () => {
        script.remove();
        resolve(arrived.get(script.src));
        arrived.delete(script.src);
      };
      script.onerror = () => {
        script.remove();
        reject(new Error(`cannot load ${url}`));
      };
      document.head.append(script);
    });

  // ------------------------------------------------------------ ranking

  const WEIGHT_MAX = 15;
  // How much a match is worth that isn't the word itself.
  const VARIANT = 0.85;
  const BEGINNING = 0.75;
  const MISSPELLED = 0.6;
  // A section that lacks words loses more than their share.
  const LACKING = 2;
  const BEGINNING_MIN = 2;
  const FUZZY_MIN = 4;
  // What the pieces of a compound are worth beside it.
  const HINT = 0.3;
  // Sections hold at least this share of what the best hold, by rarity of the words.
  const HELD_MIN = 0.5;
  // A word of less rarity, in more than about four of ten sections, isn't marked.
  const COMMON = 0.9;

  const lastAtOrBefore = (list, key) => list.findLast(([first]) => first <= key)?.[1] ?? list[0][1];

  class Book {
    constructor(index, base, loader) {
      Object.assign(this, { index, base, loader });
      this.isEnglish = /^en\b/i.test(index.language);
      this.files = new Map();
      // Texts that are here already.
      this.said = new Map();
    }

    // A file's data as `read` makes it; loaded and read once. One that failed is tried again the next time.
    file(name, read) {
      if (!this.files.has(name)) {
        const loading = this.loader(new URL(name, this.base).href).then(read);
        this.files.set(name, loading);
        loading.catch(() => this.files.delete(name));
      }
      return this.files.get(name);
    }

    // Terms that begin with `prefix`, with their postings; all of them only with `everywhere`, else those that lie where
    // the prefix itself would.
    async beginning(prefix, everywhere) {
      const { terms: shards } = this.index;
      const from = Math.max(0, shards.findLastIndex(([first]) => first <= prefix));
      let to = from + 1;
      while (everywhere && to < shards.length && shards[to][0].startsWith(prefix)) to += 1;
      const files = shards.slice(from, to).map(([, name]) => this.file(name, postings));
      const found = (await Promise.all(files)).flatMap((shard) => [...shard]);
      return found.filter(([term]) => term.startsWith(prefix));
    }

    // Terms that `pick` takes, among the frequent ones or, if there are none, among the rare.
    async among(pick) {
      for (const name of this.index.words) {
        const picked = (await this.file(name, frontCoded)).filter(pick);
        if (picked.length > 0) return picked;
      }
      return [];
    }

    // What a typed word matches: [{ term, list, worth }].
    async matches(word, isTyping) {
      const stemmed = this.isEnglish ? stem(word) : word;
      const wanted = isTyping && word.length >= BEGINNING_MIN;
      // What shares a stem shares its beginning, too.
      const shared = this.isEnglish && word.length > 3 ? stemmed.replace(/[iy]$/, '') : word;
      const prefix = word.startsWith(shared) ? shared : word;
      const found = [];
      for (const [term, list] of await this.beginning(prefix, wanted || prefix !== word)) {
        if (term === word) found.push({ term, list, worth: 1 });
        else if (this.isEnglish && stem(term) === stemmed) found.push({ term, list, worth: VARIANT });
        else if (wanted && (term.startsWith(word) || isBegunEnding(word, term, stemmed))) {
          found.push({ term, list, worth: BEGINNING * (0.5 + (0.5 * word.length) / Math.max(word.length, term.length)) });
        }
      }
      return found;
    }

    async misspelled(word, isTyping) {
      if (word.length < FUZZY_MIN) return [];
      const near = await this.among((term) => term.length >= FUZZY_MIN && isOneEditFrom(word, term, isTyping));
      const lists = await Promise.all(near.map((term) => this.matches(term, false)));
      return lists.flat().map((match) => ({ ...match, worth: match.worth * MISSPELLED }));
    }

    // Section → how much a word says about it, and how rare the word is.
    weigh(matches) {
      const sections = new Map();
      let sure = 0;
      for (const { list, worth } of matches) {
        for (let at = 0; at < list.sections.length; at += 1) {
          const weight = (worth * list.weights[at]) / WEIGHT_MAX;
          const section = list.sections[at];
          if (weight > (sections.get(section) ?? 0)) sections.set(section, weight);
        }
        if (worth >= VARIANT) sure = Math.max(sure, list.sections.length);
      }
      const count = sure || sections.size;
      const rarity = Math.log(1 + (this.index.sections - count + 0.5) / (count + 0.5));
      return { sections, rarity };
    }

    // What a typed word matches, else what it may have meant.
    async word(typed, isTyping) {
      const matches = await this.matches(typed, isTyping);
      if (matches.length > 0) return { typed, matches, isMisspelled: false };
      return { typed, matches: await this.misspelled(typed, isTyping), isMisspelled: true };
    }

    // The words to look for. A compound that the book knows counts as a word, its pieces as a hint; else its pieces do.
    async wanted(query) {
      const found = compounds(query);
      const isTyping = !/[\s,.;:!?)\]}"]$/.test(query);
      const words = await Promise.all(
        found.flatMap(({ pieces, joined }, at) => {
          const typing = isTyping && at === found.length - 1;
          const whole = joined ? this.matches(joined, typing) : Promise.resolve([]);
          const each = pieces.map(async ({ term }, place) => {
            const joins = (await whole).length > 0;
            const word = await this.word(term, typing && place === pieces.length - 1);
            return { ...word, share: joins ? HINT : 1 };
          });
          const joinedWord = (matches) => ({ typed: joined, matches, share: matches.length > 0 ? 1 : 0 });
          return [...each, whole.then(joinedWord)];
        }),
      );
      return words.filter(({ share }) => share > 0);
    }

    // What the book says about a query:
    //   results     [{ section, score }], best first
    //   groups      [{ words, rarity }] for each word that was matched, with the terms that matched it
    //   words       a set of all terms to mark: those of rare words, if there are any
    //   misspelled  [{ typed, words }] where nothing is spelled as it was typed
    //   unknown     words that match nothing
    async find(query) {
      const wanted = await this.wanted(query);
      const scores = new Map();
      const groups = [];
      let all = 0;
      for (const { matches, share } of wanted) {
        const { sections, rarity } = this.weigh(matches);
        all += share * (matches.length > 0 ? rarity : Math.log(1 + this.index.sections));
        if (matches.length > 0) groups.push({ words: matches.map(({ term }) => term), rarity });
        for (const [section, weight] of sections) {
          const score = scores.get(section) ?? { sum: 0, held: 0 };
          score.sum += share * rarity * weight;
          score.held += share * rarity;
          scores.set(section, score);
        }
      }
      const most = Math.max(...groups.map(({ rarity }) => rarity));
      const told = groups.filter(({ rarity }) => rarity >= Math.min(COMMON, most));
      const absent = wanted.filter(({ isMisspelled }) => isMisspelled);
      return {
        results: ranked(scores, all),
        groups,
        words: new Set(told.flatMap(({ words }) => words)),
        misspelled: absent
          .filter(({ matches }) => matches.length > 0)
          .map(({ typed, matches }) => ({ typed, words: nearestFirst(matches) })),
        unknown: absent.filter(({ matches }) => matches.length === 0).map(({ typed }) => typed),
      };
    }

    // The book's word nearest to one that it doesn't know; none when nothing is near.
    async nearest(word) {
      const far = Math.max(2, Math.ceil(word.length / 3));
      const near = (term) => Math.abs(term.length - word.length) <= far && term.length > 2 && distance(word, term) <= far;
      const terms = await this.among(near);
      return terms.toSorted((one, other) => distance(word, one) - distance(word, other))[0] ?? null;
    }

    // Where a section is: { title, url, above, path, heading, anchor }, `url` from the book's root.
    async place(section) {
      const name = lastAtOrBefore(this.index.places, section);
      const first = this.index.places.find(([, other]) => other === name)[0];
      const { sections, texts } = await this.file(name, (data) => ({ sections: places(data), texts: data.texts }));
      return { ...sections[section - first], first, texts };
    }

    // What a section says: lines, code after a tab.
    async text(section) {
      const { first, texts } = await this.place(section);
      const name = lastAtOrBefore(texts, section - first);
      const [start] = texts.find(([, other]) => other === name);
      const sections = await this.file(name, (data) => data);
      this.said.set(section, sections[section - first - start].split('\n'));
      return this.said.get(section);
    }

  }

  // Best first; sections that hold little of what the best hold are left out.
  const ranked = (scores, all) => {
    const most = Math.max(...[...scores.values()].map(({ held }) => held));
    return [...scores]
      .filter(([, { held }]) => held >= most * HELD_MIN)
      .map(([section, { sum, held }]) => ({ section, score: sum * (held / all) ** LACKING }))
      .sort((one, other) => other.score - one.score || one.section - other.section);
  };

  // At most two terms that a misspelled word may have meant, most frequent first.
  const nearestFirst = (matches) =>
    [...matches]
      .sort((one, other) => other.list.sections.length * other.worth - one.list.sections.length * one.worth)
      .slice(0, 2)
      .map(({ term }) => term);

  // Places in a text that hold one of the words: [{ start, end }]. Words with only a blank between are one place.
  const marks = (text, words) => {
    const places = [];
    for (const compound of compounds(text)) {
      if (!termsOf(compound).some((term) => words.has(term))) continue;
      const last = places.at(-1);
      if (last && /^\s$/.test(text.slice(last.end, compound.start))) last.end = compound.end;
      else places.push({ start: compound.start, end: compound.end });
    }
    return places;
  };

  // `reducin` is on its way to `reducing`, which counts as `reduce`.
  const isBegunEnding = (word, term, stemmed) =>
    term.length > 3 && word.startsWith(stem(term)) && /^(?:i|in|e|io|ie)$/.test(word.slice(stem(term).length)) && stemmed !== term;

  Object.assign(globalThis.bookSearch, {
    terms,
    marks,
    stem,
    isOneEditFrom,
    // The book whose index lies at this address.
    open: async (url, loader = load) => new Book(await loader(url), url, loader),
  });
})();
