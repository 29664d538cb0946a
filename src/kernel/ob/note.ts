// Words for events of these rooms: names of objects, processes and threads as trace data.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { CLIENT_ID, EPROCESS, ETHREAD } from '../layouts.gen.js';

/** PID of a process object. */
export const pidOf = (k: Kernel, process: Addr): number => (process === 0 ? 0 : k.mem.ptr(process + EPROCESS.UniqueProcessId));
/** TID and PID of a thread object. */
export const tidOf = (k: Kernel, thread: Addr): number => k.mem.ptr(thread + ETHREAD.Cid + CLIENT_ID.UniqueThread);
export const pidOfThread = (k: Kernel, thread: Addr): number => k.mem.ptr(thread + ETHREAD.Cid + CLIENT_ID.UniqueProcess);
/** `notepad.exe` (at most 14 characters), as EPROCESS.ImageFileName keeps it. */
export const shortImageName = (k: Kernel, process: Addr): string => k.mem.readAnsiz(process + EPROCESS.ImageFileName, 15);
