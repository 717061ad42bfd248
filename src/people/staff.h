/**
 * @file staff.h  The rows of people and organisations, inside a transaction. Rules of who may do it
 * stand in the operations.
 */
#ifndef LEXLINE_STAFF_H
#define LEXLINE_STAFF_H

#include "people/account.h"

struct staff_row {
	int64_t id, org_id;
	const char *name, *display_name, *lang;
	struct str phone, email; /**< sealed; STR_NULL: none */
	const char *phone_hint, *email_hint;
	const char *skills, *languages; /**< JSON lists of names */
	const char *const *roles;	/**< NULL-terminated */
	const char *hash;		/**< of the password */
};

struct org_row {
	int64_t id, parent_id;
	const char *name, *kind;
};

/** @return 0, -E_EXISTS (field name), -E_INVALID, -E_NOT_FOUND (a role) */
MUST_CHECK int staff_insert(struct tx *tx, const struct staff_row *p);
MUST_CHECK int staff_give_roles(struct tx *tx, int64_t person_id, int64_t org_id,
				const char *const *names);
/** To be changed at the first sign-in; ends sessions, forgets failures. */
MUST_CHECK int staff_set_password(struct tx *tx, int64_t person_id, const char *hash);
/** Random, in the arena, and its hash. Slow: outside any transaction. */
MUST_CHECK int staff_first_password(struct ctx *ctx, const char **ret_password,
				    char ret_hash[PASSWORD_HASH_MAX]);
MUST_CHECK int staff_insert_org(struct tx *tx, const struct org_row *o);
/** JSON list of names, in the arena. */
const char *staff_json_list(struct arena *a, const char *const *items);

/**
 * After the commit: roles of the new tree, and its copy in the store of client master data. With
 * @p wait until that is written; not on a thread of the store.
 */
MUST_CHECK int people_orgs_changed(struct env *env, bool wait, struct fault *f);
/** Bring the copy of the tree up to date. */
MUST_CHECK int tree_copy(struct env *env, bool wait, struct fault *f);

#endif
