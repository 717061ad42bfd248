/* What everybody does with their own account. */
#include "people/account.h"
#include "people/natives.h"
#include "people/sessions.h"
#include "people/totp.h"
#include "store/config.h"

/* ---- who am I ----------------------------------------------------------------------------- */

static void write_permissions(struct call *call)
{
	const struct ctx *ctx = call->ctx;
	const struct catalogue *ops = ctx->env->ops;
	struct jw *w = &call->reply.json;

	jw_key(w, "permissions");
	jw_arr(w);
	for (size_t i = 0; i < catalogue_count(ops); i++) {
		const struct op *op = catalogue_at(ops, i);

		if (op->via == VIA_ROUTE && (op->is_public || op->any_role ||
					     roles_allow(ctx->env->people, &ctx->actor, op)))
			jw_cstr(w, op->name);
	}
	jw_arr_end(w);
}

static void write_me(struct jw *w, const struct actor *me, const struct session_info *s)
{
	struct account who = {.id = me->id,
			      .org_id = me->org_id,
			      .name = s->name,
			      .display_name = s->display_name,
			      .lang = s->lang,
			      .org_name = s->org_name,
			      .roles = me->roles,
			      .n_roles = me->n_own_roles};

	account_write(w, &who);
}

int me_show_apply(struct call *call, struct tx *tx)
{
	struct jw *w = &call->reply.json;
	struct session_info s;
	int64_t unread;
	int r;

	if (!session_info(call->ctx, &s))
		return ctx_fail(call->ctx, E_UNAUTHORIZED, NULL, "there is no session");
	if ((r = tx_int(tx, "inbox.unread", NO_ARGS, &unread)) < 0)
		return r;
	jw_obj(w);
	write_me(w, &call->ctx->actor, &s);
	jw_kcstr(w, "csrf", s.csrf);
	jw_kbool(w, "password_must_change", s.must_change);
	jw_kbool(w, "totp", s.totp_on);
	write_permissions(call);
	jw_kint(w, "unread", unread);
	jw_obj_end(w);
	return 0;
}

int me_end_session_apply(struct call *call, struct tx *tx)
{
	struct ctx *ctx = call->ctx;
	int64_t changed;
	int r;

	r = tx_exec(tx, "session.end_one",
		    ARGS(A_INT("id", call_int(call, "id", 0)), A_INT("person_id", ctx->actor.id)),
		    &changed);
	if (r < 0)
		return r;
	call->audit.subject = "session";
	return changed ? 0 : ctx_fail(ctx, E_NOT_FOUND, NULL, "you have no such open session");
}

int me_end_session_finish(struct call *call)
{
	sessions_forget(call->ctx->env->people, call_int(call, "id", 0));
	return 0;
}

/* ---- password ----------------------------------------------------------------------------- */

static int read_me(struct call *call, struct account *ret)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct ctx *ctx = call->ctx;
	int r;

	if ((r = db_read(ctx->env->db, ctx, &tx)) < 0)
		return r;
	return account_by_id(tx, ctx->actor.id, ret);
}

static int check_password(struct call *call, const char *field, struct account *who)
{
	int r;

	if ((r = read_me(call, who)) < 0)
		return r;
	if (!password_matches(who->password_hash, call_str(call, field)))
		return ctx_fail(call->ctx, E_INVALID, field, "is not your password");
	return 0;
}

int me_password_prepare(struct call *call)
{
	char *hash = arena_alloc(call->ctx->arena, PASSWORD_HASH_MAX);
	struct str fresh = call_str(call, "new");
	struct account who;
	int r;

	call->state = hash;
	if ((r = check_password(call, "old", &who)) < 0 ||
	    (r = password_check_rules(call->ctx, "new", fresh, who.name)) < 0)
		return r;
	if (str_eq(fresh, call_str(call, "old")))
		return ctx_fail(call->ctx, E_INVALID, "new", "is the old one");
	return password_hash(call->ctx, fresh, hash);
}

int me_password_apply(struct call *call, struct tx *tx)
{
	const struct actor *me = &call->ctx->actor;
	int r;

	call->audit =
		(struct call_audit){.subject = "person", .subject_id = me->id, .detail = STR("{}")};
	r = tx_op(tx, "account.set_password",
		  ARGS(A_INT("id", me->id), A_TEXT("hash", call->state), A_INT("must_change", 0)),
		  NULL);
	if (r < 0)
		return r;
	return tx_op(tx, "session.end_all",
		     ARGS(A_INT("person_id", me->id), A_INT("but", me->session_id)), NULL);
}

int me_changed_finish(struct call *call)
{
	sessions_forget_person(call->ctx->env->people, call->ctx->actor.id);
	return 0;
}

/* ---- one-time codes ----------------------------------------------------------------------- */

struct fresh_totp {
	struct str sealed;
	const char *base32;
	const char *name;
};

int me_totp_prepare(struct call *call)
{
	struct fresh_totp *t = ARENA_NEW(call->ctx->arena, struct fresh_totp);
	struct account who;
	int r;

	call->state = t;
	if ((r = read_me(call, &who)) < 0)
		return r;
	if (who.totp_on)
		return ctx_fail(call->ctx, E_CONFLICT, NULL,
				"one-time codes are in use; remove them first");
	t->name = who.name;
	return totp_new(call->ctx, &who, &t->sealed, &t->base32);
}

static int set_totp(struct call *call, struct tx *tx, struct str sealed, bool on, int64_t step)
{
	const struct actor *me = &call->ctx->actor;

	call->audit =
		(struct call_audit){.subject = "person", .subject_id = me->id, .detail = STR("{}")};
	return tx_op(tx, "account.set_totp",
		     ARGS(A_INT("id", me->id), A_BLOB("secret", sealed), A_INT("on", on),
			  A_INT("step", step)),
		     NULL);
}

int me_totp_apply(struct call *call, struct tx *tx)
{
	const struct fresh_totp *t = call->state;
	struct account who;
	int r;

	if ((r = account_by_id(tx, call->ctx->actor.id, &who)) < 0)
		return r;
	if (who.totp_on)
		return ctx_fail(call->ctx, E_CONFLICT, NULL,
				"one-time codes are in use; remove them first");
	return set_totp(call, tx, t->sealed, false, 0);
}

int me_totp_finish(struct call *call)
{
	const struct fresh_totp *t = call->state;
	struct jw *w = &call->reply.json;
	const char *uri = totp_uri(call->ctx->arena, "Lexline", t->name, t->base32), *svg;
	int r;

	if ((r = totp_svg(call->ctx->arena, uri, &svg, &call->ctx->fault)) < 0)
		return r;
	jw_obj(w);
	jw_kcstr(w, "secret", t->base32);
	jw_kcstr(w, "uri", uri);
	jw_kcstr(w, "svg", svg);
	jw_obj_end(w);
	return 0;
}

int me_totp_confirm_apply(struct call *call, struct tx *tx)
{
	struct account who;
	int64_t step;
	int r;

	if ((r = account_by_id(tx, call->ctx->actor.id, &who)) < 0)
		return r;
	if (who.totp_on || !who.totp_secret.p)
		return ctx_fail(call->ctx, E_CONFLICT, NULL, "there is no code to confirm");
	r = totp_match(call->ctx, &who, call_str(call, "otp"), &step);
	if (r == -E_BAD_LOGIN)
		return ctx_fail(call->ctx, E_INVALID, "otp",
				"is not the current code; is the telephone's clock right?");
	return r < 0 ? r : set_totp(call, tx, who.totp_secret, true, step);
}

int me_totp_remove_prepare(struct call *call)
{
	struct account who;

	return check_password(call, "password", &who);
}

int me_totp_remove_apply(struct call *call, struct tx *tx)
{
	return set_totp(call, tx, STR_NULL, false, 0);
}
