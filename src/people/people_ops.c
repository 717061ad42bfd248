/*
 * The administration of people. Whoever changes somebody must stand as high as they do, before and
 * after (T02), and in an organisation at or above theirs (S01).
 */
#include "base/id.h"
#include "people/json_list.h"
#include "people/lockout.h"
#include "people/mask.h"
#include "people/natives.h"
#include "people/sessions.h"
#include "people/staff.h"
#include "store/vault.h"

#define LIST_MAX 32

int call_names(struct call *call, const char *arg, size_t max, const char ***ret, size_t *ret_n)
{
	CLEANUP(json_decrefp) json_t *list = NULL;
	struct ctx *ctx = call->ctx;
	size_t n;

	*ret = NULL;
	*ret_n = 0;
	if (!call_has(call, arg))
		return 0;
	if (json_parse(call_str(call, arg), &list, NULL) < 0 || !json_is_array(list) ||
	    (n = json_array_size(list)) > max)
		return ctx_fail(ctx, E_INVALID, arg, "is a list of at most %zu names", max);
	*ret = ARENA_ARRAY(ctx->arena, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (!s || !*s || strlen(s) > 64 || strpbrk(s, ",\"\\"))
			return ctx_fail(ctx, E_INVALID, arg, "holds something that is no name");
		(*ret)[i] = arena_strdup(ctx->arena, s);
	}
	*ret_n = n;
	return 0;
}

/* ---- who may change whom ------------------------------------------------------------------ */

static int tier_of(struct ctx *ctx, int64_t org_id, const char *const *roles, int *ret)
{
	struct role role;

	*ret = -1;
	for (; roles && *roles; roles++) {
		if (!roles_find(ctx->env->people, org_id, str_of(*roles), ctx->arena, &role))
			return ctx_fail(ctx, E_NOT_FOUND, "roles",
					"the organisation has no role '%s'", *roles);
		if (role.tier > *ret)
			*ret = role.tier;
	}
	return 0;
}

static int check_may_give(struct ctx *ctx, int64_t org_id, const char *const *roles)
{
	int tier, r;

	if ((r = tier_of(ctx, org_id, roles, &tier)) < 0)
		return r;
	if (tier > roles_tier(ctx->env->people, &ctx->actor))
		return ctx_fail(ctx, E_FORBIDDEN, "roles",
				"one of these roles stands above your own");
	return 0;
}

static int check_org(struct ctx *ctx, int64_t org_id)
{
	if (ctx->actor.id != ACTOR_SYSTEM &&
	    !roles_org_within(ctx->env->people, ctx->actor.org_id, org_id))
		return ctx_fail(ctx, E_NOT_FOUND, "org_id", "you have no such organisation");
	return 0;
}

struct target {
	int64_t id, org_id;
	const char *name;
	const char **roles;
	size_t n_roles;
};

/* Somebody of the caller's organisations who doesn't stand above the caller. */
static int read_target(struct tx *tx, int64_t id, struct target *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	int tier, r;

	if ((r = tx_op(tx, "account.account_of", ARGS(A_INT("id", id)), &rows)) < 0 ||
	    (r = rows_next(rows)) < 0)
		return r;
	if (r == 0)
		return ctx_fail(ctx, E_NOT_FOUND, NULL, "there is no such person");
	*ret = (struct target){.id = id, .org_id = rows_int(rows, 0), .name = rows_dup(rows, 1)};
	ret->roles = account_roles(ctx->arena, rows_text(rows, 3), &ret->n_roles);
	if (tier_of(ctx, ret->org_id, ret->roles, &tier) == 0 &&
	    tier > roles_tier(ctx->env->people, &ctx->actor))
		return ctx_fail(ctx, E_FORBIDDEN, NULL, "this person stands above you");
	return 0;
}

/* ---- adding ------------------------------------------------------------------------------- */

/* Sealed before the transaction: making an organisation's first key is a write of its own. */
static int seal_contacts(struct call *call, int64_t org_id, struct staff_row *row)
{
	struct ctx *ctx = call->ctx;
	struct str phone = call_str(call, "phone"), email = call_str(call, "email");
	int r;

	if (phone.p) {
		row->phone_hint = mask_phone(ctx->arena, phone);
		r = vault_seal(ctx->env->vault, "cases", org_id, SEAL_FIELD, "person.phone", phone,
			       ctx->arena, &row->phone, &ctx->fault);
		if (r < 0)
			return r;
	}
	if (!email.p)
		return 0;
	if (!memchr(email.p, '@', email.len))
		return ctx_fail(ctx, E_INVALID, "email", "is no address");
	row->email_hint = mask_email(ctx->arena, email);
	return vault_seal(ctx->env->vault, "cases", org_id, SEAL_FIELD, "person.email", email,
			  ctx->arena, &row->email, &ctx->fault);
}

struct creation {
	struct staff_row row;
	char hash[PASSWORD_HASH_MAX];
	const char *password;
};

static int read_lists(struct call *call, struct staff_row *row)
{
	const char **roles, **skills, **languages;
	size_t n;
	int r;

	if ((r = call_names(call, "roles", LIST_MAX, &roles, &n)) < 0 ||
	    (r = call_names(call, "skills", LIST_MAX, &skills, &n)) < 0 ||
	    (r = call_names(call, "languages", LIST_MAX, &languages, &n)) < 0)
		return r;
	row->roles = roles;
	row->skills = skills ? staff_json_list(call->ctx->arena, skills) : NULL;
	row->languages = languages ? staff_json_list(call->ctx->arena, languages) : NULL;
	return 0;
}

static const char *arg_text(struct call *call, const char *name)
{
	struct str s = call_str(call, name);

	return s.p ? arena_strndup(call->ctx->arena, s.p, s.len) : NULL;
}

int people_create_prepare(struct call *call)
{
	struct ctx *ctx = call->ctx;
	struct creation *c = ARENA_NEW(ctx->arena, struct creation);
	struct staff_row *row = &c->row;
	int r;

	call->state = c;
	row->org_id = call_int(call, "org_id", ctx->actor.org_id);
	row->name = arg_text(call, "name");
	row->display_name =
		call_has(call, "display_name") ? arg_text(call, "display_name") : row->name;
	row->lang = arg_text(call, "lang");
	row->hash = c->hash;
	if ((r = check_org(ctx, row->org_id)) < 0 || (r = read_lists(call, row)) < 0 ||
	    (r = check_may_give(ctx, row->org_id, row->roles)) < 0 ||
	    (r = seal_contacts(call, row->org_id, row)) < 0)
		return r;
	row->skills = row->skills ? row->skills : "[]";
	row->languages = row->languages ? row->languages : "[]";
	return staff_first_password(ctx, &c->password, c->hash);
}

int people_create_apply(struct call *call, struct tx *tx)
{
	struct creation *c = call->state;

	c->row.id = id_new();
	call->audit.subject_id = c->row.id;
	return staff_insert(tx, &c->row);
}

static int write_password(struct call *call, int64_t id, const char *password)
{
	struct jw *w = &call->reply.json;

	jw_obj(w);
	jw_kid(w, "id", id);
	jw_kcstr(w, "password", password);
	jw_obj_end(w);
	return 0;
}

int people_create_finish(struct call *call)
{
	const struct creation *c = call->state;

	return write_password(call, c->row.id, c->password);
}

/* ---- changing ----------------------------------------------------------------------------- */

/* After the change the caller must still be able to undo it. */
static int check_not_locked_out(struct call *call, const struct staff_row *row)
{
	struct ctx *ctx = call->ctx;
	const struct op *self = call->op;
	bool still = !row->roles;

	if (call_has(call, "active") && !call_int(call, "active", 1))
		return ctx_fail(ctx, E_CONFLICT, "active", "you can't close your own account");
	if (row->org_id && row->org_id != ctx->actor.org_id)
		return ctx_fail(ctx, E_CONFLICT, "org_id", "you can't move yourself");
	for (const char *const *role = row->roles; role && *role; role++)
		still = still ||
			roles_role_allows(ctx->env->people, ctx->actor.org_id, *role, self);
	return still ? 0 : ctx_fail(ctx, E_CONFLICT, "roles", "you would lock yourself out");
}

int people_update_prepare(struct call *call)
{
	struct ctx *ctx = call->ctx;
	struct staff_row *row = ARENA_NEW(ctx->arena, struct staff_row);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct target who;
	int64_t org_id;
	int r;

	call->state = row;
	row->id = call_int(call, "id", 0);
	row->org_id = call_int(call, "org_id", 0);
	if ((r = read_lists(call, row)) < 0 || (r = db_read(ctx->env->db, ctx, &tx)) < 0 ||
	    (r = read_target(tx, row->id, &who)) < 0)
		return r;
	db_read_end(tx);
	tx = NULL;
	/* Sealed values are bound to the organisation: one that moves brings its numbers anew. */
	if (row->org_id && row->org_id != who.org_id)
		row->phone_hint = row->email_hint = "";
	org_id = row->org_id ? row->org_id : who.org_id;
	if ((r = check_org(ctx, org_id)) < 0 || (r = check_may_give(ctx, org_id, row->roles)) < 0)
		return r;
	if (row->id == ctx->actor.id && (r = check_not_locked_out(call, row)) < 0)
		return r;
	return seal_contacts(call, org_id, row);
}

static int change_roles(struct tx *tx, const struct staff_row *row, int64_t org_id)
{
	int r;

	if (!row->roles)
		return 0;
	if ((r = tx_op(tx, "account.drop_roles", ARGS(A_INT("person_id", row->id)), NULL)) < 0)
		return r;
	return staff_give_roles(tx, row->id, org_id, row->roles);
}

static struct arg flag_arg(struct call *call, const char *name)
{
	return (struct arg){.name = name, .v = call_arg(call, name)};
}

int people_update_apply(struct call *call, struct tx *tx)
{
	const struct staff_row *row = call->state;
	struct jw *w = &call->reply.json;
	struct target who;
	int64_t version;
	int r;

	if ((r = read_target(tx, row->id, &who)) < 0 ||
	    (r = change_roles(tx, row, row->org_id ? row->org_id : who.org_id)) < 0)
		return r;
	r = tx_int(tx, "account.change",
		   ARGS(A_INT("id", row->id), flag_arg(call, "version"),
			flag_arg(call, "display_name"), flag_arg(call, "org_id"),
			A_BLOB("phone", row->phone), A_TEXT("phone_hint", row->phone_hint),
			A_BLOB("email", row->email), A_TEXT("email_hint", row->email_hint),
			flag_arg(call, "lang"), A_TEXT("skills", row->skills),
			A_TEXT("languages", row->languages), flag_arg(call, "active"),
			flag_arg(call, "presence")),
		   &version);
	if (r == -E_NOT_FOUND)
		return ctx_fail(call->ctx, E_STALE, "version", "somebody else changed this person");
	if (r < 0)
		return r;
	if (call_has(call, "active") && !call_int(call, "active", 1) &&
	    (r = tx_op(tx, "session.end_all", ARGS(A_INT("person_id", row->id), A_INT("but", 0)),
		       NULL)) < 0)
		return r;
	jw_obj(w);
	jw_kid(w, "id", row->id);
	jw_kint(w, "version", version);
	jw_obj_end(w);
	return 0;
}

int people_changed_finish(struct call *call)
{
	sessions_forget_person(call->ctx->env->people, call_int(call, "id", 0));
	return 0;
}

/* ---- password, lock ----------------------------------------------------------------------- */

int people_reset_prepare(struct call *call)
{
	struct creation *c = ARENA_NEW(call->ctx->arena, struct creation);

	call->state = c;
	return staff_first_password(call->ctx, &c->password, c->hash);
}

int people_reset_apply(struct call *call, struct tx *tx)
{
	const struct creation *c = call->state;
	int64_t id = call_int(call, "id", 0);
	struct target who;
	int r;

	if ((r = read_target(tx, id, &who)) < 0 || (r = staff_set_password(tx, id, c->hash)) < 0)
		return r;
	return tx_op(tx, "account.set_totp",
		     ARGS(A_INT("id", id), A_NULL("secret"), A_INT("on", 0), A_INT("step", 0)),
		     NULL);
}

int people_reset_finish(struct call *call)
{
	const struct creation *c = call->state;

	sessions_forget_person(call->ctx->env->people, call_int(call, "id", 0));
	return write_password(call, call_int(call, "id", 0), c->password);
}

int people_unlock_apply(struct call *call, struct tx *tx)
{
	int64_t id = call_int(call, "id", 0);
	char key[LOCK_KEY_MAX];
	struct target who;
	int r;

	if ((r = read_target(tx, id, &who)) < 0)
		return r;
	lockout_name_key(call->ctx->arena, str_of(who.name), key);
	if ((r = lockout_forget(tx, key)) < 0)
		return r;
	return tx_op(tx, "account.set_locked", ARGS(A_INT("id", id), A_INT("until", 0)), NULL);
}
