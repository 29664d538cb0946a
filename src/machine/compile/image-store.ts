// Compiled images, kept while everything that went into them is the same: the units (by identity; c/unit-store.ts keeps those), where code, functions and steps
// are placed, the variant, and every answer that the imports gave. A launch of an unchanged driver lowers and emits nothing, and shares the WebAssembly module
// that hangs on the image (loader.ts). Images are never changed once they are made, so any number of machines may run one.
import type { CompiledImage, CompileImageOptions, Imports } from '../image.js';
import { compileImage } from './compile-image.js';

/** Images kept for a set of units that begins with the same one: variants, and the states before the last edits of another unit. */
const MAX_KEPT = 4;

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
  kept.set(key, [entry, ...list.filter((e) => e !== entry)].slice(0, MAX_KEPT));
  return entry.image;
}

function compileWitnessed(imports: Imports, options: Omit<CompileImageOptions, 'imports'>): Kept {
  const same: ((imports: Imports) => boolean)[] = [];
  const image = compileImage({
    ...options,
    imports: {
      func(name, symbol) {
        const f = imports.func(name, symbol);
        same.push((now) => {
          const g = now.func(name, symbol);
          return f?.number === g?.number && f?.fixedSize === g?.fixedSize && f?.address === g?.address;
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
