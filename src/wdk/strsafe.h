// User-mode names of the counted string routines, over the same code.
#pragma once
#include "ntstrsafe.h"
#define StringCchCopyW RtlStringCchCopyW
#define StringCbCopyW RtlStringCbCopyW
#define StringCchCatW RtlStringCchCatW
#define StringCbCatW RtlStringCbCatW
#define StringCchPrintfW RtlStringCchPrintfW
#define StringCbPrintfW RtlStringCbPrintfW
#define StringCchCopyA RtlStringCchCopyA
#define StringCbCopyA RtlStringCbCopyA
#define StringCchPrintfA RtlStringCchPrintfA
#define StringCchLengthW RtlStringCchLengthW
