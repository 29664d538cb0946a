// Types of user mode: those of windef.h and the shared NT constants.
#pragma once
#include "windef.h"
#include "ntaccess.h"
#include "ntcontext.h"
