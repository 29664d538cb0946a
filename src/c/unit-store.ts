// Compiled units, kept while everything that was looked at to make them is still the same: the texts that were read, the paths that were searched in vain, the
// folders that were listed. A launch after an edit compiles the edited file and no other; the header chain below is shared by all units of the process anyway
// (header-world.ts). A unit is never changed once it is made, so any number of launches and the language server may hold it.
import type { FileProvider } from '../base/files.js';
import type { SourceFile } from '../base/source.js';
import { type CompileOptions, compileUnit } from './compile-unit.js';
import type { TranslationUnit } from './tree.js';

/** More than any driver has; beyond it the one that was used least lately goes. */
const MAX_UNITS = 400;

interface Entry {
  readonly unit: TranslationUnit;
  readonly headers: CompileOptions['builtinHeaders'];
  readonly read: ReadonlyMap<string, string | undefined>;
  readonly listed: ReadonlyMap<string, string>;
  readonly missing: readonly string[];
  readonly generated: readonly Generated[];
}

/** A header that was made for the unit (WPP), and what it was made from: asked again it must come out the same. */
interface Generated {
  readonly name: string;
  readonly files: readonly SourceFile[];
  readonly text: string | undefined;
}

/** Remembers what a compilation asks for. */
class Witness implements FileProvider {
  readonly texts = new Map<string, string | undefined>();
  readonly listings = new Map<string, string>();

  constructor(private readonly files: FileProvider) {}

  read(path: string): string | undefined {
    const text = this.files.read(path);
    this.texts.set(path, text);
    return text;
  }

  list(folder: string): readonly string[] | undefined {
    const names = this.files.list(folder);
    this.listings.set(folder, asText(names));
    return names;
  }
}

const asText = (names: readonly string[] | undefined): string => (names === undefined ? '' : `/${names.join('/')}`);

export class UnitStore {
  private readonly entries = new Map<string, Entry>();

  /** `compileUnit`, or its earlier result where nothing has changed. */
  get(path: string, options: CompileOptions, shown = path): { unit: TranslationUnit; compiled: boolean } {
    const { includePaths, forcedIncludes = [], defines, undefines = [], wholeHeaders = false } = options;
    const key = JSON.stringify([path, shown, includePaths, forcedIncludes, defines, undefines, wholeHeaders]);
    let entry = this.entries.get(key);
    const compiled = !entry || !isCurrent(entry, options);
    if (!entry || compiled) {
      const witness = new Witness(options.files);
      const missing = new Set<string>();
      const made: Generated[] = [];
      const generated: CompileOptions['generated'] = (name, files) => {
        const text = options.generated?.(name, files);
        made.push({ name, files: [...files], text });
        return text;
      };
      const unit = compileUnit(path, { ...options, files: witness, missing, generated }, shown);
      entry = {
        unit,
        headers: options.builtinHeaders,
        read: witness.texts,
        listed: witness.listings,
        missing: [...missing],
        generated: made,
      };
    }
    for (const m of entry.missing) options.missing?.add(m);
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > MAX_UNITS) this.entries.delete(this.entries.keys().next().value!);
    return { unit: entry.unit, compiled };
  }
}

function isCurrent(e: Entry, options: CompileOptions): boolean {
  if (e.headers !== options.builtinHeaders) return false;
  for (const [path, text] of e.read) if (options.files.read(path) !== text) return false;
  for (const [folder, names] of e.listed) if (asText(options.files.list(folder)) !== names) return false;
  for (const g of e.generated) if (options.generated?.(g.name, g.files) !== g.text) return false;
  return true;
}
