/* How an event stream begins: who asks, what was missed, into the hub. */
#include "http/hub.h"

static int too_many(struct request *q, const struct hub *h)
{
	size_t own = 0;

	if (h->ending)
		return ctx_fail(&q->ctx, E_CANCELLED, "", "The server is shutting down");
	if (h->n_streams >= h->max_streams)
		return ctx_fail(&q->ctx, E_BUSY, "", "Too many event streams; try again later");
	for (const struct stream *s = h->streams; s; s = s->next)
		own += s->who.id == q->ctx.actor.id;
	/* nobody takes all of them; a page shares one among its tabs */
	return own < h->max_streams / 2 ? 0
					: ctx_fail(&q->ctx, E_RATE, "",
						   "You have %zu event streams open already", own);
}

static char *put(char **at, const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = memcpy(*at, s, size);

	*at += size;
	return copy;
}

/*
 * Everything the stream needs of its person outlives the request: the names of the roles and the
 * token lie behind the list of roles, in one small block. Thousands of streams wait; an arena each
 * would be most of them.
 */
static void describe(struct request *q, struct stream *s)
{
	const struct actor *who = &q->ctx.actor;
	size_t n = 0, bytes = strlen(q->session.cookie) + 1;
	const char **roles;
	char *at;

	for (; who->roles && who->roles[n]; n++)
		bytes += strlen(who->roles[n]) + 1;
	roles = calloc(1, (n + 1) * sizeof(roles[0]) + bytes);
	if (!roles)
		abort();
	at = (char *)(roles + n + 1);
	for (size_t i = 0; i < n; i++)
		roles[i] = put(&at, who->roles[i]);
	s->token = put(&at, q->session.cookie);
	s->connection = q->connection;
	s->who = (struct actor){.id = who->id,
				.org_id = who->org_id,
				.session_id = who->session_id,
				.roles = roles};
}

/* "Last-Event-ID" of a browser that comes back, or ?since=; 0: only what is new. */
static int wanted_since(struct request *q, int64_t *ret)
{
	const char *header = request_header(q, "Last-Event-ID");

	*ret = 0;
	if (header && str_to_int(str_of(header), ret) == 0 && *ret > 0)
		return 0;
	*ret = 0;
	for (size_t i = 0; i < q->n_strings; i++) {
		if (strcmp(q->strings[i].name, "since") != 0)
			return ctx_fail(&q->ctx, E_INVALID, q->strings[i].name,
					"Unknown parameter");
		if (str_to_int(q->strings[i].v.s, ret) < 0 || *ret < 0)
			return ctx_fail(&q->ctx, E_INVALID, "since",
					"The id of an event is expected");
	}
	return 0;
}

static void put_and_forget(struct stream *s, struct sse_msg *m)
{
	stream_put(s, m);
	sse_msg_unref(m);
}

/* From the ring, in the hub's order. With the hub's lock. @return false when @p since fell out of
 * it */
static bool replay_ring(struct hub *h, struct stream *s, int64_t since)
{
	uint64_t n = h->n_ring < RING ? h->n_ring : RING, first = h->n_ring - n, at;

	if (since >= h->mark)
		return true;
	for (at = first; at < h->n_ring && h->ring[at % RING].to.id != since; at++)
		;
	if (at == h->n_ring)
		return false;
	for (at++; at < h->n_ring; at++)
		if (stream_wants(s, &h->ring[at % RING].to))
			stream_put(s, h->ring[at % RING].msg);
	return true;
}

/* From the database, remembering the ids: the hub may still bring some of them. */
static int replay_rows(struct request *q, struct hub *h, struct stream *s, int64_t since)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	VEC(int64_t) ids = {0};
	size_t n = 0;
	int r;

	if ((r = db_read(h->server->env->db, &q->ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "feed.since",
		       ARGS(A_INT("after", since), A_INT("limit", HUB_REPLAY_MAX + 1)), &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0 && n++ < HUB_REPLAY_MAX) {
		struct address to;

		hub_read_address(tx, rows, &to);
		if (s->n + 1 >= STREAM_QUEUE)
			n = HUB_REPLAY_MAX;
		else if (stream_wants(s, &to))
			put_and_forget(s, hub_read_message(rows, to.id));
		VEC_ADD(&ids, to.id);
	}
	s->replayed = ids.at;
	s->n_replayed = ids.n;
	if (r > 0) /* too much was missed */
		put_and_forget(s, sse_msg_new(0, "reset", STR("{}")));
	return r < 0 ? r : 0;
}

static void link_in(struct hub *h, struct stream *s)
{
	s->next = h->streams;
	if (s->next)
		s->next->prev = s;
	h->streams = s;
	h->n_streams++;
	s->number = ++h->n_ever;
}

/* @return 1 joined, 0 the database must be asked first, or negative */
static int try_join(struct request *q, struct hub *h, struct stream *s, int64_t since, bool asked)
{
	int r;

	pthread_mutex_lock(&h->lock);
	r = too_many(q, h);
	if (!r && (!since || asked || replay_ring(h, s, since))) {
		link_in(h, s);
		r = 1;
	}
	pthread_mutex_unlock(&h->lock);
	return r;
}

static int join(struct request *q, struct stream *s)
{
	struct hub *h = q->server->hub;
	int64_t since;
	int r;

	describe(q, s);
	if ((r = wanted_since(q, &since)) < 0)
		return r;
	/* The first message opens the stream in the browser, and gives it an id to come back with.
	 */
	put_and_forget(s, sse_msg_new(since ? 0 : h->mark, "hello", STR("{}")));
	r = try_join(q, h, s, since, false);
	if (r == 0 && (r = replay_rows(q, h, s, since)) == 0)
		r = try_join(q, h, s, since, true);
	return r < 0 ? r : 0;
}

void events_admit(struct request *q)
{
	struct stream *s = NULL;
	int r = dispatch_admit(q);

	if (!r && !q->ctx.actor.id)
		r = ctx_fail(&q->ctx, E_UNAUTHORIZED, "", "Sign in first");
	if (!r) {
		s = stream_new(q->server->hub);
		r = join(q, s);
	}
	if (r < 0 && s)
		stream_free(s);
	q->stream = r < 0 ? NULL : s;
	q->err = r;
	q->stage = STAGE_REPLY;
	request_resume(q);
}

void stream_close(void *stream)
{
	struct stream *s = stream;
	struct hub *h = s->hub;

	pthread_mutex_lock(&h->lock);
	if (s->prev)
		s->prev->next = s->next;
	else
		h->streams = s->next;
	if (s->next)
		s->next->prev = s->prev;
	h->n_streams--;
	pthread_mutex_unlock(&h->lock);
	stream_free(s);
}

mhd_result events_send(struct request *q)
{
	mhd_result ok;
	struct MHD_Response *r = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, 2048, stream_read, q->stream, stream_close);

	if (!r)
		abort();
	q->stream = NULL; /* the response's now */
	reply_header(r, "Content-Type", "text/event-stream; charset=utf-8");
	reply_header(r, "Cache-Control", "no-store");
	reply_header(r, "X-Accel-Buffering", "no");
	ok = reply_queue(q, 200, r);
	request_slim(q);
	return ok;
}
