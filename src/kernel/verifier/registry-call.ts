// registry-call at run time: a registry routine is called while a process, thread, image or object callback runs on the thread.
import type { EntryCheck } from './check.js';
import { callbackName, report } from './finding.js';
import { kindWord } from './invocation.js';

const KEY_SERVICES =
  'CreateKey CreateKeyTransacted OpenKey OpenKeyEx OpenKeyTransacted OpenKeyTransactedEx QueryKey QueryValueKey SetValueKey SetInformationKey EnumerateKey EnumerateValueKey DeleteKey DeleteValueKey FlushKey RenameKey SaveKey SaveKeyEx RestoreKey NotifyChangeKey NotifyChangeMultipleKeys LoadKey UnloadKey'.split(
    ' ',
  );
const OTHERS =
  'RtlQueryRegistryValues RtlQueryRegistryValuesEx RtlQueryRegistryValueWithFallback RtlWriteRegistryValue RtlDeleteRegistryValue RtlCheckRegistryKey RtlCreateRegistryKey IoOpenDeviceRegistryKey IoOpenDeviceInterfaceRegistryKey IoOpenDriverRegistryKey IoGetDeviceProperty IoGetDevicePropertyData IoSetDevicePropertyData CmRegisterCallback CmRegisterCallbackEx CmUnRegisterCallback'.split(
    ' ',
  );

export const checks: EntryCheck[] = [
  {
    routines: [...KEY_SERVICES.flatMap((n) => [`Zw${n}`, `Nt${n}`]), ...OTHERS],
    check: (k, f, invocation, name) =>
      report(k, {
        rule: 'registry-call',
        severity: 'warning',
        text: `${callbackName(k, invocation)} calls ${name} inside ${kindWord(k, invocation)} callback: registry calls can block on hive locks and call other drivers`,
        frame: f.fp,
        invocation,
      }),
  },
];
