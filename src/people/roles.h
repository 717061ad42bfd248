/**
 * @file roles.h  What each role of each organisation may do, as a table in memory (T02).
 *
 * A role's permissions: the operations whose `role:` line names it, or a built-in role it is based
 * on; then the grants of the organisations above, farthest first; last the organisation's own.
 */
#ifndef LEXLINE_ROLES_H
#define LEXLINE_ROLES_H

#include "store/op.h"

struct people;
struct roles; /**< the table and its lock */

struct role {
	int64_t org_id; /**< who defined it; 0: built in */
	const char *name, *label_zh, *label_en;
	int tier;	       /**< nobody gives or changes what is above their own highest */
	const char **based_on; /**< NULL-terminated built-in roles */
	uint64_t *allowed;     /**< a bit an operation, in the order of the catalogue */
};

MUST_CHECK int roles_open(struct env *env, struct roles **ret, struct fault *f);
void roles_close(struct roles *r);
/** Build the table anew and swap it. The old one stays in force on failure. */
MUST_CHECK int roles_reload(struct roles *r, struct fault *f);
/** Reload when the database has another version than the table. */
MUST_CHECK int roles_follow(struct roles *r, int64_t version, struct fault *f);

bool roles_allow(const struct people *p, const struct actor *actor, const struct op *op);
/** Highest tier of the actor's roles; ACTOR_SYSTEM has INT_MAX, without a role -1. */
int roles_tier(const struct people *p, const struct actor *actor);
/** Own roles and, behind them, those they are based on; NULL-terminated, in the arena. */
const char **roles_expand(const struct people *p, int64_t org_id, const char *const *own,
			  size_t n_own, struct arena *a);
/** A copy in the arena (without `allowed`). @return false when the organisation has no such role */
bool roles_find(const struct people *p, int64_t org_id, struct str name, struct arena *a,
		struct role *ret);
/** All roles of an organisation, under the table's lock: @p visit must not ask the table. */
void roles_each(const struct people *p, int64_t org_id,
		void (*visit)(const struct role *role, void *arg), void *arg);
/** Is @p org_id the ancestor itself or below it? */
bool roles_org_within(const struct people *p, int64_t ancestor_id, int64_t org_id);
/** The topmost organisation above @p org_id, itself when it is one; 0 for the installation. */
int64_t roles_org_root(const struct people *p, int64_t org_id);
/** Does the role of that organisation allow the operation? */
bool roles_role_allows(const struct people *p, int64_t org_id, const char *role,
		       const struct op *op);

#endif
