/* One event stream: a short queue between the hub and a connection. */
#include "http/hub.h"

#include <sodium.h>

#include "people/roles.h"

METRIC(m_cut, METRIC_COUNTER, "lexline_event_streams_cut_total",
       "Event streams ended because the reader was too slow");

struct sse_msg *sse_msg_new(int64_t id, const char *kind, struct str data)
{
	CLEANUP(buf_free) struct buf b = {0};
	struct sse_msg *m;

	if (id)
		buf_printf(&b, "id: %lld\n", (long long)id);
	buf_printf(&b, "event: %s\ndata: ", kind);
	for (size_t i = 0; i < data.len;
	     i++) /* JSON has no bare line ends; a stray one must not end the event */
		buf_addc(&b, data.p[i] == '\n' || data.p[i] == '\r' ? ' ' : data.p[i]);
	buf_adds(&b, data.len ? "\n\n" : "{}\n\n");
	m = malloc(sizeof(*m) + b.len);
	if (!m)
		abort();
	atomic_init(&m->refs, 1);
	m->len = b.len;
	memcpy(m->text, b.p, b.len);
	return m;
}

void sse_msg_unref(struct sse_msg *m)
{
	if (m && atomic_fetch_sub(&m->refs, 1) == 1)
		free(m);
}

struct stream *stream_new(struct hub *h)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->hub = h;
	pthread_mutex_init(&s->lock, NULL);
	s->beat_ms = time_monotonic_us() / 1000;
	return s;
}

static struct sse_msg *queue_take(struct stream *s)
{
	struct sse_msg *m = s->queue[s->head];

	s->head = (s->head + 1) % s->cap;
	s->n--;
	s->offset = 0;
	return m;
}

void stream_free(struct stream *s)
{
	while (s->n)
		sse_msg_unref(queue_take(s));
	free(s->queue);
	free(s->replayed);
	if (s->token)
		sodium_memzero(s->token, strlen(s->token));
	free(s->who.roles);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static void queue_grow(struct stream *s)
{
	unsigned cap = s->cap ? s->cap * 2 : 4;
	struct sse_msg **bigger = calloc(cap, sizeof(struct sse_msg *));

	if (!bigger)
		abort();
	for (unsigned i = 0; i < s->n; i++)
		bigger[i] = s->queue[(s->head + i) % s->cap];
	free(s->queue);
	s->queue = bigger;
	s->head = 0;
	s->cap = cap;
}

/* With the lock held. */
static void wake(struct stream *s)
{
	if (!s->suspended)
		return;
	s->suspended = false;
	MHD_resume_connection(s->connection);
}

void stream_put(struct stream *s, struct sse_msg *m)
{
	pthread_mutex_lock(&s->lock);
	if (!s->ended && s->n >= STREAM_QUEUE) {
		metric_add(&m_cut, 1);
		s->ended = true; /* it comes back with Last-Event-ID */
	}
	if (!s->ended) {
		if (s->n == s->cap)
			queue_grow(s);
		atomic_fetch_add(&m->refs, 1);
		s->queue[(s->head + s->n++) % s->cap] = m;
		s->beat_ms = time_monotonic_us() / 1000;
	}
	wake(s);
	pthread_mutex_unlock(&s->lock);
}

void stream_end(struct stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->ended = true;
	wake(s);
	pthread_mutex_unlock(&s->lock);
}

/* "Nothing to send → suspend" under the lock, or a message put in between would sleep for ever. */
ssize_t stream_read(void *stream, uint64_t pos, char *out, size_t max)
{
	struct stream *s = stream;
	size_t n = 0;
	bool over;

	pthread_mutex_lock(&s->lock);
	while (s->n && n < max) {
		struct sse_msg *m = s->queue[s->head];
		size_t part = m->len - s->offset < max - n ? m->len - s->offset : max - n;

		memcpy(out + n, m->text + s->offset, part);
		n += part;
		s->offset += part;
		if (s->offset == m->len)
			sse_msg_unref(queue_take(s));
	}
	over = !n && s->ended;
	if (!n && !over) {
		s->suspended = true;
		MHD_suspend_connection(s->connection);
	}
	pthread_mutex_unlock(&s->lock);
	return over ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static bool contains(const int64_t *sorted, size_t n, int64_t id)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (sorted[mid] == id)
			return true;
		if (sorted[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

bool stream_wants(const struct stream *s, const struct address *to)
{
	if (to->person_id)
		return to->person_id == s->who.id;
	if (!roles_org_within(s->hub->server->env->people, s->who.org_id, to->org_id))
		return false;
	if (to->role[0] && !actor_has_role(&s->who, to->role))
		return false;
	if (to->case_id && !process_audience_has(&to->audience, &s->who))
		return false;
	return !contains(s->replayed, s->n_replayed, to->id);
}
