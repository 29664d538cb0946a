// For bludedr.scenario: the driver declares and calls PsGetThreadStartAddress, which is not among the exports of ntoskrnl. "Unknown" is what it writes without it.
#include <ntifs.h>
PVOID NTAPI PsGetThreadStartAddress(PETHREAD Thread) {
  UNREFERENCED_PARAMETER(Thread);
  return NULL;
}
