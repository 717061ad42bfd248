/**
 * @file thread.h  A bounded queue between threads, and worker pools on it.
 */
#ifndef LEXLINE_THREAD_H
#define LEXLINE_THREAD_H

#include <pthread.h>

#include "base/common.h"

struct queue; /**< bounded FIFO of pointers, many producers, many consumers */
struct queue *queue_new(size_t capacity);
void queue_free(struct queue *q);
bool queue_push(struct queue *q, void *item); /**< false when full or closed; never blocks */
void *queue_pop(struct queue *q);	      /**< blocks; NULL once closed and empty */
/** Take up to @p max at once; blocks for the first. @return count, 0 once closed and empty */
size_t queue_pop_many(struct queue *q, void **items, size_t max);
void queue_close(struct queue *q);
size_t queue_len(struct queue *q);

/** Threads that run `work(arg, item)` on what is pushed. */
struct pool;
struct pool *pool_new(const char *name, unsigned threads, size_t capacity, void (*work)(void *arg, void *item), void *arg);
bool pool_push(struct pool *p, void *item); /**< false when full */
void pool_drain_free(struct pool *p);	    /**< finishes what is queued, joins, releases */

/** A thread that runs until told to stop, sleeping until a deadline or a nudge. */
struct ticker;
/** @p tick returns the monotonic µs of its next turn (INT64_MAX: only when nudged). */
struct ticker *ticker_new(const char *name, int64_t (*tick)(void *arg), void *arg);
void ticker_nudge(struct ticker *t);
void ticker_stop(struct ticker *t); /**< waits for a running turn, joins, releases */

int thread_start(pthread_t *ret, const char *name, void *(*run)(void *), void *arg);

#endif
