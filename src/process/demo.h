/**
 * @file demo.h  The demo's weeks, ending at a chosen instant: for tests. See profile.h.
 */
#ifndef LEXLINE_DEMO_H
#define LEXLINE_DEMO_H

#include "process/profile.h"

MUST_CHECK int demo_load_at(struct env *env, const char *profile, int64_t now_ms, struct fault *f);

#endif
