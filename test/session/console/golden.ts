// Golden console output: what a list of commands answers at a stop, compared with test/golden/console/NAME.txt. Addresses are numbered as they appear, and figures of
// time are left out, so that only the layout and the facts count. UPDATE_GOLDEN=1 writes the files anew.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Stopped } from '../stopped.js';

const folder = path.resolve(import.meta.dirname, '../../golden/console');

export function assertConsoleGolden(name: string, m: Stopped, commands: readonly string[]): void {
  const addresses = new Map<string, string>();
  const named = (text: string): string => {
    const key = text.replace(/^0x/, '').replace(/`/, '').toLowerCase();
    if (/^0+$/.test(key)) return text;
    if (!addresses.has(key)) addresses.set(key, `<${addresses.size + 1}>`.padEnd(6));
    return addresses.get(key) as string;
  };
  const clean = (text: string): string =>
    text
      // argument slots that a function does not use hold what was there before
      .replace(/ : (?:[0-9a-f]{8}`[0-9a-f]{8} ?){3}:/g, ' : <args> :')
      .replace(/\b(?:0x)?[fF]{4}[fF]8[0-9a-fA-F]{2}`?[0-9a-fA-F]{8}\b|\b00007[fF]{2}\d`?[0-9a-fA-F]{8}\b|\b0x7ff[0-9a-f]{9}\b/g, named)
      .replace(/CycleTime +\d+ steps \([\d:.]+\)/g, 'CycleTime <steps>')
      .replace(/Wait Start TickCount +\d+ +Ticks: \d+/g, 'Wait Start TickCount <ticks>')
      .replace(/^( +)[0-9A-F]+:[0-9A-F]+ /gm, '$1<position> ')
      .replace(/ +$/gm, '');
  const actual = `${commands.map((c) => `kd> ${c}\n${clean(m.say(c))}\n`).join('\n')}`;
  const file = path.join(folder, `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  assert.ok(existsSync(file), `${file} is missing: run with UPDATE_GOLDEN=1`);
  assert.deepEqual(actual.split('\n'), readFileSync(file, 'utf8').replace(/\r\n/g, '\n').split('\n'));
}
