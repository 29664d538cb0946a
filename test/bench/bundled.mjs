// Bundles a benchmark as the product is bundled and runs it: unbundled modules cost more than the kernel itself.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** `file`: of this folder. A process for each list of arguments: memory that one has used would count for the next. Ends with the first that fails. */
export async function runBundled(file, runs, nodeOptions = []) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const outfile = join(folder, 'bench.mjs');
    await build({
      entryPoints: [new URL(file, import.meta.url).pathname],
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile,
      logLevel: 'warning',
    });
    for (const args of runs)
      process.exitCode ||= spawnSync(process.execPath, [...nodeOptions, outfile, ...args], { stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
