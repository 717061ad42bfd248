/* The audit log: entries go in with what they describe, links chain them in commit order. */
#include "trust/audit.h"

#include <endian.h>
#include <sodium.h>

#include "base/id.h"
#include "outreach/lease.h"

#define LINK_BATCH 256 /* on the stack; a batch of the writer has as many */
#define WALK_BATCH 1000
#define LEASE_MS 10000
#define HASH_LEN crypto_hash_sha256_BYTES

struct head {
	int64_t seq;
	int64_t audit_id;
	uint8_t hash[HASH_LEN];
};

int audit_add(struct tx *tx, const struct audit_entry *e)
{
	struct ctx *ctx = tx_ctx(tx);

	return tx_op(tx, "audit.add",
		     ARGS(A_INT("id", id_new()), A_INT("actor_id", ctx->actor.id),
			  A_INT("session_id", ctx->actor.session_id),
			  A_INT("org_id", ctx->actor.org_id), A_INT("at", ctx->now_ms),
			  A_TEXT("ip", ctx->actor.ip), A_TEXT("action", e->action),
			  A_TEXT("subject", e->subject), A_INT("subject_id", e->subject_id),
			  A_STR("detail", e->detail), A_INT("reveal", e->reveal)),
		     NULL);
}

/* ---- canonical form ----------------------------------------------------------------------- */

/* Where the columns of an entry stand in a result that has them from `id` on, as the operations
 * list them. */
enum {
	C_ID,
	C_AT,
	C_ACTOR,
	C_ORG,
	C_SESSION,
	C_IP,
	C_ACTION,
	C_SUBJECT,
	C_SUBJECT_ID,
	C_DETAIL,
	C_REVEAL
};

static void hash_int(crypto_hash_sha256_state *h, int64_t v)
{
	uint64_t be = htobe64((uint64_t)v);

	crypto_hash_sha256_update(h, (const uint8_t *)&be, sizeof(be));
}

static void hash_text(crypto_hash_sha256_state *h, struct str s)
{
	uint32_t be = htobe32(s.p ? (uint32_t)s.len : UINT32_MAX);

	crypto_hash_sha256_update(h, (const uint8_t *)&be, sizeof(be));
	if (s.len)
		crypto_hash_sha256_update(h, (const uint8_t *)s.p, s.len);
}

/* Hash of the link that follows @p before and holds the entry in the current row, from column @p c
 * on. */
static void link_hash(const struct head *before, const struct rows *rows, int c,
		      uint8_t ret[HASH_LEN])
{
	static const int numbers[] = {C_ID,	 C_AT,	       C_ACTOR, C_ORG,
				      C_SESSION, C_SUBJECT_ID, C_REVEAL};
	static const int texts[] = {C_IP, C_ACTION, C_SUBJECT, C_DETAIL};
	crypto_hash_sha256_state h;

	crypto_hash_sha256_init(&h);
	crypto_hash_sha256_update(&h, before->hash, HASH_LEN);
	hash_int(&h, before->seq + 1);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		hash_int(&h, rows_int(rows, c + numbers[i]));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		hash_text(&h, rows_text(rows, c + texts[i]));
	crypto_hash_sha256_final(&h, ret);
}

/* ---- linking ------------------------------------------------------------------------------ */

static int read_head(struct tx *tx, struct head *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct str hash;
	int r;

	*ret = (struct head){0};
	if ((r = tx_op(tx, "audit.head", NO_ARGS, &rows)) < 0 || (r = rows_next(rows)) <= 0)
		return r;
	hash = rows_blob(rows, 2);
	if (hash.len != HASH_LEN)
		return ctx_fail(tx_ctx(tx), E_CORRUPT, NULL,
				"the audit chain's last link is damaged");
	ret->seq = rows_int(rows, 0);
	ret->audit_id = rows_int(rows, 1);
	memcpy(ret->hash, hash.p, HASH_LEN);
	return 0;
}

struct link {
	int64_t audit_id;
	uint8_t hash[HASH_LEN];
};

/* Hash up to LINK_BATCH entries behind the head. The head is left where it was. */
static int read_links(struct tx *tx, const struct head *head, struct link *links)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct head at = *head;
	int64_t after = db_kind(tx_db(tx)) == DB_SQLITE ? head->audit_id : 0;
	int n = 0, r;

	r = tx_op(tx, "audit.unlinked", ARGS(A_INT("after", after), A_INT("limit", LINK_BATCH)),
		  &rows);
	if (r < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		link_hash(&at, rows, 0, links[n].hash);
		links[n].audit_id = rows_int(rows, C_ID);
		memcpy(at.hash, links[n].hash, HASH_LEN);
		at.seq++;
		n++;
	}
	return r < 0 ? r : n;
}

/* @return how many were linked */
static int link_batch(struct tx *tx)
{
	struct link links[LINK_BATCH];
	struct head head;
	int n, r;

	if ((r = read_head(tx, &head)) < 0)
		return r;
	n = read_links(tx, &head, links);
	for (int i = 0; i < n; i++) {
		struct str hash = {(const char *)links[i].hash, HASH_LEN};

		r = tx_op(tx, "audit.link",
			  ARGS(A_INT("seq", head.seq + 1 + i), A_INT("audit_id", links[i].audit_id),
			       A_BLOB("hash", hash)),
			  NULL);
		if (r < 0)
			return r;
	}
	return n;
}

int audit_link(struct tx *tx, void *unused)
{
	int n;

	(void)unused;
	if (db_kind(tx_db(tx)) == DB_POSTGRES &&
	    (n = lease_take(tx, "audit", lease_owner(), LEASE_MS)) <= 0)
		return n;
	do
		n = link_batch(tx);
	while (n == LINK_BATCH);
	return n < 0 ? n : 0;
}

/* ---- checking ----------------------------------------------------------------------------- */

static int found(struct audit_finding *ret, int64_t seq, const char *what)
{
	ret->seq = seq;
	snprintf(ret->what, sizeof(ret->what), "%s", what);
	return -E_CORRUPT;
}

/* The link in the current row against the one before; moves the head on. */
static int check_link(struct head *head, const struct rows *rows, struct audit_finding *ret)
{
	const int entry = 3; /* audit.walk: seq, audit_id, hash, then the entry */
	struct str hash = rows_blob(rows, 2);
	uint8_t expected[HASH_LEN];
	int64_t seq = rows_int(rows, 0);

	if (seq != head->seq + 1)
		return found(ret, head->seq + 1, "a link is missing");
	if (rows_null(rows, entry + C_ID))
		return found(ret, seq, "the entry of this link is gone");
	link_hash(head, rows, entry, expected);
	if (hash.len != HASH_LEN || sodium_memcmp(hash.p, expected, HASH_LEN) != 0)
		return found(ret, seq, "the entry or its link was changed");
	head->seq = seq;
	memcpy(head->hash, expected, HASH_LEN);
	return 0;
}

/* @return count of links checked, 0 at the end */
static int check_some(struct tx *tx, struct head *head, struct audit_finding *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int n = 0, r;

	r = tx_op(tx, "audit.walk", ARGS(A_INT("after", head->seq), A_INT("limit", WALK_BATCH)),
		  &rows);
	if (r < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		if ((r = check_link(head, rows, ret)) < 0)
			return r;
		n++;
	}
	return r < 0 ? r : n;
}

/*
 * Entries without a link: on SQLite there can be none, on PostgreSQL only those the job has not
 * reached, which stand in its list. More means that somebody added entries by hand.
 */
static int check_unchained(struct tx *tx, struct audit_finding *ret)
{
	int64_t n;
	int r;

	if ((r = tx_int(tx, "audit.unchained", NO_ARGS, &n)) < 0)
		return r;
	return n ? found(ret, ret->entries + 1, "there are entries without a link") : 0;
}

int audit_verify(struct db *db, struct ctx *ctx, struct audit_finding *ret)
{
	struct head head = {0};
	int n;

	*ret = (struct audit_finding){0};
	do {
		CLEANUP(db_read_endp) struct tx *tx = NULL;

		if ((n = db_read(db, ctx, &tx)) < 0)
			return n;
		n = check_some(tx, &head, ret);
		ret->entries = head.seq;
		if (n == 0)
			n = check_unchained(tx, ret);
	} while (n > 0);
	return n;
}
