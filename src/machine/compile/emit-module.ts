// The module around the functions: types, imports, one active element segment, code.
import { WASM_PAGES } from '../abi.js';
import { SHADOW_WASM_PAGES } from '../shadow.js';
import { type EmitOptions, FUNCTION_TYPE, RACE_RANGE_TYPE, RACE_TYPE, SLOW_TYPE } from './emit-base.js';
import { emitFunction } from './emit-function.js';
import { emitRaceHelpers, RACE_HELPERS } from './emit-race-helpers.js';
import type { FunctionIR } from './ir.js';
import { Writer } from './writer.js';

const I32 = 0x7f;
const I64 = 0x7e;

function section(out: Writer, id: number, part: Writer): void {
  out.byte(id);
  out.sized(part);
}

/** Bytes of the module; the functions have consecutive numbers from `functionBase`. */
export function emitModule(functions: readonly FunctionIR[], functionBase: number, options: EmitOptions): Uint8Array {
  const helpers = options.race ? RACE_HELPERS : 0;
  const out = new Writer(1 << 16);
  out.append(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  const w = new Writer();
  const part = (id: number, fill: () => void): void => {
    w.length = 0;
    fill();
    section(out, id, w);
  };
  part(1, () => {
    // the order of FUNCTION_TYPE, SLOW_TYPE, RACE_TYPE, RACE_RANGE_TYPE
    const types: [number[], number[]][] = [
      [[I32, I32], [I32]],
      [[I64, I32], [I32]],
      [[I32, I32, I32], []],
      [[I32, I32, I32, I32], []],
    ];
    w.unsigned(types.length);
    for (const [params, results] of types) {
      w.byte(0x60);
      w.unsigned(params.length);
      for (const p of params) w.byte(p);
      w.unsigned(results.length);
      for (const r of results) w.byte(r);
    }
  });
  part(2, () => {
    const routines: [string, number][] = [
      ['routine', FUNCTION_TYPE],
      ['slow', SLOW_TYPE],
    ];
    if (options.race) routines.push(['race', RACE_TYPE], ['raceRange', RACE_RANGE_TYPE]);
    w.unsigned(2 + routines.length);
    w.name('e');
    w.name('m');
    w.byte(2);
    w.byte(0);
    w.unsigned(options.race ? SHADOW_WASM_PAGES : WASM_PAGES);
    w.name('e');
    w.name('t');
    w.byte(1);
    w.byte(0x70);
    w.byte(0);
    w.unsigned(0);
    for (const [name, type] of routines) {
      w.name('e');
      w.name(name);
      w.byte(0);
      w.unsigned(type);
    }
  });
  part(3, () => {
    w.unsigned(functions.length + helpers);
    for (let i = 0; i < functions.length; i++) w.unsigned(FUNCTION_TYPE);
    for (let i = 0; i < helpers; i++) w.unsigned(RACE_TYPE);
  });
  if (functions.length > 0) {
    part(9, () => {
      w.unsigned(1);
      w.unsigned(0);
      w.byte(0x41);
      w.signed(functionBase);
      w.byte(0x0b);
      w.unsigned(functions.length);
      for (let i = 0; i < functions.length; i++) w.unsigned(options.firstFunction + i);
    });
  }
  const code = new Writer(1 << 16);
  const scratch = new Writer(1 << 14);
  code.unsigned(functions.length + helpers);
  for (const f of functions) emitFunction(code, f, options, scratch);
  if (helpers) emitRaceHelpers(code, scratch, options);
  section(out, 10, code);
  return out.view().slice();
}
