// The module around the functions: types, imports, one active element segment, code.
import { WASM_PAGES } from '../abi.js';
import { type EmitOptions, FIRST_FUNCTION } from './emit-base.js';
import { emitFunction } from './emit-function.js';
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
  const out = new Writer(1 << 16);
  out.append(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  const w = new Writer();
  const part = (id: number, fill: () => void): void => {
    w.length = 0;
    fill();
    section(out, id, w);
  };
  part(1, () => {
    w.unsigned(2);
    for (const params of [
      [I32, I32],
      [I64, I32],
    ]) {
      w.byte(0x60);
      w.unsigned(params.length);
      for (const p of params) w.byte(p);
      w.unsigned(1);
      w.byte(I32);
    }
  });
  part(2, () => {
    w.unsigned(4);
    w.name('e');
    w.name('m');
    w.byte(2);
    w.byte(0);
    w.unsigned(WASM_PAGES);
    w.name('e');
    w.name('t');
    w.byte(1);
    w.byte(0x70);
    w.byte(0);
    w.unsigned(0);
    for (const [name, type] of [
      ['routine', 0],
      ['slow', 1],
    ] as const) {
      w.name('e');
      w.name(name);
      w.byte(0);
      w.unsigned(type);
    }
  });
  part(3, () => {
    w.unsigned(functions.length);
    for (let i = 0; i < functions.length; i++) w.unsigned(0);
  });
  if (functions.length > 0) {
    part(9, () => {
      w.unsigned(1);
      w.unsigned(0);
      w.byte(0x41);
      w.signed(functionBase);
      w.byte(0x0b);
      w.unsigned(functions.length);
      for (let i = 0; i < functions.length; i++) w.unsigned(FIRST_FUNCTION + i);
    });
  }
  const code = new Writer(1 << 16);
  const scratch = new Writer(1 << 14);
  code.unsigned(functions.length);
  for (const f of functions) emitFunction(code, f, options, scratch);
  section(out, 10, code);
  return out.view().slice();
}
