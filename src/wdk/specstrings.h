// Annotation words for strings and buffers: all of them come from sal.h.
#pragma once
#include "sal.h"
