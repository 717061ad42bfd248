/**
 * @file lockout.h  Failed sign-ins lock a name, and an address, for longer and longer.
 */
#ifndef LEXLINE_LOCKOUT_H
#define LEXLINE_LOCKOUT_H

#include "people/account.h"

#define LOCK_KEY_MAX 36

/** Whether or not there is such a person: the key tells nothing. */
void lockout_name_key(struct arena *a, struct str name, char ret[LOCK_KEY_MAX]);
void lockout_ip_key(const char *ip, char ret[LOCK_KEY_MAX]);
/** @return 0, -E_LOCKED with the time that is left */
MUST_CHECK int lockout_check(struct tx *tx, const char *key);
/** @p limit failures are free; then lock_ms, doubled with each further one. *ret_until: 0 when not
 * locked */
MUST_CHECK int lockout_note(struct tx *tx, const char *key, int limit, int64_t *ret_until);
MUST_CHECK int lockout_forget(struct tx *tx, const char *key);

#endif
