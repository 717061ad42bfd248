/**
 * @file prompt_ops.h  Operations of modules/line on prompts. Listed in line_ops.c.
 */
#ifndef LEXLINE_VOICE_PROMPT_OPS_H
#define LEXLINE_VOICE_PROMPT_OPS_H

#include "store/op.h"

int line_prompts_prepare(struct call *call);
int line_prompt_sound_prepare(struct call *call);
int line_prompt_upload_prepare(struct call *call);
int line_prompt_spoken_prepare(struct call *call);
int line_prompt_apply(struct call *call, struct tx *tx);
int line_prompt_finish(struct call *call);

#endif
