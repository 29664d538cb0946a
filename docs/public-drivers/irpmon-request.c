// For irpmon.scenario: the file is C, whatever its name says.
#include "IRPMon/shared/request.cpp"
