// `node --import tsx test/fuzz/front-end-fuzz.ts FIRST COUNT`: reads that many mutants and prints what became of them. A mutant that takes more than two
// seconds, or that throws, is named; run it alone by its number.
import { mutant, read } from './front-end-mutants.js';

const first = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 1000);
const started = performance.now();
let bytes = 0;
let failed = 0;
let compiled = 0;
let errors = 0;
let worst = { number: 0, ms: 0, bytes: 0 };
let slowest = { number: 0, perByte: 0 };
for (let n = first; n < first + count; n++) {
  const text = mutant(n);
  const before = performance.now();
  try {
    const o = read(text);
    errors += o.errors;
    if (o.compiled) compiled++;
  } catch (e) {
    failed++;
    console.log(`mutant ${n}: ${(e as Error).stack?.split('\n').slice(0, 5).join(' | ')}`);
  }
  const ms = performance.now() - before;
  if (ms > worst.ms) worst = { number: n, ms, bytes: text.length };
  // below some kilobytes the fixed cost of a unit (opening the headers) is all there is to see
  if (text.length > 4096 && ms / text.length > slowest.perByte) slowest = { number: n, perByte: ms / text.length };
  if (ms > 2000) console.log(`mutant ${n}: ${text.length} characters took ${ms.toFixed(0)} ms`);
  bytes += text.length;
  if ((n - first + 1) % 5000 === 0) console.log(`${n - first + 1} read, ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
const total = performance.now() - started;
console.log(
  `${count} mutants from ${first}: ${failed} failed, ${compiled} compiled, ${errors} errors told, ${(bytes / 1e6).toFixed(1)} MB in ${(total / 1000).toFixed(1)} s; ` +
    `slowest ${worst.ms.toFixed(0)} ms for ${worst.bytes} characters (number ${worst.number}); ` +
    `most for each character ${(slowest.perByte * 1000).toFixed(2)} us (number ${slowest.number}), mean ${((total / bytes) * 1000).toFixed(2)} us`,
);
process.exitCode = failed ? 1 : 0;
