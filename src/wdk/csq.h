// Cancel-safe queues come with wdm.h.
#pragma once
#include "wdm.h"
