// Routines of the core alone (ke, ex, mm, rtl), for tests that do without ps, ob and io. Found on disk, so that a new file needs no mention here.
import { readdirSync, readFileSync } from 'node:fs';
import type { KernelRoutine } from '../../src/kernel/kernel.js';

const root = new URL('../../src/kernel/', import.meta.url);
const lists: (readonly KernelRoutine[])[] = [];
for (const folder of ['ke', 'ex', 'mm', 'rtl']) {
  for (const file of readdirSync(new URL(`${folder}/`, root)).sort()) {
    if (!file.endsWith('.ts') || !/^export const routines\b/m.test(readFileSync(new URL(`${folder}/${file}`, root), 'utf8'))) continue;
    lists.push(((await import(new URL(`${folder}/${file}`, root).href)) as { routines: readonly KernelRoutine[] }).routines);
  }
}
export const coreLists: readonly (readonly KernelRoutine[])[] = lists;
