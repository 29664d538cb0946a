// Names to things across the units of one image: external names unify, static ones do not, tentative definitions merge, `selectany` and
// inline functions take the first. Only what is needed is compiled: definitions of the units' own, and of the headers' what they refer to.
import type { Diagnostic } from '../../base/diagnostic.js';
import type { Range } from '../../base/source.js';
import { alignOf, objectSize, sizeOf } from '../../c/layout.js';
import type { FunctionDef, FunctionSymbol, TranslationUnit, VarSymbol } from '../../c/tree.js';
import { isConst } from '../../c/type-ops.js';
import { MAP } from '../abi.js';
import type { Imports } from '../image.js';
import { routineFixedSize } from '../routine.js';
import { type Relocation, writeInitializer } from './constant-data.js';
import { UNRESOLVED_FUNCTION } from './imports.js';
import type { FunctionIR, FunctionRef, StaticRef } from './ir.js';
import { mismatch } from './link-types.js';
import type { LinkContext } from './lowering.js';

/** A variable or literal to be placed in a section. */
export interface DataObject extends StaticRef {
  readonly symbol?: VarSymbol;
  readonly unit?: TranslationUnit;
  readonly size: number;
  readonly align: number;
  readonly readOnly: boolean;
  readonly section: string | undefined;
  /** undefined: all zero. */
  readonly bytes?: Uint8Array;
  readonly relocations: readonly Relocation[];
}

interface VarEntity {
  readonly ref: StaticRef;
  symbol: VarSymbol;
  unit: TranslationUnit;
  included: boolean;
}

/** Bytes of the region that images are loaded in. */
const MAX_IMAGE = MAP.drivers.end - MAP.drivers.start;

export class Linker implements LinkContext {
  readonly diagnostics: Diagnostic[] = [];
  readonly unresolved: { name: string; range: Range; ref: FunctionRef }[] = [];
  readonly objects: DataObject[] = [];
  /** Definitions still to be lowered. */
  readonly queue: FunctionRef[] = [];
  private readonly externalFunctions = new Map<string, FunctionRef>();
  private readonly staticFunctions = new Map<FunctionSymbol, FunctionRef>();
  private readonly definitions = new Map<string, { def: FunctionDef; unit: TranslationUnit }>();
  private readonly staticUnits = new Map<FunctionSymbol, TranslationUnit>();
  private readonly externalVars = new Map<string, VarEntity>();
  private readonly staticVars = new Map<VarSymbol, VarEntity>();
  private readonly importedVars = new Map<string, StaticRef>();
  private readonly literals = new Map<string, StaticRef>();
  private readonly compared = new Set<FunctionSymbol | VarSymbol>();
  private readonly funclets: FunctionIR[] = [];
  /** Bytes of all variables so far. */
  private dataSize = 0;

  constructor(
    readonly mode: 'kernel' | 'user',
    private readonly units: readonly TranslationUnit[],
    private readonly imports: Imports,
  ) {
    for (const u of units) for (const f of u.functions) this.defineFunction(f, u);
    for (const u of units) for (const v of u.globals) this.defineVariable(v, u);
  }

  /** Everything that is in the image whether referred to or not. */
  roots(): void {
    for (const u of this.units) {
      for (const f of u.functions) if (!f.symbol.inline && this.isDefinition(f)) this.functionRef(f.symbol, f.nameRange);
      for (const v of u.globals)
        if (v.defined && !v.selectany && !v.range.file.builtin && v.scope === 'global' && this.isDefinedHere(v)) this.staticRef(v, v.range);
    }
  }

  private isDefinition(f: FunctionDef): boolean {
    return f.symbol.linkage === 'internal' || this.definitions.get(f.symbol.name)?.def === f;
  }

  private isDefinedHere(v: VarSymbol): boolean {
    return v.linkage === 'external' ? this.externalVars.get(v.name)?.symbol === v : true;
  }

  private defineFunction(def: FunctionDef, unit: TranslationUnit): void {
    const s = def.symbol;
    if (s.linkage === 'internal') {
      this.staticUnits.set(s, unit);
      return;
    }
    const first = this.definitions.get(s.name);
    if (!first) this.definitions.set(s.name, { def, unit });
    else if (!s.inline && first.def.symbol.inline) this.definitions.set(s.name, { def, unit });
    else if (!s.inline && first.def !== def) this.duplicate(s.name, 'function', def.nameRange, first.def.nameRange);
  }

  private defineVariable(v: VarSymbol, unit: TranslationUnit): void {
    if (v.linkage !== 'external') {
      this.staticVars.set(v, { ref: { name: v.name, address: 0 }, symbol: v, unit, included: false });
      return;
    }
    if (!v.defined) return;
    const first = this.externalVars.get(v.name);
    if (!first) this.externalVars.set(v.name, { ref: { name: v.name, address: 0 }, symbol: v, unit, included: false });
    else if (first.symbol === v) return;
    else if (v.init && first.symbol.init && !(v.selectany || first.symbol.selectany))
      this.duplicate(v.name, 'variable', v.range, first.symbol.range);
    else if ((v.init && !first.symbol.init) || (sizeOf(v.type) > sizeOf(first.symbol.type) && !first.symbol.init)) {
      first.symbol = v;
      first.unit = unit;
    }
  }

  private duplicate(name: string, what: string, second: Range, first: Range): void {
    this.diagnostics.push({
      severity: 'error',
      code: 'link-duplicate',
      message: `${what} '${name}' is defined twice in this image`,
      range: second,
      hint: 'keep one definition, or make one of them static',
      related: [{ range: first, message: 'the first definition is here' }],
    });
  }

  functionRef(symbol: FunctionSymbol, range: Range): FunctionRef {
    const internal = symbol.linkage === 'internal' && (symbol.definition !== undefined || !symbol.builtin);
    if (!internal) this.compare(symbol, this.definitions.get(symbol.name)?.def.symbol);
    const known = internal ? this.staticFunctions.get(symbol) : this.externalFunctions.get(symbol.name);
    if (known) return known;
    const ref: FunctionRef = { name: symbol.name, symbol, number: -1, fixedSize: 0, address: 0 };
    if (internal) {
      this.staticFunctions.set(symbol, ref);
      ref.def = symbol.definition;
      ref.unit = this.staticUnits.get(symbol) ?? this.units[0];
    } else {
      this.externalFunctions.set(symbol.name, ref);
      const d = this.definitions.get(symbol.name);
      ref.def = d?.def;
      ref.unit = d?.unit;
    }
    if (ref.def) this.queue.push(ref);
    else this.importFunction(ref, symbol, range);
    return ref;
  }

  /** A name of another unit is used: by the type that it has there? */
  private compare(used: FunctionSymbol | VarSymbol, defined: FunctionSymbol | VarSymbol | undefined): void {
    if (used === defined || !defined || this.compared.has(used)) return;
    this.compared.add(used);
    const d = mismatch(used, defined);
    if (d) this.diagnostics.push(d);
  }

  private importFunction(ref: FunctionRef, symbol: FunctionSymbol, range: Range): void {
    const found = this.imports.func(symbol.name, symbol);
    if (found) {
      ref.number = found.number;
      ref.fixedSize = found.fixedSize;
      ref.address = found.address;
      return;
    }
    if (this.isOwn(symbol) && !this.imports.answered?.(symbol.name)) this.undefinedFunction(symbol, range);
    ref.number = UNRESOLVED_FUNCTION;
    ref.fixedSize = routineFixedSize(0);
    ref.unresolved = this.unresolved.length;
    this.unresolved.push({ name: symbol.name, range, ref });
  }

  /** Declared by the driver for something of its own: not a routine of the headers, not marked as imported, not named like an export of the kernel. */
  private isOwn(s: FunctionSymbol): boolean {
    const { builtin } = s.range.file;
    return !s.builtin && s.dllimport !== true && !builtin && !s.name.startsWith('_') && !this.imports.exported?.(s.name);
  }

  /** A linker would not find it in the kernel's import library either. */
  private undefinedFunction(symbol: FunctionSymbol, range: Range): void {
    this.diagnostics.push({
      severity: 'error',
      code: 'link-undefined-function',
      message: `function '${symbol.name}' is used but defined nowhere in this image`,
      range,
      hint: `add the source that defines it; what is in a library or an .asm file needs  stub ${symbol.name} ...;  or  models "models.c";  in the scenario`,
      related: [{ range: symbol.range, message: 'it is declared here' }],
    });
  }

  staticRef(symbol: VarSymbol, range: Range): StaticRef {
    const entity =
      symbol.linkage === 'external' ? this.externalVars.get(symbol.name) : (this.staticVars.get(symbol) ?? this.addStatic(symbol));
    if (entity) {
      if (symbol.linkage === 'external') this.compare(symbol, entity.symbol);
      if (!entity.included) this.include(entity);
      return entity.ref;
    }
    const imported = this.importedVars.get(symbol.name);
    if (imported) return imported;
    const address = this.imports.data(symbol.name, symbol);
    const ref: StaticRef = { name: symbol.name, address: address ?? 0 };
    this.importedVars.set(symbol.name, ref);
    if (address === undefined) {
      this.diagnostics.push({
        severity: 'error',
        code: 'link-undefined-variable',
        message: `variable '${symbol.name}' is used but defined nowhere in this image`,
        range,
        hint: 'add the source file that defines it, or define it without extern',
        related: [{ range: symbol.range, message: 'it is declared here' }],
      });
    }
    return ref;
  }

  /** Told once; what comes after it is not laid out either. */
  private tooLarge(s: VarSymbol, size: number, before: number): void {
    if (before > MAX_IMAGE) return;
    this.diagnostics.push({
      severity: 'error',
      code: 'link-too-large',
      message: `with '${s.name}', which has ${size} bytes, the variables have ${before + size}; an image can have ${MAX_IMAGE} at most`,
      range: s.range,
      hint: 'allocate large objects from pool',
    });
  }

  private addStatic(symbol: VarSymbol): VarEntity {
    const e: VarEntity = { ref: { name: symbol.name, address: 0 }, symbol, unit: this.units[0], included: false };
    this.staticVars.set(symbol, e);
    return e;
  }

  private include(entity: VarEntity): void {
    entity.included = true;
    const { symbol: s, ref } = entity;
    const size = Math.max(1, objectSize(s.type, s.init));
    const relocations: Relocation[] = [];
    let bytes: Uint8Array | undefined;
    const before = this.dataSize;
    this.dataSize += size;
    if (this.dataSize > MAX_IMAGE) this.tooLarge(s, size, before);
    else if (s.init) {
      bytes = new Uint8Array(size);
      writeInitializer(this, s.init, bytes, 0, relocations, (e) =>
        this.diagnostics.push({
          severity: 'error',
          code: 'link-not-constant',
          message: `initialiser of '${s.name}' is not a constant`,
          range: e.range,
        }),
      );
      if (relocations.length === 0 && bytes.every((b) => b === 0)) bytes = undefined;
    }
    let element = s.type;
    while (element.kind === 'array') element = element.element;
    const readOnly = (isConst(s.type) || isConst(element)) && s.init !== undefined;
    const align = Math.max(alignOf(s.type), s.align ?? 1, size >= 16 ? 16 : 1);
    // The reference that lowering holds is the object itself, so that layout sets one address.
    const object: DataObject = Object.assign(ref, {
      symbol: s,
      unit: entity.unit,
      size,
      align,
      readOnly,
      section: s.section,
      bytes,
      relocations,
    });
    this.objects.push(object);
  }

  literal(bytes: Uint8Array, align: number): StaticRef {
    let key = `${align}:`;
    for (const b of bytes) key += String.fromCharCode(b);
    let ref = this.literals.get(key);
    if (!ref) {
      const object: DataObject = {
        name: '',
        address: 0,
        size: Math.max(1, bytes.length),
        align,
        readOnly: true,
        section: undefined,
        bytes,
        relocations: [],
      };
      this.objects.push(object);
      this.literals.set(key, (ref = object));
    }
    return ref;
  }

  addFunclet(fn: FunctionIR): void {
    this.funclets.push(fn);
  }

  /** Funclets lowered since the last call. */
  takeFunclets(): FunctionIR[] {
    return this.funclets.splice(0);
  }
}
