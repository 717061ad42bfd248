/* The table of this room's natives. */
#include "process/ops.h"

const struct native *const process_natives[] = {
	&native_case_create,	 &native_case_get,    &native_case_act,	     &native_case_edit,
	&native_case_note,	 &native_case_reveal, &native_case_list,     &native_case_export,
	&native_case_desk,	 &native_ledger,      &native_ledger_export, &native_case_attach,
	&native_case_attachment, &native_case_cite,   &native_case_uncite,   &native_case_delivered,
	&native_processes,	 &native_process,     &native_drawing,	     &native_categories,
	&native_phrases,
};
const size_t process_natives_count = ARRAY_SIZE(process_natives);
