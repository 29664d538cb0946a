// First-generation driver annotations, mapped to the SAL 2 driver words where one exists.
#pragma once
#include "sal.h"
#define __drv_maxIRQL(i) _IRQL_requires_max_(i)
#define __drv_minIRQL(i) _IRQL_requires_min_(i)
#define __drv_requiresIRQL(i) _IRQL_requires_(i)
#define __drv_raisesIRQL(i) _IRQL_raises_(i)
#define __drv_setsIRQL(i) _IRQL_raises_(i)
#define __drv_savesIRQL _IRQL_saves_
#define __drv_restoresIRQL _IRQL_restores_
#define __drv_sameIRQL _IRQL_requires_same_
#define __drv_maxFunctionIRQL(i)
#define __drv_minFunctionIRQL(i)
#define __drv_functionClass(c) _Function_class_(c)
#define __drv_dispatchType(t) _Dispatch_type_(t)
#define __drv_isObjectPointer _Points_to_data_
#define __drv_dispatchType_other _Dispatch_type_(-1)
#define __drv_arg(a, n)
#define __drv_when(c, a)
#define __drv_at(e, a)
#define __drv_in(a)
#define __drv_out(a)
#define __drv_strictTypeMatch(m) _Strict_type_match_
#define __drv_interlocked _Interlocked_
