#include <stdatomic.h>

#include "check.h"

#include "base/thread.h"
#include "base/time.h"

static int items[20000];

static void first_in_first_out_and_bounded(void **state)
{
	struct queue *q = queue_new(3);
	void *got[5];

	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 3; i++)
			assert_true(queue_push(q, &items[i]));
		assert_false(queue_push(q, &items[3]));
		assert_int_equal(queue_len(q), 3);
		assert_ptr_equal(queue_pop(q), &items[0]);
		assert_int_equal(queue_pop_many(q, got, 5), 2);
		assert_ptr_equal(got[0], &items[1]);
		assert_ptr_equal(got[1], &items[2]);
	}
	queue_free(q);
}

static void a_closed_queue_gives_its_rest(void **state)
{
	struct queue *q = queue_new(4);
	void *got[4];

	assert_true(queue_push(q, &items[0]));
	queue_close(q);
	assert_false(queue_push(q, &items[1]));
	assert_ptr_equal(queue_pop(q), &items[0]);
	assert_null(queue_pop(q));
	assert_int_equal(queue_pop_many(q, got, 4), 0);
	queue_free(q);
}

static void *pop_one(void *q)
{
	return queue_pop(q);
}

static void closing_wakes_those_who_wait(void **state)
{
	struct queue *q = queue_new(4);
	pthread_t waiting[3];
	void *got;

	for (int i = 0; i < 3; i++)
		assert_int_equal(thread_start(&waiting[i], "waiting", pop_one, q), 0);
	queue_close(q);
	for (int i = 0; i < 3; i++) {
		pthread_join(waiting[i], &got);
		assert_null(got);
	}
	queue_free(q);
}

static atomic_int done;

static void work(void *arg, void *item)
{
	atomic_fetch_add((atomic_int *)arg, 1);
	++*(int *)item; /* once for each item, or the sum is wrong */
}

static void a_pool_finishes_what_is_queued(void **state)
{
	struct pool *p = pool_new("test", 4, ARRAY_SIZE(items), work, &done);

	assert_non_null(p);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		assert_true(pool_push(p, &items[i]));
	pool_drain_free(p);
	assert_int_equal(atomic_load(&done), (int)ARRAY_SIZE(items));
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		assert_int_equal(items[i], 1);
}

struct counter {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	int turns;
	int64_t next_us, last_us;
};

static int64_t turn(void *arg)
{
	struct counter *c = arg;
	int64_t next;

	pthread_mutex_lock(&c->lock);
	c->turns++;
	c->last_us = time_monotonic_us();
	next = c->next_us == INT64_MAX ? INT64_MAX : c->last_us + c->next_us;
	pthread_cond_broadcast(&c->moved);
	pthread_mutex_unlock(&c->lock);
	return next;
}

static void wait_turns(struct counter *c, int n)
{
	pthread_mutex_lock(&c->lock);
	while (c->turns < n)
		pthread_cond_wait(&c->moved, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

static void a_nudge_wakes_a_ticker(void **state)
{
	struct counter c = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, INT64_MAX, 0};
	struct ticker *t = ticker_new("test", turn, &c);

	for (int i = 1; i <= 100; i++) {
		wait_turns(&c, i);
		ticker_nudge(t);
	}
	wait_turns(&c, 101);
	ticker_stop(t);
	assert_int_equal(c.turns, 101);
}

static void a_ticker_keeps_its_deadline(void **state)
{
	struct counter c = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 3000, 0};
	int64_t start = time_monotonic_us();
	struct ticker *t = ticker_new("test", turn, &c);

	wait_turns(&c, 11);
	ticker_stop(t);
	assert_true(c.last_us - start >= 10 * 3000); /* never early */
}

static void a_stopped_ticker_does_not_sleep_on(void **state)
{
	struct counter c = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 3600 * 1000000ll, 0};
	struct ticker *t = ticker_new("test", turn, &c);

	wait_turns(&c, 1);
	ticker_stop(t); /* in an hour otherwise: the run's time limit would tell */
	assert_int_equal(c.turns, 1);
}

RUN(cmocka_unit_test(first_in_first_out_and_bounded), cmocka_unit_test(a_closed_queue_gives_its_rest),
    cmocka_unit_test(closing_wakes_those_who_wait), cmocka_unit_test(a_pool_finishes_what_is_queued),
    cmocka_unit_test(a_nudge_wakes_a_ticker), cmocka_unit_test(a_ticker_keeps_its_deadline),
    cmocka_unit_test(a_stopped_ticker_does_not_sleep_on))
