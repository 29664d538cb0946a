// SAL words. SAL 2 names (_In_, _IRQL_requires_max_(x) ...) are syntax that the front end keeps, so they are not macros here.
// This header only maps the first generation of SAL to the second, or to nothing where there is no counterpart.
#pragma once
#define IN
#define OUT
#define OPTIONAL
#define __in _In_
#define __in_opt _In_opt_
#define __in_z _In_z_
#define __in_z_opt _In_opt_z_
#define __in_ecount(n) _In_reads_(n)
#define __in_ecount_opt(n) _In_reads_opt_(n)
#define __in_ecount_z(n) _In_reads_z_(n)
#define __in_bcount(n) _In_reads_bytes_(n)
#define __in_bcount_opt(n) _In_reads_bytes_opt_(n)
#define __in_xcount(n) _In_
#define __in_xcount_opt(n) _In_opt_
#define __in_data_source(n) _In_
#define __out _Out_
#define __out_opt _Out_opt_
#define __out_ecount(n) _Out_writes_(n)
#define __out_ecount_opt(n) _Out_writes_opt_(n)
#define __out_ecount_z(n) _Out_writes_z_(n)
#define __out_ecount_full(n) _Out_writes_all_(n)
#define __out_ecount_part(n, l) _Out_writes_to_(n, l)
#define __out_ecount_part_opt(n, l) _Out_writes_to_opt_(n, l)
#define __out_bcount(n) _Out_writes_bytes_(n)
#define __out_bcount_opt(n) _Out_writes_bytes_opt_(n)
#define __out_bcount_full(n) _Out_writes_bytes_all_(n)
#define __out_bcount_part(n, l) _Out_writes_bytes_to_(n, l)
#define __out_bcount_part_opt(n, l) _Out_writes_bytes_to_opt_(n, l)
#define __out_xcount(n) _Out_
#define __out_xcount_opt(n) _Out_opt_
#define __inout _Inout_
#define __inout_opt _Inout_opt_
#define __inout_ecount(n) _Inout_updates_(n)
#define __inout_ecount_opt(n) _Inout_updates_opt_(n)
#define __inout_bcount(n) _Inout_updates_bytes_(n)
#define __inout_bcount_opt(n) _Inout_updates_bytes_opt_(n)
#define __inout_bcount_part(n, l) _Inout_updates_bytes_(n)
#define __deref_in _In_
#define __deref_in_opt _In_opt_
#define __deref_out _Outptr_
#define __deref_out_opt _Outptr_result_maybenull_
#define __deref_opt_out _Outptr_opt_
#define __deref_opt_out_opt _Outptr_opt_result_maybenull_
#define __deref_out_bcount(n) _Outptr_result_bytebuffer_(n)
#define __deref_out_bcount_opt(n) _Outptr_result_bytebuffer_maybenull_(n)
#define __deref_out_ecount(n) _Outptr_result_buffer_(n)
#define __deref_out_ecount_opt(n) _Outptr_result_buffer_maybenull_(n)
#define __deref_inout _Inout_
#define __deref_inout_opt _Inout_
#define __reserved _Reserved_
#define __checkReturn _Must_inspect_result_
#define __success(e) _Success_(e)
#define __nullterminated _Null_terminated_
#define __field_bcount(n) _Field_size_bytes_(n)
#define __field_bcount_opt(n) _Field_size_bytes_opt_(n)
#define __field_bcount_full(n) _Field_size_bytes_full_(n)
#define __field_ecount(n) _Field_size_(n)
#define __field_ecount_opt(n) _Field_size_opt_(n)
#define __field_ecount_full(n) _Field_size_full_(n)
#define __struct_bcount(n) _Struct_size_bytes_(n)
#define __range(l, h) _In_range_(l, h)
#define __in_range(l, h) _In_range_(l, h)
#define __bound
#define __callback
#define __control_entrypoint(x)
#define __data_entrypoint(x)
#define __fallthrough
#define __format_string _Printf_format_string_
#define __typefix(t)
#define __override
#define __notnull
#define __maybenull
#define __readonly
#define __notreadonly
#define __nullnullterminated _NullNull_terminated_
#define __blocksOn(x)
#define __analysis_assume(e) ((void)0)
#define __analysis_assert(e) ((void)0)
#define __analysis_hasnotmodified(x)
#define __post
#define __pre
#define __valid
#define __notvalid
#define __refparam
#define __exceptthat
#define __inexpressible_readableTo(x)
#define __inexpressible_writableTo(x)
#define __elem_readableTo(x)
#define __elem_writableTo(x)
#define __byte_readableTo(x)
#define __byte_writableTo(x)
#define __deref
#define __encoded_pointer
#define __encoded_array
