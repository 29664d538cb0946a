// What must hold, checked: `always` whenever a variable of the expression changes (its globals are watched) and at both ends of the run, `finally` at the end with
// the drivers' globals as their unload routines left them, the others from the trace.

import type { Diagnostic } from '../base/diagnostic.js';
import { nearest } from '../base/nearest.js';
import { parseExpression } from '../c/compile-unit.js';
import { sizeOf } from '../c/layout.js';
import type { Expr, VarSymbol } from '../c/tree.js';
import type { Kernel } from '../kernel/kernel.js';
import { CODE_MAGIC, isKernelAddress, KERNEL_BASE, toAddress } from '../machine/abi.js';
import type { CompiledImage } from '../machine/image.js';
import { type EvaluationContext, evaluate } from '../machine/inspect/evaluate.js';
import { asInteger, asNumber, EvaluationError, type TargetMemory } from '../machine/inspect/value.js';
import type { Watch } from '../machine/watch.js';
import type { Expectation } from './ast.js';

export interface CompiledCondition {
  readonly expectation: Extract<Expectation, { kind: 'always' | 'finally' }>;
  readonly expr: Expr;
  readonly image: CompiledImage;
}

/** The condition for the driver whose names the expression uses: the first in which it compiles. A diagnostic otherwise. */
export function compileCondition(
  e: Extract<Expectation, { kind: 'always' | 'finally' }>,
  drivers: readonly CompiledImage[],
): CompiledCondition | Diagnostic {
  let problem: Diagnostic | undefined;
  for (const image of drivers) {
    for (const unit of image.units) {
      const r = parseExpression(e.expression, { unit, scope: unit.scope });
      const error = r.diagnostics.find((d) => d.severity === 'error');
      if (r.expr && !error) return { expectation: e, expr: r.expr, image };
      problem ??= error;
    }
  }
  return {
    severity: 'error',
    code: 'scenario-expression',
    message: problem
      ? `'${e.expression}' cannot be evaluated: ${problem.message}`
      : `'${e.expression}' cannot be evaluated: no driver is loaded`,
    hint: `'${e.kind}' takes a C expression over the globals of the drivers`,
    range: { file: e.range.file, start: e.expressionStart, end: e.range.end },
  };
}

/** An error when no driver defines the function that a `calls` expectation counts. */
export function unknownFunction(e: Extract<Expectation, { kind: 'calls' }>, drivers: readonly CompiledImage[]): Diagnostic[] {
  const names = drivers.flatMap((d) => d.units.flatMap((u) => u.functions.filter((f) => !f.range.file.builtin).map((f) => f.symbol.name)));
  if (names.includes(e.function)) return [];
  const near = nearest(e.function, names);
  return [
    {
      severity: 'error',
      code: 'scenario-unknown-function',
      message: `no driver defines the function '${e.function}'`,
      ...(near ? { hint: `did you mean '${near}'?` } : {}),
      range: e.range,
    },
  ];
}

function globalOf(image: CompiledImage, symbol: VarSymbol): { offset: number; size: number } | undefined {
  const g =
    image.globals.find((x) => x.symbol === symbol) ??
    image.globals.find((x) => x.symbol.linkage === 'external' && x.symbol.name === symbol.name);
  return g && { offset: g.offset, size: Math.max(1, g.size) };
}

/** Reads a driver's globals also when its pages are gone after unload: the contents stay as they were. */
function presentMemory(k: Kernel, image: CompiledImage): TargetMemory {
  const { mem } = k;
  return {
    read(address, size) {
      if (!isKernelAddress(address) || !isKernelAddress(address + size - 1)) return undefined;
      const o = address - KERNEL_BASE;
      if (o >= image.start && o + size <= image.end) return mem.buffer.slice(o, o + size);
      return mem.allowed(address, size, false) ? mem.buffer.slice(o, o + size) : undefined;
    },
    write: () => false,
  };
}

/** Memory as it is when the driver has been mapped and nothing of it has run. */
function initialMemory(image: CompiledImage): TargetMemory {
  return {
    read(address, size) {
      const o = address - KERNEL_BASE;
      if (!(o >= image.start && o + size <= image.end)) return undefined;
      const out = new Uint8Array(size);
      for (const s of image.sections) {
        const from = Math.max(o, s.start);
        const to = Math.min(o + size, s.start + s.bytes.length);
        if (from < to) out.set(s.bytes.subarray(from - s.start, to - s.start), from - o);
      }
      return out;
    },
    write: () => false,
  };
}

/** The image is or was mapped: its code entries are still there, only their pages may be gone. */
function wasLoaded(k: Kernel, image: CompiledImage): boolean {
  return image.functions.length > 0 && k.mem.raw.u32(image.functions[0].codeOffset) === CODE_MAGIC;
}

function context(k: Kernel, image: CompiledImage, memory: TargetMemory): EvaluationContext {
  return {
    memory,
    allowWrites: false,
    addressOfVariable(s) {
      const g = globalOf(image, s);
      return g ? toAddress(g.offset) : k.dataExports.get(s.name);
    },
    addressOfFunction: (s) => k.machine.functionAddress(s.name),
  };
}

/**
 * Undefined: it holds. Otherwise why not. `initial`: with the values that the driver's globals have when it is loaded. Before its driver is loaded an `always`
 * holds.
 */
export function checkCondition(k: Kernel, c: CompiledCondition, initial = false): string | undefined {
  if (!initial && !wasLoaded(k, c.image)) return c.expectation.kind === 'always' ? undefined : `driver ${c.image.name} was not loaded`;
  const memory = initial ? initialMemory(c.image) : presentMemory(k, c.image);
  try {
    const v = evaluate(c.expr, context(k, c.image, memory));
    if (v.type.kind === 'float' ? asNumber(v) !== 0 : asInteger(v) !== 0n) return undefined;
    const parts = operands(k, c, memory);
    return `it is false${initial ? ' when the driver is loaded' : ''}${parts ? `: ${parts}` : ''}`;
  } catch (e) {
    if (!(e instanceof EvaluationError)) throw e;
    return `it cannot be evaluated: ${e.message}`;
  }
}

/** `left is 3, right is 0` for a comparison. */
function operands(k: Kernel, c: CompiledCondition, memory: TargetMemory): string {
  if (c.expr.kind !== 'binary' || !/^[<>=!]/.test(c.expr.op)) return '';
  const show = (e: Expr): string => {
    const v = evaluate(e, context(k, c.image, memory));
    return v.type.kind === 'float' ? String(asNumber(v)) : String(asInteger(v));
  };
  return `left side is ${show(c.expr.left)}, right side is ${show(c.expr.right)}`;
}

/** Memory whose change can change the value: every global that the expression names. */
export function watchesOf(c: CompiledCondition): Watch[] {
  const out: Watch[] = [];
  const visit = (e: Expr): void => {
    switch (e.kind) {
      case 'ref':
        if (e.symbol.kind === 'var') {
          const g = globalOf(c.image, e.symbol);
          if (g) out.push({ offset: g.offset, size: Math.min(g.size, sizeOf(e.symbol.type) || g.size), onRead: false, onWrite: true });
        }
        return;
      case 'unary':
      case 'cast':
      case 'incdec':
        return visit(e.operand);
      case 'binary':
        visit(e.left);
        return visit(e.right);
      case 'cond':
        visit(e.test);
        visit(e.then);
        return visit(e.else);
      case 'member':
        return visit(e.object);
      case 'index':
        visit(e.base);
        return visit(e.index);
      default:
    }
  };
  visit(c.expr);
  return out;
}
