/* Live events: the hub's thread, and how a stream begins. */
#include "http/hub.h"

#include <sodium.h>
#include <unistd.h>

#include "base/id.h"
#include "outreach/feed.h"
#include "people/people.h"
#include "store/config.h"

#define BATCH 500
#define LATE_MS 500	  /* PostgreSQL: transactions may commit this much after a younger one */
#define PERIOD_US 1000000 /* turn of the hub when nobody nudges */
#define MIN_GAP_US 5000	  /* between two readings, so that a busy node reads in batches */

METRIC(m_events, METRIC_COUNTER, "lexline_events_total", "Live events read by this node");

/* ---- the ring ------------------------------------------------------------------------------ */

static bool ring_has(const struct hub *h, int64_t id)
{
	uint64_t n = h->n_ring < RING ? h->n_ring : RING;

	for (uint64_t i = 0; i < n; i++)
		if (h->ring[(h->n_ring - 1 - i) % RING].to.id == id)
			return true;
	return false;
}

static void ring_add(struct hub *h, const struct address *to, struct sse_msg *m)
{
	size_t at = h->n_ring++ % RING;

	sse_msg_unref(h->ring[at].msg);
	h->ring[at].to = *to;
	h->ring[at].msg = m;
	if (to->id > h->mark)
		h->mark = to->id;
}

/* ---- reading ------------------------------------------------------------------------------- */

void hub_read_address(struct tx *tx, const struct rows *rows, struct address *to)
{
	struct str role = rows_text(rows, rows_col(rows, "role"));

	*to = (struct address){
		.id = rows_int(rows, rows_col(rows, "id")),
		.org_id = rows_int(rows, rows_col(rows, "org_id")),
		.person_id = rows_int(rows, rows_col(rows, "person_id")),
		.case_id = rows_int(rows, rows_col(rows, "case_id")),
	};
	snprintf(to->role, sizeof(to->role), "%.*s", STR_FMT(role));
	/* without an answer nobody is in the audience: rather an event too few */
	if (to->case_id && !to->person_id &&
	    process_audience(tx_ctx(tx)->env->process, tx, to->case_id, &to->audience) < 0)
		to->audience = (struct process_audience){0};
}

struct sse_msg *hub_read_message(const struct rows *rows, int64_t id)
{
	char kind[64];
	struct str text = rows_text(rows, rows_col(rows, "kind"));

	snprintf(kind, sizeof(kind), "%.*s", STR_FMT(text));
	return sse_msg_new(id, kind, rows_text(rows, rows_col(rows, "data")));
}

/* Under the hub's lock. */
static void put_all(struct hub *h, const struct address *to, struct sse_msg *m)
{
	struct stream *next;

	for (struct stream *s = h->streams; s; s = next) {
		next = s->next;
		if (stream_wants(s, to))
			stream_put(s, m);
	}
}

static void broadcast(struct hub *h, const struct address *to, struct sse_msg *m)
{
	pthread_mutex_lock(&h->lock);
	ring_add(h, to, m);
	put_all(h, to, m);
	pthread_mutex_unlock(&h->lock);
	metric_add(&m_events, 1);
}

/* feed_flash(): true this second only, so neither kept in the ring nor numbered. */
static void flash(const struct feed_event *e, void *hub)
{
	struct hub *h = hub;
	struct address to = {.org_id = e->org_id, .person_id = e->person_id, .case_id = e->case_id};
	struct sse_msg *m = sse_msg_new(0, e->kind, e->data);

	snprintf(to.role, sizeof(to.role), "%s", e->role ? e->role : "");
	pthread_mutex_lock(&h->lock);
	put_all(h, &to, m);
	pthread_mutex_unlock(&h->lock);
	sse_msg_unref(m);
}

/* On PostgreSQL ids don't rise in commit order: look back a little, skip what was seen. */
static int64_t read_from(const struct hub *h)
{
	if (db_kind(h->server->env->db) == DB_SQLITE || !h->mark)
		return h->mark;
	return id_at_ms(id_time_ms(h->mark) - LATE_MS);
}

/* @return rows read, or negative */
static int read_batch(struct hub *h, int64_t *after)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r, n = 0;

	if ((r = db_read(h->server->env->db, h->ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "feed.since", ARGS(A_INT("after", *after), A_INT("limit", BATCH)),
		       &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		struct address to;

		n++;
		hub_read_address(tx, rows, &to);
		*after = to.id;
		if (to.id > h->mark || !ring_has(h, to.id))
			broadcast(h, &to, hub_read_message(rows, to.id));
	}
	return r < 0 ? r : n;
}

/* A line that says nothing: proxies keep the connection, and we notice when the peer is gone. */
static struct sse_msg *new_beat(void)
{
	static const char comment[] = ": alive\n\n";
	struct sse_msg *m = malloc(sizeof(*m) + sizeof(comment) - 1);

	if (!m)
		abort();
	atomic_init(&m->refs, 1);
	m->len = sizeof(comment) - 1;
	memcpy(m->text, comment, m->len);
	return m;
}

struct due {
	uint64_t number;
	char *token;
	bool dead;
};
typedef VEC(struct due) due_list;

/* Streams on which nothing was sent for a while get a beat; their sessions are to be looked at. */
static void beat_quiet(struct hub *h, due_list *due)
{
	int64_t now_ms = time_monotonic_us() / 1000;
	struct sse_msg *m = new_beat();

	pthread_mutex_lock(&h->lock);
	for (struct stream *s = h->streams; s; s = s->next) {
		if (now_ms - s->beat_ms < h->heartbeat_ms)
			continue;
		stream_put(s, m);
		if (now_ms - s->checked_ms >= h->heartbeat_ms) {
			s->checked_ms = now_ms;
			VEC_ADD(due, ((struct due){s->number, arena_strdup(h->ctx->arena, s->token),
						   false}));
		}
	}
	pthread_mutex_unlock(&h->lock);
	sse_msg_unref(m);
}

static void end_dead(struct hub *h, const due_list *due)
{
	pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < due->n; i++)
		for (struct stream *s = h->streams; s && due->at[i].dead; s = s->next)
			if (s->number == due->at[i].number)
				stream_end(s);
	pthread_mutex_unlock(&h->lock);
}

/* Who signed out hears nothing more. The sessions are asked for without the hub's lock. */
static void beat(struct hub *h)
{
	due_list due = {0};

	beat_quiet(h, &due);
	for (size_t i = 0; i < due.n; i++) {
		struct ctx who = {
			.env = h->server->env, .arena = h->ctx->arena, .now_ms = h->ctx->now_ms};

		due.at[i].dead =
			people_session(&who, str_of(due.at[i].token), NULL) == -E_UNAUTHORIZED;
		sodium_memzero(due.at[i].token, strlen(due.at[i].token));
	}
	end_dead(h, &due);
	VEC_FREE(&due);
}

static int64_t hub_turn(void *arg)
{
	struct hub *h = arg;
	int64_t after = read_from(h), began = time_monotonic_us();
	int n;

	h->ctx->now_ms = time_now_ms();
	do
		n = read_batch(h, &after);
	while (n == BATCH);
	arena_reset(h->ctx->arena);
	beat(h);
	if (time_monotonic_us() - began < MIN_GAP_US && n > 0)
		usleep(MIN_GAP_US);
	return time_monotonic_us() + PERIOD_US;
}

static void nudge(void *arg)
{
	ticker_nudge(((struct hub *)arg)->ticker);
}

/* ---- life ---------------------------------------------------------------------------------- */

static int newest(struct hub *h, int64_t *ret)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r;

	if ((r = db_read(h->server->env->db, h->ctx, &tx)) < 0)
		return r;
	return tx_int(tx, "feed.latest", NO_ARGS, ret);
}

static int64_t heartbeat(void)
{
	const char *text = getenv("LEXLINE_HEARTBEAT_MS");
	int64_t ms;

	return text && str_to_int(str_of(text), &ms) == 0 && ms > 0 ? ms : HEARTBEAT_MS;
}

int hub_new(struct http_server *s, struct hub **ret, struct fault *f)
{
	struct hub *h = calloc(1, sizeof(*h));
	int r;

	if (!h)
		abort();
	h->server = s;
	h->heartbeat_ms = heartbeat();
	h->ctx = ctx_new_system(s->env);
	pthread_mutex_init(&h->lock, NULL);
	r = newest(h, &h->mark);
	if (r < 0) {
		*f = h->ctx->fault;
		hub_free(h);
		return r;
	}
	h->ticker = ticker_new("events", hub_turn, h);
	feed_on_commit(s->env->feed, nudge, h);
	feed_on_flash(s->env->feed, flash, h);
	*ret = h;
	return 0;
}

void hub_end(struct hub *h)
{
	pthread_mutex_lock(&h->lock);
	h->ending = true;
	for (struct stream *s = h->streams; s; s = s->next)
		stream_end(s);
	pthread_mutex_unlock(&h->lock);
}

size_t hub_streams(struct hub *h)
{
	size_t n;

	pthread_mutex_lock(&h->lock);
	n = h->n_streams;
	pthread_mutex_unlock(&h->lock);
	return n;
}

void hub_free(struct hub *h)
{
	if (!h)
		return;
	feed_on_commit(h->server->env->feed, NULL, NULL);
	feed_on_flash(h->server->env->feed, NULL, NULL);
	if (h->ticker)
		ticker_stop(h->ticker);
	for (size_t i = 0; i < RING; i++)
		sse_msg_unref(h->ring[i].msg);
	ctx_free(h->ctx);
	pthread_mutex_destroy(&h->lock);
	free(h);
}
