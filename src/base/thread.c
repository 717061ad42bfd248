#include <assert.h>
#include <signal.h>
#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/time.h"

int thread_start(pthread_t *ret, const char *name, void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	char short_name[16]; /* the kernel's limit */
	int r;

	/* Signals are the main thread's business. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(ret, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r != 0)
		return -E_NO_MEMORY;
	snprintf(short_name, sizeof(short_name), "%s", name);
	pthread_setname_np(*ret, short_name);
	return 0;
}

static void cond_init_monotonic(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

/* Queue */

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	size_t capacity, head, n;
	bool closed;
	void *items[];
};

struct queue *queue_new(size_t capacity)
{
	struct queue *q = mem_new(sizeof(*q) + mem_product(capacity, sizeof(void *)));

	pthread_mutex_init(&q->lock, NULL);
	cond_init_monotonic(&q->filled);
	q->capacity = capacity;
	return q;
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	pthread_cond_destroy(&q->filled);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

bool queue_push(struct queue *q, void *item)
{
	bool ok;

	assert(item); /* NULL means "closed" to queue_pop */
	pthread_mutex_lock(&q->lock);
	ok = !q->closed && q->n < q->capacity;
	if (ok) {
		q->items[(q->head + q->n++) % q->capacity] = item;
		pthread_cond_signal(&q->filled);
	}
	pthread_mutex_unlock(&q->lock);
	return ok;
}

size_t queue_pop_many(struct queue *q, void **items, size_t max)
{
	size_t taken = 0;

	pthread_mutex_lock(&q->lock);
	while (q->n == 0 && !q->closed)
		pthread_cond_wait(&q->filled, &q->lock);
	for (; taken < max && q->n > 0; q->n--) {
		items[taken++] = q->items[q->head];
		q->head = (q->head + 1) % q->capacity;
	}
	pthread_mutex_unlock(&q->lock);
	return taken;
}

void *queue_pop(struct queue *q)
{
	void *item;

	return queue_pop_many(q, &item, 1) ? item : NULL;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->filled);
	pthread_mutex_unlock(&q->lock);
}

size_t queue_len(struct queue *q)
{
	size_t n;

	pthread_mutex_lock(&q->lock);
	n = q->n;
	pthread_mutex_unlock(&q->lock);
	return n;
}

/* Pool */

struct pool {
	struct queue *queue;
	void (*work)(void *arg, void *item);
	void *arg;
	unsigned n;
	pthread_t threads[];
};

static void *pool_run(void *arg)
{
	struct pool *p = arg;
	void *item;

	while ((item = queue_pop(p->queue)))
		p->work(p->arg, item);
	return NULL;
}

struct pool *pool_new(const char *name, unsigned threads, size_t capacity, void (*work)(void *arg, void *item),
		      void *arg)
{
	struct pool *p = mem_new(sizeof(*p) + mem_product(threads, sizeof(pthread_t)));

	p->queue = queue_new(capacity);
	p->work = work;
	p->arg = arg;
	while (p->n < threads && thread_start(&p->threads[p->n], name, pool_run, p) == 0)
		p->n++;
	if (p->n > 0 || threads == 0)
		return p;
	pool_drain_free(p);
	return NULL;
}

bool pool_push(struct pool *p, void *item)
{
	return queue_push(p->queue, item);
}

void pool_drain_free(struct pool *p)
{
	if (!p)
		return;
	queue_close(p->queue);
	for (unsigned i = 0; i < p->n; i++)
		pthread_join(p->threads[i], NULL);
	queue_free(p->queue);
	free(p);
}

/* Ticker */

struct ticker {
	pthread_mutex_t lock;
	pthread_cond_t woken;
	pthread_t thread;
	bool nudged, stop;
	int64_t (*tick)(void *arg);
	void *arg;
};

/* Until nudged, stopped or the monotonic µs of the next turn; with the lock held. */
static void ticker_sleep(struct ticker *t, int64_t until_us)
{
	struct timespec ts = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};

	while (!t->nudged && !t->stop && time_monotonic_us() < until_us) {
		if (until_us == INT64_MAX)
			pthread_cond_wait(&t->woken, &t->lock);
		else
			pthread_cond_timedwait(&t->woken, &t->lock, &ts);
	}
}

static void *ticker_run(void *arg)
{
	struct ticker *t = arg;

	pthread_mutex_lock(&t->lock);
	while (!t->stop) {
		int64_t next;

		t->nudged = false;
		pthread_mutex_unlock(&t->lock);
		next = t->tick(t->arg);
		pthread_mutex_lock(&t->lock);
		ticker_sleep(t, next);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

struct ticker *ticker_new(const char *name, int64_t (*tick)(void *arg), void *arg)
{
	struct ticker *t = MEM_NEW(struct ticker);

	pthread_mutex_init(&t->lock, NULL);
	cond_init_monotonic(&t->woken);
	t->tick = tick;
	t->arg = arg;
	if (thread_start(&t->thread, name, ticker_run, t) == 0)
		return t;
	pthread_cond_destroy(&t->woken);
	pthread_mutex_destroy(&t->lock);
	free(t);
	return NULL;
}

void ticker_nudge(struct ticker *t)
{
	pthread_mutex_lock(&t->lock);
	t->nudged = true;
	pthread_cond_signal(&t->woken);
	pthread_mutex_unlock(&t->lock);
}

void ticker_stop(struct ticker *t)
{
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_cond_signal(&t->woken);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->woken);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
