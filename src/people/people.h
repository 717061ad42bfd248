/**
 * @file people.h  Accounts, sessions, roles, organisations: who is asking, and what they may do.
 *
 * Passwords are argon2id, session tokens 256 random bits of which only the hash is stored, TOTP
 * secrets sealed. Roles and grants are data (T02): compiled into one table in memory, swapped whole
 * when they change. A revoked session ends at once on this node, within 5 s on others.
 */
#ifndef LEXLINE_PEOPLE_H
#define LEXLINE_PEOPLE_H

#include "store/op.h"

struct people;

/** The room's operations carried out in C. */
extern const struct native people_natives[];
extern const size_t people_n_natives;

/** Read the rules of config->people, load roles and grants. The stores are open and migrated. */
MUST_CHECK int people_open(struct env *env, struct people **ret, struct fault *f);
void people_close(struct people *p);

/**
 * Fill ctx->actor from a session's token. May read the database (at most every 5 s a session): on
 * a worker only.
 *
 * @param token         value of the cookie
 * @param[out] ret_csrf what X-CSRF-Token must say; in the arena; NULL is allowed
 * @return 0, -E_UNAUTHORIZED (no such session, ended, too old), -E_UNAVAILABLE
 */
MUST_CHECK int people_session(struct ctx *ctx, struct str token, const char **ret_csrf);

struct person_new {
	const char *name;	  /**< to sign in with: 1…64 characters */
	const char *display_name; /**< NULL: the name */
	const char *lang;	  /**< "zh", "en" */
	int64_t org_id;
	const char *const *roles;  /**< NULL-terminated */
	const char *const *skills; /**< NULL-terminated; NULL: none */
	const char *password;	   /**< the first one; NULL: a random one is made */
};

/**
 * Add a person with a random first password that must be changed at the first sign-in. For the
 * command line and profiles: whoever calls is trusted.
 *
 * @param[out] ret_password in the arena; NULL is allowed
 * @return 0, -E_EXISTS (the name), -E_INVALID, -E_NOT_FOUND (a role, the organisation)
 */
MUST_CHECK int people_add(struct ctx *ctx, const struct person_new *n, int64_t *ret_id,
			  const char **ret_password);
/** Give somebody a new random password, end their sessions, forget their failed sign-ins. */
MUST_CHECK int people_reset_password(struct ctx *ctx, int64_t person_id, const char **ret_password);
/** Id of the person with this name to sign in with. @return 0, -E_NOT_FOUND */
MUST_CHECK int people_find(struct ctx *ctx, const char *name, int64_t *ret_id);

/** Id of the organisation with this name; NULL: the first one on top. @return 0, -E_NOT_FOUND */
MUST_CHECK int people_find_org(struct ctx *ctx, const char *name, int64_t *ret_id);

/** Add an organisation. @p parent_id 0: a root. For the command line and profiles. */
MUST_CHECK int people_add_org(struct ctx *ctx, int64_t parent_id, const char *name,
			      const char *kind, int64_t *ret_id);

#endif
