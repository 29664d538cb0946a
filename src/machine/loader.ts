// Compiled images: their functions in the one table (before boot), their pages in memory (whenever the kernel loads them).
// Everything kept here follows from the list of images, so it is no simulated state (DESIGN invariant 1).
import { CODE_MAGIC, Deny, PAGE_SHIFT, PAGE_SIZE } from './abi.js';
import type { CompiledFunction, ModuleImports } from './compile/imports.js';
import type { FrameHeaders } from './frames.js';
import type { CompiledImage, FunctionInfo, GlobalInfo, Step } from './image.js';
import type { Memory } from './memory.js';

/** A compiled module does not depend on the machine: machines made one after the other (exploration, tests) share it. */
const modules = new WeakMap<CompiledImage, WebAssembly.Module>();

export class Loader {
  readonly images: CompiledImage[] = [];
  /** By function number; holes where no image is. */
  readonly functions: (FunctionInfo | undefined)[] = [];
  readonly table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' });
  private readonly callable: (CompiledFunction | undefined)[] = [];
  /** By function number: first page of the code of its image, -1 for images of user mode (they lie elsewhere in each process). */
  private readonly codePages: number[] = [];
  /** Ascending by stepBase. */
  private byStep: FunctionInfo[] = [];
  private readonly names = new Map<string, FunctionInfo>();
  private readonly globals = new Map<string, GlobalInfo>();

  constructor(
    private readonly memory: Memory,
    private readonly imports: Omit<ModuleImports, 'm' | 't'>,
  ) {}

  /** Instantiates the image's code. Throws when its function numbers are taken. */
  load(image: CompiledImage): void {
    let end = this.table.length;
    for (const f of image.functions) {
      if (this.functions[f.number])
        throw new Error(`function number ${f.number} of ${image.name} is used by ${this.functions[f.number]!.name}`);
      end = Math.max(end, f.number + 1);
    }
    if (end > this.table.length) this.table.grow(end - this.table.length);
    let module = modules.get(image);
    if (!module) {
      module = new WebAssembly.Module(image.wasm as BufferSource);
      modules.set(image, module);
    }
    const e = { m: this.memory.wasm, t: this.table, ...this.imports };
    new WebAssembly.Instance(module, { e });
    const code = image.mode === 'kernel' ? image.sections.find((s) => s.executable) : undefined;
    for (const f of image.functions) {
      this.functions[f.number] = f;
      this.codePages[f.number] = code ? code.start >>> PAGE_SHIFT : -1;
      if (image.mode === 'kernel' && f.parent === undefined && !this.names.has(f.name)) this.names.set(f.name, f);
    }
    if (image.mode === 'kernel') for (const g of image.globals) if (!this.globals.has(g.symbol.name)) this.globals.set(g.symbol.name, g);
    this.images.push(image);
    this.byStep = [...this.byStep, ...image.functions].sort((a, b) => a.stepBase - b.stepBase);
  }

  /** Forgets all images; nothing of them may be mapped. */
  clear(): void {
    for (let i = 0; i < this.table.length; i++) this.table.set(i, null);
    for (const list of [this.images, this.functions, this.callable, this.codePages, this.byStep]) list.length = 0;
    this.names.clear();
    this.globals.clear();
  }

  /** The wasm function behind a number, or undefined. */
  code(fn: number): CompiledFunction | undefined {
    const c = this.callable[fn];
    if (c) return c;
    if (fn < 0 || fn >= this.table.length) return undefined;
    return (this.callable[fn] = (this.table.get(fn) as CompiledFunction | null) ?? undefined);
  }

  /** Is the code of a frame that goes on there no more? Its driver was unloaded while this thread waited in it. */
  isGone(fn: number): boolean {
    const page = this.codePages[fn];
    return page >= 0 && (this.memory.deny[page] & Deny.Execute) !== 0;
  }

  map(image: CompiledImage, base: number): void {
    const m = this.memory;
    const user = image.mode === 'user';
    for (const s of image.sections) {
      const size = Math.ceil(s.size / PAGE_SIZE) * PAGE_SIZE;
      const start = s.start + base;
      m.pages.map(start, size, { writable: s.writable, executable: s.executable, pageable: s.pageable, user });
      m.raw.fill(start, size);
      m.raw.setBytes(start, s.bytes.length > size ? s.bytes.subarray(0, size) : s.bytes);
    }
    for (const f of image.functions) {
      if (m.raw.u32(f.codeOffset + base) !== CODE_MAGIC) this.writeCodeEntry(f.codeOffset + base, f.number, f.fixedSize, 0);
    }
  }

  unmap(image: CompiledImage, base: number): void {
    for (const s of image.sections) this.memory.pages.unmap(s.start + base, Math.ceil(s.size / PAGE_SIZE) * PAGE_SIZE);
  }

  writeCodeEntry(offset: number, fn: number, fixedSize: number, extra: number): void {
    const m = this.memory.raw;
    m.setU32(offset, CODE_MAGIC);
    m.setU32(offset + 4, fn);
    m.setU32(offset + 8, fixedSize);
    m.setU32(offset + 12, extra);
  }

  functionNamed(name: string): FunctionInfo | undefined {
    return this.names.get(name);
  }
  globalNamed(name: string): GlobalInfo | undefined {
    return this.globals.get(name);
  }
  /** Image that a function number belongs to. */
  imageOf(fn: number): CompiledImage | undefined {
    return this.images.find(
      (i) => i.functions.length > 0 && fn >= i.functions[0].number && fn <= i.functions[i.functions.length - 1].number,
    );
  }

  stepInfo(globalStep: number): { function: FunctionInfo; step: Step; local: number } | undefined {
    let lo = 0;
    let hi = this.byStep.length - 1;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (this.byStep[mid].stepBase <= globalStep) lo = mid;
      else hi = mid - 1;
    }
    const f = this.byStep[lo];
    const local = f ? globalStep - f.stepBase : -1;
    return f && local >= 0 && local < f.steps.length ? { function: f, step: f.steps[local], local } : undefined;
  }

  /** See compile/imports.ts "Unresolved functions": index and function base from the frame; an indirect call tells only the index, then the caller's image counts. */
  unresolved(index: number, functionBase: number, caller: number, headers: FrameHeaders) {
    const image = functionBase
      ? this.images.find((i) => i.functions[0]?.number === functionBase)
      : caller
        ? this.imageOf(headers.fn(caller))
        : undefined;
    const entry = image?.unresolved[index];
    return image && entry ? { image, name: entry.name, range: entry.range } : undefined;
  }
}
