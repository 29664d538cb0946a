// ntddk.h and what file systems and their filters use: process attach, tokens, look-ups by ID, virtual memory.
#pragma once
#define _NTIFS_
#include "wdm.h"
#include "ddi-ntddk.h"
#define _NTDDK_
#include "ddi-ntifs.h"
#include "ntafter.h"
