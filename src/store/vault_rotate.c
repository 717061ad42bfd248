/* New generations of keys, and what was sealed with old ones sealed again. */
#include "base/id.h"
#include "store/op.h"
#include "store/vault_private.h"

struct rotation {
	struct vault *v;
	struct key_store *ks;
};

/* Rows of vault.key_all, copied so that writing may follow. */
struct old_key {
	int64_t id, org_id;
	int purpose;
	bool retired;
	const char *master;
	struct str wrapped;
};
typedef VEC(struct old_key) old_keys;

static int read_keys(struct tx *tx, old_keys *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct arena *a = tx_ctx(tx)->arena;
	int r;

	if ((r = tx_op(tx, "vault.key_all", NO_ARGS, &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		struct str w = rows_blob(rows, rows_col(rows, "wrapped"));
		struct old_key k = {
			.id = rows_int(rows, rows_col(rows, "id")),
			.org_id = rows_int(rows, rows_col(rows, "org_id")),
			.purpose = purpose_of(rows_text(rows, rows_col(rows, "purpose"))),
			.retired = !rows_null(rows, rows_col(rows, "retired_at")),
			.master = rows_dup(rows, rows_col(rows, "master")),
			.wrapped = {arena_memdup(a, w.p, w.len), w.len},
		};

		VEC_ADD(ret, k);
	}
	return r;
}

/* ---- data keys ---------------------------------------------------------------------------- */

static int replace_key(struct rotation *rot, struct tx *tx, const struct old_key *old)
{
	uint8_t key[VAULT_KEY_BYTES], wrapped[VAULT_WRAPPED_BYTES];
	const struct master *m = &rot->v->masters[0];
	int64_t id = id_new(), changed;
	int r;

	if ((r = tx_exec(tx, "vault.key_retire", ARGS(A_INT("id", old->id)), &changed)) < 0)
		return r;
	randombytes_buf(key, sizeof(key));
	master_wrap(m,
		    wrap_context(tx_ctx(tx)->arena, rot->ks->name, old->org_id, old->purpose, id),
		    key, wrapped);
	sodium_memzero(key, sizeof(key));
	return tx_exec(
		tx, "vault.key_put",
		ARGS(A_INT("id", id), A_INT("org_id", old->org_id),
		     A_TEXT("purpose", purpose_name((enum seal_purpose)old->purpose)),
		     A_TEXT("master", m->print),
		     A_BLOB("wrapped", ((struct str){(const char *)wrapped, sizeof(wrapped)}))),
		&changed);
}

/* Blind indexes keep their key: another one would silently find nothing (see vault.h). */
static int apply_rotate(struct tx *tx, void *arg)
{
	struct rotation *rot = arg;
	old_keys keys = {0};
	int r = read_keys(tx, &keys);

	for (size_t i = 0; i < keys.n && r >= 0; i++)
		if (!keys.at[i].retired && keys.at[i].purpose != SEAL_INDEX)
			r = replace_key(rot, tx, &keys.at[i]);
	VEC_FREE(&keys);
	return r;
}

/* ---- the master key ----------------------------------------------------------------------- */

static int rewrap_key(struct rotation *rot, struct tx *tx, const struct old_key *old)
{
	struct ctx *ctx = tx_ctx(tx);
	struct str context =
		wrap_context(ctx->arena, rot->ks->name, old->org_id, old->purpose, old->id);
	const struct master *from = master_find(rot->v, old->master), *to = &rot->v->next;
	uint8_t key[VAULT_KEY_BYTES], wrapped[VAULT_WRAPPED_BYTES];
	int64_t changed;
	int r;

	if (!from || (r = master_unwrap(from, context, old->wrapped, key)) < 0)
		return ctx_fail(ctx, E_CORRUPT, "",
				"Data key %lld can't be unwrapped; nothing was changed",
				(long long)old->id);
	master_wrap(to, context, key, wrapped);
	sodium_memzero(key, sizeof(key));
	return tx_exec(
		tx, "vault.key_rewrap",
		ARGS(A_INT("id", old->id), A_TEXT("master", to->print),
		     A_BLOB("wrapped", ((struct str){(const char *)wrapped, sizeof(wrapped)}))),
		&changed);
}

static int apply_rewrap(struct tx *tx, void *arg)
{
	struct rotation *rot = arg;
	old_keys keys = {0};
	int r = read_keys(tx, &keys);

	for (size_t i = 0; i < keys.n && r >= 0; i++)
		if (strcmp(keys.at[i].master, rot->v->next.print) != 0)
			r = rewrap_key(rot, tx, &keys.at[i]);
	VEC_FREE(&keys);
	return r;
}

static int each_store(struct vault *v, db_apply apply, struct fault *f)
{
	int r = 0;

	for (size_t i = 0; i < v->n_stores && r >= 0; i++) {
		CLEANUP(vault_ctx_end) struct ctx ctx;
		struct rotation rot = {v, &v->stores[i]};

		vault_ctx(&ctx);
		r = db_write_wait(rot.ks->db, &ctx, apply, &rot);
		if (r < 0)
			*f = ctx.fault;
	}
	return r;
}

/*
 * The new key is durable before anything is wrapped by it, and comes into force when both stores
 * are done. Interrupted at any point, both keys are on disk, every row says which one wraps it, and
 * the next rotation goes on where this one stopped.
 */
static int rotate_master(struct vault *v, struct fault *f)
{
	int r;

	if (v->n_stores < VAULT_STORES_MAX)
		return fail(f, E_INTERNAL, "", "A new master key needs all stores attached");
	if ((r = master_next(v, f)) < 0 || (r = each_store(v, apply_rewrap, f)) < 0)
		return r;
	return master_promote(v, f);
}

int vault_rotate(struct vault *v, bool master, struct fault *f)
{
	int r;

	if (master && (r = rotate_master(v, f)) < 0)
		return r;
	if ((r = each_store(v, apply_rotate, f)) < 0)
		return r;
	for (size_t i = 0; i < v->n_stores; i++)
		if ((r = keys_load(v, &v->stores[i], f)) < 0)
			return r;
	return 0;
}
