#include "store/vault_private.h"

#include "base/memory.h"

/* ---- life --------------------------------------------------------------------------------- */

int vault_open(const struct config *config, struct vault **ret, struct fault *f)
{
	struct vault *v;
	int r;

	if (sodium_init() < 0)
		return fail(f, E_INTERNAL, "", "libsodium can't be initialised");
	v = MEM_NEW(struct vault);
	pthread_rwlock_init(&v->lock, NULL);
	v->arena = arena_new();
	if ((r = masters_load(v, config, f)) < 0) {
		vault_close(v);
		return r;
	}
	*ret = v;
	return 0;
}

void vault_close(struct vault *v)
{
	if (!v)
		return;
	keys_release(v);
	masters_wipe(v);
	arena_free(v->arena);
	pthread_rwlock_destroy(&v->lock);
	free(v);
}

int vault_attach(struct vault *v, struct db *db, struct fault *f)
{
	struct key_store *ks = key_store_of(v, db_name(db));

	if (!ks) {
		if (v->n_stores == VAULT_STORES_MAX)
			return fail(f, E_INTERNAL, "", "The vault has all its stores already");
		ks = &v->stores[v->n_stores++];
		*ks = (struct key_store){.by_id = map_new(), .current = map_new()};
		snprintf(ks->name, sizeof(ks->name), "%s", db_name(db));
	}
	ks->db = db;
	return keys_load(v, ks, f);
}

int vault_prepare(struct vault *v, const char *db_name, int64_t org_id, struct fault *f)
{
	CLEANUP(key_ref_wipe) struct key_ref k = {0};
	int r = 0;

	for (int p = 0; p < VAULT_PURPOSES && r == 0; p++)
		r = key_current(v, db_name, org_id, (enum seal_purpose)p, &k, f);
	return r;
}

/* ---- sealing ------------------------------------------------------------------------------ */

#define CONTEXT_MAX 512

/* version | purpose | organisation | what the caller binds it to. Fixed widths first: no two
 * contexts are the same bytes. */
static int context_of(int64_t org_id, enum seal_purpose p, const char *bound_to,
		      uint8_t ret[CONTEXT_MAX], size_t *ret_len, struct fault *f)
{
	size_t len = strlen(bound_to);

	if (len > CONTEXT_MAX - 10)
		return fail(f, E_INTERNAL, "", "The context of a sealed value is too long");
	ret[0] = VAULT_VERSION;
	ret[1] = (uint8_t)p;
	for (int i = 0; i < 8; i++)
		ret[2 + i] = (uint8_t)((uint64_t)org_id >> (56 - 8 * i));
	memcpy(ret + 10, bound_to, len);
	*ret_len = 10 + len;
	return 0;
}

static void put_head(uint8_t *out, int64_t key_id)
{
	out[0] = VAULT_VERSION;
	for (int i = 0; i < 8; i++)
		out[1 + i] = (uint8_t)((uint64_t)key_id >> (56 - 8 * i));
	randombytes_buf(out + 9, VAULT_NONCE_BYTES);
}

int64_t vault_key_id(struct str sealed)
{
	const uint8_t *in = (const uint8_t *)sealed.p;
	uint64_t id = 0;

	if (sealed.len < VAULT_HEAD_BYTES)
		return 0;

	for (int i = 0; i < 8; i++)
		id = id << 8 | in[1 + i];
	return (int64_t)id;
}

/* @p out has VAULT_HEAD_BYTES + plain.len + VAULT_TAG_BYTES. */
static int seal_into(struct vault *v, const char *db_name, int64_t org_id, enum seal_purpose p,
		     const char *bound_to, struct str plain, uint8_t *out, struct fault *f)
{
	CLEANUP(key_ref_wipe) struct key_ref k = {0};
	uint8_t context[CONTEXT_MAX];
	size_t context_len;
	int r;

	if ((r = context_of(org_id, p, bound_to, context, &context_len, f)) < 0 ||
	    (r = key_current(v, db_name, org_id, p, &k, f)) < 0)
		return r;
	put_head(out, k.id);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + VAULT_HEAD_BYTES, NULL,
						   (const uint8_t *)plain.p, plain.len, context,
						   context_len, NULL, out + 9, k.key);
	return 0;
}

/* @p out has room for what is left of @p sealed without head and tag. */
static int unseal_into(struct vault *v, const char *db_name, int64_t org_id, enum seal_purpose p,
		       const char *bound_to, struct str sealed, uint8_t *out, struct fault *f)
{
	CLEANUP(key_ref_wipe) struct key_ref k = {0};
	const uint8_t *in = (const uint8_t *)sealed.p;
	uint8_t context[CONTEXT_MAX];
	size_t context_len;
	int r;

	if (sealed.len < VAULT_HEAD_BYTES + VAULT_TAG_BYTES || in[0] != VAULT_VERSION)
		return fail(f, E_CORRUPT, "", "This is no sealed value");
	if ((r = context_of(org_id, p, bound_to, context, &context_len, f)) < 0 ||
	    (r = key_by_id(v, db_name, org_id, p, vault_key_id(sealed), &k, f)) < 0)
		return r;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + VAULT_HEAD_BYTES,
						       sealed.len - VAULT_HEAD_BYTES, context,
						       context_len, in + 9, k.key) != 0)
		return fail(f, E_CORRUPT, "", "A sealed value was changed or belongs elsewhere");
	return 0;
}

int vault_seal(struct vault *v, const char *db_name, int64_t org_id, enum seal_purpose p,
	       const char *bound_to, struct str plain, struct arena *a, struct str *ret,
	       struct fault *f)
{
	size_t len = VAULT_HEAD_BYTES + plain.len + VAULT_TAG_BYTES;
	uint8_t *out = arena_alloc(a, len);
	int r = seal_into(v, db_name, org_id, p, bound_to, plain, out, f);

	if (r == 0)
		*ret = (struct str){(const char *)out, len};
	return r;
}

int vault_unseal(struct vault *v, const char *db_name, int64_t org_id, enum seal_purpose p,
		 const char *bound_to, struct str sealed, struct arena *a, struct str *ret,
		 struct fault *f)
{
	size_t extra = VAULT_HEAD_BYTES + VAULT_TAG_BYTES;
	size_t len = sealed.len > extra ? sealed.len - extra : 0;
	uint8_t *out = arena_alloc(a, len + 1); /* and a NUL */
	int r = unseal_into(v, db_name, org_id, p, bound_to, sealed, out, f);

	if (r == 0)
		*ret = (struct str){(const char *)out, len};
	return r;
}

int vault_index(struct vault *v, const char *db_name, int64_t org_id, const char *bound_to,
		struct str normalised, uint8_t ret[16], struct fault *f)
{
	CLEANUP(key_ref_wipe) struct key_ref k = {0};
	crypto_generichash_state st;
	int r;

	if ((r = key_current(v, db_name, org_id, SEAL_INDEX, &k, f)) < 0)
		return r;
	crypto_generichash_init(&st, k.key, sizeof(k.key), 16);
	crypto_generichash_update(&st, (const uint8_t *)bound_to,
				  strlen(bound_to) + 1); /* with its NUL: a border */
	crypto_generichash_update(&st, (const uint8_t *)normalised.p, normalised.len);
	crypto_generichash_final(&st, ret, 16);
	sodium_memzero(&st, sizeof(st));
	return 0;
}

/* ---- keys of blobs ------------------------------------------------------------------------ */

int vault_new_blob_key(struct vault *v, int64_t org_id, uint8_t ret_key[32],
		       uint8_t ret_wrapped[81], struct fault *f)
{
	uint8_t key[32];
	int r;

	randombytes_buf(key, sizeof(key));
	r = seal_into(v, "cases", org_id, SEAL_BLOB, "blob.key",
		      (struct str){(const char *)key, sizeof(key)}, ret_wrapped, f);
	if (r == 0)
		memcpy(ret_key, key, sizeof(key));
	sodium_memzero(key, sizeof(key));
	return r;
}

int vault_open_blob_key(struct vault *v, int64_t org_id, const uint8_t wrapped[81],
			uint8_t ret_key[32], struct fault *f)
{
	return unseal_into(v, "cases", org_id, SEAL_BLOB, "blob.key",
			   (struct str){(const char *)wrapped, 81}, ret_key, f);
}
