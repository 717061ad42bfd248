/**
 * @file vault_private.h  What the vault's files share. Private to store/.
 *
 * Three layers: master keys (vault_master.c) wrap data keys (vault_keys.c), data keys seal values
 * (vault.c).
 */
#ifndef LEXLINE_VAULT_PRIVATE_H
#define LEXLINE_VAULT_PRIVATE_H

#include <pthread.h>
#include <sodium.h>

#include "base/map.h"
#include "store/config.h"
#include "store/vault.h"

#define VAULT_KEY_BYTES crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define VAULT_NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define VAULT_TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define VAULT_VERSION 1
#define VAULT_HEAD_BYTES (1 + 8 + VAULT_NONCE_BYTES) /* of a sealed value */
#define VAULT_WRAPPED_BYTES \
	(1 + VAULT_NONCE_BYTES + VAULT_KEY_BYTES + VAULT_TAG_BYTES) /* a data key in its row */
#define VAULT_PURPOSES 4
#define VAULT_MASTERS_MAX 16
#define VAULT_STORES_MAX 2

_Static_assert(VAULT_HEAD_BYTES + VAULT_KEY_BYTES + VAULT_TAG_BYTES == 81,
	       "vault.h promises 81 bytes for a blob's key");

struct master {
	uint8_t *key;	/* sodium_malloc */
	char print[17]; /* fingerprint, kept with what it wraps */
};

/* A key as long as one call needs it: on the stack, wiped by key_ref_wipe. */
struct key_ref {
	int64_t id;
	uint8_t key[VAULT_KEY_BYTES];
};

struct data_key {
	int64_t id, org_id;
	int purpose;
	uint8_t *key; /* in a slab */
};

/* The data keys of one attached database. */
struct key_store {
	char name[16];
	struct db *db;
	struct map *by_id;   /* bytes of the id → struct data_key */
	struct map *current; /* bytes of (org, purpose) → struct data_key */
};

/* A key made within a transaction that may yet be rolled back: it must not be remembered. */
struct unproven {
	int64_t id;
	int64_t since_us;
};

struct vault {
	pthread_rwlock_t
		lock; /* everything below but masters, which don't change after vault_open */
	struct arena *arena;
	struct master masters[VAULT_MASTERS_MAX]; /* [0] wraps new keys */
	size_t n_masters;
	struct master next; /* of an unfinished rotation; key NULL: none */
	char *key_file;	    /* NULL: the master key comes from elsewhere */
	VEC(uint8_t *) slabs;
	size_t slab_used;
	struct key_store stores[VAULT_STORES_MAX];
	size_t n_stores;
	VEC(struct unproven) unproven;
};

/* ---- master keys ---- */
MUST_CHECK int masters_load(struct vault *v, const struct config *config, struct fault *f);
void masters_wipe(struct vault *v);
/** The master key with this fingerprint, NULL when it isn't here. */
const struct master *master_find(const struct vault *v, const char *print);
void master_wrap(const struct master *m, struct str bound_to, const uint8_t key[VAULT_KEY_BYTES],
		 uint8_t ret[VAULT_WRAPPED_BYTES]);
MUST_CHECK int master_unwrap(const struct master *m, struct str bound_to, struct str wrapped,
			     uint8_t ret[VAULT_KEY_BYTES]);
/** Makes v->next, durable beside the key file, or takes it up again. */
MUST_CHECK int master_next(struct vault *v, struct fault *f);
/** v->next becomes masters[0]; the old one is kept beside it under its fingerprint. */
MUST_CHECK int master_promote(struct vault *v, struct fault *f);

/* ---- data keys ---- */
struct key_store *key_store_of(struct vault *v, const char *db_name);
MUST_CHECK int keys_load(struct vault *v, struct key_store *ks, struct fault *f);
/** The key for sealing; made when there is none. */
MUST_CHECK int key_current(struct vault *v, const char *db_name, int64_t org_id,
			   enum seal_purpose p, struct key_ref *ret, struct fault *f);
/** The key with an id, if it is this organisation's for this purpose. @return 0, -E_CORRUPT,
 * -E_UNAVAILABLE */
MUST_CHECK int key_by_id(struct vault *v, const char *db_name, int64_t org_id, enum seal_purpose p,
			 int64_t id, struct key_ref *ret, struct fault *f);
void key_ref_wipe(struct key_ref *k); /* for CLEANUP */
void keys_release(struct vault *v);
/** Of a sealed value; 0 when it is none. */
int64_t vault_key_id(struct str sealed);
const char *purpose_name(enum seal_purpose p);
/** @return index, -1 when unknown */
int purpose_of(struct str name);
/** What the wrapping of a data key is bound to. */
struct str wrap_context(struct arena *a, const char *db_name, int64_t org_id, int purpose,
			int64_t id);
/** A context for the vault's own transactions. Release with vault_ctx_end. */
void vault_ctx(struct ctx *ctx);
void vault_ctx_end(struct ctx *ctx); /* for CLEANUP */

#endif
