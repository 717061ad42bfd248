/**
 * @file vault.h  Keys, sealed fields and blind indexes (T01, T03, T08).
 *
 * The master key (32 bytes; file of mode 0600, environment LEXLINE_MASTER_KEY or a command)
 * wraps data keys; each organisation has a data key per purpose and store, made when first
 * needed and kept wrapped in that store. Sealed values are XChaCha20-Poly1305-IETF:
 *     1 byte version | 8 bytes key id | 24 bytes nonce | ciphertext | 16 bytes tag
 * bound to (purpose, org) and the caller's context string as associated data. Blind index: BLAKE2b-128
 * keyed, over the normalised value. Thread safe. Keys live in sodium_malloc memory.
 */
#ifndef LEXLINE_VAULT_H
#define LEXLINE_VAULT_H

#include "base/error.h"
#include "store/db.h"

struct vault;

enum seal_purpose { SEAL_FIELD, SEAL_INDEX, SEAL_BLOB, SEAL_SECRET /**< TOTP secrets, channel credentials */ };

/** Make the master key file (0600). @return 0, -E_EXISTS (it is not overwritten), -E_CONFIG, -E_DISK_FULL, -E_IO */
MUST_CHECK int vault_create_master(const char *key_file, struct fault *f);
/** @return 0, -E_CONFIG (missing, wrong mode, wrong size: says which and the remedy) */
MUST_CHECK int vault_open(const struct config *config, struct vault **ret, struct fault *f);
void vault_close(struct vault *v);
/** Load the wrapped data keys of a store after it was opened and migrated; again to see what other nodes made. */
MUST_CHECK int vault_attach(struct vault *v, struct db *db, struct fault *f);
/**
 * Make an organisation's keys in a store now. Sealing makes a missing key by itself: outside transactions
 * with a write of its own, within an apply of the same store as part of that transaction. Only whoever
 * seals for one store within a transaction of the other must prepare before it.
 */
MUST_CHECK int vault_prepare(struct vault *v, const char *db_name, int64_t org_id, struct fault *f);

/** @p db_name: "cases" or "clients"; @p bound_to: e.g. "client.phone", authenticated with the value. In the arena. */
MUST_CHECK int vault_seal(struct vault *v, const char *db_name, int64_t org_id, enum seal_purpose p, const char *bound_to,
			  struct str plain, struct arena *a, struct str *ret, struct fault *f);
/** @return 0, -E_CORRUPT (wrong key, changed, or bound to something else) */
MUST_CHECK int vault_unseal(struct vault *v, const char *db_name, int64_t org_id, enum seal_purpose p, const char *bound_to,
			    struct str sealed, struct arena *a, struct str *ret, struct fault *f);
/** 16 bytes for equality look-ups. The caller normalises (phones to E.164 digits, names folded). */
MUST_CHECK int vault_index(struct vault *v, const char *db_name, int64_t org_id, const char *bound_to, struct str normalised,
			   uint8_t ret[16], struct fault *f);

/**
 * A fresh random 32-byte key for one blob, and the same wrapped for keeping (81 bytes: a sealed value of 32).
 */
MUST_CHECK int vault_new_blob_key(struct vault *v, int64_t org_id, uint8_t ret_key[32], uint8_t ret_wrapped[81], struct fault *f);
MUST_CHECK int vault_open_blob_key(struct vault *v, int64_t org_id, const uint8_t wrapped[81], uint8_t ret_key[32], struct fault *f);

/**
 * `lexline keys rotate`: a new generation of data keys; old ones stay for reading. With @p master: a new
 * master key too, all data keys wrapped again; the former key file stays beside it as
 * KEY_FILE.<fingerprint>, for backups made before. Other nodes must be restarted after that.
 *
 * Keys of blind indexes stay as they are: values indexed with another key would no longer be found.
 */
MUST_CHECK int vault_rotate(struct vault *v, bool master, struct fault *f);

/**
 * Seal everything of a store again that isn't sealed with a current key: all values that the operations
 * named *_reseal_page know of, a small page at a time; also while the server works (PostgreSQL).
 * Interrupted, it is simply run again.
 * @param[out] ret_count  values changed
 */
MUST_CHECK int vault_reseal(struct vault *v, const struct catalogue *ops, struct db *db, int64_t *ret_count,
			    struct fault *f);

#endif
