// Assertions come from wdm.h.
#pragma once
#include "ntdef.h"
