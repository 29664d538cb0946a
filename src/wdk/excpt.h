// Structured exception handling: lower-case words and the questions that a filter or a handler may ask.
#pragma once
#ifndef EXCEPTION_EXECUTE_HANDLER
#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)
#endif
#ifndef INTERLOCK_NO_LOWER_CASE_SEH
#define try __try
#define except __except
#define finally __finally
#define leave __leave
#endif
#define GetExceptionCode() _exception_code()
#define exception_code() _exception_code()
#define GetExceptionInformation() ((struct _EXCEPTION_POINTERS *)_exception_info())
#define exception_info() ((struct _EXCEPTION_POINTERS *)_exception_info())
#define AbnormalTermination() _abnormal_termination()
#define abnormal_termination() _abnormal_termination()
typedef enum _EXCEPTION_DISPOSITION {
  ExceptionContinueExecution, ExceptionContinueSearch, ExceptionNestedException, ExceptionCollidedUnwind
} EXCEPTION_DISPOSITION;
