// `npm run package [file.vsix]`: builds and packs the extension. --no-dependencies, since esbuild has bundled everything that runs.
import { buildOrExit } from './build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { binScript, runOrThrow } from './lib/process.mjs';

/** Packs what is in dist/ into the given .vsix. */
export async function packageExtension(file) {
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '-o', file];
  await runOrThrow(process.execPath, [binScript('@vscode/vsce/vsce'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

if (process.argv[1]?.endsWith('package.mjs')) {
  await ensureInstalled();
  await buildOrExit();
  const file = process.argv[2] ?? 'interlock.vsix';
  await packageExtension(file);
  console.log(`packed ${file}`);
}
