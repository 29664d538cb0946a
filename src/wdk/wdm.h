// Windows Driver Model: types first, then the DDIs, then the routines that are inline code.
#pragma once
#define _WDMDDK_
#define ALLOC_PRAGMA 1
#define ALLOC_DATA_PRAGMA 1
#include "ntdef.h"
#include "excpt.h"
#include "ntstatus.h"
#include "bugcodes.h"
#include "string.h"
#include "stdio.h"
#include "ctype.h"
#include "ntke.h"
#include "ntex.h"
#include "ntmm.h"
#include "ntio.h"
#include "ntobps.h"
#include "ntrtl.h"
#include "ntmisc.h"
#include "ddi-wdm.h"
#include "ddi-extra.h"
#include "wdminline.h"
