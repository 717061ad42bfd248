/**
 * @file sessions.h  Open sessions, remembered for a few seconds so that a request costs no query.
 */
#ifndef LEXLINE_SESSIONS_H
#define LEXLINE_SESSIONS_H

#include "people/account.h"

#define SESSION_TOKEN_LEN 32
#define SESSION_HASH_LEN 32

/** Of a signed-in person; strings in the arena. */
struct session_info {
	const char *name, *display_name, *lang, *org_name, *csrf;
	bool must_change, totp_on;
};

struct session_cache *sessions_new(void);
void sessions_free(struct session_cache *c);
/** Ended or changed: ask the database at the next request. */
void sessions_forget(struct people *p, int64_t session_id);
void sessions_forget_person(struct people *p, int64_t person_id);
void sessions_forget_all(struct people *p);

/** A new token, and what is stored of it. */
void session_token_new(struct arena *a, const char **ret_token, uint8_t ret_hash[SESSION_HASH_LEN]);
const char *session_csrf(struct arena *a, const uint8_t hash[SESSION_HASH_LEN]);
/** What the cache holds of the context's own session. @return false when it isn't there (command
 * line, or just ended) */
bool session_info(struct ctx *ctx, struct session_info *ret);

#endif
