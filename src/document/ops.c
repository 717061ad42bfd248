/* The table of this room's natives. */
#include "document/ops.h"

const struct native *const document_natives[] = {
	&native_template_search,    &native_template_show,    &native_template_sample, &native_template_upload,
	&native_document_interview, &native_document_preview, &native_document_make,   &native_document_of_case,
	&native_report_make,
};
const size_t document_natives_count = ARRAY_SIZE(document_natives);
