// Entry of the suite that runs inside VS Code's extension host, in the form that @vscode/test-electron and the server's test driver both call:
// run() resolves when all tests passed. The E2E-RESULT line lets the caller see that tests ran at all.
import Mocha from 'mocha';
import { defineDebugTests } from './debug.js';
import { defineExtensionTests } from './extension.js';
import { defineLanguageTests } from './language.js';

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 30_000 });
  mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, '', mocha);
  defineExtensionTests();
  defineDebugTests();
  defineLanguageTests();
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const stats = runner.stats;
      console.log(`E2E-RESULT ${JSON.stringify({ passed: stats?.passes, failed: stats?.failures, skipped: stats?.pending })}`);
      // let the last log lines out before the host ends
      setTimeout(() => (failures ? reject(new Error(`${failures} tests failed`)) : resolve()), 200);
    });
  });
}
