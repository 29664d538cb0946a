// Drivers with what they have given the kernel: callbacks, devices, dispatch routines. A callback whose driver is gone stands apart: it is a bug check to come.
import { majorName } from '../../kernel/io/major.js';
import { DEVICE_OBJECT, DRIVER_OBJECT, IO_GLOBALS, IOP_DRIVER, OBJECT_HEADER, OBJECT_HEADER_NAME_INFO } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import { type RegisteredCallback, registeredCallbacks } from './callbacks.js';
import type { MachineView } from './machine-view.js';
import { type Children, childId, emptyNode, type Node, problemNode } from './node.js';
import { address, type ListWalk } from './reader.js';

const STATES = ['part of the kernel', 'loading', 'loaded', 'unloading', 'unloaded', 'failed to load'];
const UNLOADED = 4;
const DEVICE_LIMIT = 1000;
const MAJOR_FUNCTIONS = 28;

export function driverObjects(v: MachineView): ListWalk {
  const walk = v.mem.list(v.kernel.globals.IO + IO_GLOBALS.Drivers);
  return { ...walk, entries: walk.entries.map((e) => e - IOP_DRIVER.Link) };
}
export const driverName = (v: MachineView, driver: Addr): string => v.mem.unicode(driver + DRIVER_OBJECT.DriverName) || 'driver';
/** Does an address lie in the image of the driver? */
export function inDriver(v: MachineView, driver: Addr, a: Addr): boolean {
  const start = v.mem.ptr(driver + DRIVER_OBJECT.DriverStart);
  return start !== 0 && a >= start && a < start + v.mem.u32(driver + DRIVER_OBJECT.DriverSize);
}
const isThere = (v: MachineView, driver: Addr): boolean => v.mem.u32(driver + IOP_DRIVER.State) < UNLOADED;

function callbackNode(v: MachineView, parent: string, c: RegisteredCallback, n: number): Node {
  const notes = [
    ...(c.calls === undefined ? [] : [`called ${c.calls} time${c.calls === 1 ? '' : 's'}`]),
    ...(c.running > 0 ? [`${c.running} running`] : []),
    ...(c.removing ? ['being removed'] : []),
  ];
  return {
    id: `${childId(parent, 'callback', c.block)}.${n}`,
    label: v.codeName(c.routine).replace(/^.*!/, ''),
    description: [`${c.group} callback`, ...notes].join(', '),
    tooltip: `${v.codeName(c.routine)} ${address(c.routine)}\n${c.registeredBy}, ${c.detail}${notes.length ? `\n${notes.join(', ')}` : ''}`,
    icon: 'symbol-event',
    range: v.rangeOf(c.routine),
    kind: 'callback',
  };
}

export const driversChildren: Children<MachineView> = (v, id) => {
  const walk = driverObjects(v);
  const { list, problems } = registeredCallbacks(v);
  const out = walk.entries.map((d): Node => {
    const own = isThere(v, d) ? list.filter((c) => inDriver(v, d, c.routine)).length : 0;
    const init = v.mem.ptr(d + DRIVER_OBJECT.DriverInit);
    const state = STATES[v.mem.u32(d + IOP_DRIVER.State)] ?? 'unknown state';
    return {
      id: childId(id, 'driver', d),
      label: driverName(v, d),
      description: `${state}, ${own} callback${own === 1 ? '' : 's'}`,
      tooltip: `DRIVER_OBJECT ${address(d)}\nimage ${address(v.mem.ptr(d + DRIVER_OBJECT.DriverStart))}, ${v.mem.u32(d + DRIVER_OBJECT.DriverSize)} bytes\n${state}`,
      icon: 'circuit-board',
      range: v.rangeOf(init),
      hasChildren: true,
      kind: 'driver',
    };
  });
  const dangling = list.filter((c) => !walk.entries.some((d) => isThere(v, d) && inDriver(v, d, c.routine)));
  if (dangling.length)
    out.push({
      id: `${id}/dangling`,
      label: 'Callbacks without a driver',
      description: `${dangling.length}: the next call is bug check 0xCE`,
      tooltip: 'Still registered, although the driver that holds their code is not loaded any more.',
      icon: 'warning',
      hasChildren: true,
      kind: 'dangling',
    });
  for (const [i, p] of [walk.problem, ...problems].filter((x) => x !== undefined).entries())
    out.push(problemNode(childId(id, 'list', i), p));
  return out.length ? out : [emptyNode(id, 'no driver is loaded')];
};

export const danglingChildren: Children<MachineView> = (v, id) => {
  const drivers = driverObjects(v).entries;
  return registeredCallbacks(v)
    .list.filter((c) => !drivers.some((d) => isThere(v, d) && inDriver(v, d, c.routine)))
    .map((c, i) => callbackNode(v, id, c, i));
};

export const driverChildren: Children<MachineView> = (v, id, driver) => {
  if (!v.mem.readable(driver, DRIVER_OBJECT.sizeof)) return [];
  const { mem } = v;
  const out = isThere(v, driver)
    ? registeredCallbacks(v)
        .list.filter((c) => inDriver(v, driver, c.routine))
        .map((c, i) => callbackNode(v, id, c, i))
    : [];
  const devices = devicesOf(v, driver);
  for (const d of devices.entries) {
    const attached = mem.ptr(d + DEVICE_OBJECT.AttachedDevice);
    out.push({
      id: childId(id, 'device', d),
      label: deviceName(v, d) || `device ${address(d)}`,
      description: `device, ${mem.i32(d + DEVICE_OBJECT.ReferenceCount)} open${attached === 0 ? '' : ', another device is attached'}`,
      tooltip: `DEVICE_OBJECT ${address(d)}\nDeviceExtension ${address(mem.ptr(d + DEVICE_OBJECT.DeviceExtension))}`,
      icon: 'plug',
      kind: 'device',
    });
  }
  if (devices.problem) out.push(problemNode(`${id}/devices`, devices.problem));
  for (let i = 0; i < MAJOR_FUNCTIONS; i++) {
    const routine = mem.ptr(driver + DRIVER_OBJECT.MajorFunction + 8 * i);
    if (!inDriver(v, driver, routine)) continue;
    out.push(routineNode(v, childId(id, 'major', i), routine, majorName(i)));
  }
  const unload = mem.ptr(driver + DRIVER_OBJECT.DriverUnload);
  if (unload !== 0) out.push(routineNode(v, `${id}/unload`, unload, 'DriverUnload'));
  return out.length ? out : [emptyNode(id, 'it has registered nothing')];
};

const routineNode = (v: MachineView, id: string, routine: Addr, role: string): Node => ({
  id,
  label: v.codeName(routine).replace(/^.*!/, ''),
  description: role,
  tooltip: `${v.codeName(routine)} ${address(routine)}`,
  icon: 'symbol-method',
  range: v.rangeOf(routine),
  kind: 'routine',
});

function devicesOf(v: MachineView, driver: Addr): ListWalk {
  const entries: Addr[] = [];
  for (let d = v.mem.ptr(driver + DRIVER_OBJECT.DeviceObject); d !== 0; d = v.mem.ptr(d + DEVICE_OBJECT.NextDevice)) {
    if (entries.length >= DEVICE_LIMIT || entries.includes(d))
      return { entries, problem: 'corrupted list: NextDevice leads back into the list' };
    if (!v.mem.readable(d, DEVICE_OBJECT.sizeof)) return { entries, problem: `corrupted list: the device ${address(d)} cannot be read` };
    entries.push(d);
  }
  return { entries };
}

/** `\Device\ProcWatch`, by the name information in front of the object. */
function deviceName(v: MachineView, device: Addr): string {
  const info = device - OBJECT_HEADER.sizeof - OBJECT_HEADER_NAME_INFO.sizeof;
  if (!v.mem.readable(info, OBJECT_HEADER_NAME_INFO.sizeof)) return '';
  const name = v.mem.unicode(info + OBJECT_HEADER_NAME_INFO.Name);
  return name ? `\\Device\\${name}` : '';
}
