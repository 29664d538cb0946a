// IoCreateNotificationEvent and IoCreateSynchronizationEvent: an event by name for drivers, made by the first that asks.
import type { KernelRoutine } from '../kernel.js';
import { KEVENT } from '../layouts.gen.js';
import { insertName, lookupPath } from './namespace.js';
import { allocateObject, dropReference, isType, referenceObject } from './object.js';
import { ntSuccess } from './status.js';
import { captureUnicode } from './strings.js';
import { ObType } from './types.js';

/** IoCreateNotificationEvent / IoCreateSynchronizationEvent: (EventName, *Handle) -> PKEVENT; opens an existing one. */
function createNamedEvent(name: string, type: number): KernelRoutine {
  return {
    name,
    locals: 3,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          const path = captureUnicode(k, f.ptr(0));
          const found = lookupPath(k, path);
          if (ntSuccess(found.status)) {
            if (!isType(k, found.body, ObType.Event)) return k.return(0);
            f.set(0, found.body);
            referenceObject(k, found.body);
            return k.call(f, 2, 'ObpCreateHandle', [found.body, 0x1f0003, 0x200, 0, 0, f.localAddress(1), 1, 0]);
          }
          if (found.directory === 0) return k.return(0);
          const body = allocateObject(k, ObType.Event, KEVENT.sizeof, 'Even');
          if (body === 0) return k.return(0);
          f.set(0, body);
          insertName(k, found.directory, found.leaf, body);
          // A new event of these routines starts signalled.
          return k.call(f, 1, 'KeInitializeEvent', [body, type, 1]);
        }
        case 1:
          return k.call(f, 2, 'ObpCreateHandle', [f.get(0), 0x1f0003, 0x200, 0, 0, f.localAddress(1), 1, 0]);
        default:
          // The pointer stays valid while the handle is open: no reference of its own.
          dropReference(k, f.get(0));
          k.mem.checked.setPtr(f.ptr(1), f.get(1));
          return k.return(f.get(0));
      }
    },
  };
}

export const routines: KernelRoutine[] = [
  createNamedEvent('IoCreateNotificationEvent', 0),
  createNamedEvent('IoCreateSynchronizationEvent', 1),
];
