/**
 * @file audit.h  The hash-chained audit log (T03, T04): every write and every reveal.
 *
 * An entry is inserted in the transaction of what it describes. Entries are linked afterwards in
 * commit order: link.hash = SHA-256(previous hash | canonical entry). On SQLite by the writer, just before
 * the batch commits; on PostgreSQL by the node that holds the lease, milliseconds later.
 * Both tables are append-only; each store has its own chain.
 *
 * Canonical entry: seq, id, at, actor_id, org_id, session_id, subject_id, reveal as 64-bit big-endian
 * numbers, then ip, action, subject, detail each as a 32-bit big-endian length and its bytes (a missing
 * one has length 0xffffffff). The hash before the first link is 32 zero bytes.
 */
#ifndef LEXLINE_AUDIT_H
#define LEXLINE_AUDIT_H

#include "store/db.h"
#include "store/op.h"

/** The room's operations carried out in C. */
extern const struct native trust_natives[];
extern const size_t trust_n_natives;

struct audit_entry {
	const char *action;  /**< operation name, "case.act/hand_over", "client.reveal" */
	const char *subject; /**< kind of thing: "case", "client"; may be NULL */
	int64_t subject_id;
	struct str detail;   /**< JSON object without personal data: names of changed fields, purpose … */
	bool reveal;	     /**< a sealed value is shown: also stands in the access log (T04) */
};

MUST_CHECK int audit_add(struct tx *tx, const struct audit_entry *e);
/**
 * db_apply for db_on_commit: link what was added. On PostgreSQL only while this process holds the
 * lease. Cheap when there is nothing.
 */
int audit_link(struct tx *tx, void *unused);

/** The thread that calls audit_link() on PostgreSQL, soon after each write; NULL and nothing to do on SQLite. */
struct audit_job;
MUST_CHECK int audit_start(struct env *env, struct audit_job **ret, struct fault *f);
void audit_nudge(struct audit_job *job);
void audit_stop(struct audit_job *job); /**< before the stores close; late nudges are harmless */
void audit_free(struct audit_job *job);

struct audit_finding {
	int64_t seq; /**< first bad link; 0 when whole */
	int64_t entries;
	char what[160];
};
/** Walk the whole chain. @return 0 whole, -E_CORRUPT (see finding) */
MUST_CHECK int audit_verify(struct db *db, struct ctx *ctx, struct audit_finding *ret);

#endif
