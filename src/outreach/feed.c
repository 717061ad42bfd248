/* Live events: the row goes in with its transaction, the hub is woken after it. */
#include "outreach/feed.h"

#include <pthread.h>

#include "base/id.h"

struct feed {
	struct env *env;
	pthread_mutex_t lock;
	void (*notify)(void *arg);
	void *arg;
	void (*flash)(const struct feed_event *e, void *arg);
	void *flash_arg;
};

int feed_new(struct env *env, struct feed **ret, struct fault *f)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (!feed)
		return fail(f, E_NO_MEMORY, NULL, "no memory for the live events");
	feed->env = env;
	pthread_mutex_init(&feed->lock, NULL);
	*ret = feed;
	return 0;
}

void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	pthread_mutex_destroy(&feed->lock);
	free(feed);
}

int feed_add(struct tx *tx, const struct feed_event *e)
{
	struct ctx *ctx = tx_ctx(tx);

	ctx->touched |= TOUCHED_FEED;
	return tx_op(tx, "feed.publish",
		     ARGS(A_INT("id", id_new()), A_INT("at", ctx->now_ms),
			  A_INT("org_id", e->org_id), A_INT("person_id", e->person_id),
			  A_TEXT("role", e->role), A_INT("case_id", e->case_id),
			  A_TEXT("kind", e->kind), A_STR("data", e->data)),
		     NULL);
}

void feed_on_commit(struct feed *feed, void (*notify)(void *arg), void *arg)
{
	pthread_mutex_lock(&feed->lock);
	feed->notify = notify;
	feed->arg = arg;
	pthread_mutex_unlock(&feed->lock);
}

void feed_committed(struct feed *feed)
{
	if (!feed)
		return;
	pthread_mutex_lock(&feed->lock);
	if (feed->notify)
		feed->notify(feed->arg);
	pthread_mutex_unlock(&feed->lock);
}

void feed_on_flash(struct feed *feed, void (*flash)(const struct feed_event *e, void *arg), void *arg)
{
	pthread_mutex_lock(&feed->lock);
	feed->flash = flash;
	feed->flash_arg = arg;
	pthread_mutex_unlock(&feed->lock);
}

void feed_flash(struct feed *feed, const struct feed_event *e)
{
	if (!feed)
		return;
	pthread_mutex_lock(&feed->lock);
	if (feed->flash)
		feed->flash(e, feed->flash_arg);
	pthread_mutex_unlock(&feed->lock);
}
