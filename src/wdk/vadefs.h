#pragma once
#include "stdarg.h"
