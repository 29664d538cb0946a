// wdm.h and what only drivers for Windows NT may use.
#pragma once
#define _NTDDK_
#include "wdm.h"
#include "ntddkmisc.h"
#include "ddi-ntddk.h"
#include "ntafter.h"
