/**
 * @file lease.h  One node at a time does a job; when it dies, another takes over.
 */
#ifndef LEXLINE_LEASE_H
#define LEXLINE_LEASE_H

#include "store/db.h"

/**
 * Take or prolong a lease, inside a write transaction.
 *
 * @param name   "clocks", "audit" …
 * @param owner  different for each process: lease_owner()
 * @param ms     how long from the context's now
 * @return 1 it is the owner's now, 0 somebody else holds it, negative error
 */
MUST_CHECK int lease_take(struct tx *tx, const char *name, int64_t owner, int64_t ms);
/** Give it back early; not being the holder is fine. */
MUST_CHECK int lease_release(struct tx *tx, const char *name, int64_t owner);
/** This process: random, the same from start to end. */
int64_t lease_owner(void);

#endif
