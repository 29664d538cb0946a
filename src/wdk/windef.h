// Win32 names of the basic types.
#pragma once
#include "ntdef.h"
typedef unsigned long DWORD, *PDWORD, *LPDWORD;
typedef int BOOL, *PBOOL, *LPBOOL;
typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef long *LPLONG;
typedef int *LPINT;
typedef WORD ATOM;
typedef LONG LSTATUS;
typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM, LRESULT;
typedef HANDLE HINSTANCE, HMODULE, HKEY, HGLOBAL, HLOCAL, HWND, SC_HANDLE;
typedef HKEY *PHKEY;
typedef HANDLE *LPHANDLE;
typedef LONG_PTR (__stdcall *FARPROC)(void);
typedef struct _FILETIME { DWORD dwLowDateTime; DWORD dwHighDateTime; } FILETIME, *PFILETIME, *LPFILETIME;
#define WINAPI __stdcall
#define CALLBACK __stdcall
#define APIENTRY __stdcall
#define WINBASEAPI
#define WINADVAPI
#define MAX_PATH 260
#define FAR
#define NEAR
#define far
#define near
#define TEXT(s) L##s
typedef WCHAR TCHAR, *PTCHAR, *LPTSTR, *PTSTR;
typedef const WCHAR *LPCTSTR, *PCTSTR;
