// Compiled images, kept while everything that went into them is the same: the units (by identity; c/unit-store.ts keeps those), where code, functions and steps
// are placed, the variant, and every answer that the imports gave. A launch of an unchanged driver lowers and emits nothing, and shares the WebAssembly module
// that hangs on the image (loader.ts). Images are never changed once they are made, so any number of machines may run one.
import type { TranslationUnit } from '../../c/tree.js';
import type { CompiledImage, CompileImageOptions, Imports } from '../image.js';
import { compileImage } from './compile-image.js';

/** Images kept for sets of units that begin with the same one: variants, and processes of a scenario that run the same body, each at numbers of its own. */
const MAX_KEPT = 32;

interface Kept {
  readonly options: Omit<CompileImageOptions, 'imports'>;
  /** Asks the imports again; false: something is answered in another way now. Asked again also because the kernel learns IRQL limits from being asked. */
  readonly same: readonly ((imports: Imports) => boolean)[];
  readonly image: CompiledImage;
}

const kept = new WeakMap<object, Kept[]>();

/** `compileImage`, or its earlier result where nothing has changed. */
export function compileImageOnce(options: CompileImageOptions): CompiledImage {
  const key = options.units[0];
  if (!key) return compileImage(options);
  const { imports, ...rest } = options;
  const list = kept.get(key) ?? [];
  const found = list.find((e) => sameOptions(e.options, rest) && e.same.every((ask) => ask(imports)));
  const entry = found ?? compileWitnessed(imports, rest);
  const others = list.filter((e) => e !== entry && !isOutdated(e, rest.units));
  kept.set(key, [entry, ...others].slice(0, MAX_KEPT));
  return entry.image;
}

/** One of its units has been edited since; nobody asks for it any more. */
const isOutdated = (e: Kept, units: readonly TranslationUnit[]): boolean =>
  e.options.units.some((u) => units.some((v) => v !== u && v.file.path === u.file.path));

function compileWitnessed(imports: Imports, options: Omit<CompileImageOptions, 'imports'>): Kept {
  const same: ((imports: Imports) => boolean)[] = [];
  const image = compileImage({
    ...options,
    imports: {
      ...imports,
      func(name, symbol) {
        const f = imports.func(name, symbol);
        const { number, fixedSize, address } = f ?? {}; // nothing else of the kernel is kept
        same.push((now) => {
          const g = now.func(name, symbol);
          return number === g?.number && fixedSize === g?.fixedSize && address === g?.address;
        });
        return f;
      },
      data(name, symbol) {
        const address = imports.data(name, symbol);
        same.push((now) => now.data(name, symbol) === address);
        return address;
      },
      answered(name) {
        const answered = imports.answered?.(name) ?? false;
        same.push((now) => (now.answered?.(name) ?? false) === answered);
        return answered;
      },
    },
  });
  return { options, same, image };
}

function sameOptions(a: Kept['options'], b: Kept['options']): boolean {
  return (
    a.units.length === b.units.length &&
    a.units.every((u, i) => u === b.units[i]) &&
    a.name === b.name &&
    a.mode === b.mode &&
    a.start === b.start &&
    a.functionBase === b.functionBase &&
    a.stepBase === b.stepBase &&
    a.debug === b.debug &&
    (a.race ?? false) === (b.race ?? false) &&
    (a.cleanStops ?? false) === (b.cleanStops ?? false)
  );
}
