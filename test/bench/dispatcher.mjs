// Bundles test/bench/dispatcher-run.ts as the product is bundled and runs it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
try {
  const outfile = join(folder, 'dispatcher.mjs');
  await build({
    entryPoints: [new URL('dispatcher-run.ts', import.meta.url).pathname],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'warning',
  });
  // a process for each part: memory that one has used would count for the next
  const [rounds = '7', ...parts] = process.argv.slice(2);
  for (const part of parts.length ? parts : ['wakes', 'switching', 'idle'])
    process.exitCode ||= spawnSync(process.execPath, ['--expose-gc', outfile, rounds, part], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
