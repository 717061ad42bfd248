/* Who may hear of a case: asked for each live event, so it is one small statement. */
#include "process/process.h"

#include "store/db.h"

int process_audience(struct process_lib *lib, struct tx *tx, int64_t case_id,
		     struct process_audience *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	const struct definition *d;
	int r;

	if ((r = tx_op(tx, "case.audience", ARGS(A_INT("id", case_id)), &rows)) < 0 ||
	    (r = rows_next(rows)) < 0)
		return r;
	if (r == 0)
		return -E_NOT_FOUND;
	if ((r = process_by_id(lib, tx, rows_int(rows, 0), &d)) < 0)
		return r;
	ret->roles = d->visible;
	for (int i = 0; i < 3; i++)
		ret->people[i] = rows_int(rows, 1 + i);
	return 0;
}

bool process_audience_has(const struct process_audience *a, const struct actor *who)
{
	for (const char **role = a->roles; role && *role; role++)
		if (actor_has_role(who, *role))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(a->people); i++)
		if (a->people[i] && a->people[i] == who->id)
			return true;
	return false;
}

static bool has_visible_role(const struct definition *d, const struct actor *who)
{
	for (const char **role = d->visible; *role; role++)
		if (actor_has_role(who, *role))
			return true;
	return false;
}

int process_sees(struct tx *tx, int64_t case_id)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	const struct definition *d;
	int r;

	if (ctx->actor.id == ACTOR_SYSTEM)
		return 0;
	if ((r = tx_op(tx, "case.sees", ARGS(A_INT("id", case_id)), &rows)) < 0 ||
	    (r = rows_next(rows)) < 0)
		return r;
	if (r == 0 || !rows_int(rows, 1))
		return ctx_fail(ctx, E_NOT_FOUND, NULL, "there is no such case");
	if (rows_int(rows, 2))
		return 0;
	if ((r = process_by_id(ctx->env->process, tx, rows_int(rows, 0), &d)) < 0)
		return r;
	return has_visible_role(d, &ctx->actor)
		       ? 0
		       : ctx_fail(ctx, E_NOT_FOUND, NULL, "there is no such case");
}
