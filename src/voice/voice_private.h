/**
 * @file voice_private.h  The exchange's outer shell, for voice.c and the natives. Not for others.
 */
#ifndef LEXLINE_VOICE_PRIVATE_H
#define LEXLINE_VOICE_PRIVATE_H

#include <pthread.h>

#include "voice/exchange.h"
#include "voice/retention.h"
#include "voice/voice.h"

struct voice {
	struct arena *arena;
	struct env *env;
	struct hotline *hotline;
	const struct voice_config *config;
	struct prompts *prompts; /**< under the lock once the thread runs: voice_prompts() */
	struct tapes *tapes;
	struct book *book;
	struct wall *wall;
	struct retention *retention;
	int64_t org_id;
	bool libre, has_thread;
	pthread_t thread;
	pthread_mutex_t lock; /**< of what follows */
	pthread_cond_t changed;
	bool started, running;
	int failed;
	struct fault fault;
	bool loading; /**< a thread reads the prompts anew */
	unsigned prompt_changes;
	struct mqueue *mqueue; /**< these belong to the voice thread */
	struct media *media;
	struct exchange *exchange;
};

/** What callers hear, with all changes; the caller's reference. On a worker: may wait until a change is loaded. */
struct prompts *voice_prompts(struct voice *v);
/** A recording was put there or taken away: the next caller hears it. Any thread, returns at once. */
void voice_prompts_changed(struct voice *v);
/** Desk phones' accounts from the store into the exchange's memory. */
MUST_CHECK int line_load_phones(struct voice *v, struct fault *f);

#endif
