// What the C run-time headers share.
#pragma once
#include "sal.h"
#include "stddef.h"
#include "stdarg.h"
#ifndef _CRTIMP
#define _CRTIMP
#endif
#define _ACRTIMP
#define _VCRTIMP
#define _CRT_GUARDOVERFLOW
#ifndef _ERRNO_T_DEFINED
#define _ERRNO_T_DEFINED
typedef int errno_t;
#endif
typedef unsigned short wint_t;
typedef unsigned short wctype_t;
typedef size_t rsize_t;
#ifndef _countof
#define _countof(a) (sizeof(a) / sizeof((a)[0]))
#endif
#ifndef _TRUNCATE
#define _TRUNCATE ((size_t)-1)
#endif
