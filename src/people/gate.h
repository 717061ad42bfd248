/**
 * @file gate.h  The one gate every operation passes: permission, transaction, audit entry, live feed.
 *
 * HTTP, the command line, jobs and tests all call operations through here.
 */
#ifndef LEXLINE_GATE_H
#define LEXLINE_GATE_H

#include "store/op.h"

/**
 * May the actor call this operation? Default roles from the file, changed by the organisation's
 * grants. ACTOR_SYSTEM may call anything.
 * @return 0, -E_UNAUTHORIZED (nobody signed in), -E_FORBIDDEN (names the roles that may)
 */
MUST_CHECK int gate_check(struct ctx *ctx, const struct op *op);

/** Runs exactly once, on the calling thread or a thread of the store; must not block. */
typedef void (*gate_done)(struct call *call, int r, void *arg);

/**
 * Check and carry out: prepare → transaction { SQL or native apply, audit entry of a write or a
 * logged read } → finish → done. Call on a worker with args bound (op_bind). The reply is in call->reply.
 */
void gate_call(struct call *call, gate_done done, void *arg);
/** The same, waiting; for the command line, jobs and tests. */
MUST_CHECK int gate_call_wait(struct call *call);
/** Release what the reply holds (body, headers, reader). */
void call_release(struct call *call);

#endif
