/**
 * @file ops.h  The operations of modules/cases that are carried out in C; one table in ops.c.
 */
#ifndef LEXLINE_PROCESS_OPS_H
#define LEXLINE_PROCESS_OPS_H

#include "process/kase.h"
#include "process/sheet.h"

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

#endif
