/**
 * @file ops.h  The operations of modules/cases that are carried out in C; one table in ops.c.
 */
#ifndef LEXLINE_PROCESS_OPS_H
#define LEXLINE_PROCESS_OPS_H

#include "process/kase.h"

/* ops_case.c */
extern const struct native native_case_create, native_case_get, native_case_act, native_case_edit,
	native_case_note, native_case_reveal;
int case_finish(struct call *call);

/* ops_list.c */
extern const struct native native_case_list, native_case_export, native_case_desk, native_ledger,
	native_ledger_export;

/* ops_files.c */
extern const struct native native_case_attach, native_case_attachment, native_case_cite,
	native_case_uncite, native_case_delivered;

/* ops_process.c */
extern const struct native native_processes, native_process, native_drawing, native_categories,
	native_phrases;

/* sheet.c: an Excel file in memory */
struct sheet;
struct sheet *sheet_new(const char *title, const char *const *headings, const double *widths,
			size_t n);
void sheet_text(struct sheet *s, struct str text);
void sheet_time(struct sheet *s, const struct zone *z, int64_t at_ms); /**< local time; 0: empty */
void sheet_row_end(struct sheet *s);
/** Close it and give its bytes. Frees the sheet. */
MUST_CHECK int sheet_finish(struct sheet *s, struct buf *out, struct fault *f);

#endif
