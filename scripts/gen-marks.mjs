// Writes src/wdk/not-simulated.gen.ts: the names of all routines that headers declare and the kernel does not have, by reason (src/wdk/not-simulated.ts).
// Part of `npm run gen`; the result is committed, so that a routine that loses its implementation shows as a change of that file.
// After a merge in which both sides changed it: run it again, whatever text the merge left.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { evaluate } from './lib/evaluate.mjs';
import { root } from './lib/process.mjs';

const target = path.join(root, 'src/wdk/not-simulated.gen.ts');
const EMPTY = 'export const NOT_SIMULATED: Readonly<Record<string, string>> = {};\n';

function wrapped(names) {
  const lines = [];
  let line = '';
  for (const n of names) {
    if (line && line.length + n.length > 150) {
      lines.push(line);
      line = '';
    }
    line += `${line ? ' ' : ''}${n}`;
  }
  return [...lines, line].join('\n');
}

export function marksText() {
  // a file that a merge broke must not keep the generator from running
  if (!existsSync(target) || /^(<<<<<<<|>>>>>>>)/m.test(readFileSync(target, 'utf8'))) writeFileSync(target, EMPTY);
  const { listDdis, wdkHeaders, reasonByName, REASONS, NOT_YET } = evaluate(`
    export { listDdis } from './src/kernel/ddi-list.js';
    export { wdkHeaders } from './src/wdk/headers.gen.js';
    export { reasonByName, REASONS, NOT_YET } from './src/wdk/not-simulated.js';`);
  const lists = new Map([...REASONS, NOT_YET].map((reason) => [reason.id, []]));
  for (const d of listDdis(wdkHeaders))
    if (d.status === 'declared' && (d.kind === 'routine' || d.kind === 'intrinsic')) lists.get(reasonByName(d.name).id).push(d.name);
  return [
    '// Routines that headers declare and the kernel does not simulate, by the id of the reason. Written by scripts/gen-marks.mjs (npm run gen); do not edit.',
    'export const NOT_SIMULATED: Readonly<Record<string, string>> = {',
    ...[...lists].filter(([, names]) => names.length).map(([id, names]) => `  '${id}': \`\n${wrapped(names)}\n\`,`),
    '};',
    '',
  ].join('\n');
}

if (process.argv[1]?.endsWith('gen-marks.mjs')) {
  const text = marksText();
  if (readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
}
