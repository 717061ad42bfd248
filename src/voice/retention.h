/**
 * @file retention.h  Recordings are destroyed when their retention has ended and no legal hold
 * keeps them (T08).
 */
#ifndef LEXLINE_VOICE_RETENTION_H
#define LEXLINE_VOICE_RETENTION_H

#include "store/op.h"

struct retention;

/** A turn every hour, the first at once. */
MUST_CHECK int retention_start(struct env *env, struct retention **ret, struct fault *f);
void retention_stop(struct retention *t); /**< waits for a running turn; NULL is fine */

struct retention_result {
	int64_t destroyed; /**< recordings */
	int64_t files;	   /**< contents nothing else referred to, gone from the disk */
};
/** One turn in the name of the context's actor. It may be interrupted anywhere: the next one goes
 * on. */
MUST_CHECK int retention_run(struct ctx *ctx, struct retention_result *ret);

#endif
