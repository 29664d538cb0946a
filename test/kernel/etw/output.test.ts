// What tracing drivers print: the lines of WPP, TraceLogging and ETW events, whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSystem } from '../system.js';

const linesOf = (driver: string): string[] => runSystem({ driver }).output.map((t) => t.replace(/\n$/, ''));

test('WPP', () => {
  assert.deepEqual(
    linesOf('system/wpp.c').map((l) => l.replace(/\(\d+\)/, '(N)')),
    [
      'WPP t.c(N): number 1',
      'WPP t.c(N): DriverEntry TRACE_LEVEL_ERROR DRV_IO 0xC0000022(STATUS_ACCESS_DENIED) wide narrow',
      'WPP t.c(N): {71AE54DB-0862-41BF-A24F-5330CEC7F6C9} TRUE a b 123456789 0000000000000001',
      'WPP t.c(N): plain',
      'WPP t.c(N): with 00ab and two literals',
      'WPP t.c(N): --> DriverEntry',
      'WPP t.c(N): 50%',
      'WPP t.c(N): then',
      'WPP t.c(N): unload',
    ],
  );
});
test('TraceLogging', () => {
  assert.deepEqual(linesOf('system/tracelogging.c'), [
    'Test.Provider Empty { }',
    'Test.Provider Numbers (level 2) { Count = 5, Minus = -1, Big = 0x1234567890, Yes = true, Status = 0xC0000022(STATUS_ACCESS_DENIED), 4 = 4, Small = -2 }',
    'Test.Provider Texts { U = "wide", W = "w", S = "s", C = "cou", N = NULL, Id = {71AE54DB-0862-41BF-A24F-5330CEC7F6C9} }',
    'Test.Provider Groups { Point = { X = 1, Y = 2 }, Bytes = 01 02 ff, List = [3, 4], V = 5 }',
  ]);
});
test('ETW', () => {
  assert.deepEqual(linesOf('system/etw.c'), [
    'ETW {71AE54DB-0862-41BF-A24F-5330CEC7F6C9} event 42 level 4: 7, "text"',
    'ETW {71AE54DB-0862-41BF-A24F-5330CEC7F6C9} event 42 level 4: no data',
    'ETW {71AE54DB-0862-41BF-A24F-5330CEC7F6C9} level 3: said',
  ]);
});
