// Names and registry keys of device interfaces. An instance is registered under Control\DeviceClasses\{class}: a key for the device and class, below it one for each
// reference string. The name that drivers get, \??\ROOT#name#0000#{class}\reference, leads back to both.
import type { Addr } from '../../machine/abi.js';
import { nodeAt, subKeys, textOf, valueData, valueNamed } from '../cm/hive.js';
import type { Kernel } from '../kernel.js';
import { CMP_NODE } from '../layouts.gen.js';
import { readUnicode } from '../ob/strings.js';
import { CONTROL_SET } from './device-node.js';

const CLASSES = `${CONTROL_SET}\\Control\\DeviceClasses`;

export interface InterfaceName {
  /** `ROOT#name#0000#{class}`: the name of the symbolic link. */
  readonly link: string;
  /** `{class}` in lower case. */
  readonly guid: string;
  /** '' for none. */
  readonly reference: string;
}

export const interfaceName = (instance: string, guid: string, reference: string): InterfaceName => ({
  link: `${instance.replaceAll('\\', '#')}#${guid}`,
  guid,
  reference,
});

/** `\??\` or `\\?\`, the link, perhaps a backslash and the reference string; undefined: no name of an interface. */
export function parseInterface(text: string): InterfaceName | undefined {
  const m = /^\\(?:\?\?|\\\?)\\([^\\]+#(\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}))(?:\\([^\\/]*))?$/i.exec(text);
  return m ? { link: m[1], guid: m[2].toLowerCase(), reference: m[3] ?? '' } : undefined;
}

export const linkText = (n: InterfaceName): string => `\\??\\${n.link}${n.reference === '' ? '' : `\\${n.reference}`}`;

/** Key of a device's interfaces of one class, and of one of them. */
export const deviceKey = (n: InterfaceName): string => `${CLASSES}\\${n.guid}\\##?#${n.link}`;
export const instanceKey = (n: InterfaceName): string => `${deviceKey(n)}\\#${n.reference}`;
export const isRegistered = (k: Kernel, n: InterfaceName): boolean => nodeAt(k, instanceKey(n)) !== 0;

/** Text of a value of a key, '' when there is none. */
export function valueText(k: Kernel, path: string, name: string): string {
  const key = nodeAt(k, path);
  const value = key === 0 ? 0 : valueNamed(k, key, name);
  return value === 0 ? '' : textOf(valueData(k, value));
}

/** Number of a REG_DWORD value, 0 when there is none. */
export function valueNumber(k: Kernel, path: string, name: string): number {
  const key = nodeAt(k, path);
  const value = key === 0 ? 0 : valueNamed(k, key, name);
  const data = value === 0 ? new Uint8Array(0) : valueData(k, value);
  return data.length < 4 ? 0 : new DataView(data.slice().buffer).getUint32(0, true);
}

/** Device instance that has the interface. */
export const instanceOf = (k: Kernel, n: InterfaceName): string => valueText(k, deviceKey(n), 'DeviceInstance');
export const isEnabled = (k: Kernel, n: InterfaceName): boolean => valueNumber(k, `${instanceKey(n)}\\Control`, 'Linked') !== 0;

/** Every registered interface of a class, in the order of the registry. */
export function interfacesOf(k: Kernel, guid: string): InterfaceName[] {
  const key = nodeAt(k, `${CLASSES}\\${guid}`);
  if (key === 0) return [];
  const nameOf = (node: Addr): string => readUnicode(k, node + CMP_NODE.Name);
  return subKeys(k, key)
    .filter((device) => nameOf(device).startsWith('##?#'))
    .flatMap((device) =>
      subKeys(k, device)
        .map(nameOf)
        .filter((name) => name.startsWith('#'))
        .map((name) => ({ link: nameOf(device).slice(4), guid, reference: name.slice(1) })),
    );
}
