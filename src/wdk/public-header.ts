// Which header of the WDK a driver includes for a declaration. Our headers are cut finer than Windows' (one subject a file); this is the join.

/** Ours -> the WDK header that brings it. A file that is not listed is one of the WDK's own names. */
const PARTS: Readonly<Record<string, string>> = {
  'ddi-wdm.h': 'wdm.h',
  'ddi-ntddk.h': 'ntddk.h',
  'ddi-ntifs.h': 'ntifs.h',
  'ddi-extra.h': 'wdm.h',
  'fltmore.h': 'fltKernel.h',
  'ntcc.h': 'ntifs.h',
  'ntfsrtl.h': 'ntifs.h',
  'ntfsctl.h': 'ntifs.h',
  'ntafter.h': 'ntddk.h',
  'ntddkmisc.h': 'ntddk.h',
  'wdminline.h': 'wdm.h',
  'wdmmore.h': 'wdm.h',
  'ntaccess.h': 'wdm.h',
  'ntassert.h': 'wdm.h',
  'ntcontext.h': 'wdm.h',
  'ntdevice.h': 'wdm.h',
  'ntex.h': 'wdm.h',
  'ntfileinfo.h': 'wdm.h',
  'ntio.h': 'wdm.h',
  'ntke.h': 'wdm.h',
  'ntmisc.h': 'wdm.h',
  'ntmm.h': 'wdm.h',
  'ntobps.h': 'wdm.h',
  'ntpower.h': 'wdm.h',
  'ntprocinfo.h': 'ntddk.h',
  'ntregcallback.h': 'wdm.h',
  'ntlargeint.h': 'wdm.h',
  'ntrtl.h': 'wdm.h',
  'ntrtlinline.h': 'ntddk.h',
};

/** Name of the WDK header for a built-in file (`ddi-wdm.h`, `<ntio.h>`); undefined when no WDK header declares what is in it (ntundoc.h). */
export function publicHeader(file: string): string | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/^<|>$/g, '');
  if (/^nt(undoc|services|sysinfo)\.h$/.test(name)) return undefined;
  return Object.hasOwn(PARTS, name) ? PARTS[name] : name === 'fltkernel.h' ? 'fltKernel.h' : name;
}
