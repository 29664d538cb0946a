#pragma once
#include "sal.h"
void __cdecl _interlock_assert_failed(_In_ const char *Expression, _In_ const char *File, _In_ unsigned Line);
#ifdef NDEBUG
#define assert(e) ((void)0)
#else
#define assert(e) ((void)(!!(e) || (_interlock_assert_failed(#e, __FILE__, __LINE__), 0)))
#endif
#ifndef static_assert
#define static_assert _Static_assert
#endif
