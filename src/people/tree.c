/* The store of client master data keeps a copy of the tree; here it is brought up to date. */
#include "base/log.h"
#include "outreach/lease.h"
#include "people/staff.h"

struct pair {
	int64_t ancestor_id, org_id, depth;
};

struct tree {
	VEC(struct pair) pairs;
};

static int read_tree(struct env *env, struct ctx *ctx, struct tree *ret)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = db_read(env->db, ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "org.pairs", ARGS(A_INT("after", -1)), &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0)
		VEC_ADD(&ret->pairs,
			((struct pair){rows_int(rows, 0), rows_int(rows, 1), rows_int(rows, 2)}));
	return r;
}

/*
 * Organisations are added and moved, never removed: what is there is dropped and written anew. The
 * tree is read behind a lock, so that of two copies at once the later one brings the later tree.
 */
static int apply_tree(struct tx *tx, void *arg)
{
	struct tree tree = {0};
	int r;

	(void)arg;
	if ((r = lease_take(tx, "org_tree", lease_owner(), -1)) >= 0 &&
	    (r = read_tree(tx_ctx(tx)->env, tx_ctx(tx), &tree)) == 0)
		r = tx_op(tx, "org.uproot", NO_ARGS, NULL);
	for (size_t i = 0; i < tree.pairs.n && r == 0; i++) {
		const struct pair *p = &tree.pairs.at[i];

		r = tx_op(tx, "org.put_pair",
			  ARGS(A_INT("ancestor_id", p->ancestor_id), A_INT("org_id", p->org_id),
			       A_INT("depth", p->depth)),
			  NULL);
	}
	VEC_FREE(&tree.pairs);
	return r;
}

static bool same_tree(struct env *env, struct ctx *ctx, const struct tree *tree)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	size_t i = 0;

	if (db_read(env->clients, ctx, &tx) < 0 ||
	    tx_op(tx, "org.pairs", ARGS(A_INT("after", -1)), &rows) < 0)
		return false;
	for (; rows_next(rows) > 0; i++) {
		const struct pair *p = &tree->pairs.at[i];

		if (i >= tree->pairs.n || p->ancestor_id != rows_int(rows, 0) ||
		    p->org_id != rows_int(rows, 1) || p->depth != rows_int(rows, 2))
			return false;
	}
	return i == tree->pairs.n;
}

/* A copy that failed is made up for at the next start or change; rows of a new organisation are
 * hidden till then. */
static void copied(void *arg, int r)
{
	struct ctx *ctx = arg;

	if (r < 0)
		log_fault(LOG_ERROR, "people.tree", &ctx->fault);
	ctx_free(ctx);
}

/* @return 1 when the two differ */
static int differs(struct env *env, struct ctx *ctx)
{
	struct tree tree = {0};
	int r = read_tree(env, ctx, &tree);

	if (r == 0)
		r = !same_tree(env, ctx, &tree);
	VEC_FREE(&tree.pairs);
	return r;
}

int tree_copy(struct env *env, bool wait, struct fault *f)
{
	struct ctx *ctx;
	int r;

	if (!env->clients || env->clients == env->db)
		return 0;
	ctx = ctx_new_system(env);
	r = differs(env, ctx);
	if (r > 0 && !wait && (r = db_write(env->clients, ctx, apply_tree, copied, ctx)) == 0)
		return 0; /* copied() releases the context */
	if (r > 0)
		r = db_write_wait(env->clients, ctx, apply_tree, NULL);
	if (r < 0)
		fail(f, (enum error) - r, NULL, "the tree of organisations: %s", ctx->fault.detail);
	ctx_free(ctx);
	return r;
}

int people_orgs_changed(struct env *env, bool wait, struct fault *f)
{
	int r;

	if (env->people && (r = roles_reload(env->people->roles, f)) < 0)
		return r;
	return tree_copy(env, wait, f);
}
