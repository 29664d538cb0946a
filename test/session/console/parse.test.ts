// The console's parser on any text: it answers, never throws, and knows commands from C expressions; commands with any arguments give text or a message for the user.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseNumber, splitArguments } from '../../../src/session/console/arguments.js';
import { byName, commands } from '../../../src/session/console/commands.js';
import { parseInput } from '../../../src/session/console/parse.js';
import { lockOwner } from '../stopped.js';

const kind = (text: string, variables: readonly string[] = []): string => parseInput(text, byName, (n) => variables.includes(n)).kind;

test('what is a command', () => {
  for (const c of [
    'k',
    ' k ',
    'kb 3',
    'k 2',
    'kn',
    '~',
    '~0s',
    '~ 1s',
    'dt nt!_KTHREAD',
    'dt -r x',
    '!process',
    '!process 0 0',
    '.help',
    '!analyze -v',
    'k -t 28',
  ])
    assert.equal(kind(c), 'command', c);
  for (const e of [
    'k = 3',
    'k + 1',
    'k->x',
    'k[0]',
    'k.x',
    'k(1)',
    'k == 1',
    'dt * 2',
    'dt',
    '~x',
    '~0',
    '~0u',
    '!x',
    '-1',
    '1 + 2',
    'kb2',
    '(k)',
    '?? k',
    '? k',
    '',
    '.5',
    'k, 1',
    'x',
  ])
    assert.equal(kind(e, ['x', 'k']), e === 'dt' ? 'command' : 'expression', e);
  for (const u of ['!proces', '.hlep', '!nothing at all', '.x']) assert.equal(kind(u), 'unknown', u);
  const near = (text: string): string | undefined => {
    const i = parseInput(text, byName);
    return i.kind === 'unknown' ? i.near : undefined;
  };
  assert.equal(near('!proces 0 0'), '!process');
  assert.equal(near('!thraed'), '!thread');
  assert.equal(near('.bugchek'), '.bugcheck');
  assert.equal(near('!xyzzyxyzzy'), undefined);
});

test('arguments: quotes and brackets keep together', () => {
  assert.deepEqual(splitArguments(' a  "b c" @@c++( x + (y) ) z[ 1 ]'), ['a', '"b c"', '@@c++( x + (y) )', 'z[ 1 ]']);
  assert.deepEqual(splitArguments('"open ( never closed'), ['"open ( never closed']);
  assert.deepEqual(splitArguments('   '), []);
});

test('numbers', () => {
  const cases: readonly (readonly [string, bigint | undefined])[] = [
    ['10', 16n],
    ['0n10', 10n],
    ['-0n10', -10n],
    ['0x1F', 31n],
    ['0t17', 15n],
    ['0y101', 5n],
    ['fffff800`01001000', 0xfffff80001001000n],
    ['fffff80001001000', 0xfffff80001001000n],
    ['beef', undefined],
    ['0xzz', undefined],
    ['', undefined],
    ['g_x', undefined],
  ];
  for (const [text, value] of cases) assert.equal(parseNumber(text), value, text);
  assert.equal(parseNumber('beef', true), 0xbeefn);
});

test('any text is parsed', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: 'binary' }),
        fc.tuple(fc.constantFrom(...byName.keys()), fc.string()).map(([n, s]) => `${n} ${s}`),
      ),
      (text) => {
        const i = parseInput(text, byName, () => false);
        if (i.kind === 'command') assert.ok(byName.has(i.name));
        if (i.kind === 'unknown') assert.match(text.trim(), /^[!.]/);
      },
    ),
    { numRuns: 2000 },
  );
});
test('splitting loses nothing but white space', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '1', ' ', '"', '(', ')', '[', ']', '`', '-', '\t') }), (text) => {
      assert.equal(splitArguments(text).join('').replace(/\s/g, ''), text.replace(/\s/g, ''));
    }),
    { numRuns: 1000 },
  );
});

test('any arguments get text or a message', () => {
  const m = lockOwner();
  const word = fc.constantFrom(
    '0',
    '-1',
    '1',
    '7',
    '24',
    '28',
    '0n40',
    '-t',
    '-v',
    '-r',
    '-r9',
    '-p',
    '-x',
    'zz',
    'nt!_KTHREAD',
    'nt!',
    '!x',
    '*',
    'nt!*',
    'g_Shared',
    '&g_Shared',
    'State',
    '@$thread',
    '@$x',
    '@@c++(g_Shared)',
    '@@(',
    'ffffffffffffffff',
    'fffff800`00000000',
    'fffff800`01001000',
    '7ff600000000',
    '"',
    '(',
    'lock.exe',
    'nt!PsActiveProcessHead',
    'nt!KeSetEvent',
    'lock-owner!Control',
    'lock-owner!g_Shared',
    '0xffffffffffffffffffff',
    'constructor',
    '__proto__',
    'a'.repeat(500),
  );
  fc.assert(
    fc.property(fc.constantFrom(...commands.flatMap((c) => c.names)), fc.array(word, { maxLength: 4 }), (name, args) => {
      const answer = m.say([name, ...args].join(' '));
      assert.ok(typeof answer === 'string' && answer.length < 2_000_000);
    }),
    { numRuns: 600 },
  );
});

test('completion of any text at any place', () => {
  const m = lockOwner();
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.tuple(fc.constantFrom(...byName.keys()), fc.string()).map(([n, s]) => `${n} ${s}`),
      ),
      fc.integer({ min: -2, max: 40 }),
      (text, cursor) => {
        for (const c of m.session.completions(text, cursor, m.frameId)) assert.ok(c.text !== '' && c.start <= Math.max(0, cursor));
      },
    ),
    { numRuns: 300 },
  );
});
