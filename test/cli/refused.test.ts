// What Interlock cannot run is refused in one sentence that names what is missing, with exit code 2, whichever command is given the project.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interlock } from './run-cli.js';

const FOLDER = 'test/fixtures/refused';
/** Project -> the one line of the terminal. */
const GOLDEN: Readonly<Record<string, string>> = {
  kmdf: "driver.c:2:10: error: 'wdf.h' cannot be used: the Windows Driver Framework (KMDF) is not simulated (Interlock runs WDM drivers and minifilters in C)",
  cpp: 'driver.vcxproj:4:14: error: driver.vcxproj is written in C++ (driver.cpp), which is not simulated yet (only drivers in C run)',
  mixed: 'driver.vcxproj:4:46: error: driver.vcxproj mixes C with C++ (more.cpp), and C++ is not simulated yet (only drivers in C run)',
  arm64: 'driver.vcxproj:1:1: error: driver.vcxproj is for ARM64, and Interlock simulates x64 only (choose or add a configuration for x64)',
  asm: 'driver.vcxproj:4:46: error: driver.vcxproj has assembler sources (fast.asm), which are not simulated (exclude them in this configuration, or name the C sources in the driver block with a C file that defines their functions)',
  user: 'driver.vcxproj:1:1: error: driver.vcxproj builds a user-mode program, and Interlock simulates the kernel only (give the project of the kernel driver)',
  library:
    'driver.vcxproj:1:1: error: driver.vcxproj builds a library, which has no DriverEntry to start (give the project of the driver that links it, and add the sources of the library to the driver block)',
  message:
    "driver.c:2:10: error: cannot open include file 'events.h' (it is made by the message compiler from events.mc when the driver is built: build it once and add the folder with it to the include folders)",
};
/** Paths as `check` and `compile` show them: from the current folder. */
const errorsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((l) => / error: /.test(l))
    .map((l) =>
      l
        .replaceAll(`${FOLDER}/`, '')
        .replace(/from \w+\/events\.mc/, 'from events.mc')
        .replace(/^\w+\/driver/, 'driver'),
    );

for (const [name, line] of Object.entries(GOLDEN))
  test(`${name} is refused`, () => {
    const run = interlock('run', `${FOLDER}/${name}/driver.vcxproj`);
    assert.deepEqual([run.code, run.stdout, run.stderr], [2, '', `${line}\ninterlock: 1 error; nothing was run\n`]);
    for (const command of ['check', 'compile']) {
      const r = interlock(command, `${FOLDER}/${name}/driver.vcxproj`);
      // a header that is not there is an error of the driver for `compile`, not bad input
      assert.equal(r.code, command === 'compile' && name === 'message' ? 1 : 2, `${command} ${r.stderr}`);
      assert.deepEqual(errorsOf(r.stderr), [line], command);
    }
  });

test('a C++ file given to run', () => {
  const r = interlock('run', `${FOLDER}/cpp/driver.cpp`);
  assert.deepEqual([r.code, r.stderr], [2, `${GOLDEN.cpp}\ninterlock: 1 error; nothing was run\n`]);
});
