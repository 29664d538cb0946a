// The basic types of windef.h.
#pragma once
#include "windef.h"
