// !notify: the registered callbacks of every kind, with the routine's place. (Windows has no such command; people read the arrays by hand.)
import { registeredCallbacks } from '../inspect/callbacks.js';
import { driverName, driverObjects, inDriver } from '../inspect/drivers.js';
import { address } from '../inspect/reader.js';
import { type Command, misused } from './command.js';
import { sourceText } from './thread-text.js';

const TITLES = {
  process: 'Process creation (nt!PspCreateProcessNotifyRoutine)',
  thread: 'Thread creation (nt!PspCreateThreadNotifyRoutine)',
  image: 'Image load (nt!PspLoadImageNotifyRoutine)',
  object: 'Object handles (ObRegisterCallbacks)',
  registry: 'Registry (CmRegisterCallbackEx)',
} as const;

export const notify: Command = {
  names: ['!notify'],
  usage: '!notify',
  summary: 'registered callbacks: process, thread, image, object, registry',
  run(c, args) {
    if (args.length) throw misused(notify, 'it takes no arguments');
    const { view: v } = c;
    const { list, problems } = registeredCallbacks(v);
    const drivers = driverObjects(v).entries;
    const out: string[] = [];
    for (const [group, title] of Object.entries(TITLES)) {
      const own = list.filter((x) => x.group === group);
      out.push(`${title}: ${own.length}`);
      for (const x of own) {
        const driver = drivers.find((d) => inDriver(v, d, x.routine));
        const notes = [
          x.registeredBy,
          x.detail,
          ...(x.calls === undefined ? [] : [`${x.calls} calls`]),
          ...(x.running > 0 ? [`${x.running} running`] : []),
          ...(x.removing ? ['being removed'] : []),
          ...(driver ? [] : ['its driver is not loaded']),
        ];
        out.push(
          `    ${address(x.routine)}  ${v.codeName(x.routine)}${driver ? ` (${driverName(v, driver)})` : ''}  ${notes.join(', ')}${sourceText(v.rangeOf(x.routine))}`,
        );
      }
    }
    return [...out, ...problems].join('\n');
  },
};
