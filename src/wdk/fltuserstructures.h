#pragma once
#include "fltkernel.h"
