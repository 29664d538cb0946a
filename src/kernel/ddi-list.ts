// Every routine that the headers declare, with what becomes of a call: simulated by the kernel (or by the compiler), inline code of a header, or declared
// only. The headers are the one source; the marks (src/wdk/not-simulated.gen.ts) say why a routine is declared only, and a test holds both together.
import { MemoryFiles } from '../base/files.js';
import { SourceFile } from '../base/source.js';
import { compileSource } from '../c/compile-unit.js';
import { INTRINSICS } from '../c/intrinsics.js';
import type { FunctionSymbol, MacroInfo, SalAnnotation, TranslationUnit } from '../c/tree.js';
import { typeToString } from '../c/type-names.js';
import { publicHeader } from '../wdk/public-header.js';
import { irqlLimit } from './irql-limit.js';
import { routineLists } from './routines.gen.js';

export type DdiStatus = 'simulated' | 'inline' | 'declared';
export interface Ddi {
  readonly name: string;
  /** WDK header; undefined: exported by ntoskrnl, but no WDK header declares it. */
  readonly header: string | undefined;
  readonly kind: 'routine' | 'inline' | 'macro' | 'intrinsic';
  readonly status: DdiStatus;
  /** Routines that nobody provides and that an inline routine or macro needs. */
  readonly needs: readonly string[];
  /** Unconditional IRQL limits: what the run-time check enforces. */
  readonly irql: { readonly min: number; readonly max: number } | undefined;
  readonly sal: readonly SalAnnotation[];
  /** `NTSTATUS ZwClose(HANDLE Handle)`; the replacement text of a macro. */
  readonly declaration: string;
}

/** Headers of user mode: what they declare is for scenario bodies. */
const USER =
  /^(windows|winbase|winreg|winnt|winternl|winioctl|winerror|errhandlingapi|fileapi|handleapi|ioapiset|memoryapi|processthreadsapi|synchapi|strsafe|intsafe|tchar|fltuser)\.h$/;
const UNIT = /^(windef|windows)/;
/** A macro that stands for a routine: named like one. */
const ROUTINE_NAME =
  /^(Cc|Cm|Dbg|Etw|Ex|Flt|FsRtl|Hal|Interlocked|Io|Kd|Ke|Mm|Nt|Ob|Po|Ps|Rtl|Se|Zw)[A-Z]\w*$|^(READ|WRITE)_(PORT|REGISTER)_|^(Append|Initialize|Insert|IsList|Pop|Push|Remove)\w*(List|Entry|Head)\w*$/;

/** Intrinsics that the compiler turns into a call of a routine with their name; the others it answers itself. */
const BY_ROUTINE =
  /^(__(read|write)(cr[0234]|msr|dr|gs\w+|eflags)|__(in|out)(byte|word|dword)\w*|__rdtscp?|__cpuid(ex)?|_xgetbv0?|_xsetbv|__(s|l)idt|_(s|l)gdt|_enable|_disable|_ReturnAddress)$/;

/** Names of the routines that the kernel has. */
export function simulatedNames(): ReadonlySet<string> {
  return new Set(routineLists.flat().map((r) => r.name));
}

/** `headers`: texts of src/wdk without their index (with it only what is used would be declared). Sorted by name. */
export function listDdis(headers: Readonly<Record<string, string>>): readonly Ddi[] {
  let list = lists.get(headers);
  if (!list) lists.set(headers, (list = readDdis(headers)));
  return list;
}
/** Reading everything takes a second or two; the texts do not change. */
const lists = new WeakMap<object, readonly Ddi[]>();

function readDdis(headers: Readonly<Record<string, string>>): Ddi[] {
  const texts = Object.fromEntries(Object.entries(headers).filter(([n]) => /^[a-z0-9_-]+\.h$/.test(n)));
  const includes = Object.keys(texts).filter((n) => !USER.test(n) && !UNIT.test(n) && !/^(ddi-|ntafter|pshpack|poppack)/.test(n));
  includes.sort((a, b) => Number(b === 'fltkernel.h') - Number(a === 'fltkernel.h') || (a < b ? -1 : 1));
  const read = (text: string): TranslationUnit =>
    compileSource(new SourceFile('ddis.c', text), '/ddis.c', {
      files: new MemoryFiles(),
      builtinHeaders: texts,
      includePaths: [],
      defines: {},
    });
  const head = includes.map((n) => `#include <${n}>\n`).join('');
  // bodies of inline routines are read only where they are used: the second reading uses all of them
  const inline = [...read(head).scope.names.values()].filter((s) => s.kind === 'function' && s.inline && s.builtin).map((s) => s.name);
  const unit = read(`${head}void use(void) {\n${inline.map((n) => `(void)(${n});\n`).join('')}}\n`);
  const simulated = simulatedNames();
  const reach = new Reach(unit, simulated);
  const out: Ddi[] = [];
  for (const s of unit.scope.names.values())
    if (s.kind === 'function' && s.range.file.builtin && !s.name.startsWith('_interlock_')) out.push(entry(s, simulated, reach));
  const functions = new Set(out.map((d) => d.name));
  for (const m of unit.macros.values())
    if (ROUTINE_NAME.test(m.name) && !functions.has(m.name) && m.range.file.builtin) {
      const e = macroEntry(m, unit, reach);
      if (e) out.push(e);
    }
  return out.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function entry(s: FunctionSymbol, simulated: ReadonlySet<string>, reach: Reach): Ddi {
  const intrinsic = INTRINSICS.has(s.name);
  const provided = simulated.has(s.name) || (intrinsic && !BY_ROUTINE.test(s.name));
  const needs = s.definition ? reach.of(s.name) : [];
  return {
    name: s.name,
    header: publicHeader(s.range.file.path),
    kind: s.definition ? 'inline' : intrinsic ? 'intrinsic' : 'routine',
    status: s.definition ? (needs.length ? 'declared' : 'inline') : provided ? 'simulated' : 'declared',
    needs,
    irql: irqlLimit(s.sal),
    sal: s.sal,
    declaration: prototype(s),
  };
}

/** With the parameters' names and annotations, as the header writes them. */
function prototype(s: FunctionSymbol): string {
  const params = s.type.params.map(
    (p) =>
      `${p.sal.map((a) => (a.args.length ? `${a.name}(${a.args.join(', ')}) ` : `${a.name} `)).join('')}${typeToString(p.type, p.name)}`,
  );
  if (s.type.variadic) params.push('...');
  return `${typeToString(s.type.returns)} ${s.name}(${params.join(', ') || 'void'})`;
}

/** A macro is a DDI if it takes arguments or names a routine; one that gives a constant is none. */
function macroEntry(m: MacroInfo, unit: TranslationUnit, reach: Reach): Ddi | undefined {
  const target = unit.scope.names.get(m.body.trim());
  const alias = target?.kind === 'function' ? target : undefined;
  if (m.params === undefined && !alias && !unit.macros.get(m.body.trim())?.params) return undefined;
  const needs = reach.of(m.name);
  return {
    name: m.name,
    header: publicHeader(m.range.file.path),
    kind: 'macro',
    status: needs.length ? 'declared' : 'inline',
    needs,
    irql: alias && irqlLimit(alias.sal),
    sal: alias?.sal ?? [],
    declaration: m.body.trim(),
  };
}

/** What inline code and macros call in the end. */
class Reach {
  private readonly known = new Map<string, readonly string[]>();
  constructor(
    private readonly unit: TranslationUnit,
    private readonly simulated: ReadonlySet<string>,
  ) {}

  /** Routines that nobody provides, behind this inline function or macro. */
  of(name: string): readonly string[] {
    const old = this.known.get(name);
    if (old) return old;
    this.known.set(name, []); // a cycle adds nothing
    const out = new Set<string>();
    const use = (word: string): void => {
      if (word === name) return;
      const s = this.unit.scope.names.get(word);
      if (s?.kind === 'function') {
        if (s.definition) for (const n of this.of(word)) out.add(n);
        else if (!this.simulated.has(word) && !(INTRINSICS.has(word) && !BY_ROUTINE.test(word))) out.add(word);
      } else if (this.unit.macros.has(word)) for (const n of this.of(word)) out.add(n);
    };
    const s = this.unit.scope.names.get(name);
    if (s?.kind === 'function' && s.definition) calledIn(s.definition.body, use);
    else for (const [word] of (this.unit.macros.get(name)?.body ?? '').matchAll(/\b[A-Za-z_]\w*\b/g)) use(word);
    const list = [...out].sort();
    this.known.set(name, list);
    return list;
  }
}

/** Names of the functions that a statement or expression refers to. */
function calledIn(node: unknown, found: (name: string) => void): void {
  if (Array.isArray(node)) {
    for (const n of node) calledIn(n, found);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const n = node as { kind?: unknown; symbol?: { kind?: unknown; name?: unknown }; name?: unknown };
  if (n.kind === 'ref' && n.symbol?.kind === 'function' && typeof n.symbol.name === 'string') found(n.symbol.name);
  if (n.kind === 'builtin' && typeof n.name === 'string' && INTRINSICS.has(n.name)) found(n.name);
  for (const [key, value] of Object.entries(node))
    if (!/^(range|nameRange|type|symbol|scope|locals|params|file)$/.test(key)) calledIn(value, found);
}
