/**
 * @file hotline_private.h  What the readers of hotline.yaml share. Not for others.
 */
#ifndef LEXLINE_VOICE_HOTLINE_PRIVATE_H
#define LEXLINE_VOICE_HOTLINE_PRIVATE_H

#include "voice/hotline.h"

struct hotline_reader {
	struct arena *a;
	struct hotline *h;
	struct yreport *r;
};

/** A required text; its absence is a finding, the result then "". */
const char *hotline_needed(struct hotline_reader *r, const struct ynode *of, const char *key);
struct label2 hotline_label(struct hotline_reader *r, const struct ynode *n, const char *dflt);
/** Number of entries of a map; another shape is a finding. */
size_t hotline_map(struct hotline_reader *r, const struct ynode *n, const char *what);
bool hotline_has_prompt(const struct hotline *h, const char *name);

/** hotline_steps.c: `steps:` and the numbers that lead into them, after prompts and queues. */
void hotline_read_steps(struct hotline_reader *r, const struct ynode *steps);
const struct flow_step *hotline_find_step(struct hotline_reader *r, const struct ynode *at, const char *name);

#endif
