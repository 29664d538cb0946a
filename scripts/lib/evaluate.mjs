// Runs our own TypeScript inside a script: bundled by esbuild and evaluated here, so that generators use the project's code and repeat none of it.
import { createRequire } from 'node:module';
import { root } from './process.mjs';

/** `contents`: a module of export lines, paths from the project's root. Answers its exports. */
export function evaluate(contents) {
  const require = createRequire(import.meta.url);
  const { outputFiles } = require('esbuild').buildSync({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports, require);
  return module.exports;
}
