// The WPP in-flight recorder is not simulated: messages go to the output of WPP itself.
#pragma once
#include "ntdef.h"
