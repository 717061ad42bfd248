/**
 * @file account.h  One person's account: passwords and what signing in needs to know.
 */
#ifndef LEXLINE_ACCOUNT_H
#define LEXLINE_ACCOUNT_H

#include <sodium.h>

#include "people/room.h"

#define PASSWORD_HASH_MAX crypto_pwhash_STRBYTES
/** Random first passwords: five groups of four, about 100 bits, easy to read aloud. */
#define PASSWORD_RANDOM_MAX 25

/** Strings in the arena of the context it was read with. */
struct account {
	int64_t id;
	int64_t org_id;
	const char *name, *display_name, *lang, *org_name;
	const char *password_hash; /**< NULL: can't sign in */
	bool active;		   /**< the person and the organisation */
	bool must_change;
	struct str totp_secret; /**< sealed; STR_NULL: none */
	bool totp_on;
	int64_t totp_step;  /**< the last one used */
	const char **roles; /**< NULL-terminated */
	size_t n_roles;
};

/** The member "person" of the answers to signing in and to "who am I": names, organisation, roles. */
void account_write(struct jw *w, const struct account *who);
/** Folded and trimmed: what makes two names the same. In the arena. */
const char *account_key(struct arena *a, struct str name);
/** @return 0, -E_NOT_FOUND */
MUST_CHECK int account_by_name(struct tx *tx, struct str name, struct account *ret);
MUST_CHECK int account_by_id(struct tx *tx, int64_t id, struct account *ret);
/** "a,b" as a NULL-terminated list in the arena. */
const char **account_roles(struct arena *a, struct str list, size_t *ret_n);

/** Long enough, not the name, not one of the commonest. @return 0, -E_INVALID with @p field */
MUST_CHECK int password_check_rules(struct ctx *ctx, const char *field, struct str password,
				    const char *name);
/** argon2id, about 50 ms and 32 MiB; in prepare only. */
MUST_CHECK int password_hash(struct ctx *ctx, struct str password, char ret[PASSWORD_HASH_MAX]);
/** A NULL @p hash takes the same time and is false: an unknown name looks like a wrong password. */
bool password_matches(const char *hash, struct str password);
void password_random(char ret[PASSWORD_RANDOM_MAX]);

#endif
