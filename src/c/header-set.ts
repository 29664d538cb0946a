// One header that units include, as the index knows it: an interval of the sequence of its group. Its macros and declarations are made
// when a unit uses them; each declaration is expanded with the macros that were there at its place in the header.
import { ASSUMED, type SetData } from './header-index-data.js';
import { type HeaderPool, Selection } from './header-pool.js';
import { cachedFile } from './includes.js';
import type { PPToken } from './lexer.js';
import { MacroDef, type MacroTable, parseDefine } from './macros.js';
import { newSegment, type PPFile } from './pp-file.js';
import { predefinedMacros } from './predefined.js';
import type { Token } from './token.js';
import { ListOutput } from './token-output.js';

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
    private readonly pool: HeaderPool,
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
    const m = parseDefine(file, newSegment('define', 0, file.text.length));
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

class SegmentReader extends ListOutput {
  constructor(
    protected readonly raw: readonly PPToken[],
    macros: MacroTable,
  ) {
    super(macros);
  }
  run(): Token[] {
    this.drain();
    return this.out;
  }
}
