// Event providers: the types and routines come from wdm.h.
#pragma once
#include "wdm.h"
