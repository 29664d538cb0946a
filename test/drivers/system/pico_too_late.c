// A driver that is no core driver comes too late to be a pico provider (reference: subsystem-processes.md 4).
#include "system.h"
#include <pico.h>
static VOID Dispatch(PPS_PICO_SYSTEM_CALL_INFORMATION Information) { UNREFERENCED_PARAMETER(Information); }
TEST_ENTRY {
  PS_PICO_PROVIDER_ROUTINES provider = { sizeof(PS_PICO_PROVIDER_ROUTINES) };
  PS_PICO_ROUTINES routines = { sizeof(PS_PICO_ROUTINES) };
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  provider.DispatchSystemCall = Dispatch;
  FACT_EQ("subsystem-processes 4 TOO_LATE after core drivers were loaded", PsRegisterPicoProvider(&provider, &routines), STATUS_TOO_LATE);
  FACT("subsystem-processes 4 TOO_LATE fills nothing", routines.CreateProcess == NULL);
  return STATUS_SUCCESS;
}
