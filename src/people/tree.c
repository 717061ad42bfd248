/* The store of client master data keeps a copy of the tree; here it is brought up to date. */
#include "base/log.h"
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

/* Organisations are added and moved, never removed: what is there is dropped and written anew. */
static int apply_tree(struct tx *tx, void *arg)
{
	const struct tree *tree = arg;
	int r;

	if ((r = tx_op(tx, "org.uproot", NO_ARGS, NULL)) < 0)
		return r;
	for (size_t i = 0; i < tree->pairs.n; i++) {
		const struct pair *p = &tree->pairs.at[i];

		r = tx_op(tx, "org.put_pair",
			  ARGS(A_INT("ancestor_id", p->ancestor_id), A_INT("org_id", p->org_id),
			       A_INT("depth", p->depth)),
			  NULL);
		if (r < 0)
			return r;
	}
	return 0;
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

struct copying {
	struct ctx *ctx;
	struct tree tree;
};

/* A copy that failed is made up for at the next start or change; rows of a new organisation are
 * hidden till then. */
static void copied(void *arg, int r)
{
	struct copying *c = arg;

	if (r < 0)
		log_fault(LOG_ERROR, "people.tree", &c->ctx->fault);
	VEC_FREE(&c->tree.pairs);
	ctx_free(c->ctx);
	free(c);
}

static int copy_tree(struct copying *c, bool wait)
{
	struct env *env = c->ctx->env;
	int r;

	if ((r = read_tree(env, c->ctx, &c->tree)) < 0 || same_tree(env, c->ctx, &c->tree))
		return r;
	if (wait)
		return db_write_wait(env->clients, c->ctx, apply_tree, &c->tree);
	r = db_write(env->clients, c->ctx, apply_tree, copied, c);
	return r < 0 ? r : 1;
}

int tree_copy(struct env *env, bool wait, struct fault *f)
{
	struct copying *c;
	int r;

	if (!env->clients || env->clients == env->db)
		return 0;
	if (!(c = calloc(1, sizeof(*c))))
		return fail(f, E_NO_MEMORY, NULL, "no memory for the tree of organisations");
	c->ctx = ctx_new_system(env);
	r = copy_tree(c, wait);
	if (r > 0) /* copied() releases it */
		return 0;
	if (r < 0)
		fail(f, (enum error) - r, NULL, "the tree of organisations: %s",
		     c->ctx->fault.detail);
	copied(c, 0);
	return r;
}

int people_orgs_changed(struct env *env, bool wait, struct fault *f)
{
	int r;

	if (env->people && (r = roles_reload(env->people->roles, f)) < 0)
		return r;
	return tree_copy(env, wait, f);
}
