#pragma once
#include "crtdefs.h"
int __cdecl isalpha(_In_ int Character);
int __cdecl isdigit(_In_ int Character);
int __cdecl isxdigit(_In_ int Character);
int __cdecl isalnum(_In_ int Character);
int __cdecl isspace(_In_ int Character);
int __cdecl isupper(_In_ int Character);
int __cdecl islower(_In_ int Character);
int __cdecl isprint(_In_ int Character);
int __cdecl tolower(_In_ int Character);
int __cdecl toupper(_In_ int Character);
int __cdecl ispunct(_In_ int Character);
int __cdecl iswalnum(_In_ wint_t Character);
int __cdecl iswupper(_In_ wint_t Character);
int __cdecl iswlower(_In_ wint_t Character);
int __cdecl iswprint(_In_ wint_t Character);
int __cdecl iswpunct(_In_ wint_t Character);
int __cdecl iswxdigit(_In_ wint_t Character);
int __cdecl iswalpha(_In_ wint_t Character);
int __cdecl iswdigit(_In_ wint_t Character);
int __cdecl iswspace(_In_ wint_t Character);
wint_t __cdecl towlower(_In_ wint_t Character);
wint_t __cdecl towupper(_In_ wint_t Character);
