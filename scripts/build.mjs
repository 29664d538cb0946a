// `npm run build`: bundles everything that runs into dist/ with esbuild.
//   interlock.js          starts interlock-core.js with V8's code cache                             Node, CommonJS
//   interlock-core.js     command line; `interlock dap` and `interlock lsp` are servers' processes  Node, CommonJS
//   extension.js          the VS Code client on the desktop and on remote hosts                     Node, CommonJS
//   extension.web.js      the same client in VS Code for the Web                                   worker, CommonJS
//   adapter.worker.js     the debug adapter in VS Code for the Web                                 worker, one script
//   language.worker.js    the language server in VS Code for the Web                               worker, one script
//   webview/scheduler.js  the scheduler panel, with its .css                                       browser, one script
// The root package.json has no "type", so that Node and VS Code take these .js files as CommonJS, which is what extension hosts load; the
// sources are ES modules by src/package.json.
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { generateAssets } from './gen-assets.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/process.mjs';

const require = createRequire(import.meta.url);

/** @vscode/debugadapter loads these; in a worker they are replaced (`events`, `path`) or empty (never used there). */
const nodeModulesInWorker = {
  name: 'node-modules-in-worker',
  setup(build) {
    const replaced = { events: require.resolve('events/'), path: require.resolve('path-browserify') };
    build.onResolve({ filter: /^(node:)?(events|path)$/ }, (args) => ({ path: replaced[args.path.replace('node:', '')] }));
    build.onResolve({ filter: /^(node:)?(net|fs|url|os)$/ }, (args) => ({ path: args.path.replace('node:', ''), namespace: 'empty' }));
    build.onLoad({ filter: /.*/, namespace: 'empty' }, (args) => ({
      contents: args.path === 'url' ? 'module.exports = { URL: globalThis.URL };' : 'module.exports = {};',
    }));
  },
};

/** Builds all bundles whose entry file exists; answers their names. */
export async function build() {
  generateAssets();
  const esbuild = await import('esbuild');
  const common = {
    absWorkingDir: root,
    bundle: true,
    sourcemap: 'linked',
    sourcesContent: false,
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
  };
  const node = { ...common, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] };
  const web = {
    ...common,
    platform: 'browser',
    target: 'es2022',
    plugins: [nodeModulesInWorker],
    inject: [path.join(root, 'scripts/lib/worker-shims.js')],
    define: { global: 'globalThis' },
  };
  const page = { ...common, platform: 'browser', format: 'iife', target: 'es2022' };
  const bundles = [
    { ...node, entryPoints: ['src/cli/launcher.ts'], outfile: 'dist/interlock.js', banner: { js: '#!/usr/bin/env node' } },
    { ...node, entryPoints: ['src/cli/main.ts'], outfile: 'dist/interlock-core.js' },
    { ...node, entryPoints: ['src/extension/node.ts'], outfile: 'dist/extension.js' },
    { ...web, format: 'cjs', external: ['vscode'], entryPoints: ['src/extension/web.ts'], outfile: 'dist/extension.web.js' },
    { ...web, format: 'iife', entryPoints: ['src/adapter/worker-main.ts'], outfile: 'dist/adapter.worker.js' },
    { ...web, format: 'iife', entryPoints: ['src/language/worker-main.ts'], outfile: 'dist/language.worker.js' },
    { ...page, entryPoints: ['src/webview/scheduler/main.ts'], outfile: 'dist/webview/scheduler.js' },
    { ...page, entryPoints: ['src/webview/scheduler/scheduler.css'], outfile: 'dist/webview/scheduler.css' },
    // the part of the end-to-end tests that runs inside VS Code's extension host; mocha is loaded from node_modules there
    {
      ...node,
      external: ['vscode', 'mocha'],
      entryPoints: ['test/e2e/suite/index.ts'],
      outfile: 'dist/test/suite.js',
      minifyWhitespace: false,
    },
  ];
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  const made = bundles.filter((bundle) => existsSync(path.join(root, bundle.entryPoints[0])));
  await Promise.all(made.map((bundle) => esbuild.build(bundle)));
  return made.map((bundle) => bundle.outfile);
}

/** Builds, or ends this process with 1: esbuild itself has said what is wrong and where, a stack of ours would hide it. */
export async function buildOrExit() {
  try {
    console.log(`built ${(await build()).join(', ')}`);
  } catch {
    process.exit(1);
  }
}

if (process.argv[1]?.endsWith('build.mjs')) {
  await ensureInstalled();
  await buildOrExit();
}
