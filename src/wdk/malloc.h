// Of the C run-time's allocation only what kernel code has: room on the stack.
#pragma once
#include "crtdefs.h"
#define alloca _alloca
