/*
 * The administration of roles and permissions (T02). Nobody touches a role above their own highest,
 * allows what they may not do themselves, or takes from themselves the means to undo it.
 */
#include "people/json_list.h"
#include "people/natives.h"
#include "people/room.h"

#define BASED_ON_MAX 8

/* ---- listing ------------------------------------------------------------------------------ */

struct listing {
	struct call *call;
	int my_tier;
};

static void write_role(const struct role *role, void *arg)
{
	struct listing *l = arg;
	struct jw *w = &l->call->reply.json;

	jw_obj(w);
	jw_kcstr(w, "name", role->name);
	jw_key(w, "label");
	jw_obj(w);
	jw_kcstr(w, "zh", role->label_zh);
	jw_kcstr(w, "en", role->label_en);
	jw_obj_end(w);
	jw_kint(w, "tier", role->tier);
	jw_key(w, "based_on");
	jw_arr(w);
	for (const char **b = role->based_on; *b; b++)
		jw_cstr(w, *b);
	jw_arr_end(w);
	jw_kbool(w, "built_in", role->org_id == 0);
	jw_kbool(w, "own", role->org_id == l->call->ctx->actor.org_id);
	jw_kbool(w, "may_give", role->tier <= l->my_tier);
	jw_obj_end(w);
}

int role_list_finish(struct call *call)
{
	struct ctx *ctx = call->ctx;
	struct listing l = {call, roles_tier(ctx->env->people, &ctx->actor)};
	struct jw *w = &call->reply.json;

	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	roles_each(ctx->env->people, ctx->actor.org_id, write_role, &l);
	jw_arr_end(w);
	jw_key(w, "next");
	jw_null(w);
	jw_obj_end(w);
	return 0;
}

/* ---- roles of one's own ------------------------------------------------------------------- */

struct role_edit {
	const char *name, *label_zh, *label_en, *based_on;
	int64_t tier;
};

static bool is_role_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
		      (i && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'))))
			return false;
	return s.len > 0 && !str_is(s, "any") && !str_is(s, "public");
}

static int read_label(struct call *call, struct role_edit *e)
{
	CLEANUP(json_decrefp) json_t *label = NULL;
	struct arena *a = call->ctx->arena;
	struct str zh, en;

	if (!call_has(call, "label"))
		return 0;
	if (json_parse(call_str(call, "label"), &label, NULL) < 0 || !json_is_object(label))
		return ctx_fail(call->ctx, E_INVALID, "label", "is an object with zh and en");
	zh = json_get_str(label, "zh");
	en = json_get_str(label, "en");
	if (!zh.len || !en.len || utf8_count(zh) > 40 || utf8_count(en) > 40)
		return ctx_fail(call->ctx, E_INVALID, "label",
				"needs zh and en, at most 40 characters each");
	e->label_zh = arena_strndup(a, zh.p, zh.len);
	e->label_en = arena_strndup(a, en.p, en.len);
	return 0;
}

static int read_based_on(struct call *call, struct role_edit *e, int my_tier)
{
	struct ctx *ctx = call->ctx;
	CLEANUP(buf_free) struct buf out = {0};
	const char **names;
	struct role base;
	struct jw w;
	size_t n;
	int r;

	if ((r = call_names(call, "based_on", BASED_ON_MAX, &names, &n)) < 0 || !names)
		return r;
	jw_begin(&w, &out);
	jw_arr(&w);
	for (size_t i = 0; i < n; i++) {
		if (!roles_find(ctx->env->people, 0, str_of(names[i]), ctx->arena, &base))
			return ctx_fail(ctx, E_INVALID, "based_on",
					"there is no built-in role '%s'", names[i]);
		if (base.tier > my_tier)
			return ctx_fail(ctx, E_FORBIDDEN, "based_on", "'%s' stands above you",
					names[i]);
		jw_cstr(&w, names[i]);
	}
	jw_arr_end(&w);
	e->based_on = arena_strndup(ctx->arena, out.p, out.len);
	return 0;
}

/* What the arguments say, over what was there before. */
static int read_edit(struct call *call, struct role_edit *e)
{
	struct ctx *ctx = call->ctx;
	int my_tier = roles_tier(ctx->env->people, &ctx->actor);
	int r;

	e->tier = call_int(call, "tier", e->tier);
	if (e->tier > my_tier)
		return ctx_fail(ctx, E_FORBIDDEN, "tier", "must not be above your own, %d",
				my_tier);
	if ((r = read_label(call, e)) < 0)
		return r;
	return read_based_on(call, e, my_tier);
}

static int put_role(struct tx *tx, const struct role_edit *e)
{
	int r;

	r = tx_op(tx, "role.put_role",
		  ARGS(A_TEXT("name", e->name), A_TEXT("label_zh", e->label_zh),
		       A_TEXT("label_en", e->label_en), A_INT("tier", e->tier),
		       A_TEXT("based_on", e->based_on)),
		  NULL);
	return r < 0 ? r : tx_op(tx, "role.raise_version", NO_ARGS, NULL);
}

static int answer_name(struct call *call, struct str name)
{
	struct jw *w = &call->reply.json;

	jw_obj(w);
	jw_kstr(w, "name", name);
	jw_obj_end(w);
	return 0;
}

int role_create_prepare(struct call *call)
{
	struct role_edit *e = ARENA_NEW(call->ctx->arena, struct role_edit);
	struct str name = call_str(call, "name");
	struct role there;

	call->state = e;
	e->name = arena_strndup(call->ctx->arena, name.p, name.len);
	if (!is_role_name(name))
		return ctx_fail(call->ctx, E_INVALID, "name",
				"is lower-case letters, digits and _");
	if (roles_find(call->ctx->env->people, call->ctx->actor.org_id, name, call->ctx->arena,
		       &there))
		return ctx_fail(call->ctx, E_EXISTS, "name", "there is a role of this name");
	return read_edit(call, e);
}

int role_put_apply(struct call *call, struct tx *tx)
{
	const struct role_edit *e = call->state;
	int r;

	if ((r = put_role(tx, e)) < 0)
		return r;
	return answer_name(call, str_of(e->name));
}

/* A role that this organisation itself defined and that doesn't stand above the caller. */
static int own_role(struct call *call, struct role *ret)
{
	struct ctx *ctx = call->ctx;

	if (!roles_find(ctx->env->people, ctx->actor.org_id, call_str(call, "name"), ctx->arena,
			ret))
		return ctx_fail(ctx, E_NOT_FOUND, "name", "there is no such role");
	if (ret->org_id == 0 || ret->org_id != ctx->actor.org_id)
		return ctx_fail(ctx, E_CONFLICT, "name",
				"only roles of your own organisation can be changed");
	if (ret->tier > roles_tier(ctx->env->people, &ctx->actor))
		return ctx_fail(ctx, E_FORBIDDEN, "name", "this role stands above you");
	return 0;
}

static const char *list_text(struct arena *a, const char **names)
{
	CLEANUP(buf_free) struct buf out = {0};
	struct jw w;

	jw_begin(&w, &out);
	jw_arr(&w);
	for (; *names; names++)
		jw_cstr(&w, *names);
	jw_arr_end(&w);
	return arena_strndup(a, out.p, out.len);
}

int role_update_prepare(struct call *call)
{
	struct role_edit *e = ARENA_NEW(call->ctx->arena, struct role_edit);
	struct role role;
	int r;

	call->state = e;
	if ((r = own_role(call, &role)) < 0)
		return r;
	*e = (struct role_edit){.name = role.name,
				.label_zh = role.label_zh,
				.label_en = role.label_en,
				.based_on = list_text(call->ctx->arena, role.based_on),
				.tier = role.tier};
	if ((call_has(call, "based_on") || call_has(call, "tier")) &&
	    actor_has_role(&call->ctx->actor, role.name))
		return ctx_fail(call->ctx, E_CONFLICT, NULL,
				"you hold this role yourself; let somebody else change it");
	return read_edit(call, e);
}

int role_delete_apply(struct call *call, struct tx *tx)
{
	struct str name = call_str(call, "name");
	int64_t holders;
	struct role role;
	int r;

	if ((r = own_role(call, &role)) < 0 ||
	    (r = tx_int(tx, "role.holders", ARGS(A_STR("name", name)), &holders)) < 0)
		return r;
	if (holders)
		return ctx_fail(call->ctx, E_CONFLICT, "name", "%lld people have this role",
				(long long)holders);
	if ((r = tx_op(tx, "role.drop_role", ARGS(A_STR("name", name)), NULL)) < 0)
		return r;
	return tx_op(tx, "role.raise_version", NO_ARGS, NULL);
}

/* ---- permissions -------------------------------------------------------------------------- */

static bool grantable(const struct op *op)
{
	return op && op->via == VIA_ROUTE && !op->is_public && !op->any_role;
}

/* What the operation's file says of the role or of those it is based on. */
static bool default_of(const struct op *op, const struct role *role)
{
	for (const char **r = op->roles; r && *r; r++) {
		if (strcmp(*r, role->name) == 0)
			return true;
		for (const char **b = role->based_on; *b; b++)
			if (strcmp(*r, *b) == 0)
				return true;
	}
	return false;
}

static int read_changed(struct tx *tx, struct str role, struct map *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = tx_op(tx, "role.org_grants", ARGS(A_STR("role", role)), &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0)
		map_put(ret, rows_text(rows, 0), (void *)(intptr_t)(1 + (rows_int(rows, 1) != 0)));
	return r;
}

static void write_grant(struct call *call, const struct op *op, const struct role *role,
			intptr_t changed)
{
	struct ctx *ctx = call->ctx;
	struct jw *w = &call->reply.json;

	jw_obj(w);
	jw_kcstr(w, "op", op->name);
	jw_kcstr(w, "title", op->title);
	jw_kcstr(w, "module", op->module);
	jw_kcstr(w, "method", op->method);
	jw_kcstr(w, "path", op->path);
	jw_kbool(w, "default", default_of(op, role));
	jw_key(w, "changed");
	if (changed)
		jw_bool(w, changed == 2);
	else
		jw_null(w);
	jw_kbool(w, "allow",
		 roles_role_allows(ctx->env->people, ctx->actor.org_id, role->name, op));
	jw_obj_end(w);
}

static void write_grants(struct call *call, const struct role *role, const struct map *changed)
{
	const struct catalogue *ops = call->ctx->env->ops;
	struct jw *w = &call->reply.json;

	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	for (size_t i = 0; i < catalogue_count(ops); i++) {
		const struct op *op = catalogue_at(ops, i);

		if (grantable(op))
			write_grant(call, op, role, (intptr_t)map_get(changed, str_of(op->name)));
	}
	jw_arr_end(w);
	jw_key(w, "next");
	jw_null(w);
	jw_obj_end(w);
}

int role_grants_apply(struct call *call, struct tx *tx)
{
	struct ctx *ctx = call->ctx;
	struct map *changed;
	struct role role;
	int r;

	if (!roles_find(ctx->env->people, ctx->actor.org_id, call_str(call, "name"), ctx->arena,
			&role))
		return ctx_fail(ctx, E_NOT_FOUND, "name", "there is no such role");
	changed = map_new();
	if ((r = read_changed(tx, call_str(call, "name"), changed)) == 0)
		write_grants(call, &role, changed);
	map_free(changed, NULL);
	return r;
}

/* The operations without which a change could not be undone. */
static bool is_key_of_house(const struct op *op)
{
	return strcmp(op->name, "role.set_grant") == 0 || strcmp(op->name, "people.update") == 0;
}

/* Would the actor still be allowed the operation if this one role lost it? */
static bool allowed_without(struct ctx *ctx, const char *lost, const struct op *op)
{
	const struct actor *me = &ctx->actor;

	for (size_t i = 0; i < me->n_own_roles; i++)
		if (strcmp(me->roles[i], lost) != 0 &&
		    roles_role_allows(ctx->env->people, me->org_id, me->roles[i], op))
			return true;
	return me->id == ACTOR_SYSTEM;
}

static int check_grant(struct call *call, const struct op *op, const struct role *role)
{
	struct ctx *ctx = call->ctx;
	bool allow = call_int(call, "allow", default_of(op, role)) != 0;

	if (role->tier > roles_tier(ctx->env->people, &ctx->actor))
		return ctx_fail(ctx, E_FORBIDDEN, "name", "this role stands above you");
	if (allow && ctx->actor.id != ACTOR_SYSTEM &&
	    !roles_allow(ctx->env->people, &ctx->actor, op))
		return ctx_fail(ctx, E_FORBIDDEN, "op", "you may not do this yourself");
	if (!allow && is_key_of_house(op) && actor_has_role(&ctx->actor, role->name) &&
	    !allowed_without(ctx, role->name, op))
		return ctx_fail(ctx, E_CONFLICT, "op", "you would lock yourself out");
	return 0;
}

int role_set_grant_apply(struct call *call, struct tx *tx)
{
	struct ctx *ctx = call->ctx;
	struct str op_name = call_str(call, "op"), role_name = call_str(call, "name");
	const struct op *op =
		catalogue_find(ctx->env->ops, arena_strndup(ctx->arena, op_name.p, op_name.len));
	bool given = call_has(call, "allow");
	struct role role;
	int r;

	if (!grantable(op))
		return ctx_fail(ctx, E_NOT_FOUND, "op", "there is no such operation to be granted");
	if (!roles_find(ctx->env->people, ctx->actor.org_id, role_name, ctx->arena, &role))
		return ctx_fail(ctx, E_NOT_FOUND, "name", "there is no such role");
	if ((r = check_grant(call, op, &role)) < 0)
		return r;
	if (given)
		r = tx_op(tx, "role.put_grant",
			  ARGS(A_STR("role", role_name), A_STR("op", op_name),
			       A_INT("allow", call_int(call, "allow", 0))),
			  NULL);
	else
		r = tx_op(tx, "role.drop_grant",
			  ARGS(A_STR("role", role_name), A_STR("op", op_name)), NULL);
	if (r < 0)
		return r;
	call->audit.detail = (struct str){NULL, 0};
	call->audit.detail.p =
		arena_printf(ctx->arena, "{\"role\":\"%.*s\",\"op\":\"%s\",\"allow\":%s}",
			     STR_FMT(role_name), op->name,
			     !given			  ? "null"
			     : call_int(call, "allow", 0) ? "true"
							  : "false");
	call->audit.detail.len = strlen(call->audit.detail.p);
	return tx_op(tx, "role.raise_version", NO_ARGS, NULL);
}

/* Other nodes see the raised version within 5 s; this one at once. */
int role_changed_finish(struct call *call)
{
	return roles_reload(call->ctx->env->people->roles, &call->ctx->fault);
}

int role_set_grant_finish(struct call *call)
{
	struct ctx *ctx = call->ctx;
	struct str op_name = call_str(call, "op"), role_name = call_str(call, "name");
	const struct op *op =
		catalogue_find(ctx->env->ops, arena_strndup(ctx->arena, op_name.p, op_name.len));
	struct jw *w = &call->reply.json;
	int r;

	if ((r = role_changed_finish(call)) < 0)
		return r;
	jw_obj(w);
	jw_kcstr(w, "op", op->name);
	jw_kbool(w, "allow",
		 roles_role_allows(ctx->env->people, ctx->actor.org_id,
				   arena_strndup(ctx->arena, role_name.p, role_name.len), op));
	jw_obj_end(w);
	return 0;
}
