// The macros of a unit: its own in front of those of an indexed header, which are made when somebody asks for them.
import type { HeaderSet } from './header-set.js';
import type { MacroDef } from './macros.js';

export class MacroScope extends Map<string, MacroDef> {
  private headers: HeaderSet | undefined;
  /** Own names before the header came: they stand first. */
  private before: readonly string[] = [];
  private removed: Set<string> | undefined;

  /** From here on the macros of the header are there too. */
  install(headers: HeaderSet): void {
    this.headers = headers;
    this.before = [...super.keys()];
  }

  private inHeader(name: string): boolean {
    return this.headers?.hasMacro(name) === true && !this.removed?.has(name);
  }

  override has(name: string): boolean {
    return super.has(name) || this.inHeader(name);
  }

  override get(name: string): MacroDef | undefined {
    const own = super.get(name);
    if (own !== undefined || this.headers === undefined || this.removed?.has(name)) return own;
    return this.headers.macro(name);
  }

  override delete(name: string): boolean {
    const had = this.has(name);
    super.delete(name);
    if (this.headers?.hasMacro(name)) (this.removed ??= new Set()).add(name);
    return had;
  }

  override *keys(): MapIterator<string> {
    if (this.headers === undefined) {
      yield* super.keys();
      return;
    }
    const first = new Set(this.before);
    for (const name of first) if (super.has(name)) yield name;
    for (const name of this.headers.macroNames()) if (!first.has(name) && (super.has(name) || this.inHeader(name))) yield name;
    for (const name of super.keys()) if (!first.has(name) && !this.headers.hasMacro(name)) yield name;
  }

  override *values(): MapIterator<MacroDef> {
    for (const name of this.keys()) yield this.get(name)!;
  }

  override *entries(): MapIterator<[string, MacroDef]> {
    for (const name of this.keys()) yield [name, this.get(name)!];
  }

  override [Symbol.iterator](): MapIterator<[string, MacroDef]> {
    return this.entries();
  }

  override forEach(f: (value: MacroDef, key: string, map: Map<string, MacroDef>) => void): void {
    for (const [name, m] of this.entries()) f(m, name, this);
  }

  override get size(): number {
    let n = 0;
    for (const _ of this.keys()) n++;
    return n;
  }
}
