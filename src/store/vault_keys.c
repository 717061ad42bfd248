/*
 * Data keys: kept wrapped in their store, remembered in locked memory, made when first needed.
 *
 * A key is remembered only when its row is known to be committed. Called inside a writer's apply
 * the vault can't wait for a write of its own (on SQLite there is one writer, and it is the
 * caller), so there it makes the key within the caller's transaction: if that is rolled back, the
 * key goes with everything it sealed.
 */
#include "base/id.h"
#include "base/time.h"
#include "store/vault_private.h"

#define SLAB_KEYS 128
#define UNPROVEN_MAX 256
/* No batch lasts as long: a look at a snapshot then tells whether a key became durable. */
#define PROVE_AFTER_US 1000000

static const char *const purposes[VAULT_PURPOSES] = {[SEAL_FIELD] = "field",
						     [SEAL_INDEX] = "index",
						     [SEAL_BLOB] = "blob",
						     [SEAL_SECRET] = "secret"};

const char *purpose_name(enum seal_purpose p)
{
	return purposes[p];
}

int purpose_of(struct str name)
{
	for (int i = 0; i < VAULT_PURPOSES; i++)
		if (str_is(name, purposes[i]))
			return i;
	return -1;
}

void key_ref_wipe(struct key_ref *k)
{
	sodium_memzero(k, sizeof(*k));
}

struct str wrap_context(struct arena *a, const char *db_name, int64_t org_id, int purpose,
			int64_t id)
{
	return str_of(arena_printf(a, "lexline data key|%s|%s|%lld|%lld", db_name,
				   purposes[purpose], (long long)org_id, (long long)id));
}

void vault_ctx(struct ctx *ctx)
{
	*ctx = (struct ctx){.arena = arena_new(), .now_ms = time_now_ms(), .lang = LANG_EN};
	ctx->actor.id = ACTOR_SYSTEM;
}

void vault_ctx_end(struct ctx *ctx)
{
	arena_freep(&ctx->arena);
}

/* ---- what is remembered ------------------------------------------------------------------- */

struct current_name {
	int64_t org_id;
	int64_t purpose;
};

static struct str current_key(const struct current_name *n)
{
	return (struct str){(const char *)n, sizeof(*n)};
}

static struct str id_key(const int64_t *id)
{
	return (struct str){(const char *)id, sizeof(*id)};
}

struct key_store *key_store_of(struct vault *v, const char *db_name)
{
	for (size_t i = 0; i < v->n_stores; i++)
		if (!strcmp(v->stores[i].name, db_name))
			return &v->stores[i];
	return NULL;
}

/* Locked for writing. */
static uint8_t *slab_take(struct vault *v)
{
	if (!v->slabs.n || v->slab_used == SLAB_KEYS) {
		uint8_t *slab = sodium_malloc(SLAB_KEYS * VAULT_KEY_BYTES);

		if (!slab)
			abort();
		VEC_ADD(&v->slabs, slab);
		v->slab_used = 0;
	}
	return v->slabs.at[v->slabs.n - 1] + VAULT_KEY_BYTES * v->slab_used++;
}

/* A row of data_keys, unwrapped. */
struct key_row {
	int64_t id, org_id;
	int purpose;
	bool retired;
	struct key_ref ref;
};

static void remember(struct vault *v, struct key_store *ks, const struct key_row *row)
{
	struct current_name name = {row->org_id, row->purpose};
	struct data_key *k;

	pthread_rwlock_wrlock(&v->lock);
	k = map_get(ks->by_id, id_key(&row->id));
	if (!k) {
		k = ARENA_NEW(v->arena, struct data_key);
		*k = (struct data_key){row->id, row->org_id, row->purpose, slab_take(v)};
		memcpy(k->key, row->ref.key, VAULT_KEY_BYTES);
		map_put(ks->by_id, id_key(&row->id), k);
	}
	if (!row->retired)
		map_put(ks->current, current_key(&name), k);
	pthread_rwlock_unlock(&v->lock);
}

static bool recall(struct vault *v, const struct map *m, struct str name, struct data_key *ret_who,
		   struct key_ref *ret)
{
	const struct data_key *k;

	pthread_rwlock_rdlock(&v->lock);
	k = map_get(m, name);
	if (k) {
		*ret_who = *k;
		ret->id = k->id;
		memcpy(ret->key, k->key, VAULT_KEY_BYTES);
	}
	pthread_rwlock_unlock(&v->lock);
	return k != NULL;
}

/* ---- keys of transactions under way ------------------------------------------------------- */

static void unproven_add(struct vault *v, int64_t id)
{
	struct unproven u = {id, time_monotonic_us()};

	pthread_rwlock_wrlock(&v->lock);
	if (v->unproven.n == UNPROVEN_MAX) {
		memmove(v->unproven.at, v->unproven.at + 1, sizeof(u) * (UNPROVEN_MAX - 1));
		v->unproven.n--;
	}
	VEC_ADD(&v->unproven, u);
	pthread_rwlock_unlock(&v->lock);
}

static bool is_unproven(struct vault *v, int64_t id, int64_t *ret_age_us)
{
	bool found = false;

	pthread_rwlock_rdlock(&v->lock);
	for (size_t i = 0; i < v->unproven.n && !found; i++) {
		found = v->unproven.at[i].id == id;
		*ret_age_us = time_monotonic_us() - v->unproven.at[i].since_us;
	}
	pthread_rwlock_unlock(&v->lock);
	return found;
}

/* ---- rows --------------------------------------------------------------------------------- */

static int read_row(struct vault *v, struct key_store *ks, struct ctx *ctx, struct rows *rows,
		    struct key_row *ret, struct fault *f)
{
	char *print = rows_dup(rows, rows_col(rows, "master"));
	const struct master *m = master_find(v, print ? print : "");
	struct str context;

	ret->id = ret->ref.id = rows_int(rows, rows_col(rows, "id"));
	ret->org_id = rows_int(rows, rows_col(rows, "org_id"));
	ret->purpose = purpose_of(rows_text(rows, rows_col(rows, "purpose")));
	ret->retired = !rows_null(rows, rows_col(rows, "retired_at"));
	if (ret->purpose < 0)
		return fail(f, E_CORRUPT, "", "Data key %lld has an unknown purpose",
			    (long long)ret->id);
	if (!m)
		return fail(f, E_CONFIG, "",
			    "The keys in store '%s' are wrapped by master key %s, which isn't here "
			    "(here is %s): put back its file",
			    ks->name, print, v->masters[0].print);
	context = wrap_context(ctx->arena, ks->name, ret->org_id, ret->purpose, ret->id);
	if (master_unwrap(m, context, rows_blob(rows, rows_col(rows, "wrapped")), ret->ref.key) < 0)
		return fail(f, E_CORRUPT, "",
			    "Data key %lld in store '%s' was changed outside Lexline",
			    (long long)ret->id, ks->name);
	return 0;
}

/* One key by an operation. @return 1 found, 0 none, negative */
static int find_row(struct vault *v, struct key_store *ks, struct tx *tx, const char *op,
		    const struct arg *args, size_t n_args, struct key_row *ret, struct fault *f)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = tx_op(tx, op, args, n_args, &rows)) < 0 || (r = rows_next(rows)) < 0) {
		*f = tx_ctx(tx)->fault;
		return r;
	}
	if (r == 0)
		return 0;
	r = read_row(v, ks, tx_ctx(tx), rows, ret, f);
	return r < 0 ? r : 1;
}

static int find_current(struct vault *v, struct key_store *ks, struct tx *tx, int64_t org_id,
			int purpose, struct key_row *ret, struct fault *f)
{
	return find_row(v, ks, tx, "vault.key_current",
			ARGS(A_INT("org_id", org_id), A_TEXT("purpose", purposes[purpose])), ret,
			f);
}

static int find_id(struct vault *v, struct key_store *ks, struct tx *tx, int64_t id,
		   struct key_row *ret, struct fault *f)
{
	return find_row(v, ks, tx, "vault.key_by_id", ARGS(A_INT("id", id)), ret, f);
}

int keys_load(struct vault *v, struct key_store *ks, struct fault *f)
{
	CLEANUP(vault_ctx_end) struct ctx ctx;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct key_row row;
	int r;

	vault_ctx(&ctx);
	if ((r = db_read(ks->db, &ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "vault.key_all", NO_ARGS, &rows)) < 0) {
		*f = ctx.fault;
		return r;
	}
	while ((r = rows_next(rows)) > 0) {
		if ((r = read_row(v, ks, &ctx, rows, &row, f)) < 0)
			break;
		remember(v, ks, &row);
	}
	rows_freep(&rows);
	key_ref_wipe(&row.ref);
	return r;
}

/* Among what is committed, and then remembered. @return 1, 0, negative */
static int find_committed(struct vault *v, struct key_store *ks, int64_t org_id, int purpose,
			  int64_t id, struct key_row *ret, struct fault *f)
{
	CLEANUP(vault_ctx_end) struct ctx ctx;
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r;

	vault_ctx(&ctx);
	if ((r = db_read(ks->db, &ctx, &tx)) < 0) {
		*f = ctx.fault;
		return r;
	}
	r = id ? find_id(v, ks, tx, id, ret, f) : find_current(v, ks, tx, org_id, purpose, ret, f);
	if (r > 0)
		remember(v, ks, ret);
	return r;
}

/* ---- making one --------------------------------------------------------------------------- */

static int put_new(struct vault *v, struct key_store *ks, struct tx *tx, int64_t org_id,
		   int purpose, int64_t *ret_id)
{
	uint8_t key[VAULT_KEY_BYTES], wrapped[VAULT_WRAPPED_BYTES];
	int64_t id = id_new(), changed;
	int r;

	randombytes_buf(key, sizeof(key));
	master_wrap(&v->masters[0], wrap_context(tx_ctx(tx)->arena, ks->name, org_id, purpose, id),
		    key, wrapped);
	sodium_memzero(key, sizeof(key));
	r = tx_exec(tx, "vault.key_put",
		    ARGS(A_INT("id", id), A_INT("org_id", org_id),
			 A_TEXT("purpose", purposes[purpose]),
			 A_TEXT("master", v->masters[0].print),
			 A_BLOB("wrapped", ((struct str){(const char *)wrapped, sizeof(wrapped)}))),
		    &changed);
	*ret_id = id;
	return r;
}

struct making {
	struct vault *v;
	struct key_store *ks;
	int64_t org_id;
	int purpose;
};

static int apply_make(struct tx *tx, void *arg)
{
	struct making *m = arg;
	int64_t id;

	return put_new(m->v, m->ks, tx, m->org_id, m->purpose, &id);
}

/* Outside transactions: a write of its own, then what is there, ours or a faster one's. */
static int make_waiting(struct vault *v, struct key_store *ks, int64_t org_id, int purpose,
			struct key_row *ret, struct fault *f)
{
	CLEANUP(vault_ctx_end) struct ctx ctx;
	struct making m = {v, ks, org_id, purpose};
	int r;

	vault_ctx(&ctx);
	if ((r = db_write_wait(ks->db, &ctx, apply_make, &m)) < 0) {
		*f = ctx.fault;
		return r;
	}
	return find_committed(v, ks, org_id, purpose, 0, ret, f);
}

/* Within the caller's transaction. */
static int make_within(struct vault *v, struct key_store *ks, struct tx *tx, int64_t org_id,
		       int purpose, struct key_row *ret, struct fault *f)
{
	int64_t id;
	int r;

	if ((r = put_new(v, ks, tx, org_id, purpose, &id)) < 0) {
		*f = tx_ctx(tx)->fault;
		return r;
	}
	unproven_add(v, id);
	return find_current(v, ks, tx, org_id, purpose, ret, f);
}

/* What a write transaction saw is durable unless this process made it a moment ago. */
static void remember_if_proven(struct vault *v, struct key_store *ks, const struct key_row *row)
{
	struct key_row again;
	struct fault f;
	int64_t age_us = 0;

	if (!is_unproven(v, row->id, &age_us))
		remember(v, ks, row);
	else if (age_us > PROVE_AFTER_US && find_committed(v, ks, 0, 0, row->id, &again, &f) > 0)
		key_ref_wipe(&again.ref);
}

static int current_within(struct vault *v, struct key_store *ks, struct tx *tx, int64_t org_id,
			  int purpose, struct key_row *ret, struct fault *f)
{
	int r = find_current(v, ks, tx, org_id, purpose, ret, f);

	if (r > 0)
		remember_if_proven(v, ks, ret);
	return r != 0 ? r : make_within(v, ks, tx, org_id, purpose, ret, f);
}

static int current_outside(struct vault *v, struct key_store *ks, int64_t org_id, int purpose,
			   struct key_row *ret, struct fault *f)
{
	int r = find_committed(v, ks, org_id, purpose, 0, ret, f);

	if (r != 0)
		return r;
	if (tx_current())
		return fail(f, E_INTERNAL, "",
			    "Organisation %lld has no key in store '%s' yet: call vault_prepare "
			    "before the transaction on the other store",
			    (long long)org_id, ks->name);
	return make_waiting(v, ks, org_id, purpose, ret, f);
}

int key_current(struct vault *v, const char *db_name, int64_t org_id, enum seal_purpose p,
		struct key_ref *ret, struct fault *f)
{
	struct key_store *ks = key_store_of(v, db_name);
	struct current_name name = {org_id, (int64_t)p};
	struct tx *tx = tx_current();
	struct data_key who;
	struct key_row row;
	int r;

	if (!ks)
		return fail(f, E_INTERNAL, "", "The vault doesn't know store '%s'", db_name);
	if (recall(v, ks->current, current_key(&name), &who, ret))
		return 0;
	if (tx && tx_db(tx) == ks->db)
		r = current_within(v, ks, tx, org_id, (int)p, &row, f);
	else
		r = current_outside(v, ks, org_id, (int)p, &row, f);
	if (r == 0)
		r = fail(f, E_INTERNAL, "", "A key just made is not there");
	if (r > 0)
		*ret = row.ref;
	key_ref_wipe(&row.ref);
	return r < 0 ? r : 0;
}

static int load_id(struct vault *v, struct key_store *ks, int64_t id, struct key_row *ret,
		   struct fault *f)
{
	struct tx *tx = tx_current();
	int r;

	if (!tx || tx_db(tx) != ks->db)
		return find_committed(v, ks, 0, 0, id, ret, f);
	r = find_id(v, ks, tx, id, ret, f);
	if (r > 0)
		remember_if_proven(v, ks, ret);
	return r;
}

int key_by_id(struct vault *v, const char *db_name, int64_t org_id, enum seal_purpose p, int64_t id,
	      struct key_ref *ret, struct fault *f)
{
	struct key_store *ks = key_store_of(v, db_name);
	struct data_key who;
	int r = 1;

	if (!ks)
		return fail(f, E_INTERNAL, "", "The vault doesn't know store '%s'", db_name);
	if (!recall(v, ks->by_id, id_key(&id), &who, ret)) {
		struct key_row row;

		if ((r = load_id(v, ks, id, &row, f)) < 0)
			return r;
		who = (struct data_key){row.id, row.org_id, row.purpose, NULL};
		*ret = row.ref;
		key_ref_wipe(&row.ref);
	}
	if (r == 0 || who.org_id != org_id || who.purpose != (int)p) {
		key_ref_wipe(ret);
		return fail(f, E_CORRUPT, "",
			    "This value was not sealed for this organisation and purpose");
	}
	return 0;
}

void keys_release(struct vault *v)
{
	for (size_t i = 0; i < v->n_stores; i++) {
		map_free(v->stores[i].by_id, NULL);
		map_free(v->stores[i].current, NULL);
	}
	for (size_t i = 0; i < v->slabs.n; i++)
		sodium_free(v->slabs.at[i]);
	VEC_FREE(&v->slabs);
	VEC_FREE(&v->unproven);
}
