/**
 * @file calls_ops.h  Operations of modules/calls that are carried out in C. Listed in line_ops.c.
 */
#ifndef LEXLINE_VOICE_CALLS_OPS_H
#define LEXLINE_VOICE_CALLS_OPS_H

#include "store/op.h"

int calls_get_apply(struct call *call, struct tx *tx);
int calls_recording_apply(struct call *call, struct tx *tx);
int calls_pop_apply(struct call *call, struct tx *tx);
int calls_link_apply(struct call *call, struct tx *tx);

int calls_destroy_due_prepare(struct call *call);
int calls_destroy_due_apply(struct call *call, struct tx *tx);
int calls_destroy_due_finish(struct call *call);

/* calls_export.c */
int calls_export_apply(struct call *call, struct tx *tx);
int calls_statistics_export_apply(struct call *call, struct tx *tx);
int calls_presence_export_apply(struct call *call, struct tx *tx);
int calls_allowance_export_apply(struct call *call, struct tx *tx);
int calls_recordings_export_apply(struct call *call, struct tx *tx);

/** The number of a call that the actor may see, unsealed to be dialled; in the arena. On a worker. @return 0, -E_NOT_FOUND */
MUST_CHECK int call_number(struct call *call, int64_t call_id, const char **ret);

#endif
