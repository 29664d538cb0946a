// Types by name for `dt`: the kernel's own (its private headers and the headers that drivers include, compiled once, when first asked for) and those of the drivers'
// units, where every unit keeps what its sources declared.
import { MemoryFiles } from '../../base/files.js';
import { compileUnit, parseTypeName } from '../../c/compile-unit.js';
import type { Scope, TranslationUnit } from '../../c/tree.js';
import type { CType } from '../../c/types.js';
import type { CompiledImage } from '../../machine/image.js';
import { kernelSources, wdkHeaders } from '../../wdk/headers.gen.js';

let kernelUnit: TranslationUnit | undefined;

function kernelHeaders(): TranslationUnit {
  if (!kernelUnit) {
    const headers = Object.fromEntries(Object.entries(kernelSources).filter(([name]) => name.endsWith('.h')));
    const text = ['#include <ntifs.h>', ...Object.keys(headers).map((name) => `#include "${name}"`), ''].join('\n');
    kernelUnit = compileUnit('nt.c', {
      files: new MemoryFiles({ 'nt.c': text, ...headers }),
      builtinHeaders: wdkHeaders,
      includePaths: [''],
      defines: {},
    });
  }
  return kernelUnit;
}

export interface NamedType {
  /** `nt!_KTHREAD` */
  readonly name: string;
  readonly type: CType;
}

const WORD = /^[A-Za-z_]\w*$/;

function complete(t: CType | undefined): t is CType {
  return t !== undefined && (t.kind === 'record' || t.kind === 'enum' ? t.decl.complete : t.kind !== 'void' && t.kind !== 'error');
}

/** A tag (with or without its underscore in front) or a typedef name in a unit. */
function inUnit(unit: TranslationUnit, word: string): CType | undefined {
  const context = { unit, scope: unit.scope };
  const known = (name: string): boolean => unit.scope.tags.get(name)?.complete === true;
  const tag = known(word) ? word : known(`_${word}`) ? `_${word}` : undefined;
  if (tag !== undefined) {
    // which keyword the tag goes with is not written in the scope's table of names alone
    for (const keyword of ['struct', 'union', 'enum']) {
      const { type } = parseTypeName(`${keyword} ${tag}`, context);
      if (complete(type)) return type;
    }
  }
  const symbol = unit.scope.names.get(word);
  if (symbol?.kind !== 'typedef') return undefined;
  return complete(symbol.type) ? symbol.type : undefined;
}

const shown = (type: CType, word: string): string => (type.kind === 'record' || type.kind === 'enum' ? (type.decl.tag ?? word) : word);

export class KernelTypes {
  constructor(private readonly images: readonly CompiledImage[]) {}

  /** `nt!_KTHREAD`, `driver!MY_STRUCT`, `_KTHREAD`, `MY_STRUCT`: without a module the drivers come first, then the kernel. */
  find(text: string): NamedType | undefined {
    const m = /^(?:([\w.-]+)!)?(?:(?:struct|union|enum)\s+)?([A-Za-z_]\w*)$/.exec(text);
    if (!m) return undefined;
    const module = m[1]?.toLowerCase();
    for (const image of this.images) {
      if (module !== undefined && image.name.toLowerCase() !== module) continue;
      for (const unit of image.units) {
        const type = inUnit(unit, m[2]);
        if (type && (module !== undefined || isOwn(type))) return { name: `${image.name}!${shown(type, m[2])}`, type };
      }
    }
    if (module !== undefined && module !== 'nt') return undefined;
    const type = inUnit(kernelHeaders(), m[2]);
    return type && { name: `nt!${shown(type, m[2])}`, type };
  }

  hasModule(module: string): boolean {
    const m = module.toLowerCase();
    return m === 'nt' || this.images.some((i) => i.name.toLowerCase() === m);
  }

  /** Names of structures, unions and enums of a module (default: all), sorted: tags, and typedef names of those without a tag. */
  names(module?: string): string[] {
    const out = new Set<string>();
    const m = module?.toLowerCase();
    for (const image of this.images)
      if (m === undefined || image.name.toLowerCase() === m)
        for (const unit of image.units) for (const name of typeNames(unit.scope, true)) out.add(`${image.name}!${name}`);
    if (m === undefined || m === 'nt') for (const name of typeNames(kernelHeaders().scope, false)) out.add(`nt!${name}`);
    return [...out].sort();
  }
}

/** Declared in the user's sources, not in our headers. */
function isOwn(type: CType): boolean {
  return (type.kind === 'record' || type.kind === 'enum') && type.decl.range !== undefined && !type.decl.range.file.builtin;
}

function* typeNames(scope: Scope, own: boolean): Generator<string> {
  for (const [tag, decl] of scope.tags) {
    if (!WORD.test(tag) || (own && (decl.range === undefined || decl.range.file.builtin))) continue;
    yield tag;
  }
  for (const [name, s] of scope.names) {
    if (s.kind !== 'typedef' || (s.type.kind !== 'record' && s.type.kind !== 'enum') || s.type.decl.tag !== undefined) continue;
    if (!own || isOwn(s.type)) yield name;
  }
}
