/**
 * @file book_private.h  What the files of the book share: facts, their queue and their journal. Not for others.
 */
#ifndef LEXLINE_VOICE_BOOK_PRIVATE_H
#define LEXLINE_VOICE_BOOK_PRIVATE_H

#include <pthread.h>

#include "base/map.h"
#include "base/thread.h"
#include "store/db.h"
#include "voice/book.h"
#include "voice/hotline.h"

enum fact_kind { FACT_CALL = 1, FACT_EVENT, FACT_ANSWERED, FACT_ENDED, FACT_PRESENCE, FACT_ALARM, FACT_CLOSE_PRESENCE /**< at a start */,
	FACT_CLOSE_CALLS /**< at a start */ };

/** Plain data: goes into the journal as it is. `id` makes writing it twice harmless. */
struct fact {
	uint32_t kind;
	int64_t id;
	union {
		struct call_record call;
		struct call_event event;
		int64_t before_ms; /**< of FACT_CLOSE_CALLS */
		struct {
			int64_t person_id, at_ms;
			char state[24], reason[40];
		} presence;
		struct {
			int64_t person_id, at_ms;
			char kind[32], subject[48];
		} alarm;
	};
};

struct journal;

struct book {
	struct env *env;
	struct voice *voice;
	const struct hotline *hotline;
	int64_t org_id;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock; /**< of what follows */
	pthread_cond_t wake;
	struct fact *ring; /**< grows */
	size_t head, n, cap;
	bool stopping, away; /**< away: the database could not be written; facts go into the journal too */
	struct journal *journal;
	struct pool *askers; /**< look callers up, beside the writing */
};

/* book_write.c: on the book thread. @return 0 or a negative error; -E_UNAVAILABLE and its kind: try again */
MUST_CHECK int book_write(struct book *b, struct ctx *ctx, const struct fact *fact);
bool book_try_again(int r);

/** As they stand in the rows, by enum call_direction and call_outcome. */
#define BOOK_OUTCOMES 9
extern const char *const book_directions[3], *const book_outcomes[BOOK_OUTCOMES];

/* book_recover.c: on the book thread. Calls of before that instant which nothing has ended */
MUST_CHECK int book_recover(struct book *b, struct ctx *ctx, int64_t before_ms);

/* book_caller.c */
void book_look_up(void *book, void *question);

/* journal.c */
MUST_CHECK int journal_open(struct env *env, int64_t org_id, struct journal **ret, struct fault *f);
void journal_close(struct journal *j);
/** Seal and append; fsync. */
MUST_CHECK int journal_add(struct journal *j, const struct fact *fact, struct fault *f);
/** What a crash left: calls @p each for every whole record, in order. */
void journal_replay(struct journal *j, void (*each)(const struct fact *fact, void *arg), void *arg);
/** Everything in it is written: forget it. */
void journal_clear(struct journal *j);

#endif
