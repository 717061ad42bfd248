#include "people/lockout.h"

#define FORGET_MS ((int64_t)24 * 3600 * 1000) /* a failure a day old no longer counts */
#define DOUBLINGS_MAX 20

static void make_key(char kind, const char *what, char ret[LOCK_KEY_MAX])
{
	uint8_t hash[16];
	char hex[2 * sizeof(hash) + 1];

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)what, strlen(what), NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(ret, LOCK_KEY_MAX, "%c:%s", kind, hex);
}

void lockout_name_key(struct arena *a, struct str name, char ret[LOCK_KEY_MAX])
{
	make_key('n', account_key(a, name), ret);
}

void lockout_ip_key(const char *ip, char ret[LOCK_KEY_MAX])
{
	make_key('i', ip ? ip : "", ret);
}

int lockout_check(struct tx *tx, const char *key)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	int64_t left_ms;
	int r;

	if ((r = tx_op(tx, "lockout.failures", ARGS(A_TEXT("key", key)), &rows)) < 0 ||
	    (r = rows_next(rows)) <= 0)
		return r;
	left_ms = rows_int(rows, 2) - ctx->now_ms;
	if (left_ms <= 0)
		return 0;
	return ctx_fail(ctx, E_LOCKED, NULL, "too many failed sign-ins; try again in %lld s",
			(long long)(left_ms / 1000 + 1));
}

static int64_t lock_length(const struct people_rules *rules, int64_t beyond)
{
	int64_t ms = rules->lock_ms << (beyond > DOUBLINGS_MAX ? DOUBLINGS_MAX : beyond);

	return ms > rules->lock_max_ms ? rules->lock_max_ms : ms;
}

int lockout_note(struct tx *tx, const char *key, int limit, int64_t *ret_until)
{
	struct ctx *ctx = tx_ctx(tx);
	int64_t failures;
	int r;

	*ret_until = 0;
	r = tx_int(tx, "lockout.note_failure",
		   ARGS(A_TEXT("key", key), A_INT("forget_before", ctx->now_ms - FORGET_MS)),
		   &failures);
	if (r < 0 || failures < limit)
		return r;
	*ret_until = ctx->now_ms + lock_length(&ctx->env->people->rules, failures - limit);
	return tx_op(tx, "lockout.lock", ARGS(A_TEXT("key", key), A_INT("until", *ret_until)),
		     NULL);
}

int lockout_forget(struct tx *tx, const char *key)
{
	return tx_op(tx, "lockout.forget_failures", ARGS(A_TEXT("key", key)), NULL);
}
