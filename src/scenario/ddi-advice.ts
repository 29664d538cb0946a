// How to go on where a routine is declared and not simulated: what it is, the `stub` to paste into the scenario, and the C to write as a model. All of it is read
// from the declaration, so it is right for a routine of the WDK and for one of a library that is not at hand.
import { basename } from '../base/files.js';
import type { FunctionSymbol } from '../c/tree.js';
import { typeToString } from '../c/type-names.js';
import type { CType, Parameter } from '../c/types.js';
import { notSimulated, reasonText } from '../wdk/not-simulated.js';
import type { Scenario } from './ast.js';
import { headerOf } from './ddi-use.js';

export interface DdiAdvice {
  readonly name: string;
  /** `declared in wdm.h; the power manager: not simulated`: one clause or more. */
  readonly origin: string;
  /** WDK header that declares it, where known. */
  readonly header?: string;
  /** Part of Windows that is missing (not-simulated.ts), where it is more than this routine. */
  readonly subsystem?: string;
  /** Name of its page in the documentation: `nf-wdm-poregisterdevicenotify`. */
  readonly documentation?: string;
  /** Statement for the scenario; undefined when no stub can answer (it returns a structure, or never). */
  readonly stub?: string;
  /** Text of a models file that defines it and does nothing yet. */
  readonly model: string;
}

export function adviceFor(f: FunctionSymbol): DdiAdvice {
  const header = headerOf(f);
  const reason = f.builtin ? notSimulated(f.name) : undefined;
  const documentation =
    header !== undefined && /^ddi-(?!extra)/.test(basename(f.range.file.path))
      ? `nf-${header.replace(/\.h$/, '')}-${f.name.toLowerCase()}`
      : undefined;
  const stub = stubStatement(f);
  return {
    name: f.name,
    origin: [
      f.builtin ? `declared in ${header ?? 'the headers of the WDK'}` : `declared in ${f.range.file.path}, defined nowhere`,
      ...(reason?.what ? [reasonText(reason)] : []),
    ].join('; '),
    model: modelText(f),
    ...(header === undefined ? {} : { header }),
    ...(reason?.what ? { subsystem: reason.what } : {}),
    ...(documentation === undefined ? {} : { documentation }),
    ...(stub === undefined ? {} : { stub }),
  };
}

/** A type whose values fit in a register. */
export const isPlain = (t: CType): boolean => t.kind === 'int' || t.kind === 'enum' || t.kind === 'pointer';

/** A value to write in an example: success where a status is returned, else nothing (zero). */
export function exampleValue(t: CType): string {
  if (t.kind === 'pointer') return 'NULL';
  if (t.alias === 'NTSTATUS') return 'STATUS_SUCCESS';
  if (t.alias === 'BOOLEAN' || t.alias === 'BOOL') return 'FALSE';
  return '0';
}

/** With success comes what the caller then reads: outputs are set, to nothing. */
function stubStatement(f: FunctionSymbol): string | undefined {
  const { returns } = f.type;
  if (f.noreturn || (returns.kind !== 'void' && !isPlain(returns))) return undefined;
  const value = returns.kind === 'void' ? '' : ` returns ${exampleValue(returns)}`;
  const outputs =
    value === '' || value.endsWith('STATUS_SUCCESS')
      ? f.type.params.flatMap((p) => (isOutput(p) ? `*${p.name} = ${exampleValue(targetOf(p)!)};` : []))
      : [];
  return outputs.length ? `stub ${f.name}${value} { ${outputs.join(' ')} }` : `stub ${f.name}${value};`;
}

const targetOf = (p: Parameter): CType | undefined => (p.type.kind === 'pointer' ? p.type.target : undefined);

/** An annotated output that a stub can write. */
function isOutput(p: Parameter): boolean {
  const target = targetOf(p);
  return (
    p.name !== undefined &&
    target !== undefined &&
    isPlain(target) &&
    p.sal.some((a) => /^_Out(ptr)?(_opt)?(_result_maybenull_)?_$/.test(a.name) || /^_Outptr_/.test(a.name))
  );
}

const WIDTH = 100;

/** A models file with this one function, ready to be filled. */
function modelText(f: FunctionSymbol): string {
  const header = headerOf(f);
  const known = header !== undefined && /^(ntddk|wdm|ntifs|fltKernel)\.h$/.test(header);
  const own = !f.builtin && /\.(h|inl)$/i.test(f.range.file.path) ? `#include "${f.range.file.path}"\n` : '';
  const include = `#include <ntifs.h>\n${known || header === undefined ? (header === 'fltKernel.h' ? '#include <fltKernel.h>\n' : '') : `#include <${header}>\n`}${own}`;
  const { returns, params, variadic } = f.type;
  const list = params.map((p, i) => typeToString(p.type, p.name ?? `Argument${i + 1}`));
  if (variadic) list.push('...');
  const head = (inside: string): string => typeToString(returns, `${f.name}(${inside})`);
  const oneLine = head(list.join(', ') || 'VOID');
  const text = oneLine.length <= WIDTH ? oneLine : head(`\n    ${list.join(',\n    ')}`);
  const result =
    returns.kind === 'void' || f.noreturn ? '' : isPlain(returns) ? `    return ${exampleValue(returns)};\n` : '    // return ...;\n';
  return `${include}\n${text}\n{\n${result}}\n`;
}

/** Where a new statement for every driver goes in a scenario: offset of a line's begin, above the first stub or driver and what is said about it. */
export function statementPlace(s: Scenario): number {
  const { text } = s.file;
  const starts = [...s.stubs.map((x) => x.name.range.start), ...s.drivers.map((d) => d.range.start)];
  let at = lineStart(text, Math.min(text.length, ...starts));
  while (at > 0) {
    const before = lineStart(text, at - 1);
    if (!/^\s*\/\//.test(text.slice(before, at))) break;
    at = before;
  }
  return at;
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;
