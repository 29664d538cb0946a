#pragma once
#include "windef.h"
#include "string.h"
#define _T(s) L##s
#define _tcslen wcslen
#define _tcscpy wcscpy
#define _tcscmp wcscmp
#define _tprintf wprintf
