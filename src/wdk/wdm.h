// Windows Driver Model: types first, then the DDIs, then the routines that are inline code.
#pragma once
#define _WDMDDK_
#include "ntdef.h"
#include "excpt.h"
#include "ntstatus.h"
#include "bugcodes.h"
#include "string.h"
#include "stdio.h"
#include "ntke.h"
#include "ntex.h"
#include "ntmm.h"
#include "ntio.h"
#include "ntobps.h"
#include "ntrtl.h"
#include "ddi-wdm.h"
#include "ddi-extra.h"
#include "wdminline.h"
