// Nothing to strengthen or to undo: annotations are syntax here.
#pragma once
#include "sal.h"
