// `npm run lint`: format and lint (biome), import directions (dependency-cruiser), determinism of the simulator rooms, types (tsc; the browser code of
// webviews has a configuration of its own). All run even when one fails, so that one round shows everything.  --fix applies biome's safe fixes.

import { generateAssets } from './gen-assets.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { binScript, run } from './lib/process.mjs';

/** Runs all checks; answers whether all passed. */
export async function lint({ fix = false } = {}) {
  generateAssets();
  const node = async (name, script, args) => [name, (await run(process.execPath, [binScript(script), ...args])) === 0];
  const { lintDeterminism } = await import('./lint-determinism.mjs');
  const results = [
    await node('biome', '@biomejs/biome/bin/biome', ['check', '--max-diagnostics=40', ...(fix ? ['--write'] : [])]),
    await node('import directions', 'dependency-cruiser/bin/dependency-cruise.mjs', ['src', '--config', '.dependency-cruiser.cjs']),
    ['determinism', lintDeterminism()],
    await node('types', 'typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']),
    await node('types of webviews', 'typescript/bin/tsc', ['--noEmit', '-p', 'src/webview/tsconfig.json']),
  ];
  const failed = results.filter(([, ok]) => !ok).map(([name]) => name);
  console.log(failed.length ? `lint: FAILED (${failed.join(', ')})` : `lint: ok (${results.map(([name]) => name).join(', ')})`);
  return failed.length === 0;
}

if (process.argv[1]?.endsWith('lint.mjs')) {
  await ensureInstalled();
  process.exitCode = (await lint({ fix: process.argv.includes('--fix') })) ? 0 : 1;
}
