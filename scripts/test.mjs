// `npm test`: everything, on a fresh clone too. Installs what is missing, checks, builds, then runs two layers of tests with node's test runner:
//   unit         test/**/*.test.ts, plain Node
//   end to end   test/e2e/*.e2e.ts, in real VS Code builds with a headless browser; without a browser they are skipped and say so
// --unit, --e2e, --lint run one part only.  INTERLOCK_E2E=required (set by .ci/run) turns a skip of the second layer into a failure.
import { availableParallelism } from 'node:os';
import { build } from './build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { filesUnder, run } from './lib/process.mjs';
import { lint } from './lint.mjs';

const parts = ['lint', 'unit', 'e2e'].filter((part) => process.argv.includes(`--${part}`));
const wanted = (part) => parts.length === 0 || parts.includes(part);
const failed = [];

await ensureInstalled();
if (wanted('lint') && !(await lint())) failed.push('lint');
if ((wanted('unit') || wanted('e2e')) && !(await built())) failed.push('build');
if (wanted('unit')) {
  const files = filesUnder('test', (f) => f.endsWith('.test.ts') && !f.startsWith('test/e2e/'));
  // as many files at a time as there are processors: node would leave one idle
  if (!(await nodeTest('Unit tests', files, [`--test-concurrency=${availableParallelism()}`]))) failed.push('unit tests');
}
if (wanted('e2e') && !failed.includes('build')) {
  const files = filesUnder('test/e2e', (f) => f.endsWith('.e2e.ts'));
  // one at a time: each starts a server and a browser
  if (!(await nodeTest('End-to-end tests', files, ['--test-concurrency=1']))) failed.push('end-to-end tests');
}
console.log(failed.length ? `npm test: FAILED (${failed.join(', ')})` : 'npm test: ok');
process.exitCode = failed.length ? 1 : 0;

async function built() {
  try {
    console.log(`built ${(await build()).join(', ')}`);
    return true;
  } catch {
    return false; // esbuild has said what and where
  }
}

async function nodeTest(title, files, options) {
  console.log(`\n${title}`);
  if (files.length === 0) {
    console.error('no test file found'); // an empty layer is a mistake, not a success
    return false;
  }
  const args = ['--import', 'tsx', '--test', '--test-reporter=spec', ...options, ...files];
  return (await run(process.execPath, args, { env: { ...process.env, INTERLOCK_BUNDLE: '1' } })) === 0;
}
