/*
 * Signing in and out. The slow part (argon2id) runs on the worker before any transaction; the
 * outcome is decided again inside it, so that a one-time code can't be used twice at once.
 */
#include "base/id.h"
#include "base/metrics.h"
#include "people/lockout.h"
#include "people/natives.h"
#include "people/sessions.h"
#include "people/totp.h"

#define PRUNE_EVERY 200 /* sign-ins */
#define PRUNE_AFTER_MS ((int64_t)90 * 86400000)

METRIC(m_refused, METRIC_COUNTER, "lexline_sign_in_refused_total",
       "Sign-ins with a wrong password or code");

struct sign_in {
	struct account who;
	bool known;   /* there is such a person */
	bool proven;  /* password and code are right */
	int64_t step; /* of the code; 0: none needed */
	char name_key[LOCK_KEY_MAX], ip_key[LOCK_KEY_MAX];
	/* set by apply */
	bool in;
	const char *token;
	uint8_t hash[SESSION_HASH_LEN];
};

static int read_state(struct call *call, struct sign_in *s)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct ctx *ctx = call->ctx;
	int r;

	if ((r = db_read(ctx->env->db, ctx, &tx)) < 0 || (r = lockout_check(tx, s->name_key)) < 0 ||
	    (r = lockout_check(tx, s->ip_key)) < 0)
		return r;
	r = account_by_name(tx, call_str(call, "name"), &s->who);
	s->known = r == 0;
	return r == -E_NOT_FOUND ? 0 : r;
}

/* @return 0 with proven set or not, -E_OTP_REQUIRED, errors of the vault */
static int prove(struct call *call, struct sign_in *s)
{
	const char *hash = s->known && s->who.active ? s->who.password_hash : NULL;
	int r;

	if (!password_matches(hash, call_str(call, "password")))
		return 0;
	if (s->who.totp_on) {
		if (!call_has(call, "otp"))
			return ctx_fail(call->ctx, E_OTP_REQUIRED, "otp",
					"this account needs a one-time code");
		r = totp_match(call->ctx, &s->who, call_str(call, "otp"), &s->step);
		if (r < 0)
			return r == -E_BAD_LOGIN ? 0 : r;
	}
	s->proven = true;
	return 0;
}

int sign_in_prepare(struct call *call)
{
	struct sign_in *s = ARENA_NEW(call->ctx->arena, struct sign_in);
	int r;

	call->state = s;
	lockout_name_key(call->ctx->arena, call_str(call, "name"), s->name_key);
	lockout_ip_key(call->ctx->actor.ip, s->ip_key);
	if ((r = read_state(call, s)) < 0)
		return r;
	return prove(call, s);
}

static int refuse(struct call *call, struct tx *tx, struct sign_in *s)
{
	const struct people_rules *rules = &call->ctx->env->people->rules;
	int64_t until;
	int r;

	s->in = false;
	/* So that the organisation's auditors see it. */
	call->ctx->actor.org_id = s->known ? s->who.org_id : 0;
	call->audit = (struct call_audit){.action = "session.refuse",
					  .subject = "person",
					  .subject_id = s->known ? s->who.id : 0,
					  .detail = STR("{}")};
	if ((r = lockout_note(tx, s->name_key, rules->lock_after, &until)) < 0)
		return r;
	if (s->known && until &&
	    (r = tx_op(tx, "account.set_locked",
		       ARGS(A_INT("id", s->who.id), A_INT("until", until)), NULL)) < 0)
		return r;
	return lockout_note(tx, s->ip_key, rules->lock_after_ip, &until);
}

/* The code is used up in the same transaction. @return 1 it was still good, 0 not */
static int use_code(struct tx *tx, const struct sign_in *s)
{
	int64_t changed;
	int r;

	if (!s->step)
		return 1;
	r = tx_exec(tx, "account.use_totp", ARGS(A_INT("id", s->who.id), A_INT("step", s->step)),
		    &changed);
	return r < 0 ? r : changed > 0;
}

/* Now and then, what lies months back is forgotten: no job of its own for so little. */
static int prune(struct tx *tx)
{
	int64_t before = tx_ctx(tx)->now_ms - PRUNE_AFTER_MS;
	int r;

	if (randombytes_uniform(PRUNE_EVERY) != 0)
		return 0;
	if ((r = tx_op(tx, "session.prune_sessions", ARGS(A_INT("before", before)), NULL)) < 0)
		return r;
	return tx_op(tx, "lockout.prune_failures", ARGS(A_INT("before", before)), NULL);
}

static int open_session(struct call *call, struct tx *tx, struct sign_in *s)
{
	struct ctx *ctx = call->ctx;
	struct str hash = {(const char *)s->hash, SESSION_HASH_LEN};
	int64_t id = id_new();
	int r;

	session_token_new(ctx->arena, &s->token, s->hash);
	/* From here on it is the person who acts: the audit entry names them. */
	ctx->actor.id = s->who.id;
	ctx->actor.org_id = s->who.org_id;
	ctx->actor.session_id = id;
	call->audit = (struct call_audit){
		.subject = "person", .subject_id = s->who.id, .detail = STR("{}")};
	r = tx_op(tx, "session.open_session",
		  ARGS(A_INT("id", id), A_BLOB("token_hash", hash), A_INT("person_id", s->who.id),
		       A_INT("expires_at", ctx->now_ms + ctx->env->people->rules.session_max_ms),
		       A_TEXT("ip", ctx->actor.ip), A_NULL("agent")),
		  NULL);
	if (r < 0 || (r = lockout_forget(tx, s->name_key)) < 0)
		return r;
	if ((r = prune(tx)) < 0)
		return r;
	s->in = true;
	return tx_op(tx, "account.signed_in", ARGS(A_INT("id", s->who.id)), NULL);
}

int sign_in_apply(struct call *call, struct tx *tx)
{
	struct sign_in *s = call->state;
	int r;

	call->ctx->actor = (struct actor){.ip = call->ctx->actor.ip};
	if (!s->proven)
		return refuse(call, tx, s);
	if ((r = use_code(tx, s)) < 0)
		return r;
	return r ? open_session(call, tx, s) : refuse(call, tx, s);
}

static bool behind_tls(const struct env *env)
{
	const struct config *c = env->config;

	return c && (c->tls_cert || (c->public_url && strncmp(c->public_url, "https://", 8) == 0));
}

static void set_cookie(struct call *call, const char *token, int64_t max_age_s)
{
	struct buf value = {0};
	struct reply_header h = {.name = strdup("Set-Cookie")};

	buf_printf(&value, "lexline=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s", token,
		   (long long)max_age_s, behind_tls(call->ctx->env) ? "; Secure" : "");
	h.value = value.p;
	VEC_ADD(&call->reply.headers, h);
}

int sign_in_finish(struct call *call)
{
	struct sign_in *s = call->state;
	struct jw *w = &call->reply.json;

	if (!s->in) {
		metric_add(&m_refused, 1);
		return ctx_fail(call->ctx, E_BAD_LOGIN, NULL,
				"check name, password and, if you have one, the code");
	}
	set_cookie(call, s->token, call->ctx->env->people->rules.session_max_ms / 1000);
	jw_obj(w);
	account_write(w, &s->who);
	jw_kcstr(w, "csrf", session_csrf(call->ctx->arena, s->hash));
	jw_kbool(w, "password_must_change", s->who.must_change);
	jw_obj_end(w);
	return 0;
}

int sign_out_apply(struct call *call, struct tx *tx)
{
	const struct actor *actor = &call->ctx->actor;

	call->audit.subject = "person";
	call->audit.subject_id = actor->id;
	return tx_op(tx, "session.end_one",
		     ARGS(A_INT("id", actor->session_id), A_INT("person_id", actor->id)), NULL);
}

int sign_out_finish(struct call *call)
{
	sessions_forget(call->ctx->env->people, call->ctx->actor.session_id);
	set_cookie(call, "", 0);
	return 0;
}
