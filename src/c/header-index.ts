// The index of the built-in headers: where each macro and each declaration of a header chain is, so that a unit that includes <ntddk.h> costs
// what it uses of it and not the 8,000 lines behind it. It is made at build time (header-index-builder.ts) and travels among the header texts
// under a name that no #include can ask for. Offsets are into the text of a header without line splices (PPFile.text).
// What is here is the decoded form; a HeaderSet is one header that units include, an interval of the sequence of its group.
import { cachedFile } from './includes.js';
import { lex, type PPToken } from './lexer.js';
import { MacroDef, parseDefine } from './macros.js';
import type { PPFile, Segment } from './pp-file.js';
import { predefinedMacros } from './predefined.js';
import type { Range } from '../base/source.js';
import type { MacroTable } from './expander.js';
import { TokenOutput } from './token-output.js';
import type { Token } from './token.js';

/** Name of the index among the built-in headers. */
export const INDEX_ENTRY = '*index*';
/** Command-line macros that the index is made with; a unit without them reads the headers in full. */
export const ASSUMED: Readonly<Record<string, string>> = { DBG: '1' };

/**
 * The index as it is stored. Macros and declarations of all indexed headers are pooled; a set lists those of one header, in its order. Places
 * are runs of one file: `file, count`, then for each the gap to its start and lengths, each number counted from where the last one ended.
 */
export interface IndexData {
  /** Name, length and fingerprint of each file. */
  readonly files: readonly (readonly [string, number, number])[];
  /** Runs of: gap to the name, length of the name, length of the rest of the line. */
  readonly macros: readonly number[];
  /** Runs of: gap to the start, length. */
  readonly segments: readonly number[];
  /** Declarations that directives cut into pieces: segment, then starts and ends. */
  readonly pieces: readonly (readonly number[])[];
  /** Pairs: segment, `#pragma pack` there if it is not 16. */
  readonly packs: readonly number[];
  /** Declared names in order, and how many each segment declares. */
  readonly names: string;
  readonly nameCounts: readonly number[];
  /** Every tag that is mentioned. */
  readonly tags: string;
  /** Other words of the text that a macro would replace, and names whose being a macro is tested; a blank around each. */
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

type Places = number | number[];

function addPlace(map: Map<string, Places>, name: string, place: number): void {
  const old = map.get(name);
  if (old === undefined) map.set(name, place);
  else if (typeof old === 'number') map.set(name, [old, place]);
  else old.push(place);
}

/** The decoded pool. Shared by all units of the process. */
class Pool {
  private readonly ppFiles: (PPFile | undefined)[] = [];
  readonly names: readonly string[];
  /** Segment -> index of its first name; one more at the end. */
  readonly firstName: Int32Array;
  readonly packs = new Map<number, number>();
  private readonly segmentFile: Int32Array;
  private readonly segmentStart: Int32Array;
  private readonly segmentEnd: Int32Array;
  private readonly pieces = new Map<number, readonly number[]>();
  private readonly macroFile: Int32Array;
  private readonly macroStart: Int32Array;
  private readonly macroNameEnd: Int32Array;
  private readonly macroEnd: Int32Array;
  private readonly definitions: (MacroDef | undefined)[] = [];
  private allWords: Set<string> | undefined;
  private allTags: readonly string[] | undefined;

  constructor(
    readonly data: IndexData,
    readonly texts: Readonly<Record<string, string>>,
  ) {
    const macros = countRuns(data.macros, 3);
    this.macroFile = new Int32Array(macros);
    this.macroStart = new Int32Array(macros);
    this.macroNameEnd = new Int32Array(macros);
    this.macroEnd = new Int32Array(macros);
    this.readMacros(data.macros);
    const segments = countRuns(data.segments, 2);
    this.segmentFile = new Int32Array(segments);
    this.segmentStart = new Int32Array(segments);
    this.segmentEnd = new Int32Array(segments);
    this.readSegments(data.segments);
    for (const [segment, ...rest] of data.pieces) this.pieces.set(segment, rest);
    for (let i = 0; i < data.packs.length; i += 2) this.packs.set(data.packs[i], data.packs[i + 1]);
    this.names = data.names.split(' ');
    this.firstName = new Int32Array(segments + 1);
    for (let s = 0, n = 0; s < segments; s++) this.firstName[s + 1] = n += data.nameCounts[s];
  }

  private readMacros(list: readonly number[]): void {
    let id = 0;
    for (let i = 0; i < list.length; ) {
      const file = list[i++];
      let p = 0;
      for (let n = list[i++]; n > 0; n--) {
        this.macroFile[id] = file;
        this.macroStart[id] = p += list[i++];
        this.macroNameEnd[id] = p += list[i++];
        this.macroEnd[id++] = p += list[i++];
      }
    }
  }

  private readSegments(list: readonly number[]): void {
    let id = 0;
    for (let i = 0; i < list.length; ) {
      const file = list[i++];
      let p = 0;
      for (let n = list[i++]; n > 0; n--) {
        this.segmentFile[id] = file;
        this.segmentStart[id] = p += list[i++];
        this.segmentEnd[id++] = p += list[i++];
      }
    }
  }

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

  macroName(macro: number): string {
    return this.file(this.macroFile[macro]).text.slice(this.macroStart[macro], this.macroNameEnd[macro]);
  }

  get tags(): readonly string[] {
    return (this.allTags ??= this.data.tags.split(' '));
  }

  definition(macro: number): MacroDef {
    let m = this.definitions[macro];
    if (m === undefined) {
      const start = this.macroStart[macro];
      const line: Segment = { name: 'define', start, end: this.macroEnd[macro], hash: start, next: -1, tokens: undefined, problems: undefined, macro: undefined };
      const parsed = parseDefine(this.file(this.macroFile[macro]), line);
      if (!(parsed instanceof MacroDef)) throw new Error(`the header index is not of these headers: ${parsed.message}`);
      m = this.definitions[macro] = parsed;
    }
    return m;
  }

  /** Raw tokens of a declaration. */
  lexSegment(segment: number): PPToken[] {
    const file = this.file(this.segmentFile[segment]);
    const out: PPToken[] = [];
    const pieces = this.pieces.get(segment) ?? [this.segmentStart[segment], this.segmentEnd[segment]];
    for (let i = 0; i < pieces.length; i += 2) {
      const start = pieces[i];
      lex(file, start, pieces[i + 1], start === 0 || file.text.charCodeAt(start - 1) === 10, out, []);
    }
    return out;
  }

  /** Does any indexed header mention the word where a macro would replace it? */
  mentions(word: string): boolean {
    if (this.allWords === undefined) {
      this.allWords = new Set([...this.names, ...this.tags, ...this.data.words.split(' ')]);
      for (let m = 0; m < this.macroFile.length; m++) this.allWords.add(this.macroName(m));
    }
    return this.allWords.has(word);
  }
}

function countRuns(list: readonly number[], width: number): number {
  let n = 0;
  for (let i = 0; i < list.length; i += 2 + list[i + 1] * width) n += list[i + 1];
  return n;
}

/** The numbers that pairs of first and count stand for. */
function expandPairs(pairs: readonly number[]): Int32Array {
  let n = 0;
  for (let i = 1; i < pairs.length; i += 2) n += pairs[i];
  const out = new Int32Array(n);
  n = 0;
  for (let i = 0; i < pairs.length; i += 2) for (let k = 0; k < pairs[i + 1]; k++) out[n++] = pairs[i] + k;
  return out;
}

const NOWHERE: readonly number[] = [];

/** What including one header does, as seen by units: its macros, its files, and its declarations as numbered segments. */
export class HeaderSet {
  /** Number of segments. */
  readonly segments: number;
  private readonly poolSegment: Int32Array;
  private readonly poolMacro: Int32Array;
  private readonly seenFrom: Int32Array;
  /** Macro name -> its definitions, numbered in order. */
  private readonly macros = new Map<string, Places>();
  /** Declared name -> its occurrences, numbered in order. */
  private readonly declared = new Map<string, Places>();
  /** Occurrence -> segment. */
  private readonly occurrenceSegment: Int32Array;
  private readonly tagPlaces = new Map<string, { first: number; completed: number }>();
  private assumed: ReadonlyMap<string, MacroDef> | undefined;
  private fileList: PPFile[] | undefined;

  constructor(
    readonly header: string,
    private readonly pool: Pool,
    private readonly data: SetData,
  ) {
    this.poolMacro = expandPairs(data.macros);
    this.seenFrom = new Int32Array(this.poolMacro.length);
    for (let i = 0, n = 0; i < data.seenFrom.length; i += 2) this.seenFrom.fill(data.seenFrom[i + 1], n, (n += data.seenFrom[i]));
    for (let i = 0; i < this.poolMacro.length; i++) addPlace(this.macros, pool.macroName(this.poolMacro[i]), i);
    this.poolSegment = expandPairs(data.segments);
    this.segments = this.poolSegment.length;
    const { names, firstName } = pool;
    const segmentOf: number[] = [];
    for (let s = 0; s < this.segments; s++) {
      const id = this.poolSegment[s];
      for (let n = firstName[id]; n < firstName[id + 1]; n++) addPlace(this.declared, names[n], segmentOf.push(s) - 1);
    }
    this.occurrenceSegment = Int32Array.from(segmentOf);
    for (let i = 0; i < data.tags.length; i += 3) this.tagPlaces.set(pool.tags[data.tags[i]], { first: data.tags[i + 1], completed: data.tags[i + 2] });
  }

  get includes(): readonly string[] {
    return this.data.includes;
  }

  /** Files in order of first inclusion. */
  files(): readonly PPFile[] {
    return (this.fileList ??= this.data.files.map((n) => this.pool.file(n)));
  }

  // ---------------------------------------------------------------- macros
  /** The macro after the header, or as the declaration `segment` sees it. */
  macro(name: string, segment = this.segments): MacroDef | undefined {
    const places = this.macros.get(name);
    if (places === undefined) return undefined;
    if (typeof places === 'number') return this.seesMacro(places, segment) ? this.pool.definition(this.poolMacro[places]) : undefined;
    for (let i = places.length - 1; i >= 0; i--) if (this.seesMacro(places[i], segment)) return this.pool.definition(this.poolMacro[places[i]]);
    return undefined;
  }

  hasMacro(name: string, segment = this.segments): boolean {
    const places = this.macros.get(name);
    if (places === undefined) return false;
    return typeof places === 'number' ? this.seesMacro(places, segment) : places.some((m) => this.seesMacro(m, segment));
  }

  private seesMacro(macro: number, segment: number): boolean {
    return segment >= this.segments || this.seenFrom[macro] <= segment;
  }

  /** Names of the macros in order of definition. */
  macroNames(): Iterable<string> {
    return this.macros.keys();
  }

  /** Would the headers read differently if this name were (or were not) a macro? */
  mentions(name: string): boolean {
    return this.pool.mentions(name);
  }

  // ---------------------------------------------------------------- declarations
  /** Tokens of a declaration, expanded as in the header; ends without eof. */
  tokens(segment: number): Token[] {
    return new SegmentReader(this.pool.lexSegment(this.poolSegment[segment]), new SegmentMacros(this, segment, (this.assumed ??= assumedMacros()))).run();
  }

  pack(segment: number): number {
    return this.pool.packs.get(this.poolSegment[segment]) ?? 16;
  }

  /** Occurrences of a declared name, in order. */
  occurrences(name: string): readonly number[] {
    const places = this.declared.get(name);
    return places === undefined ? NOWHERE : typeof places === 'number' ? [places] : places;
  }

  declares(name: string): boolean {
    return this.declared.has(name);
  }

  /** Segment of an occurrence. */
  segmentOf(occurrence: number): number {
    return this.occurrenceSegment[occurrence];
  }

  /** Declared names in order of their first declaration. */
  names(): Iterable<string> {
    return this.declared.keys();
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
    const m = parseDefine(file, { name: 'define', start: 0, end: file.text.length, hash: 0, next: -1, tokens: undefined, problems: undefined, macro: undefined });
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
