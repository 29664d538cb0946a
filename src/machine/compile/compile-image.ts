// Compiling one image: link the units, lower what is needed, lay frames and sections out, emit one WebAssembly module, and describe it all
// for the debugger.
import type { Diagnostic } from '../../base/diagnostic.js';
import { KERNEL_BASE, USER_BASE } from '../abi.js';
import type { CompiledImage, CompileImageOptions, FunctionInfo, GlobalInfo, LocalInfo } from '../image.js';
import { firstFunction } from './emit-base.js';
import { emitModule } from './emit-module.js';
import type { FunctionIR, FunctionRef } from './ir.js';
import { layoutImage } from './layout.js';
import { Linker } from './link.js';
import { layoutFrame, lowerFunction } from './lower-function.js';

/**
 * Problems of linking are in `diagnostics` (those of the units are not repeated); an image with errors is not to be run. When a unit has
 * errors the
 * image is empty: its tree may be anything.
 */
export function compileImage(options: CompileImageOptions): CompiledImage {
  if (options.units.some((u) => u.diagnostics.some((d) => d.severity === 'error'))) return emptyImage(options);
  const linker = new Linker(options.mode, options.units, options.imports);
  linker.roots();
  const functions = lowerAll(linker);
  const race = options.mode === 'kernel' && (options.race ?? false);
  const first = firstFunction(race);
  let number = options.functionBase;
  let step = options.stepBase;
  const indices = new Map<FunctionRef, number>();
  for (const f of functions) {
    layoutFrame(f);
    const limit = tooLarge(f);
    if (limit) linker.diagnostics.push(limit);
    f.number = number;
    f.stepBase = step;
    if (f.ref) {
      f.ref.number = number;
      indices.set(f.ref, first + number - options.functionBase);
    }
    number++;
    step += f.steps.length;
  }
  if (linker.diagnostics.some((d) => d.severity === 'error')) return { ...emptyImage(options), diagnostics: linker.diagnostics };
  const { sections, end } = layoutImage(
    options.mode,
    options.start,
    functions,
    linker.unresolved.map((u) => u.ref),
    linker.objects,
  );
  const wasm = emitModule(functions, options.functionBase, {
    mode: options.mode,
    debug: options.debug,
    race,
    cleanStops: options.cleanStops ?? false,
    firstFunction: first,
    functionCount: functions.length,
    functionBase: options.functionBase,
    wasmIndex: (f) => indices.get(f),
  });
  const base = options.mode === 'kernel' ? KERNEL_BASE : USER_BASE;
  const globals: GlobalInfo[] = [];
  for (const o of linker.objects)
    if (o.symbol && o.unit) globals.push({ symbol: o.symbol, offset: o.address - base, size: o.size, unit: o.unit });
  return {
    name: options.name,
    mode: options.mode,
    start: options.start,
    end,
    sections,
    functions: functions.map((f) => describe(f, base)),
    globals,
    wasm,
    unresolved: linker.unresolved.map(({ name, range }) => ({ name, range })),
    units: options.units,
    diagnostics: linker.diagnostics,
  };
}

/** What WebAssembly and the simulated stacks can take of one function. */
const MAX_STEPS = 60_000;
const MAX_FRAME = 16 << 20;

function tooLarge(f: FunctionIR): Diagnostic | undefined {
  const what =
    f.steps.length > MAX_STEPS
      ? `'${f.name}' has ${f.steps.length} steps; one function can have ${MAX_STEPS}`
      : f.fixedSize > MAX_FRAME
        ? `the local variables of '${f.name}' have ${f.fixedSize} bytes; a kernel stack has 24 KB`
        : undefined;
  if (what === undefined) return undefined;
  const hint = f.fixedSize > MAX_FRAME ? 'allocate large objects from pool' : 'divide the function';
  return { severity: 'error', code: 'link-too-large', message: what, range: f.ref?.def?.nameRange ?? f.range, hint };
}

function emptyImage(o: CompileImageOptions): CompiledImage {
  const wasm = emitModule([], o.functionBase, {
    mode: o.mode,
    debug: o.debug,
    race: false,
    cleanStops: false,
    firstFunction: firstFunction(false),
    functionCount: 0,
    functionBase: o.functionBase,
    wasmIndex: () => undefined,
  });
  return {
    name: o.name,
    mode: o.mode,
    start: o.start,
    end: o.start,
    sections: [],
    functions: [],
    globals: [],
    wasm,
    unresolved: [],
    units: o.units,
    diagnostics: [],
  };
}

/** In order: definitions of the units, then what they need from headers, each followed by its filter funclets. */
function lowerAll(linker: Linker): FunctionIR[] {
  const functions: FunctionIR[] = [];
  for (let i = 0; i < linker.queue.length; i++) {
    const ref = linker.queue[i];
    functions.push(lowerFunction(linker, ref, ref.def!, ref.unit!));
    functions.push(...linker.takeFunclets());
  }
  return functions;
}

function describe(f: FunctionIR, base: number): FunctionInfo {
  const locals: LocalInfo[] = f.variables.map((v) => ({
    symbol: v.symbol,
    offset: v.slot.offset,
    ...(v.indirect ? { indirect: true } : {}),
    ...(v.align ? { align: v.align } : {}),
  }));
  return {
    number: f.number,
    name: f.name,
    codeOffset: f.codeAddress - base,
    fixedSize: f.fixedSize,
    steps: f.steps,
    stepBase: f.stepBase,
    locals,
    seh: f.regions.map((r) => ({
      start: r.start,
      end: r.end,
      kind: r.kind,
      handler: r.handler,
      area: r.area.offset,
      filter: r.filterFunction?.number,
      constantFilter: r.constantFilter,
      finallyEnd: r.finallyEnd,
    })),
    returns: f.returns,
    variadic: f.variadic,
    definition: f.ref?.def,
    parent: f.parent?.number,
    unit: f.unit,
    section: f.section,
  };
}
