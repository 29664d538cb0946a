// The index of the built-in headers: where each macro and each declaration of a header chain is, so that a unit that includes <ntddk.h> costs
// what it uses of it and not the 8,000 lines behind it. It is made at build time (header-index-builder.ts) and travels among the header texts
// under a name that no #include can ask for. Offsets are into the text of a header without line splices (PPFile.text).
// What is here is the decoded form; a HeaderSet is one header that units include, an interval of the sequence of its group.

import type { Range } from '../base/source.js';
import type { MacroTable } from './expander.js';
import { cachedFile } from './includes.js';
import { lex, type PPToken } from './lexer.js';
import { MacroDef, parseDefine } from './macros.js';
import type { PPFile, Segment } from './pp-file.js';
import { predefinedMacros } from './predefined.js';
import type { Token } from './token.js';
import { TokenOutput } from './token-output.js';

/** Name of the index among the built-in headers. */
export const INDEX_ENTRY = '*index*';
/** Command-line macros that the index is made with; a unit without them reads the headers in full. */
export const ASSUMED: Readonly<Record<string, string>> = { DBG: '1' };

/** The places of a name, almost always one. */
type Places = number | readonly number[];

/**
 * The index as it is stored. Macros and declarations of all indexed headers are pooled; a set lists those of one header, in its order.
 * The form is what JSON.parse makes natively and what is used without a loop over it: names are keys, places absolute.
 */
export interface IndexData {
  /** Name, length and fingerprint of each file. */
  readonly files: readonly (readonly [string, number, number])[];
  /** Name -> macros of the pool. */
  readonly macros: Readonly<Record<string, Places>>;
  /** Start of each macro's name, distance to the end of its line; pairs of file and count. */
  readonly macroStarts: readonly number[];
  readonly macroLengths: readonly number[];
  readonly macroFiles: readonly number[];
  /** Declared name -> segments of the pool. */
  readonly names: Readonly<Record<string, Places>>;
  readonly segmentStarts: readonly number[];
  readonly segmentLengths: readonly number[];
  readonly segmentFiles: readonly number[];
  /** Declarations that directives cut into pieces: segment, then starts and ends. */
  readonly pieces: readonly (readonly number[])[];
  /** Pairs: segment, `#pragma pack` there if it is not 16. */
  readonly packs: readonly number[];
  /** Every tag that is mentioned. */
  readonly tags: string;
  /** Other words of the text that a macro would replace, and names whose being a macro is tested. */
  readonly words: string;
  readonly sets: Readonly<Record<string, SetData>>;
}

/** One header that units include. Segments and macros are numbered in its own order. */
export interface SetData {
  /** Files in order of first inclusion. */
  readonly files: readonly number[];
  /** Pairs: first of the pool, count. */
  readonly macros: readonly number[];
  readonly segments: readonly number[];
  /** Pairs: number of macros, first segment that sees them. */
  readonly seenFrom: readonly number[];
  /** For each tag of file scope: its number, the segment that mentions it first, the one that completes it or -1. */
  readonly tags: readonly number[];
  /** Names in `#include "name"`: each must mean Interlock's file. */
  readonly includes: readonly string[];
}

/** 32 characters of a text as a number: tells a header that is not the one the index was made of, together with its length. */
export function fingerprint(text: string): number {
  let h = text.length;
  const step = Math.max(1, text.length >> 5);
  for (let i = 0; i < text.length; i += step) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h;
}

/** The decoded pool. Shared by all units of the process. */
class Pool {
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
      const line: Segment = { name: 'define', start, end, hash: start, next: -1, tokens: undefined, problems: undefined, macro: undefined };
      const parsed = parseDefine(this.file(fileOf(this.data.macroFiles, macro)), line);
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
class Selection {
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

/** What including one header does, as seen by units: its macros, its files, and its declarations as numbered segments. */
export class HeaderSet {
  /** Number of segments. */
  readonly segments: number;
  private readonly macroPlaces: Selection;
  private readonly segmentPlaces: Selection;
  private readonly seenFrom: Int32Array;
  /** Places of the names that were asked for. */
  private readonly askedMacros = new Map<string, readonly number[]>();
  private readonly askedNames = new Map<string, readonly number[]>();
  private readonly tagPlaces = new Map<string, { first: number; completed: number }>();
  private assumed: ReadonlyMap<string, MacroDef> | undefined;
  private fileList: PPFile[] | undefined;
  private macroList: readonly string[] | undefined;
  private nameList: readonly string[] | undefined;

  constructor(
    readonly header: string,
    private readonly pool: Pool,
    private readonly data: SetData,
  ) {
    this.macroPlaces = new Selection(data.macros);
    this.segmentPlaces = new Selection(data.segments);
    this.segments = this.segmentPlaces.length;
    this.seenFrom = new Int32Array(this.macroPlaces.length);
    for (let i = 0, n = 0; i < data.seenFrom.length; i += 2) this.seenFrom.fill(data.seenFrom[i + 1], n, (n += data.seenFrom[i]));
    for (let i = 0; i < data.tags.length; i += 3)
      this.tagPlaces.set(pool.tags[data.tags[i]], { first: data.tags[i + 1], completed: data.tags[i + 2] });
  }

  get includes(): readonly string[] {
    return this.data.includes;
  }

  /** Files in order of first inclusion. */
  files(): readonly PPFile[] {
    return (this.fileList ??= this.data.files.map((n) => this.pool.file(n)));
  }

  // ---------------------------------------------------------------- macros
  private macroPlacesOf(name: string): readonly number[] {
    let places = this.askedMacros.get(name);
    if (places === undefined) this.askedMacros.set(name, (places = this.macroPlaces.places(this.pool.data.macros, name)));
    return places;
  }

  /** The macro after the header, or as the declaration `segment` sees it. */
  macro(name: string, segment = this.segments): MacroDef | undefined {
    const places = this.macroPlacesOf(name);
    for (let i = places.length - 1; i >= 0; i--)
      if (this.sees(places[i], segment)) return this.pool.definition(this.macroPlaces.id(places[i]));
    return undefined;
  }

  hasMacro(name: string, segment = this.segments): boolean {
    const places = this.macroPlacesOf(name);
    return places.length > 0 && this.sees(places[0], segment);
  }

  private sees(macro: number, segment: number): boolean {
    return segment >= this.segments || this.seenFrom[macro] <= segment;
  }

  /** Names of the macros in order of definition. */
  macroNames(): readonly string[] {
    return (this.macroList ??= this.macroPlaces.names(this.pool.data.macros));
  }

  /** Would the headers read differently if this name were (or were not) a macro? */
  mentions(name: string): boolean {
    return this.pool.mentions(name);
  }

  // ---------------------------------------------------------------- declarations
  /** Tokens of a declaration, expanded as in the header; ends without eof. */
  tokens(segment: number): Token[] {
    return new SegmentReader(
      this.pool.lexSegment(this.segmentPlaces.id(segment)),
      new SegmentMacros(this, segment, (this.assumed ??= assumedMacros())),
    ).run();
  }

  pack(segment: number): number {
    const { packs } = this.pool.data;
    const id = this.segmentPlaces.id(segment);
    for (let i = 0; i < packs.length; i += 2) if (packs[i] === id) return packs[i + 1];
    return 16;
  }

  /** Segments that declare a name, in order. */
  declarations(name: string): readonly number[] {
    let places = this.askedNames.get(name);
    if (places === undefined) this.askedNames.set(name, (places = this.segmentPlaces.places(this.pool.data.names, name)));
    return places;
  }

  /** Declared names in order of their first declaration. */
  names(): readonly string[] {
    return (this.nameList ??= this.segmentPlaces.names(this.pool.data.names));
  }

  /** Tags of file scope in order of their first mention. */
  tags(): Iterable<string> {
    return this.tagPlaces.keys();
  }

  /** Where a tag of file scope is first mentioned and where it is completed (-1: nowhere). */
  tag(name: string): { readonly first: number; readonly completed: number } | undefined {
    return this.tagPlaces.get(name);
  }

  /** Does any indexed header mention the tag? */
  mentionsTag(name: string): boolean {
    return this.tagPlaces.has(name) || this.pool.tags.includes(name);
  }
}

function assumedMacros(): ReadonlyMap<string, MacroDef> {
  const all = new Map(predefinedMacros());
  for (const [name, value] of Object.entries(ASSUMED)) {
    const file = cachedFile('<assumed>', `${name} ${value}`, true);
    const m = parseDefine(file, {
      name: 'define',
      start: 0,
      end: file.text.length,
      hash: 0,
      next: -1,
      tokens: undefined,
      problems: undefined,
      macro: undefined,
    });
    if (m instanceof MacroDef) all.set(name, m);
  }
  return all;
}

class SegmentMacros implements MacroTable {
  constructor(
    private readonly set: HeaderSet,
    private readonly segment: number,
    private readonly base: ReadonlyMap<string, MacroDef>,
  ) {}
  has(name: string): boolean {
    return this.set.hasMacro(name, this.segment) || this.base.has(name);
  }
  get(name: string): MacroDef | undefined {
    return this.set.macro(name, this.segment) ?? this.base.get(name);
  }
}

class SegmentReader extends TokenOutput {
  private at = 0;
  constructor(
    private readonly raw: readonly PPToken[],
    macros: MacroTable,
  ) {
    super(macros);
  }
  run(): Token[] {
    while (this.step());
    return this.out;
  }
  override readRaw(): PPToken | undefined {
    return this.raw[this.at++];
  }
  override lineAt(place: Range): number {
    return place.file.position(place.start).line;
  }
  override fileAt(place: Range): string {
    return place.file.path;
  }
  override hasInclude(): boolean {
    return false;
  }
}

interface Decoded {
  readonly text: string;
  readonly pool: Pool;
  readonly sets: Map<string, HeaderSet | undefined>;
}
const decoded = new Map<Readonly<Record<string, string>>, Decoded>();
const MAX_DECODED = 4;

/** The set of a built-in header, or undefined if it is not indexed (then it is read in full). */
export function headerSet(header: string, texts: Readonly<Record<string, string>>): HeaderSet | undefined {
  const text = texts[INDEX_ENTRY];
  if (text === undefined) return undefined;
  let d = decoded.get(texts);
  if (d === undefined || d.text !== text) {
    if (decoded.size >= MAX_DECODED) decoded.clear();
    d = { text, pool: new Pool(JSON.parse(text) as IndexData, texts), sets: new Map() };
    decoded.set(texts, d);
  }
  const { pool, sets } = d;
  if (!sets.has(header)) {
    const data = Object.hasOwn(pool.data.sets, header) ? pool.data.sets[header] : undefined;
    sets.set(header, data?.files.every((n) => pool.isCurrent(n)) ? new HeaderSet(header, pool, data) : undefined);
  }
  return sets.get(header);
}
