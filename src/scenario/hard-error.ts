// The message of a hard error as the output and the report tell it: what Windows would show in a dialog box, and who would have seen it.
import { statusName } from './status-name.js';

export function hardErrorText(d: Readonly<Record<string, unknown>>): string {
  const shown = Number(d.shown) !== 0 ? '' : ' (not shown: the process has switched hard errors off)';
  return `hard error ${statusName(Number(d.status) >>> 0)} in process ${String(d.process)}: ${String(d.text)}${shown}`;
}
