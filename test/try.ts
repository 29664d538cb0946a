import { DiskFiles } from '/work/wt/explore/src/cli/disk-files.js';
import { explore } from '/work/wt/explore/src/explore/explore.js';
import { buildScenario } from '/work/wt/explore/src/scenario/build.js';
import { wdkHeaders } from '/work/wt/explore/src/wdk/headers.gen.js';

const [file, strategy, n, all] = process.argv.slice(2);
const build = buildScenario(file, { files: new DiskFiles(), headers: wdkHeaders });
for (const d of build.diagnostics) console.log(d.severity, d.message);
const t0 = performance.now();
const deadline = t0 + 60000;
const r = explore(build, {
  strategy: strategy as never,
  ...(n && +n ? { schedules: +n } : {}),
  all: all === 'all',
  stop: () => performance.now() > deadline,
});
const ms = performance.now() - t0;
console.log(
  r.end,
  r.progress,
  'places',
  r.sharedPlaces,
  'ops',
  r.operations,
  ms.toFixed(0) + ' ms',
  ((r.progress.orders / ms) * 1000).toFixed(0) + '/s',
);
if (r.failure) {
  console.log(
    r.failure.report.verdict,
    r.failure.report.expectations.filter((e) => !e.held),
    r.failure.report.findings,
    r.failure.log.length / 2,
  );
}
