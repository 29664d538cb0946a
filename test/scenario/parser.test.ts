// Scenario text -> data: values, bodies in place, one clear message per mistake, never a throw.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { SourceFile } from '../../src/base/source.js';
import { VERIFIER_OPTION_NAMES, VERIFIER_STANDARD } from '../../src/base/verifier-options.js';
import { bodyText } from '../../src/scenario/bodies.js';
import { parseScenario } from '../../src/scenario/parser.js';

const parse = (text: string) => parseScenario(new SourceFile('a.scenario', text));
const messages = (text: string) => parse(text).diagnostics.map(formatDiagnostic);

const GOOD = `// a comment
machine { cpus 4; seed 7; windows "10.0.22621"; step 100ns; time-limit 2.5s }
driver "procwatch" {
  sources "driver/*.c", "more.c";
  include "inc";
  define DBG=1;
  define NAME="x y";
  registry "Parameters" { "Flags" = dword 3; "Name" = string "ab" }
  integrity-check no;
  stub ZwRollbackTransaction returns STATUS_SUCCESS;
  models "only.c";
}
stub PoFxIdleComponent;
stub ZwCreateTransaction returns (NTSTATUS)(0 + 1) { *TransactionHandle = (HANDLE)4; }
models "models.c", "m/*.c" replaces ZwClose, ExAllocatePool2;
process "C:\\\\Windows\\\\explorer.exe" command "explorer /x" {
  #include "driver/shared.h"
  code { static int helper(void) { return 1; } }
  thread launcher { for (int i = 0; i < 3; i++) { char c = '}'; /* } */ } }
  thread control priority above-normal cpu 1 at 5ms {
    Sleep(10); // }
  }
}
expect { no bugcheck; always g_Count >= 0; finally (g_Count == 0); calls OnNotify == 6; output "hello"; bugcheck 0xD1 }
`;

test('threads of WSL processes: no count, and as many as have room', () => {
  const one = 'process "/a" subsystem wsl count 3 { thread a { } }';
  assert.deepEqual(messages(one), []);
  assert.match(messages('process "/a" subsystem wsl { thread a count 2 { } }').join(), /no 'count'/);
  const blocks = (n: number): string => Array.from({ length: n }, (_, i) => `thread t${i} { }`).join(' ');
  assert.deepEqual(messages(`process "/a" subsystem wsl { ${blocks(32)} }`), []);
  assert.match(messages(`process "/a" subsystem wsl { ${blocks(33)} }`).join(), /at most 32 threads/);
});

test('counts of threads and processes, and messages for bad ones', () => {
  const { scenario, diagnostics } = parse('process "a" count 1000 { thread x count 20 priority lowest { } thread y { } }');
  assert.deepEqual(diagnostics, []);
  assert.deepEqual([scenario.processes[0].count, ...scenario.processes[0].threads.map((t) => t.count)], [1000, 20, 1]);
  const bad: readonly (readonly [string, RegExp])[] = [
    ['process "a" count 0 { }', /number of processes must be between 1 and 1000, not 0/],
    ['process "a" count 1001 { }', /number of processes must be between 1 and 1000, not 1001/],
    ['process "a" count { }', /expected the number of processes as a number/],
    ['process "a" count many { }', /expected the number of processes as a number/],
    ['process "a" { thread x count 11001 { } }', /number of threads must be between 1 and 11000/],
    ['process "a" { thread x count -1 { } }', /number of threads/],
    ['process "a" { thread x count 6000 { } thread y count 6000 { } }', /at most 11000 threads of its own, not 12000/],
    ['program "a" count 3 { thread x { } }', /a program has no 'count'/],
    ['process "a" { thread count 3 { } }', /./],
  ];
  for (const [text, message] of bad) {
    const all = messages(text);
    assert.equal(all.length, 1, `${text}: ${all.join('; ')}`);
    assert.match(all[0], message, text);
  }
});

test('a whole scenario', () => {
  const { scenario: s, diagnostics } = parse(GOOD);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    { ...s.machine },
    {
      cpus: 4,
      seed: 7,
      windows: '10.0.22621',
      stepNs: 100,
      timeLimitNs: 2.5e9,
      stepLimit: 1e9,
      callbackStackBytes: 4096,
      prioritySeparation: 2,
      choices: {},
      faultProbability: 600,
      verifierFlags: VERIFIER_STANDARD,
      verifierAsked: 0,
      verifierReports: false,
      callbackTimeNs: 100_000,
    },
  );
  const d = s.drivers[0];
  assert.deepEqual(
    d.sources.map((x) => x.value),
    ['driver/*.c', 'more.c'],
  );
  assert.deepEqual(d.defines, { DBG: '1', NAME: '"x y"' });
  assert.equal(d.integrityCheck, false);
  assert.deepEqual([...d.registry[0].values[0].data], [3, 0, 0, 0]);
  assert.deepEqual([...d.registry[0].values[1].data], [97, 0, 98, 0, 0, 0]);
  const text = (x: { text: string } | undefined) => x?.text;
  assert.deepEqual(
    [...s.stubs, ...d.stubs].map((x) => [x.name.value, text(x.value), x.outputs.map((o) => [o.parameter.value, text(o.value)])]),
    [
      ['PoFxIdleComponent', undefined, []],
      ['ZwCreateTransaction', '(NTSTATUS)(0 + 1)', [['TransactionHandle', '(HANDLE)4']]],
      ['ZwRollbackTransaction', 'STATUS_SUCCESS', []],
    ],
  );
  assert.deepEqual(
    [...s.models, ...d.models].map((m) => [m.files.map((f) => f.value), m.replaces.map((r) => r.value)]),
    [
      [
        ['models.c', 'm/*.c'],
        ['ZwClose', 'ExAllocatePool2'],
      ],
      [['only.c'], []],
    ],
  );
  const p = s.processes[0];
  assert.equal(p.path, 'C:\\Windows\\explorer.exe');
  assert.equal(p.commandLine, 'explorer /x');
  assert.deepEqual(
    p.threads.map((t) => [t.name, t.priority, t.affinity, t.delayNs]),
    [
      ['launcher', 0, 0, 0],
      ['control', 1, 2, 5e6],
    ],
  );
  assert.deepEqual(
    s.expectations.map((e) => e.kind),
    ['no', 'always', 'finally', 'calls', 'output', 'bugcheck'],
  );
  assert.equal(
    s.expectations.find((e) => e.kind === 'always')?.kind === 'always' && (s.expectations[1] as { expression: string }).expression,
    'g_Count >= 0',
  );
});

test('bodies keep every position of the scenario', () => {
  const { scenario: s } = parse(GOOD);
  const text = bodyText(s, s.processes[0]);
  assert.equal(text.length, GOOD.length);
  for (const needle of ['Sleep(10);', '#include "driver/shared.h"', 'static int helper', 'for (int i'])
    assert.equal(text.indexOf(needle), GOOD.indexOf(needle));
  assert.equal(text.indexOf('void launcher()'), GOOD.indexOf('thread launcher'));
  assert.equal(text.includes('machine'), false);
  assert.equal(text.split('\n').length, GOOD.split('\n').length);
});

test('mistakes are named with place and hint, one message each', () => {
  assert.deepEqual(messages('machin { cpus 2 }'), ["a.scenario:1:1: error: unknown block 'machin' (did you mean 'machine'?)"]);
  assert.deepEqual(messages('machine { cpu 2; seed 3 }'), ["a.scenario:1:11: error: unknown machine setting 'cpu' (did you mean 'cpus'?)"]);
  assert.deepEqual(messages('machine { cpus 65 }'), ['a.scenario:1:16: error: the number of CPUs must be between 1 and 64, not 65']);
  assert.match(messages('driver "d" { }')[0], /1:8: error: driver "d" names no sources/);
  assert.match(messages('process "p" { thread t { if (x) { }')[0], /1:24: error: the block that opens here is not closed/);
  assert.match(messages('expect { always ; }')[0], /needs a C expression/);
  assert.match(messages('machine { time-limit 10 }')[0], /units: ns, us, ms, s/);
});

test('no text makes the parser throw or hang', () => {
  fc.assert(
    fc.property(fc.string(), (t) => void parse(t)),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.nat(GOOD.length), fc.nat(20), fc.string({ maxLength: 5 }), (at, cut, put) => {
      const t = GOOD.slice(0, at) + put + GOOD.slice(at + cut);
      const { scenario } = parse(t);
      for (const p of scenario.processes) assert.equal(bodyText(scenario, p).length, t.length);
    }),
    { numRuns: 500 },
  );
});

test('an unconfirmed fact is taken another way: names and values are checked', () => {
  const { scenario, diagnostics } = parse('machine { choice thread-callback-twice reject; }');
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(scenario.machine.choices, { 'thread-callback-twice': 'reject' });
  assert.match(
    messages('machine { choice thread-callback-thrice reject; }')[0],
    /no choice is called 'thread-callback-thrice'[\s\S]*known: thread-callback-twice/,
  );
  assert.match(messages('machine { choice thread-callback-twice maybe; }')[0], /cannot be 'maybe'[\s\S]*one of accept, reject/);
});

test('options of Driver Verifier: by name, by flags, all or none', () => {
  const machine = (text: string) => {
    const { scenario, diagnostics } = parse(`machine { verifier ${text}; }`);
    assert.deepEqual(diagnostics, [], text);
    return scenario.machine;
  };
  assert.equal(machine('standard').verifierFlags, VERIFIER_STANDARD);
  assert.equal(machine('flags 0x209BB').verifierFlags, VERIFIER_STANDARD);
  assert.equal(machine('none special-pool on').verifierFlags, 1);
  assert.equal(machine('deadlock-detection off').verifierFlags, VERIFIER_STANDARD & ~0x20);
  assert.deepEqual([machine('report').verifierReports, machine('standard').verifierReports], [true, false]);
  assert.deepEqual([machine('faults 100').faultProbability, machine('faults 100').verifierFlags & 4], [100, 4]);
  const asked = (text: string): number => machine(text).verifierAsked;
  assert.deepEqual([asked('deadlock-detection off'), asked('report'), asked('none')], [0, 0, 0], 'on by default is not asked for');
  assert.deepEqual([asked('standard'), asked('flags 0x209BB')], [VERIFIER_STANDARD, VERIFIER_STANDARD]);
  assert.deepEqual([asked('special-pool on'), asked('faults 100')], [1, 4]);
  assert.deepEqual(
    [machine('special-pool on').verifierFlags, asked('standard special-pool off')],
    [VERIFIER_STANDARD, VERIFIER_STANDARD & ~1],
  );
  assert.match(messages('machine { verifier special-pools off; }')[0], /no option 'special-pools'[\s\S]*special-pool/);
  assert.match(messages('machine { verifier special-pool; }')[0], /'on' or 'off' after special-pool/);
  assert.match(messages('machine { verifier flags 0x400000; }')[0], /0x400000 are not simulated/);
});

test('the grammar of the editor knows every word of the parser', () => {
  const grammar = readFileSync(new URL('../../syntaxes/scenario.tmLanguage.json', import.meta.url), 'utf8');
  const known = (text: string): string[] => {
    const list = messages(text)
      .map((m) => /known(?: here)?: ([\w, -]+)/.exec(m)?.[1])
      .find((m) => m !== undefined);
    assert.ok(list, text);
    return list.split(', ');
  };
  const words = [
    ...known('machine { zz }'),
    ...known('driver "d" { zz }'),
    ...known('process "/a" zz { }'),
    ...known('process "/a" { thread t zz { } }'),
    ...known('zz'),
    ...VERIFIER_OPTION_NAMES,
  ];
  assert.ok(words.length > 30, words.join());
  // as a whole alternative: a word that another one begins with would be coloured in half
  for (const w of words) assert.match(grammar, new RegExp(`[(|b]${w}[)|\\\\]`), w);
});
