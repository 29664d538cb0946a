// Units on their way to code without a kernel: nothing answers for what they do not define.
import type { TranslationUnit } from '../../src/c/tree.js';
import { looksExported } from '../../src/kernel/imports.js';
import { MAP } from '../../src/machine/abi.js';
import { compileImage } from '../../src/machine/compile/compile-image.js';
import type { CompiledImage } from '../../src/machine/image.js';

/** The driver of these units, linked and emitted. */
export function imageOf(units: readonly TranslationUnit[], debug = false): CompiledImage {
  return compileImage({
    name: 'd.sys',
    mode: 'kernel',
    units,
    start: MAP.drivers.start,
    imports: { func: () => undefined, data: () => undefined, exported: looksExported },
    functionBase: 1,
    stepBase: 1,
    debug,
  });
}
