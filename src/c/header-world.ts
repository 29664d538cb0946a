// Declarations of an indexed header, read one by one when a name or a tag is first asked for. One world per header and process: types, tags,
// typedefs and enumerators are shared by all units; functions and variables, which a unit changes (definition, address taken, annotations of
// further declarations), are copied into the unit that asks. While a declaration is being read only what stands before it in the header is
// visible, exactly as if the header were read from its top, so every read asks for earlier ones only and ends.

import { parseExternalDeclaration } from './declarations.js';
import type { HeaderSet } from './header-set.js';
import { closed, GRAMMAR, unitContext } from './parser.js';
import { separatePragmas } from './parser-pragmas.js';
import { copyFunction } from './parser-prototypes.js';
import { Parser, type UnitContext } from './parser-state.js';
import type { Token } from './token.js';
import type { CSymbol, Scope, VarSymbol } from './tree.js';
import type { EnumDecl, Field, RecordDecl } from './types.js';

/** A tagged record of a header: completed by the declaration that has its body, when somebody looks inside. */
class HeaderRecord implements RecordDecl {
  typedefName?: string;
  private isComplete = false;
  private ownFields: Field[] = [];
  private ownSize = 0;
  private ownAlign = 1;

  constructor(
    private readonly world: HeaderWorld,
    readonly tag: string,
    readonly union: boolean,
    private ownRange: RecordDecl['range'],
    private readonly completed: number,
  ) {}

  /** Reads the body if it is visible from where the world is being read; false if it is not. */
  private look(): boolean {
    if (this.completed < 0 || this.completed > this.world.limit) return false;
    this.world.read(this.completed);
    return true;
  }

  get complete(): boolean {
    return this.look() && this.isComplete;
  }
  set complete(v: boolean) {
    this.isComplete = v;
  }
  get fields(): Field[] {
    this.look();
    return this.ownFields;
  }
  set fields(v: Field[]) {
    this.ownFields = v;
  }
  get size(): number {
    this.look();
    return this.ownSize;
  }
  set size(v: number) {
    this.ownSize = v;
  }
  get align(): number {
    this.look();
    return this.ownAlign;
  }
  set align(v: number) {
    this.ownAlign = v;
  }
  get range(): RecordDecl['range'] {
    this.look();
    return this.ownRange;
  }
  set range(v: RecordDecl['range']) {
    this.ownRange = v;
  }
}

class WorldNames extends Map<string, CSymbol> {
  constructor(private readonly world: HeaderWorld) {
    super();
  }
  override get(name: string): CSymbol | undefined {
    const { headers } = this.world;
    const segments = headers.declarations(name);
    if (segments.length === 0 || segments[0] > this.world.limit) return undefined;
    for (const s of segments) {
      if (s > this.world.limit) break;
      this.world.read(s);
    }
    return super.get(name);
  }
  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}

class WorldTags extends Map<string, RecordDecl | EnumDecl> {
  constructor(private readonly world: HeaderWorld) {
    super();
  }
  override get(tag: string): RecordDecl | EnumDecl | undefined {
    const place = this.world.headers.tag(tag);
    if (place === undefined || place.first > this.world.limit) return undefined;
    this.world.read(place.first);
    return super.get(tag);
  }
  override has(tag: string): boolean {
    return this.get(tag) !== undefined;
  }
}

export class HeaderWorld {
  /** Last declaration that is visible: all of them, unless one is being read. */
  limit: number;
  readonly context: UnitContext;
  /** Tokens of the inline functions that were met; their bodies are read by the units that use them. */
  private readonly bodies = new Map<CSymbol, readonly Token[]>();
  private readonly wasRead: Uint8Array;

  constructor(readonly headers: HeaderSet) {
    this.limit = headers.segments;
    this.wasRead = new Uint8Array(headers.segments);
    const file = headers.files()[0].file;
    const scope: Scope = { parent: undefined, names: new WorldNames(this), tags: new WorldTags(this) };
    this.context = {
      ...unitContext(file, scope),
      newRecord: (tag, union, range, where) =>
        where === scope ? new HeaderRecord(this, tag, union, range, headers.tag(tag)?.completed ?? -1) : undefined,
    };
  }

  /** Reads a declaration, unless that has been done or is being done. */
  read(segment: number): void {
    if (this.wasRead[segment] === 1) return;
    this.wasRead[segment] = 1;
    const { limit } = this;
    this.limit = segment;
    const { tokens, pragmas } = separatePragmas(this.headers.tokens(segment));
    const p = new Parser(closed(tokens, this.context.file), pragmas, this.context, GRAMMAR);
    p.pragmas.pack = this.headers.pack(segment);
    while (!p.atEnd) parseExternalDeclaration(p);
    if (this.context.pending.size > this.bodies.size)
      for (const f of this.context.pending.keys()) if (!this.bodies.has(f)) this.bodies.set(f, p.tokens);
    this.limit = limit;
  }

  bodyTokens(f: CSymbol): readonly Token[] | undefined {
    return this.bodies.get(f);
  }
}

class UnitNames extends Map<string, CSymbol> {
  constructor(private readonly unit: HeaderScope) {
    super();
  }
  override get(name: string): CSymbol | undefined {
    const own = super.get(name);
    if (own !== undefined) return own;
    const found = this.unit.world.context.scope.names.get(name);
    if (found === undefined) return undefined;
    const local = this.unit.adopt(found);
    super.set(name, local);
    return local;
  }
  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }
  override *keys(): MapIterator<string> {
    const { headers } = this.unit.world;
    yield* headers.names();
    for (const name of super.keys()) if (headers.declarations(name).length === 0) yield name;
  }
  override *values(): MapIterator<CSymbol> {
    for (const name of this.keys()) yield this.get(name)!;
  }
  override *entries(): MapIterator<[string, CSymbol]> {
    for (const name of this.keys()) yield [name, this.get(name)!];
  }
  override [Symbol.iterator](): MapIterator<[string, CSymbol]> {
    return this.entries();
  }
  override forEach(f: (value: CSymbol, key: string, map: Map<string, CSymbol>) => void): void {
    for (const [name, s] of this.entries()) f(s, name, this);
  }
  override get size(): number {
    let n = 0;
    for (const _ of this.keys()) n++;
    return n;
  }
}

class UnitTags extends Map<string, RecordDecl | EnumDecl> {
  constructor(private readonly world: HeaderWorld) {
    super();
  }
  override get(tag: string): RecordDecl | EnumDecl | undefined {
    return super.get(tag) ?? this.world.context.scope.tags.get(tag);
  }
  override has(tag: string): boolean {
    return this.get(tag) !== undefined;
  }
  override *keys(): MapIterator<string> {
    yield* this.world.headers.tags();
    for (const tag of super.keys()) if (!this.world.headers.tag(tag)) yield tag;
  }
  override *values(): MapIterator<RecordDecl | EnumDecl> {
    for (const tag of this.keys()) yield this.get(tag)!;
  }
  override *entries(): MapIterator<[string, RecordDecl | EnumDecl]> {
    for (const tag of this.keys()) yield [tag, this.get(tag)!];
  }
  override [Symbol.iterator](): MapIterator<[string, RecordDecl | EnumDecl]> {
    return this.entries();
  }
  override forEach(f: (value: RecordDecl | EnumDecl, key: string, map: Map<string, RecordDecl | EnumDecl>) => void): void {
    for (const [tag, d] of this.entries()) f(d, tag, this);
  }
  override get size(): number {
    let n = 0;
    for (const _ of this.keys()) n++;
    return n;
  }
}

/** File scope of one unit over a world: what the unit declares itself, and its own copies of the header's functions and variables. */
export class HeaderScope {
  readonly scope: Scope;
  private readonly variables: { symbol: VarSymbol; place: number }[] = [];
  /** The unit's context, once its parser is there. */
  unit: UnitContext | undefined;

  constructor(readonly world: HeaderWorld) {
    this.scope = { parent: undefined, names: new UnitNames(this), tags: new UnitTags(world) };
  }

  /** The unit's own form of a symbol of the world. */
  adopt(symbol: CSymbol): CSymbol {
    if (symbol.kind === 'var') {
      const copy: VarSymbol = { ...symbol };
      this.variables.push({ symbol: copy, place: this.world.headers.declarations(symbol.name)[0] });
      return copy;
    }
    if (symbol.kind !== 'function') return symbol;
    const copy = copyFunction(symbol);
    const pending = this.world.context.pending.get(symbol);
    if (pending) this.unit?.pending.set(copy, { ...pending, symbol: copy, tokens: this.world.bodyTokens(symbol) });
    return copy;
  }

  /** Variables of the header that the unit has met, in the order of the header. */
  metVariables(): VarSymbol[] {
    return this.variables.sort((a, b) => a.place - b.place || a.symbol.range.start - b.symbol.range.start).map((v) => v.symbol);
  }
}

const worlds = new Map<HeaderSet, HeaderWorld>();
const MAX_WORLDS = 8;

/** A file scope with the header's declarations. */
export function openHeaders(headers: HeaderSet): HeaderScope {
  let world = worlds.get(headers);
  if (world === undefined) {
    if (worlds.size >= MAX_WORLDS) worlds.clear();
    worlds.set(headers, (world = new HeaderWorld(headers)));
  }
  return new HeaderScope(world);
}

/** Does a unit define a tag that the header mentions? It would change the shared types; such a unit reads the header in full. */
export function definesTagOf(tokens: readonly Token[], headers: HeaderSet): boolean {
  for (let i = 1; i < tokens.length; i++) {
    if (tokens[i].text !== '{') continue;
    let t = tokens[i - 1];
    if (t.kind === 'keyword' || t.kind === 'identifier') {
      // `enum tag : type {`
      for (let k = i - 1; k > 0 && k > i - 6; k--) if (tokens[k].text === ':') t = tokens[k - 1];
      if (t.kind === 'identifier' && headers.mentionsTag(t.text)) return true;
    }
  }
  return false;
}
