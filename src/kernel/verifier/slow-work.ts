// slow-work at run time: file work while a callback runs, which belongs into a work item.
import type { EntryCheck } from './check.js';
import { callbackName, report } from './finding.js';
import { kindWord } from './invocation.js';

const FILE_SERVICES =
  'CreateFile OpenFile ReadFile WriteFile QueryInformationFile SetInformationFile QueryDirectoryFile QueryDirectoryFileEx QueryVolumeInformationFile FlushBuffersFile DeleteFile LockFile UnlockFile QueryEaFile SetEaFile QueryAttributesFile QueryFullAttributesFile CreateSection LoadDriver UnloadDriver'.split(
    ' ',
  );
export const FILE_ROUTINES = [
  ...FILE_SERVICES.flatMap((n) => [`Zw${n}`, `Nt${n}`]),
  'IoCreateFile',
  'IoCreateFileEx',
  'IoCreateFileSpecifyDeviceObjectHint',
];

/** Called by the check of calls-user-mode, which looks at the same routines first: a pipe is no file. */
export const slowWork: EntryCheck['check'] = (k, f, invocation, name) =>
  report(k, {
    rule: 'slow-work',
    severity: 'warning',
    text: `${callbackName(k, invocation)} calls ${name} inside ${kindWord(k, invocation)} callback: file work belongs into a work item`,
    frame: f.fp,
    invocation,
  });
