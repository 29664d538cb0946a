// Power types come with wdm.h.
#pragma once
#include "wdm.h"
