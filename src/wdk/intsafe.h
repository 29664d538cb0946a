#pragma once
#include "ntintsafe.h"
