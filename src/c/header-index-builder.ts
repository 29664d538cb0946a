// Makes the index of the built-in headers (header-index.ts) at build time: reads each header that units begin with in full, notes where every
// macro and declaration is, and reads every declaration back through the index: the tokens must be the same. A header for which that cannot be
// done throws, with the place.
import { MemoryFiles } from '../base/files.js';
import { SourceFile } from '../base/source.js';
import { parseExternalDeclaration } from './declarations.js';
import { headerSet } from './header-index.js';
import { ASSUMED, fingerprint, INDEX_ENTRY, type IndexData, type SetData } from './header-index-data.js';
import { cachedFile } from './includes.js';
import { MacroDef } from './macros.js';
import { closed, GRAMMAR, unitContext } from './parser.js';
import { type PragmaToken, separatePragmas } from './parser-pragmas.js';
import { newScope, Parser } from './parser-state.js';
import type { PPFile } from './pp-file.js';
import { predefinedMacros } from './predefined.js';
import { preprocess } from './preprocessor.js';
import { isSalWord } from './sal.js';
import type { Token } from './token.js';
import type { EnumDecl, RecordDecl } from './types.js';

/** Headers that units begin with. */
const HEADERS: readonly string[] = ['fltkernel.h', 'ntifs.h', 'ntddk.h', 'wdm.h', 'windows.h'];

interface Segment {
  /** Tokens from, to (without pragmas). */
  readonly from: number;
  to: number;
  readonly names: string[];
  pack: number;
}

/** A header as a unit of its own would read it. */
interface Reading {
  readonly header: string;
  readonly files: readonly SourceFile[];
  readonly macros: readonly { readonly def: MacroDef; readonly at: number }[];
  readonly tokens: readonly Token[];
  readonly segments: readonly Segment[];
  /** Tag -> segment that mentions it first, segment that completes it or -1. */
  readonly tags: ReadonlyMap<string, { first: number; completed: number }>;
}

function fail(header: string, what: string, at?: { file: SourceFile; start: number }): never {
  const place = at ? `${at.file.path}:${at.file.position(at.start).line}: ` : '';
  throw new Error(`header index of ${header}: ${place}${what}`);
}

function read(header: string, texts: Readonly<Record<string, string>>): Reading {
  const macros: { def: MacroDef; at: number }[] = [];
  const main = new SourceFile('index.c', `#include <${header}>\n`);
  const pp = preprocess(main, 'index.c', {
    files: new MemoryFiles({}),
    builtinHeaders: texts,
    includePaths: [],
    defines: ASSUMED,
    wholeHeaders: true,
    onDefine: (def, at) => {
      if (!def.range.file.path.startsWith('<')) macros.push({ def, at });
    },
    onUndefine: (name) => fail(header, `#undef ${name} cannot be indexed`),
  });
  for (const d of pp.diagnostics) fail(header, d.message, d.range);
  const { tokens, pragmas } = separatePragmas(pp.tokens);
  return {
    header,
    files: pp.includes,
    macros: macros.map(({ def, at }) => ({ def, at: countTokens(pp.tokens, at) })),
    tokens,
    ...readSegments(header, tokens, pragmas, main),
  };
}

/** Number of tokens that are no pragmas among the first `n`. */
function countTokens(tokens: readonly Token[], n: number): number {
  let count = 0;
  for (let i = 0; i < n; i++) if (tokens[i].kind !== 'pragma') count++;
  return count;
}

function readSegments(
  header: string,
  tokens: readonly Token[],
  pragmas: readonly PragmaToken[],
  main: SourceFile,
): Pick<Reading, 'segments' | 'tags'> {
  const segments: Segment[] = [];
  const tags = new Map<string, { first: number; completed: number }>();
  const open = new Map<string, RecordDecl | EnumDecl>();
  const scope = newScope(undefined);
  const p = new Parser(closed(tokens, main), pragmas, unitContext(main, scope), GRAMMAR);
  let names: string[] = [];
  p.noteDeclared = (name) => {
    if (isSalWord(name)) fail(header, `'${name}' is declared but looks like an annotation`, p.tok.range);
    if (!names.includes(name)) names.push(name);
  };
  let known = 0;
  while (!p.atEnd) {
    p.pragmas.sync();
    const from = p.pos;
    const pack = p.pragmas.pack;
    names = [];
    parseExternalDeclaration(p);
    const inside = pragmas.find((x) => x.index > from && x.index < p.pos);
    if (inside) fail(header, 'a pragma inside a declaration cannot be indexed', inside.token.range);
    const last = segments[segments.length - 1];
    // What comes out of one macro invocation stays together.
    const together = last !== undefined && tokens[from].macro !== undefined && sameInvocation(tokens[from], tokens[from - 1]);
    if (together) {
      last.to = p.pos;
      last.names.push(...names.filter((n) => !last.names.includes(n)));
    } else segments.push({ from, to: p.pos, names, pack });
    const now = segments.length - 1;
    if (scope.tags.size !== known) {
      for (const [tag, decl] of [...scope.tags].slice(known)) {
        tags.set(tag, { first: now, completed: -1 });
        open.set(tag, decl);
      }
      known = scope.tags.size;
    }
    for (const [tag, decl] of open) {
      if (!decl.complete) {
        if ('members' in decl) fail(header, `'enum ${tag}' is used before its definition`, decl.range);
        continue;
      }
      tags.get(tag)!.completed = now;
      open.delete(tag);
    }
  }
  p.pragmas.sync();
  if (p.pragmas.pack !== 16 || p.pragmas.section('code_seg') || p.pragmas.section('data_seg'))
    fail(header, 'a #pragma pack or section is left open');
  // Prototypes are read late; what they have to say comes out now.
  for (const s of scope.names.values()) if (s.kind === 'function') void s.type;
  for (const d of p.diagnostics) fail(header, d.message, d.range);
  for (const v of p.unit.globals) {
    for (const item of v.init?.items ?? [])
      if (
        JSON.stringify(item.value, (k, x) => (typeof x === 'bigint' ? 0 : k === 'range' || k === 'type' ? 0 : x)).includes('"kind":"ref"')
      )
        fail(header, `the value of '${v.name}' refers to a symbol`, v.range);
  }
  return { segments, tags };
}

function sameInvocation(a: Token, b: Token): boolean {
  return b.range.file === a.range.file && b.range.start >= a.range.start;
}

// ---------------------------------------------------------------- places
const filesOf = new Map<SourceFile, PPFile>();

function ppFile(file: SourceFile): PPFile {
  let f = filesOf.get(file);
  if (!f) filesOf.set(file, (f = cachedFile(file.path, file.text, true)));
  return f;
}

/** Offset in the text without splices. */
function cleanOffset(file: PPFile, offset: number): number {
  const map = file.splices;
  if (!map) return offset;
  let removed = 0;
  for (let i = 0; i < map.at.length && map.at[i] + map.removed[i] <= offset; i++) removed = map.removed[i];
  return offset - removed;
}

/** Ranges of text runs that hold the tokens of a segment; `next` is the first token behind it. */
function piecesOf(tokens: readonly Token[], next: Token | undefined): number[] {
  const file = ppFile(tokens[0].range.file);
  const at = (t: Token): number => cleanOffset(file, t.range.start);
  const pieces: number[] = [];
  for (const run of file.segments) {
    if (run.name !== undefined) continue;
    const inRun = tokens.filter((t) => t.range.file === file.file && at(t) >= run.start && at(t) < run.end);
    if (inRun.length === 0) continue;
    let end = run.end;
    if (next && next.range.file === file.file && at(next) > run.start && at(next) < run.end) end = behindLast(file.text, at(next));
    let start = run.start;
    if (pieces.length === 0) {
      const first = Math.min(...inRun.map(at));
      const before = behindLast(file.text, first);
      start = Math.max(run.start, before);
      // Behind a comment the blanks are all that is needed; at the start of a line the line break tells that it is one.
      if (!/\S/.test(file.text.slice(run.start, first))) start = run.start;
    }
    pieces.push(start, end);
  }
  return pieces;
}

/** Start of the white space that ends at `p`. */
function behindLast(text: string, p: number): number {
  while (p > 0 && /\s/.test(text[p - 1])) p--;
  return p;
}

/** Numbers things as they come; what has been there keeps its number. */
class Numbers<T> {
  readonly items: T[] = [];
  private readonly byKey = new Map<string, number>();

  of(key: string, item: T): number {
    let n = this.byKey.get(key);
    if (n === undefined) {
      this.byKey.set(key, (n = this.items.length));
      this.items.push(item);
    }
    return n;
  }
}

/** Consecutive numbers as pairs of first and count. */
function pairs(list: readonly number[]): number[] {
  const out: number[] = [];
  for (const n of list) {
    if (out.length > 0 && out[out.length - 2] + out[out.length - 1] === n) out[out.length - 1]++;
    else out.push(n, 1);
  }
  return out;
}

interface PoolSegment {
  readonly file: string;
  readonly pieces: readonly number[];
  readonly pack: number;
  readonly names: readonly string[];
}

function encode(readings: readonly Reading[], texts: Readonly<Record<string, string>>): IndexData {
  const files = new Numbers<string>();
  const macros = new Numbers<MacroDef>();
  const segments = new Numbers<PoolSegment>();
  const tags = new Numbers<string>();
  const sets: Record<string, SetData> = {};
  for (const r of readings) {
    for (const f of r.files) files.of(f.path, f.path);
    for (const tag of mentionedTags(r)) tags.of(tag, tag);
    const seenFrom: number[] = [];
    let segment = 0;
    for (const { at } of r.macros) {
      while (segment < r.segments.length && r.segments[segment].to <= at) segment++;
      if (seenFrom[seenFrom.length - 1] === segment) seenFrom[seenFrom.length - 2]++;
      else seenFrom.push(1, segment);
    }
    sets[r.header] = {
      files: r.files.map((f) => files.of(f.path, f.path)),
      macros: pairs(r.macros.map(({ def }) => macros.of(`${def.location.source.file.path}:${def.location.start}`, def))),
      segments: pairs(
        r.segments.map((s, i) => {
          const own = r.tokens.slice(s.from, s.to);
          const after = r.segments[i + 1];
          const item = { file: own[0].range.file.path, pieces: piecesOf(own, after && r.tokens[after.from]), pack: s.pack, names: s.names };
          return segments.of(JSON.stringify(item), item);
        }),
      ),
      seenFrom,
      tags: [...r.tags].flatMap(([tag, { first, completed }]) => [tags.of(tag, tag), first, completed]),
      includes: includesOf(r),
    };
  }
  const names = byName(segments.items.map((s) => s.names));
  const macroNames = byName(macros.items.map((m) => [m.name]));
  const known = new Set([...Object.keys(macroNames), ...Object.keys(names), ...tags.items]);
  const places = macros.items.map((m) => m.location);
  return {
    files: files.items.map((f) => [f, texts[f].length, fingerprint(texts[f])]),
    macros: macroNames,
    macroStarts: places.map((p) => p.start),
    macroLengths: places.map((p) => p.end - p.start),
    macroFiles: runs(places.map((p) => files.of(p.source.file.path, ''))),
    names,
    segmentStarts: segments.items.map((s) => s.pieces[0]),
    segmentLengths: segments.items.map((s) => s.pieces[1] - s.pieces[0]),
    segmentFiles: runs(segments.items.map((s) => files.of(s.file, ''))),
    pieces: segments.items.flatMap((s, i) => (s.pieces.length > 2 ? [[i, ...s.pieces]] : [])),
    packs: segments.items.flatMap((s, i) => (s.pack === 16 ? [] : [i, s.pack])),
    tags: tags.items.join(' '),
    words: [...new Set(readings.flatMap((r) => [...wordsOf(r)]))].filter((w) => !known.has(w)).join(' '),
    sets,
  };
}

/** Name -> numbers of the entries that have it. */
function byName(entries: readonly (readonly string[])[]): Record<string, number | number[]> {
  const found = new Map<string, number | number[]>();
  entries.forEach((names, i) => {
    for (const name of names) {
      const old = found.get(name);
      if (old === undefined) found.set(name, i);
      else if (typeof old === 'number') found.set(name, [old, i]);
      else old.push(i);
    }
  });
  return Object.fromEntries(found);
}

/** Equal numbers as pairs of number and count. */
function runs(list: readonly number[]): number[] {
  const out: number[] = [];
  for (const n of list) {
    if (out.length > 0 && out[out.length - 2] === n) out[out.length - 1]++;
    else out.push(n, 1);
  }
  return out;
}

function mentionedTags(r: Reading): Set<string> {
  const tags = new Set(r.tags.keys());
  r.tokens.forEach((t, i) => {
    const next = r.tokens[i + 1];
    if ((t.text === 'struct' || t.text === 'union' || t.text === 'enum') && next?.kind === 'identifier') tags.add(next.text);
  });
  return tags;
}

/** Every word that a macro of that name would change: of the text, of macro bodies, of conditions. A predefined name that is only tested for being defined is none. */
function wordsOf(r: Reading): Set<string> {
  const words = new Set<string>();
  const predefined = predefinedMacros();
  const defined = new Set(r.macros.map((m) => `${m.def.location.source.file.path}:${m.def.location.start}`));
  for (const f of r.files) {
    const file = ppFile(f);
    for (const s of file.segments) {
      const tested = s.name === 'ifdef' || s.name === 'ifndef';
      // A definition that was not carried out stands in a branch that is not taken.
      if (s.name === 'define' && !(s.macro instanceof MacroDef && defined.has(`${f.path}:${s.macro.location.start}`))) continue;
      for (const t of file.tokensOf(s))
        if ((t.kind === 'identifier' || t.kind === 'keyword') && !(tested && predefined.has(t.text))) words.add(t.text);
    }
  }
  return words;
}

/** Names that the files of the header include. */
function includesOf({ header, files }: Reading): string[] {
  const includes = new Set<string>();
  for (const f of files) {
    const file = ppFile(f);
    for (const s of file.segments) {
      if (s.name !== 'include') continue;
      const m = /^\s*"([^"]+)"\s*$/.exec(file.text.slice(s.start, s.end).replace(/\/\/.*$/, ''));
      if (!m) fail(header, 'an #include of a built-in header has to be of the form "name"', { file: f, start: s.hash });
      includes.add(m[1]);
    }
    if (!/^\s*#pragma once/m.test(f.text)) fail(header, 'there is no #pragma once', { file: f, start: 0 });
  }
  return [...includes];
}

/** Index of the first token that differs. */
function firstDifference(a: readonly Token[], b: readonly Token[]): number | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const x = a[i];
    const y = b[i];
    const same =
      x &&
      y &&
      x.kind === y.kind &&
      x.text === y.text &&
      x.macro === y.macro &&
      x.range.file.path === y.range.file.path &&
      x.range.start === y.range.start &&
      x.range.end === y.range.end &&
      x.spelling?.start === y.spelling?.start &&
      x.spaceBefore === y.spaceBefore &&
      x.atLineStart === y.atLineStart;
    if (!same) return i;
  }
  return undefined;
}

/** The index of the built-in headers as text. Throws if a header cannot be indexed. */
export function buildHeaderIndex(texts: Readonly<Record<string, string>>): string {
  const readings = HEADERS.filter((h) => Object.hasOwn(texts, h)).map((h) => read(h, texts));
  const text = JSON.stringify(encode(readings, texts));
  const indexed = { ...texts, [INDEX_ENTRY]: text };
  for (const r of readings) {
    const set = headerSet(r.header, indexed);
    if (!set) fail(r.header, 'the index cannot be read back');
    r.segments.forEach((s, i) => {
      const wanted = r.tokens.slice(s.from, s.to);
      const made = separatePragmas(set.tokens(i)).tokens;
      const at = firstDifference(made, wanted);
      if (at === undefined) return;
      const found = made[at]?.text ?? '';
      fail(
        r.header,
        `a declaration reads differently through the index at '${wanted[at]?.text ?? ''}', not '${found}'`,
        (wanted[at] ?? wanted[wanted.length - 1]).range,
      );
    });
  }
  return text;
}
