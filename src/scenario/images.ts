// Units -> images: places each driver in the driver region and each process' bodies at the image place of a user window, and numbers functions and steps
// across all of them. Done before boot, so that everything that depends on it is a function of the build.
import type { Diagnostic } from '../base/diagnostic.js';
import { kernelImports } from '../kernel/imports.js';
import type { Kernel } from '../kernel/kernel.js';
import { WINDOW } from '../kernel/ps/window.js';
import { userImports } from '../kernel/um/imports.js';
import { MAP } from '../machine/abi.js';
import { compileImageOnce } from '../machine/compile/image-store.js';
import type { CompiledImage, CompileImageOptions } from '../machine/image.js';
import type { Build, BuiltDriver, BuiltProcess } from './build.js';

const ALIGN = 0x10000;

export interface BuiltImages {
  readonly all: readonly CompiledImage[];
  readonly drivers: ReadonlyMap<BuiltDriver, CompiledImage>;
  readonly processes: ReadonlyMap<BuiltProcess, CompiledImage>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Variant of the code, see CompileImageOptions. */
export type Variant = Required<Pick<CompileImageOptions, 'debug' | 'race' | 'cleanStops'>>;

/** File name of an executable without its folder: `notepad.exe`. */
export const imageName = (path: string): string => path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);

/** Drivers compiled so far, as far as a later one may call them: models answer for their own driver only. */
function exporting(images: readonly CompiledImage[], build: Build): CompiledImage[] {
  const models = new Set(build.drivers.flatMap((d) => d.models.units));
  return images.filter((i) => i.mode === 'kernel').map((i) => ({ ...i, functions: i.functions.filter((f) => !models.has(f.unit)) }));
}

export function compileImages(build: Build, k: Kernel, variant: Variant): BuiltImages {
  const all: CompiledImage[] = [];
  const drivers = new Map<BuiltDriver, CompiledImage>();
  const processes = new Map<BuiltProcess, CompiledImage>();
  const diagnostics: Diagnostic[] = [];
  let functionBase = k.machine.images.functions.length || 1;
  let stepBase = 0;
  for (const f of k.machine.images.functions) if (f) stepBase = Math.max(stepBase, f.stepBase + f.steps.length);
  const add = (options: Omit<CompileImageOptions, 'functionBase' | 'stepBase' | keyof Variant>): CompiledImage => {
    const image = compileImageOnce({ ...options, ...variant, functionBase, stepBase });
    all.push(image);
    diagnostics.push(...image.diagnostics);
    for (const f of image.functions) {
      functionBase = Math.max(functionBase, f.number + 1);
      stepBase = Math.max(stepBase, f.stepBase + f.steps.length);
    }
    return image;
  };
  let start: number = MAP.drivers.start;
  for (const d of build.drivers) {
    const image = add({
      name: d.block.name,
      mode: 'kernel',
      units: [...d.units, ...d.models.units],
      start,
      imports: { ...kernelImports(k, exporting(all, build)), answered: (name) => d.stubs.some((x) => x.name === name) },
    });
    start = Math.ceil(image.end / ALIGN) * ALIGN;
    drivers.set(d, image);
  }
  for (const p of build.processes) {
    if (p.unit)
      processes.set(
        p,
        add({
          name: imageName(p.block.path),
          mode: 'user',
          units: [p.unit],
          start: WINDOW.image,
          imports: userImports(k, p.block.subsystem),
        }),
      );
  }
  return { all, drivers, processes, diagnostics };
}
