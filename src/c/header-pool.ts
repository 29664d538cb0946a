// What all indexed headers have together: macros and declarations by number, made of the header texts when somebody asks for one. A set
// (header-set.ts) is a selection of it. Shared by all units of the process, so each definition is parsed at most once.
import { fingerprint, type IndexData, type Places } from './header-index-data.js';
import { cachedFile } from './includes.js';
import { lex, type PPToken } from './lexer.js';
import { MacroDef, parseDefine } from './macros.js';
import { newSegment, type PPFile } from './pp-file.js';

/** The decoded pool. Shared by all units of the process. */
export class HeaderPool {
  private readonly ppFiles: (PPFile | undefined)[] = [];
  private readonly definitions: (MacroDef | undefined)[] = [];
  private allWords: Set<string> | undefined;
  private allTags: readonly string[] | undefined;

  constructor(
    readonly data: IndexData,
    readonly texts: Readonly<Record<string, string>>,
  ) {}

  file(n: number): PPFile {
    const name = this.data.files[n][0];
    return (this.ppFiles[n] ??= cachedFile(name, this.texts[name], true));
  }

  /** The text is the one the index was made of. */
  isCurrent(n: number): boolean {
    const [name, length, print] = this.data.files[n];
    const text = this.texts[name];
    return text !== undefined && text.length === length && fingerprint(text) === print;
  }

  get tags(): readonly string[] {
    return (this.allTags ??= this.data.tags.split(' '));
  }

  definition(macro: number): MacroDef {
    let m = this.definitions[macro];
    if (m === undefined) {
      const start = this.data.macroStarts[macro];
      const end = start + this.data.macroLengths[macro];
      const parsed = parseDefine(this.file(fileOf(this.data.macroFiles, macro)), newSegment('define', start, end));
      if (!(parsed instanceof MacroDef)) throw new Error(`the header index is not of these headers: ${parsed.message}`);
      m = this.definitions[macro] = parsed;
    }
    return m;
  }

  /** Raw tokens of a declaration. */
  lexSegment(segment: number): PPToken[] {
    const file = this.file(fileOf(this.data.segmentFiles, segment));
    const out: PPToken[] = [];
    const begin = this.data.segmentStarts[segment];
    const pieces = this.data.pieces.find((p) => p[0] === segment)?.slice(1) ?? [begin, begin + this.data.segmentLengths[segment]];
    for (let i = 0; i < pieces.length; i += 2) {
      const start = pieces[i];
      lex(file, start, pieces[i + 1], start === 0 || file.text.charCodeAt(start - 1) === 10, out, []);
    }
    return out;
  }

  /** Does any indexed header mention the word where a macro would replace it? */
  mentions(word: string): boolean {
    const { macros, names, words } = this.data;
    this.allWords ??= new Set([...this.tags, ...words.split(' ')]);
    return Object.hasOwn(macros, word) || Object.hasOwn(names, word) || this.allWords.has(word);
  }
}

/** File of the n-th thing; pairs of file and count. */
function fileOf(pairs: readonly number[], n: number): number {
  let i = 0;
  for (; n >= pairs[i + 1]; i += 2) n -= pairs[i + 1];
  return pairs[i];
}

/** A selection of the pool in an order of its own: pairs of first and count. */
export class Selection {
  readonly length: number;
  constructor(private readonly pairs: readonly number[]) {
    let n = 0;
    for (let i = 1; i < pairs.length; i += 2) n += pairs[i];
    this.length = n;
  }

  /** Place of a thing of the pool, or -1. */
  place(id: number): number {
    const { pairs } = this;
    let before = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      const n = id - pairs[i];
      if (n >= 0 && n < pairs[i + 1]) return before + n;
      before += pairs[i + 1];
    }
    return -1;
  }

  /** Thing of the pool at a place. */
  id(place: number): number {
    const { pairs } = this;
    let i = 0;
    for (; place >= pairs[i + 1]; i += 2) place -= pairs[i + 1];
    return pairs[i] + place;
  }

  /** Places of the things that `name` means, in order. */
  places(table: Readonly<Record<string, Places>>, name: string): readonly number[] {
    const ids = table[name];
    if (typeof ids === 'number') {
      const place = this.place(ids);
      return place < 0 ? NOWHERE : [place];
    }
    if (!Array.isArray(ids)) return NOWHERE; // no such name, or one of Object's own
    return (ids as number[])
      .map((id) => this.place(id))
      .filter((place) => place >= 0)
      .sort((a, b) => a - b);
  }

  /** Names with a place, by their first. */
  names(table: Readonly<Record<string, Places>>): string[] {
    const found: [string, number][] = [];
    for (const name of Object.keys(table)) {
      const places = this.places(table, name);
      if (places.length > 0) found.push([name, places[0]]);
    }
    return found.sort((a, b) => a[1] - b[1]).map(([name]) => name);
  }
}

const NOWHERE: readonly number[] = [];
