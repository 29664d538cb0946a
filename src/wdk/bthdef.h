// Bluetooth: the basic types. No Bluetooth stack is simulated; these are for drivers that watch its requests.
#pragma once
#include "ntdef.h"
typedef ULONGLONG BTH_ADDR, *PBTH_ADDR;
typedef ULONG BTH_COD;
typedef UCHAR BTHSTATUS, *PBTHSTATUS;
