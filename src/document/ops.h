/**
 * @file ops.h  The operations of modules/documents; one table in ops.c. Between the files of this room only.
 */
#ifndef LEXLINE_DOCUMENT_OPS_H
#define LEXLINE_DOCUMENT_OPS_H

#include "document/gather.h"

/* ops_template.c */
extern const struct native native_template_search, native_template_show, native_template_sample, native_template_upload;
/** [{name, type, label, …}] of fields; @p with: more members of each, NULL: none */
void write_fields(struct jw *w, const struct tfield *fields, size_t n,
		  void (*with)(struct jw *w, size_t field, void *arg), void *arg);
void write_tlabel(struct jw *w, const char *key, struct tlabel l);

/* ops_document.c */
extern const struct native native_document_interview, native_document_preview, native_document_make, native_document_of_case;
/** How documents of this moment are filled: time, zone, language. */
struct fill fill_now(const struct ctx *ctx);

/* ops_report.c */
extern const struct native native_report_make;

#define DOCX_TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

#endif
