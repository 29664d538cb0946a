// I/O control codes for scenario bodies.
#pragma once
#include "devioctl.h"
