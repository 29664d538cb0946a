// A second opinion on our headers: mingw-w64's, read by its own compiler. What both declare is compared by value: sizes of structures, offsets of fields,
// enumerators and integer macros, parameters of functions. Nothing of their text is copied: their compiler prints numbers.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { integerValue } from '../../src/c/constant.js';
import { sizeOf } from '../../src/c/layout.js';
import type { TranslationUnit } from '../../src/c/tree.js';
import type { CType, RecordDecl } from '../../src/c/types.js';
import { compile, include } from './headers.js';

const COMPILER = 'x86_64-w64-mingw32-gcc';
const HEADERS = ['ntifs.h', 'ntddk.h', 'ntimage.h', 'ntddstor.h', 'ntdddisk.h', 'ntddvol.h', 'tdikrnl.h', 'bcrypt.h', 'wdmsec.h'];
/** Headers of ours and theirs beside those, when both have them. */
const MORE = ['ntddscsi.h', 'mountmgr.h', 'mountdev.h', 'ntddkbd.h', 'ntddmou.h', 'ntddser.h', 'wmistr.h', 'wmilib.h'];

export interface Item {
  readonly kind: 'size' | 'offset' | 'constant' | 'parameter' | 'parameters';
  /** `KEVENT`, `IRP.Flags`, `STATUS_PENDING`, `ZwClose(1)` (first parameter; 0 the result), `ZwClose()` (their number). */
  readonly name: string;
  /** C expression that has the value in their headers. */
  readonly expression: string;
  readonly ours: bigint;
}
export interface Comparison {
  readonly structures: number;
  readonly fields: number;
  readonly constants: number;
  readonly functions: number;
  /** name -> [ours, theirs] */
  readonly differences: ReadonlyMap<string, readonly [bigint, bigint]>;
}

/** The folder of their driver headers, or undefined: no such compiler here. */
export function mingwFolder(): string | undefined {
  try {
    const said = execFileSync(COMPILER, ['-xc', '-E', '-v', '/dev/null'], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
    void said;
  } catch {
    return undefined;
  }
  const out = execFileSync('sh', ['-c', `${COMPILER} -xc -E -v /dev/null 2>&1 >/dev/null`], { encoding: 'utf8' });
  return out
    .split('\n')
    .map((l) => path.join(l.trim(), 'ddk'))
    .find((f) => path.isAbsolute(f) && existsSync(path.join(f, 'ntifs.h')));
}

export function compareWithMingw(ddk: string): Comparison {
  const folder = mkdtempSync(path.join(tmpdir(), 'interlock-mingw-'));
  try {
    const theirs = new Theirs(folder, ddk);
    const unit = compile(include(...HEADERS, ...MORE.filter((h) => theirs.has(h))));
    const items = [...structures(unit), ...constants(unit, theirs.macros()), ...functions(unit, theirs.prototypes())];
    return compare(items, theirs.values(items.filter((i) => i.kind !== 'parameters').map((i) => i.expression)), theirs.prototypes());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compare(
  items: readonly Item[],
  values: ReadonlyMap<string, bigint>,
  prototypes: ReadonlyMap<string, readonly string[]>,
): Comparison {
  const differences = new Map<string, readonly [bigint, bigint]>();
  const counted = { size: 0, offset: 0, constant: 0, parameter: 0, parameters: 0 };
  for (const i of items) {
    const v = i.kind === 'parameters' ? BigInt(prototypes.get(i.expression)!.length - 1) : values.get(i.expression);
    if (v === undefined) continue;
    counted[i.kind]++;
    if (BigInt.asUintN(64, i.ours) !== v) differences.set(i.name, [BigInt.asUintN(64, i.ours), v]);
  }
  return { structures: counted.size, fields: counted.offset, constants: counted.constant, functions: counted.parameters, differences };
}

// ---------------------------------------------------------------- ours
function* structures(unit: TranslationUnit): Generator<Item> {
  for (const s of unit.scope.names.values()) {
    if (s.kind !== 'typedef' || s.type.kind !== 'record' || !s.type.decl.complete) continue;
    yield { kind: 'size', name: s.name, expression: `sizeof(${s.name})`, ours: BigInt(s.type.decl.size) };
    for (const [field, offset] of fieldsOf(s.type.decl))
      yield { kind: 'offset', name: `${s.name}.${field}`, expression: `__builtin_offsetof(${s.name}, ${field})`, ours: BigInt(offset) };
  }
}
/** Named fields with their offsets; through anonymous members, and into members whose type has no name. */
function* fieldsOf(decl: RecordDecl, base = 0, prefix = ''): Generator<readonly [string, number]> {
  for (const f of decl.fields) {
    if (f.bitWidth !== undefined) continue;
    const inner = f.type.kind === 'record' && f.type.decl.tag === undefined ? f.type.decl : undefined;
    if (f.name !== undefined) yield [prefix + f.name, base + f.offset];
    if (inner && (f.name === undefined || inner.typedefName === undefined))
      yield* fieldsOf(inner, base + f.offset, f.name === undefined ? prefix : `${prefix}${f.name}.`);
  }
}

function* constants(unit: TranslationUnit, macros: ReadonlySet<string>): Generator<Item> {
  for (const s of unit.scope.names.values())
    if (s.kind === 'enumerator') yield { kind: 'constant', name: s.name, expression: `(unsigned long long)(${s.name})`, ours: s.value };
  const names = [...unit.macros.values()]
    .filter((m) => m.params === undefined && m.body.trim() !== '' && macros.has(m.name))
    .map((m) => m.name);
  const probe = compile(`${include(...HEADERS)}${names.map((n, i) => `static const __int64 value_${i} = (__int64)(${n});\n`).join('')}`);
  const bad = new Set(probe.diagnostics.flatMap((d) => (d.range ? [d.range.file.position(d.range.start).line] : [])));
  const first = HEADERS.length + 1;
  for (const g of probe.globals) {
    const index = /^value_(\d+)$/.exec(g.name)?.[1];
    if (index === undefined || bad.has(first + Number(index))) continue;
    const init = g.init?.items[0]?.value;
    const value = init && integerValue(init);
    if (value !== undefined)
      yield { kind: 'constant', name: names[Number(index)], expression: `(unsigned long long)(${names[Number(index)]})`, ours: value };
  }
}

function* functions(unit: TranslationUnit, prototypes: ReadonlyMap<string, readonly string[]>): Generator<Item> {
  for (const s of unit.scope.names.values()) {
    const types = s.kind === 'function' ? prototypes.get(s.name) : undefined;
    if (!types || s.kind !== 'function') continue;
    const ours: CType[] = [s.type.returns, ...s.type.params.map((p) => p.type)];
    yield { kind: 'parameters', name: `${s.name}()`, expression: s.name, ours: BigInt(ours.length - 1) };
    if (types.length !== ours.length) continue;
    for (const [n, type] of types.entries()) {
      const own = ours[n];
      if (/^(void|VOID)$/.test(type) || own.kind === 'void') continue;
      yield { kind: 'parameter', name: `${s.name}(${n})`, expression: `sizeof(${type})`, ours: BigInt(sizeOf(own)) };
    }
  }
}

// ---------------------------------------------------------------- theirs
class Theirs {
  private readonly head: string;
  private known: ReadonlyMap<string, readonly string[]> | undefined;
  constructor(
    private readonly folder: string,
    private readonly ddk: string,
  ) {
    const all = [...HEADERS, ...MORE].filter((h) => this.has(h));
    this.head = all.map((h) => `#include <${h}>\n`).join('');
  }

  has(header: string): boolean {
    return existsSync(path.join(this.ddk, header)) || existsSync(path.join(this.ddk, '..', header));
  }

  /** Names of their object-like macros. */
  macros(): ReadonlySet<string> {
    const out = this.run('macros.c', this.head, ['-E', '-dM']);
    return new Set([...out.matchAll(/^#define (\w+) \S/gm)].map((m) => m[1]));
  }

  /** Function -> types of its result and parameters, as text. */
  prototypes(): ReadonlyMap<string, readonly string[]> {
    if (this.known) return this.known;
    const file = path.join(this.folder, 'prototypes.txt');
    this.run('prototypes.c', this.head, ['-fsyntax-only', '-aux-info', file]);
    const out = new Map<string, readonly string[]>();
    for (const m of readFileSync(file, 'utf8').matchAll(/\*\/ (?:extern|static) (.*?)\b(\w+) \((.*)\);/g)) {
      if (m[1].includes('(')) continue; // a function that answers a function
      const parameters = splitTypes(m[3]).filter((t) => t !== 'void' && t !== '...');
      out.set(m[2], [m[1].trim(), ...parameters]);
    }
    this.known = out;
    return out;
  }

  /** Values of the expressions that their compiler accepts as integer constants. */
  values(expressions: readonly string[]): ReadonlyMap<string, bigint> {
    let list = [...new Set(expressions)];
    const lines = this.head.split('\n').length;
    const text = (): string => `${this.head}${list.map((e, i) => `const unsigned long long v_${i} = ${e};\n`).join('')}`;
    for (let round = 0; round < 25; round++) {
      const errors = this.errors(text());
      if (errors.size === 0) break;
      list = list.filter((_, i) => !errors.has(lines + i));
    }
    const out = new Map<string, bigint>();
    const asm = this.run('values.c', text(), ['-S', '-o', '-']);
    for (const m of asm.matchAll(/^v_(\d+):\n\s+\.(quad|space)\s+(-?\d+)/gm))
      out.set(list[Number(m[1])], m[2] === 'space' ? 0n : BigInt.asUintN(64, BigInt(m[3])));
    return out;
  }

  private errors(text: string): Set<number> {
    try {
      this.run('probe.c', text, ['-fsyntax-only']);
      return new Set();
    } catch (e) {
      const said = String((e as { stderr?: unknown }).stderr ?? '');
      const lines = new Set([...said.matchAll(/probe\.c:(\d+):\d+: (?:error|note)/g)].map((m) => Number(m[1])));
      if (lines.size === 0) throw e;
      return lines;
    }
  }

  private run(name: string, text: string, options: readonly string[]): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    const version = ['-D_WIN32_WINNT=0x0A00', '-DNTDDI_VERSION=0x0A00000C', '-DWINVER=0x0A00'];
    return execFileSync(COMPILER, ['-w', ...version, '-I', this.ddk, ...options, file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
    });
  }
}

/** Parameter types at the commas outside of parentheses. */
function splitTypes(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let current = '';
  for (const c of text) {
    if (c === '(') depth++;
    if (c === ')') depth--;
    if (c === ',' && depth === 0) {
      out.push(current.trim());
      current = '';
    } else current += c;
  }
  if (current.trim()) out.push(current.trim());
  return out;
}
