// ntddk.h and what file systems and their filters use: process attach, tokens, look-ups by ID, virtual memory.
#pragma once
#define _NTIFS_
#include "ntddk.h"
#include "ddi-ntifs.h"
