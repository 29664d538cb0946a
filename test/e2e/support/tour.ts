// What every workbench must show, feature by feature: each visit is a test of its own with a fresh copy of the examples and a fresh page, so that one that
// fails hides none of the others. The two UI tests (desktop, web) make the same tour.
import { test } from 'node:test';
import { openBrowser, type Prerequisites } from './browser.js';
import { debugTheExample } from './debug-the-example.js';
import { type Example, procwatch, procwatchBug } from './example.js';
import { exploreTheExample, lostUpdate } from './explore.js';
import { backFromBugCheck } from './history.js';
import { addLockOwner, inspectTheKernel } from './inspector.js';
import { diagnoseTheExample } from './language.js';
import { answerWithStub, transacted } from './not-simulated.js';
import { raceUnderF5, racing } from './races.js';
import { schedulerPanel } from './scheduler.js';
import { withSecondTry } from './second-try.js';
import { Workbench } from './workbench.js';
import { forkUnderF5, wsl } from './wsl.js';

interface Visit {
  readonly name: string;
  /** The folder that the workbench opens; default: a copy of examples/procwatch. */
  readonly example?: () => Example;
  readonly run: (workbench: Workbench, example: Example) => Promise<void>;
}

const VISITS: readonly Visit[] = [
  { name: 'F5 on the example', run: debugTheExample },
  { name: 'diagnostics: a registry call typed into a callback, its squiggle and its fix', run: diagnoseTheExample },
  { name: 'scheduler panel: the picture, and a click that moves the debugger', run: schedulerPanel },
  { name: 'kernel inspector: from a waiting thread to the owner of the lock', example: withLockOwner, run: inspectTheKernel },
  { name: 'back from a bug check to the statement that caused it', example: procwatchBug, run: backFromBugCheck },
  { name: 'a routine that is not simulated: the stop, and the stub that answers', example: transacted, run: answerWithStub },
  { name: 'data race: told under F5', example: racing, run: raceUnderF5 },
  { name: 'a WSL process: the child of fork under F5', example: wsl, run: forkUnderF5 },
  { name: 'explore from the command palette: the race is found and opens in the debugger', example: lostUpdate, run: exploreTheExample },
];

function withLockOwner(): Example {
  const example = procwatch();
  addLockOwner(example);
  return example;
}

/** Where a workbench with a folder open is served; `close` ends what was started for it. */
export interface Served {
  readonly url: string;
  close(): Promise<void> | void;
}

/** Defines a test for each visit. `kind` begins the names of the pictures; `serve` is called once a visit. */
export function tour(
  kind: string,
  ready: (t: import('node:test').TestContext) => Promise<Prerequisites | undefined>,
  serve: (r: Prerequisites, folder: string) => Promise<Served>,
): void {
  for (const visit of VISITS) {
    test(`${visit.name} (${kind})`, async (t) => {
      const r = await ready(t);
      if (!r) return;
      await withSecondTry(t, async () => {
        const example = (visit.example ?? procwatch)();
        const served = await serve(r, example.folder);
        const { browser, page } = await openBrowser(r.chromium);
        const workbench = new Workbench(page, kind);
        try {
          await workbench.open(served.url);
          await visit.run(workbench, example);
        } catch (error) {
          await workbench.screenshot('FAILED').catch(() => undefined);
          throw error;
        } finally {
          await browser.close();
          await served.close();
          example.remove();
        }
      });
    });
  }
}
