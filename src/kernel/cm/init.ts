// Boot of the registry: the root object and the keys that drivers look for.
import type { Kernel } from '../kernel.js';
import { CM_GLOBALS } from '../layouts.gen.js';
import { insertName, rootDirectory, setPermanent } from '../ob/namespace.js';
import { initListHead } from '../rtl/list.js';
import { createNode, nodeAt, RegType, setKeyString, setKeyValue } from './hive.js';
import { createKeyObject } from './key-object.js';

const KEYS = [
  '\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Services',
  '\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager',
  '\\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion',
  '\\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run',
  '\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\System',
  '\\REGISTRY\\USER\\.DEFAULT\\Software',
  '\\REGISTRY\\USER\\S-1-5-21-1000\\Software',
];

/** HKLM\\SYSTEM\\Select: which control set this boot uses, which it tries next, which failed and which last worked. */
const SELECT = { Current: 1, Default: 1, Failed: 0, LastKnownGood: 1 } as const;

export function cmInit(k: Kernel): void {
  const g = k.globals.CM;
  initListHead(k.mem, g + CM_GLOBALS.Callbacks);
  initListHead(k.mem, g + CM_GLOBALS.Contexts);
  initListHead(k.mem, g + CM_GLOBALS.Notifies);
  const root = createNode(k, 0, 'REGISTRY');
  k.mem.setPtr(g + CM_GLOBALS.Root, root);
  for (const path of KEYS) nodeAt(k, path, true);
  setKeyString(
    k,
    '\\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion',
    'ProductName',
    RegType.Sz,
    'Interlock simulated Windows',
  );
  setKeyString(
    k,
    '\\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion',
    'CurrentBuild',
    RegType.Sz,
    String(k.config.windowsBuild),
  );
  for (const [name, set] of Object.entries(SELECT))
    setKeyValue(k, '\\REGISTRY\\MACHINE\\SYSTEM\\Select', name, 4, new Uint8Array([set, 0, 0, 0]));
  setKeyValue(
    k,
    '\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Control\\PriorityControl',
    'Win32PrioritySeparation',
    RegType.Dword,
    new Uint8Array([k.config.prioritySeparation, 0, 0, 0]),
  );
  const body = createKeyObject(k, root);
  insertName(k, rootDirectory(k), 'REGISTRY', body);
  setPermanent(k, body, true);
}
