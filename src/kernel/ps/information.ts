// NtQueryInformationProcess/Thread and the Set forms: probing, class, length, object, access, in this order as on Windows; then the class itself
// (process-classes.ts, thread-classes.ts, set-classes.ts). Reference: ps-routines.md 7, 8.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { PROCESSINFOCLASS, UNICODE_STRING } from '../layouts.gen.js';
import { dropReference } from '../ob/object.js';
import { referenceFor } from '../ob/reference.js';
import { KERNEL_MODE, makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import type { Answer, QueryClass } from './class-buffer.js';
import { providerRoutine } from './pico.js';
import { processClasses } from './process-classes.js';
import { type SetClass, setProcess, setThread } from './set-classes.js';
import { isSubsystemProcess } from './state.js';
import { threadClasses } from './thread-classes.js';

type Kind = typeof ObType.Process | typeof ObType.Thread;

/** [QUERY_LIMITED_INFORMATION, QUERY_INFORMATION, SET_INFORMATION] */
const RIGHTS = { [ObType.Process]: [0x1000, 0x400, 0x200], [ObType.Thread]: [0x800, 0x40, 0x20] } as const;
/** Rights that contain another: QUERY_INFORMATION gives the limited form too. */
const LIMITED = 0;
const FULL = 1;
const IMAGE_NAME: readonly number[] = [PROCESSINFOCLASS.ProcessImageFileName, PROCESSINFOCLASS.ProcessImageFileNameWin32];

function writeAnswer(k: Kernel, f: Frame, answer: Answer, row: QueryClass): number {
  if ('status' in answer) return answer.status;
  const c = k.mem.checked;
  const buffer = f.ptr(2);
  const length = f.u32(3);
  const size = 'bytes' in answer ? answer.bytes.length : UNICODE_STRING.sizeof + answer.text.length * 2 + (answer.text === '' ? 0 : 2);
  const variable = row.size === 'text' || row.size === 'any';
  if (f.ptr(4) !== 0) c.setU32(f.ptr(4), size);
  if (variable && length < size) return NT.INFO_LENGTH_MISMATCH;
  if ('bytes' in answer) c.setBytes(buffer, answer.bytes);
  else {
    c.setU16(buffer + UNICODE_STRING.Length, answer.text.length * 2);
    c.setU16(buffer + UNICODE_STRING.MaximumLength, answer.text === '' ? 0 : answer.text.length * 2 + 2);
    c.setPtr(buffer + UNICODE_STRING.Buffer, answer.text === '' ? 0 : buffer + UNICODE_STRING.sizeof);
    if (answer.text !== '') c.writeUtf16(buffer + UNICODE_STRING.sizeof, answer.text, true);
  }
  return NT.SUCCESS;
}

const fits = (size: QueryClass['size'], length: number): boolean =>
  typeof size === 'number' ? length === size : typeof size === 'string' || size.includes(length);

/** Image name of a pico process: its provider's answer, whose string the kernel frees. Undefined: another class or process, or no provider. */
function callImageName(k: Kernel, f: Frame, kind: Kind, body: Addr): Status | undefined {
  if (kind !== ObType.Process || !IMAGE_NAME.includes(f.u32(1)) || !isSubsystemProcess(k, body)) return undefined;
  const routine = providerRoutine(k, 'GetAllocatedProcessImageName');
  if (routine === 0) return undefined;
  f.set(0, 0);
  f.set(1, body);
  return k.call(f, 1, routine, [body, f.localAddress(0)]);
}

function finishImageName(k: Kernel, f: Frame, row: QueryClass): Status {
  const status = f.result32 | 0;
  dropReference(k, f.get(1));
  const name = f.get(0);
  if (!ntSuccess(status) || name === 0) return k.return(ntSuccess(status) ? NT.NOT_FOUND : status);
  const answer = { text: readUnicode(k, name) };
  k.pool.free(name);
  return k.return(writeAnswer(k, f, answer, row));
}

/** (Handle, Class, Buffer, Length, PULONG ReturnLength) */
function query(k: Kernel, f: Frame, service: string, kind: Kind, classes: Readonly<Record<number, QueryClass>>): Status {
  const row = classes[f.u32(1)];
  if (f.pc === 1) return finishImageName(k, f, row);
  probeUser(k, f.ptr(2), f.u32(3), true, row?.alignment ?? 4);
  if (f.ptr(4) !== 0) probeUser(k, f.ptr(4), 4, true);
  if (!row) {
    k.event('ps.not-simulated', { service, class: f.u32(1) });
    return k.return(NT.INVALID_INFO_CLASS);
  }
  if (!fits(row.size, f.u32(3))) return k.return(NT.INFO_LENGTH_MISMATCH);
  const r = referenceFor(k, f.ptr(0), 0, kind);
  if (!ntSuccess(r.status)) return k.return(r.status);
  const asked = callImageName(k, f, kind, r.body);
  if (asked !== undefined) return asked;
  dropReference(k, r.body); // its handle, or being the current one, keeps it for this step
  const enough = row.limited ? RIGHTS[kind][LIMITED] | RIGHTS[kind][FULL] : RIGHTS[kind][FULL];
  if (previousMode(k) !== KERNEL_MODE && (r.access & enough) === 0) return k.return(NT.ACCESS_DENIED);
  return k.return(writeAnswer(k, f, row.read(k, r.body, { handle: f.ptr(0), length: f.u32(3), buffer: f.ptr(2) }), row));
}

const queryService = (name: string, kind: Kind, classes: Readonly<Record<number, QueryClass>>): ServiceDefinition => ({
  name,
  args: 5,
  locals: 2,
  cost: 30,
  step: (k, f) => query(k, f, `Nt${name}`, kind, classes),
});

/** (Handle, Class, Buffer, Length) */
function set(k: Kernel, f: Frame, service: string, kind: Kind, classes: Readonly<Record<number, SetClass>>): Status {
  switch (f.pc) {
    case 0: {
      const row = classes[f.u32(1)];
      const buffer = f.ptr(2);
      probeUser(k, buffer, f.u32(3), false, row?.alignment ?? 4);
      if (!row) {
        k.event('ps.not-simulated', { service, class: f.u32(1) });
        return k.return(NT.INVALID_INFO_CLASS);
      }
      if (f.u32(3) !== row.size) return k.return(NT.INFO_LENGTH_MISMATCH);
      const wrong = row.check?.(k, buffer) ?? NT.SUCCESS;
      if (wrong !== NT.SUCCESS) return k.return(wrong);
      if (row.size > 0) k.mem.checked.bytes(buffer, row.size); // a bad buffer shows before the object is touched
      const r = referenceFor(k, f.ptr(0), row.access ?? RIGHTS[kind][2], kind);
      if (!ntSuccess(r.status)) return k.return(r.status);
      const done = row.act(k, r.body, buffer);
      if (typeof done === 'number') return finish(k, f, r.body, done);
      f.set(0, r.body);
      return k.call(f, 1, done.routine, [r.body, done.value]);
    }
    case 1:
      return finish(k, f, f.get(0), NT.SUCCESS);
    default:
      return k.return(f.get(1));
  }
}

function finish(k: Kernel, f: Frame, body: Addr, status: number): Status {
  f.set(1, status);
  return k.call(f, 2, 'ObfDereferenceObject', [body]);
}

const setService = (name: string, kind: Kind, classes: Readonly<Record<number, SetClass>>): ServiceDefinition => ({
  name,
  args: 4,
  locals: 2,
  cost: 30,
  step: (k, f) => set(k, f, `Nt${name}`, kind, classes),
});

export const routines: KernelRoutine[] = makeServices([
  queryService('QueryInformationProcess', ObType.Process, processClasses),
  queryService('QueryInformationThread', ObType.Thread, threadClasses),
  setService('SetInformationProcess', ObType.Process, setProcess),
  setService('SetInformationThread', ObType.Thread, setThread),
]);
