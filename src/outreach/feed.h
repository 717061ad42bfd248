/**
 * @file feed.h  Live events: written in the transaction, delivered after the commit, replayable.
 *
 * A row of `feed` is addressed to a person, a role in an organisation, or the whole organisation.
 * Each node's hub (http/events.c) reads new rows after a commit (SQLite: at once; PostgreSQL:
 * NOTIFY) and passes them to the streams whose actor they address. Rows are kept a day.
 */
#ifndef LEXLINE_FEED_H
#define LEXLINE_FEED_H

#include "store/db.h"

struct feed_event {
	const char *kind;   /**< "case.changed", "clock.warning", "task.assigned", "notice" … */
	int64_t org_id;	    /**< always */
	int64_t person_id;  /**< only this person; 0: not limited */
	const char *role;   /**< only this role; NULL: not limited */
	int64_t case_id;    /**< only people who may see this case are told; 0: none */
	struct str data;    /**< JSON object: ids and states, no personal data */
};

MUST_CHECK int feed_add(struct tx *tx, const struct feed_event *e);

/** Called after every commit that added feed rows (from a store thread: must not block). Set once by the hub. */
void feed_on_commit(struct feed *feed, void (*notify)(void *arg), void *arg);

/**
 * Tell streams of this node that are connected now; nothing is stored or replayed, and SSE carries no id with it.
 * For what is true this second only: a ringing call, the wallboard. From any thread, never
 * blocks; @p e is copied. Addressed to a person, a role or the organisation; @p e->case_id only beside a person.
 */
void feed_flash(struct feed *feed, const struct feed_event *e);
/** Who carries a flash to the streams. Set once by the hub; NULL ends. */
void feed_on_flash(struct feed *feed, void (*flash)(const struct feed_event *e, void *arg), void *arg);

MUST_CHECK int feed_new(struct env *env, struct feed **ret, struct fault *f);
void feed_free(struct feed *feed);
/** The gate and the jobs call this after a committed write. Cheap when nothing was added. */
void feed_committed(struct feed *feed);

#endif
