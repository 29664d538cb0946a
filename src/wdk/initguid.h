// From here on DEFINE_GUID defines. Works before and after guiddef.h, and more than once.
#ifndef INITGUID
#define INITGUID
#endif
#include "guiddef.h"
#undef DEFINE_GUID
#define DEFINE_GUID(n, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) \
  const GUID DECLSPEC_SELECTANY n = { a, b, c, { d0, d1, d2, d3, d4, d5, d6, d7 } }
