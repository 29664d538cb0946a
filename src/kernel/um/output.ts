// printf and OutputDebugString of user mode: what scenario bodies say is part of the run's output.
import type { Kernel, KernelRoutine } from '../kernel.js';
import { formatText } from '../rtl/format.js';
import { win32 } from './win32.js';

function say(k: Kernel, text: string): void {
  k.machine.charge(text.length >> 2);
  k.event('um.output', { text });
}

export const routines: KernelRoutine[] = [
  win32({
    name: 'printf',
    cost: 50,
    step(k, f) {
      const text = formatText(k.mem.checked, k.mem.checked.readAnsiz(f.ptr(0)), f.slotAddress(1), false);
      say(k, text);
      return k.return(text.length);
    },
  }),
  win32({
    name: 'vprintf',
    cost: 50,
    step(k, f) {
      const text = formatText(k.mem.checked, k.mem.checked.readAnsiz(f.ptr(0)), f.ptr(1), false);
      say(k, text);
      return k.return(text.length);
    },
  }),
  win32({
    name: 'wprintf',
    cost: 50,
    step(k, f) {
      const text = formatText(k.mem.checked, k.mem.checked.readUtf16z(f.ptr(0)), f.slotAddress(1), true);
      say(k, text);
      return k.return(text.length);
    },
  }),
  win32({
    name: 'puts',
    step(k, f) {
      say(k, `${k.mem.checked.readAnsiz(f.ptr(0))}\n`);
      return k.return(0);
    },
  }),
  win32({
    name: 'putchar',
    step(k, f) {
      say(k, String.fromCharCode(f.u8(0)));
      return k.return(f.u8(0));
    },
  }),
  win32({
    name: 'OutputDebugStringA',
    step(k, f) {
      if (f.ptr(0) !== 0) say(k, k.mem.checked.readAnsiz(f.ptr(0)));
      return k.returnVoid();
    },
  }),
  win32({
    name: 'OutputDebugStringW',
    step(k, f) {
      if (f.ptr(0) !== 0) say(k, k.mem.checked.readUtf16z(f.ptr(0)));
      return k.returnVoid();
    },
  }),
];
