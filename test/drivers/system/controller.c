// Controller objects (documentation of IoCreateController, IoAllocateController, IoFreeController, IoDeleteController and of the ControllerControl routine): two
// channels of a controller take turns, requests come through StartIo.
// case DELETED bugcheck 0x18
// case DEVICE_TWICE bugcheck 0x139
// case NO_CONTROLLER bugcheck 0x18
// case PASSIVE bugcheck 0xC4, verifier ddi-compliance on
#include "system.h"

#define SIZE 40

static PCONTROLLER_OBJECT Controller;
static PDEVICE_OBJECT Devices[4];
static LONG Calls, Order[16];
static IO_ALLOCATION_ACTION Action[4];
static PIRP Seen[4];

static LONG Index(PDEVICE_OBJECT Device) {
  LONG i;
  for (i = 0; i < 4; i++) if (Devices[i] == Device) return i;
  return -1;
}

static IO_ALLOCATION_ACTION Control(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID MapRegisterBase, PVOID Context) {
  LONG i = Index(DeviceObject);
  CHECK(i >= 0);
  CHECK(Context == &Order[i]);
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  CHECK(MapRegisterBase == NULL);
  Seen[i] = Irp;
  Order[Calls++] = i;
  return Action[i];
}

static VOID Allocate(LONG i) { IoAllocateController(Controller, Devices[i], (PDRIVER_CONTROL)Control, &Order[i]); }

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  while (DriverObject->DeviceObject != NULL) IoDeleteDevice(DriverObject->DeviceObject);
}

TEST_ENTRY {
  KIRQL irql;
  PUCHAR extension;
  LONG i, n;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  for (i = 0; i < 4; i++) CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_CONTROLLER, 0, FALSE, &Devices[i]), STATUS_SUCCESS);
  Controller = IoCreateController(SIZE);
  FACT("documentation IoCreateController: a controller object", Controller != NULL);
  FACT_EQ("documentation IoCreateController: its type", Controller->Type, IO_TYPE_CONTROLLER);
  FACT_EQ("documentation IoCreateController: its size, with the extension", Controller->Size, sizeof(CONTROLLER_OBJECT) + SIZE);
  extension = Controller->ControllerExtension;
  for (i = n = 0; i < SIZE; i++) n += extension[i];
  FACT_EQ("documentation IoCreateController: the extension is initialized with zeros", n, 0);
  memset(extension, 0xcd, SIZE);

#ifdef CASE_PASSIVE
  EXPECT_STOP("documentation IoAllocateController: IRQL = DISPATCH_LEVEL", 0xC4, ANY, ANY, ANY, ANY);
  Allocate(0);
#endif
  KeRaiseIrql(DISPATCH_LEVEL, &irql);
#ifdef CASE_NO_CONTROLLER
  EXPECT_STOP("documentation IoAllocateController: ControllerObject is of IoCreateController", 0x18, 0, Devices[0], 0, 0);
  IoAllocateController((PCONTROLLER_OBJECT)Devices[0], Devices[0], (PDRIVER_CONTROL)Control, NULL);
#endif
  // nobody has it: called at once, and it is free again
  Action[0] = DeallocateObject;
  Devices[0]->CurrentIrp = (PIRP)0x1230;
  Allocate(0);
  FACT("documentation IoAllocateController: a free controller is given at once", Calls == 1 && Order[0] == 0);
  FACT("documentation ControllerControl: Irp is the CurrentIrp of the device", Seen[0] == (PIRP)0x1230);
  FACT_EQ("documentation ControllerControl: DeallocateObject gives it back", Controller->DeviceWaitQueue.Busy, FALSE);
  Devices[0]->CurrentIrp = NULL;

  // kept: the others wait in order
  Action[0] = KeepObject;
  Allocate(0);
  FACT_EQ("documentation ControllerControl: KeepObject keeps it", Controller->DeviceWaitQueue.Busy, TRUE);
  Action[1] = DeallocateObject;
  Action[2] = KeepObject;
  Action[3] = DeallocateObject;
  for (i = 1; i < 4; i++) Allocate(i);
  FACT_EQ("documentation IoAllocateController: a device waits while the controller is taken", Calls, 2);
#ifdef CASE_DEVICE_TWICE
  EXPECT_STOP("documentation IoAllocateController: a device waits once", 0x139, 3, 0, 0, ANY);
  Allocate(2);
#endif
  IoFreeController(Controller);
  FACT("documentation IoFreeController: the next device gets it, and the one after that as long as they give it back", Calls == 4 && Order[2] == 1 && Order[3] == 2);
  FACT_EQ("documentation IoFreeController: the last that keeps it has it", Controller->DeviceWaitQueue.Busy, TRUE);
  IoFreeController(Controller);
  FACT("documentation IoFreeController: devices wait in the order in which they asked", Calls == 5 && Order[4] == 3);
  FACT_EQ("documentation IoFreeController: nobody waits, it is free", Controller->DeviceWaitQueue.Busy, FALSE);
  IoFreeController(Controller); // a finding, and nothing else
  CHECK_EQ(Calls, 5);
  KeLowerIrql(irql);
  IoDeleteController(Controller);
#ifdef CASE_DELETED
  Controller = IoCreateController(0);
  memset(Controller, 0, sizeof *Controller); // as if it were another block by now
  EXPECT_STOP("documentation IoDeleteController: ControllerObject is of IoCreateController", 0x18, 0, Controller, 0, 0);
  IoDeleteController(Controller);
#endif
  Controller = IoCreateController(0);
  FACT_EQ("documentation IoCreateController: without extension", Controller->Size, sizeof(CONTROLLER_OBJECT));
  IoDeleteController(Controller);
  return STATUS_SUCCESS;
}
