/* The administration of the tree of organisations (S01). */
#include "base/id.h"
#include "people/natives.h"
#include "people/staff.h"

static int check_within(struct ctx *ctx, const char *field, int64_t org_id)
{
	if (ctx->actor.id == ACTOR_SYSTEM ||
	    roles_org_within(ctx->env->people, ctx->actor.org_id, org_id))
		return 0;
	return ctx_fail(ctx, E_NOT_FOUND, field, "you have no such organisation");
}

static const char *arg_text(struct call *call, const char *name)
{
	struct str s = call_str(call, name);

	return s.p ? arena_strndup(call->ctx->arena, s.p, s.len) : NULL;
}

int org_create_apply(struct call *call, struct tx *tx)
{
	struct ctx *ctx = call->ctx;
	struct org_row row = {.id = id_new(),
			      .parent_id = call_int(call, "parent_id", ctx->actor.org_id),
			      .name = arg_text(call, "name"),
			      .kind = arg_text(call, "kind")};
	struct jw *w = &call->reply.json;
	int r;

	if ((r = check_within(ctx, "parent_id", row.parent_id)) < 0 ||
	    (r = staff_insert_org(tx, &row)) < 0)
		return r;
	call->audit.subject_id = row.id;
	jw_obj(w);
	jw_kid(w, "id", row.id);
	jw_obj_end(w);
	return 0;
}

static int move(struct call *call, struct tx *tx, int64_t id, int64_t parent_id)
{
	struct ctx *ctx = call->ctx;
	int r;

	if ((r = check_within(ctx, "parent_id", parent_id)) < 0)
		return r;
	if (roles_org_within(ctx->env->people, id, parent_id))
		return ctx_fail(ctx, E_CONFLICT, "parent_id",
				"lies within the organisation itself");
	return tx_op(tx, "org.graft", ARGS(A_INT("id", id), A_INT("parent_id", parent_id)), NULL);
}

int org_update_apply(struct call *call, struct tx *tx)
{
	struct ctx *ctx = call->ctx;
	int64_t id = call_int(call, "id", 0), parent_id = call_int(call, "parent_id", 0), version;
	struct jw *w = &call->reply.json;
	int r;

	if ((r = check_within(ctx, "id", id)) < 0)
		return r;
	if (id == ctx->actor.org_id && (parent_id || !call_int(call, "active", 1)))
		return ctx_fail(ctx, E_CONFLICT, NULL,
				"you can't move or close your own organisation");
	if (parent_id && (r = move(call, tx, id, parent_id)) < 0)
		return r;
	r = tx_int(tx, "org.change_org",
		   ARGS(A_INT("id", id), A_ID("parent_id", parent_id),
			A_TEXT("name", arg_text(call, "name")),
			A_TEXT("kind", arg_text(call, "kind")),
			{.name = "active", .v = call_arg(call, "active")},
			{.name = "version", .v = call_arg(call, "version")}),
		   &version);
	if (r == -E_NOT_FOUND)
		return ctx_fail(ctx, E_STALE, "version", "somebody else changed this organisation");
	if (r < 0 || (r = tx_op(tx, "role.raise_version", NO_ARGS, NULL)) < 0)
		return r;
	jw_obj(w);
	jw_kid(w, "id", id);
	jw_kint(w, "version", version);
	jw_obj_end(w);
	return 0;
}

int org_changed_finish(struct call *call)
{
	struct ctx *ctx = call->ctx;

	return people_orgs_changed(ctx->env, false, &ctx->fault);
}
