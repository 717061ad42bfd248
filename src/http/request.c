/* A request on the epoll threads: read, check, route, collect the body, hand over. */
#include "http/server.h"

#include <netinet/in.h>
#include <sodium.h>

#include "http/url.h"
#include "store/config.h"

#define KEEP_FREE 512		     /* recycled requests */
#define KEEP_BODY ((size_t)64 << 10) /* a larger body buffer is not kept with one */

METRIC(m_refused, METRIC_COUNTER, "lexline_http_queue_full_total",
       "Requests refused because the worker queue was full");

/* ---- life ---------------------------------------------------------------------------------- */

static struct request *request_take(struct http_server *s)
{
	struct request *q;

	pthread_mutex_lock(&s->free_lock);
	q = s->free_list;
	if (q) {
		s->free_list = q->next_free;
		s->n_free--;
	}
	pthread_mutex_unlock(&s->free_lock);
	if (q)
		return q;
	q = calloc(1, sizeof(*q));
	if (!q)
		abort();
	q->ctx.arena = arena_new();
	return q;
}

static void request_destroy(struct request *q)
{
	if (q->ctx.arena)
		arena_free(q->ctx.arena);
	buf_free(&q->body);
	free(q);
}

void request_slim(struct request *q)
{
	buf_free(&q->body);
	q->method = "GET"; /* it lay in the arena */
	q->path = STR_NULL;
	q->n_strings = 0;
	arena_free(q->ctx.arena);
	q->ctx.arena = NULL;
}

/* Forget all but the memory worth keeping: the arena and the body's buffer. */
static void request_give(struct http_server *s, struct request *q)
{
	struct arena *arena = q->ctx.arena;
	struct buf body = q->body;

	if (!arena) {
		request_destroy(q);
		return;
	}
	if (body.cap > KEEP_BODY)
		buf_free(&body);
	else if (body.p)
		sodium_memzero(body.p, body.len); /* it may have held a password */
	body.len = 0;
	arena_reset(arena);
	memset(q, 0, offsetof(struct request, strings));
	memset(&q->n_strings, 0, sizeof(*q) - offsetof(struct request, n_strings));
	q->ctx.arena = arena;
	q->body = body;
	pthread_mutex_lock(&s->free_lock);
	if (s->n_free < KEEP_FREE) {
		q->next_free = s->free_list;
		s->free_list = q;
		s->n_free++;
		q = NULL;
	}
	pthread_mutex_unlock(&s->free_lock);
	if (q)
		request_destroy(q);
}

void request_free_all(struct http_server *s)
{
	while (s->free_list) {
		struct request *q = s->free_list;

		s->free_list = q->next_free;
		request_destroy(q);
	}
}

/* The request line was read; @p uri is what the client wrote, with its escapes. */
void *request_begin(void *server, const char *uri, struct MHD_Connection *c)
{
	struct http_server *s = server;
	struct request *q = request_take(s);
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	q->server = s;
	q->connection = c;
	q->conn = info ? info->socket_context : NULL;
	q->begun_us = time_monotonic_us();
	q->ctx.env = s->env;
	q->ctx.now_ms = time_now_ms();
	q->bad_url = url_split(q->ctx.arena, uri, &q->path, q->strings + MAX_PATH_ARGS,
			       MAX_STRINGS - MAX_PATH_ARGS, &q->n_strings) < 0;
	return q;
}

void request_completed(void *server, struct MHD_Connection *c, void **state,
		       enum MHD_RequestTerminationCode code)
{
	struct http_server *s = server;
	struct request *q = *state;

	if (!q)
		return;
	if (q->counted)
		atomic_fetch_sub(&s->body_bytes, (long long)q->body_got);
	if (q->conn)
		atomic_store(&q->conn->deadline_ms, time_monotonic_us() / 1000 + s->patience_ms);
	upload_abandon(q);
	if (q->stream)
		stream_close(q->stream);
	json_decref(q->json);
	call_release(&q->call);
	*state = NULL;
	request_give(s, q);
}

/* ---- suspend and resume -------------------------------------------------------------------- */

/* Counting before looking at `closed`: the drain sets it, then waits for the count. */
bool request_push(struct request *q, void (*job)(struct request *))
{
	struct http_server *s = q->server;

	atomic_fetch_add(&s->in_flight, 1);
	if (atomic_load(&s->closed)) {
		atomic_fetch_sub(&s->in_flight, 1);
		return false;
	}
	q->job = job;
	MHD_suspend_connection(q->connection); /* before queueing: a worker may be done at once */
	if (pool_push(s->workers, q))
		return true;
	metric_add(&m_refused, 1);
	request_resume(q);
	return false;
}

mhd_result request_defer(struct request *q, void (*job)(struct request *))
{
	q->stage = STAGE_WORK;
	if (request_push(q, job))
		return MHD_YES;
	q->err =
		atomic_load(&q->server->closed)
			? ctx_fail(&q->ctx, E_CANCELLED, "", "Try again in a moment")
			: ctx_fail(&q->ctx, E_BUSY, "",
				   "More requests than can be answered now; try again in a second");
	q->stage = STAGE_REPLY;
	return atomic_load(&q->server->closed) ? reply_send(q) : MHD_YES;
}

void request_resume(struct request *q)
{
	struct http_server *s = q->server;

	MHD_resume_connection(q->connection);
	atomic_fetch_sub(&s->in_flight, 1);
}

/* ---- the header ---------------------------------------------------------------------------- */

struct header_findings {
	int hosts, lengths, encodings;
	bool bad_name, bad_value;
	int64_t length;
	const char *encoding;
};

static mhd_result look_at_header(void *arg, enum MHD_ValueKind kind, const char *name,
				 const char *value)
{
	struct header_findings *h = arg;

	if (!header_name_ok(name) || (value && !utf8_valid(str_of(value))))
		h->bad_name = true;
	if (!strcasecmp(name, "Host")) {
		h->hosts++;
	} else if (!strcasecmp(name, "Content-Length")) {
		h->lengths++;
		h->length = content_length(value ? value : "");
		h->bad_value |= h->length < 0;
	} else if (!strcasecmp(name, "Transfer-Encoding")) {
		h->encodings++;
		h->encoding = value ? value : "";
	}
	return MHD_YES;
}

/* What libmicrohttpd lets pass and two programs could read in two ways (RFC 9112 3.2, 6.3, 11.2).
 */
static int check_header(struct request *q, const char *version)
{
	struct header_findings h = {0};
	struct fault *f = &q->ctx.fault;

	MHD_get_connection_values(q->connection, MHD_HEADER_KIND, look_at_header, &h);
	if (q->bad_url)
		return fail(
			f, E_MALFORMED, "",
			"The address holds a broken escape, a control character, bad UTF-8 or a "
			"repeated parameter");
	if (h.bad_name || h.bad_value)
		return fail(f, E_MALFORMED, "", "A header field is not well formed");
	if (h.hosts > 1 || (!h.hosts && !strcmp(version, MHD_HTTP_VERSION_1_1)))
		return fail(f, E_MALFORMED, "", "There must be exactly one Host header");
	if (h.lengths > 1 || h.encodings > 1 || (h.lengths && h.encodings))
		return fail(f, E_MALFORMED, "", "The length of the body is stated twice");
	if (h.encodings && strcasecmp(h.encoding, "chunked") != 0)
		return fail(f, E_MALFORMED, "",
			    "Only the transfer encoding 'chunked' is understood");
	q->body_len = h.encodings ? -1 : h.length;
	return 0;
}

const char *request_header(const struct request *q, const char *name)
{
	return MHD_lookup_connection_value(q->connection, MHD_HEADER_KIND, name);
}

const char *request_cookie(struct request *q, const char *name)
{
	struct str rest = str_of(request_header(q, "Cookie")), piece;
	size_t len = strlen(name);

	while (rest.p && str_split(&rest, ';', &piece)) {
		piece = str_trim(piece);
		if (piece.len > len && piece.p[len] == '=' && !memcmp(piece.p, name, len))
			return arena_strndup(q->ctx.arena, piece.p + len + 1, piece.len - len - 1);
	}
	return NULL;
}

/* The address to count and log by: a proxy on this machine is believed about the last hop. */
static const char *client_ip(const struct request *q)
{
	const char *peer = q->conn ? q->conn->ip : "";
	const char *forwarded = request_header(q, "X-Forwarded-For"), *last;

	if (!forwarded || (strcmp(peer, "127.0.0.1") != 0 && strcmp(peer, "::1") != 0))
		return peer;
	last = strrchr(forwarded, ',');
	last = last ? last + 1 : forwarded;
	while (*last == ' ')
		last++;
	return strlen(last) < 64 ? arena_strdup(q->ctx.arena, last) : peer;
}

/* ---- where to ------------------------------------------------------------------------------ */

static enum target special_target(struct str path)
{
	static const struct {
		const char *path;
		enum target target;
	} table[] = {{"/api/events", TO_EVENTS},
		     {"/healthz", TO_HEALTH},
		     {"/readyz", TO_READY},
		     {"/metrics", TO_METRICS},
		     {"/api/openapi.json", TO_OPENAPI}};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (str_is(path, table[i].path))
			return table[i].target;
	if (str_starts(path, STR("/api/")) || str_is(path, "/api"))
		return TO_OP;
	return TO_STATIC;
}

/* Path parameters and the query share one array: move both to its front. */
static void join_strings(struct request *q, const struct arg *path_args, size_t n)
{
	memmove(q->strings + n, q->strings + MAX_PATH_ARGS, q->n_strings * sizeof(struct arg));
	if (n)
		memcpy(q->strings, path_args, n * sizeof(struct arg));
	q->n_strings += n;
}

static int route(struct request *q)
{
	struct arg path_args[MAX_PATH_ARGS];
	size_t n = 0;
	int r;

	q->target = special_target(q->path);
	if (q->target != TO_OP) {
		join_strings(q, NULL, 0);
		if (strcmp(q->method, "GET") == 0)
			return 0;
		q->allow = "GET, HEAD";
		return ctx_fail(&q->ctx, E_METHOD, "", "Only GET is possible here");
	}
	r = catalogue_route(q->server->env->ops, q->method, q->path, &q->op, path_args, &n,
			    q->ctx.arena, &q->allow);
	if (r < 0)
		return fail_if_silent(&q->ctx.fault, r, "There is nothing at this address");
	join_strings(q, path_args, n);
	return 0;
}

/* ---- the body ------------------------------------------------------------------------------ */

static bool has_body(const struct request *q)
{
	return q->body_len != 0;
}

static int check_length(struct request *q)
{
	bool upload = q->op && q->op->upload;
	int64_t max = upload ? q->server->upload_max : (int64_t)JSON_BODY_MAX;

	if (q->body_len > max)
		return ctx_fail(&q->ctx, E_TOO_LARGE, "", "The body may have %lld bytes at most",
				(long long)max);
	if (has_body(q) && !upload && atomic_load(&q->server->body_bytes) > BODIES_MAX)
		return ctx_fail(&q->ctx, E_BUSY, "",
				"Too many large requests at once; try again in a second");
	return 0;
}

static void set_deadline(struct request *q)
{
	int64_t now_ms = q->begun_us / 1000;

	if (!q->conn)
		return;
	if (!has_body(q))
		atomic_store(&q->conn->deadline_ms, 0);
	else if (q->body_len > 0)
		atomic_store(&q->conn->deadline_ms, now_ms + q->server->patience_ms +
							    q->body_len * 1000 / BODY_BYTES_PER_S);
	else /* chunked: moved on as bytes arrive */
		atomic_store(&q->conn->deadline_ms, now_ms + q->server->patience_ms);
}

/* First call of the handler: everything that can be judged from the header. */
static mhd_result judge(struct request *q, const char *method, const char *version)
{
	int r;

	q->is_head = !strcmp(method, "HEAD");
	q->method = q->is_head ? "GET" : arena_strdup(q->ctx.arena, method);
	q->ctx.lang = lang_of(request_header(q, "Accept-Language"));
	q->ctx.actor.ip = client_ip(q);
	r = check_header(q, version);
	if (r == -E_MALFORMED)
		q->close = true;
	if (r < 0 || (r = route(q)) < 0 || (r = check_length(q)) < 0) {
		q->err = r;
		q->close |= has_body(q);
		q->stage = STAGE_REPLY;
		/* Before the body only when there is one: it ends the connection. */
		return q->close ? reply_send(q) : MHD_YES;
	}
	set_deadline(q);
	if (q->op && q->op->upload)
		return request_defer(q, upload_admit);
	q->stage = STAGE_BODY;
	return MHD_YES;
}

static void discard(struct request *q)
{
	q->stage = STAGE_DISCARD;
	q->close = true;
}

/* Part of a JSON body. */
static void collect(struct request *q, const char *data, size_t len)
{
	if (q->body.len + len > JSON_BODY_MAX) {
		q->err = ctx_fail(&q->ctx, E_TOO_LARGE, "", "The body may have %zu bytes at most",
				  JSON_BODY_MAX);
		discard(q);
		return;
	}
	buf_add(&q->body, data, len);
	q->body_got += (int64_t)len;
	q->counted = true;
	atomic_fetch_add(&q->server->body_bytes, (long long)len);
}

static mhd_result take_body(struct request *q, const char *data, size_t *len)
{
	size_t n = *len;
	bool full = false;

	*len = 0;
	if (q->body_len < 0 && q->conn)
		atomic_store(&q->conn->deadline_ms,
			     q->begun_us / 1000 + q->server->patience_ms +
				     (q->body_got + (int64_t)n) * 1000 / BODY_BYTES_PER_S);
	if (q->stage == STAGE_REPLY) /* refused by a worker while the body was on its way */
		discard(q);
	if (q->stage == STAGE_DISCARD) {
		q->discarded += (int64_t)n;
		return q->discarded > DISCARD_MAX ? MHD_NO : MHD_YES;
	}
	if (q->op && q->op->upload) {
		q->body_got += (int64_t)n;
		q->stage = STAGE_BODY;
		q->err = upload_take(q, data, n, &full);
		if (q->err < 0)
			discard(q);
		return full ? request_defer(q, upload_write) : MHD_YES;
	}
	collect(q, data, n);
	return MHD_YES;
}

/* ---- the handler --------------------------------------------------------------------------- */

/* The whole request is there. */
static mhd_result carry_out(struct request *q)
{
	if (q->conn)
		atomic_store(&q->conn->deadline_ms, 0);
	switch (q->target) {
	case TO_OP:
		return request_defer(q, q->op->upload ? upload_finish : dispatch_op);
	case TO_READY:
		return request_defer(q, health_ready);
	case TO_METRICS:
		return request_defer(q, health_metrics);
	case TO_EVENTS:
		return request_defer(q, events_admit);
	case TO_STATIC:
		return static_send(q);
	default:
		q->stage = STAGE_REPLY;
		return reply_send(q);
	}
}

/* As libmicrohttpd's own thread sees it: a worker may have resumed it already, that counts later.
 */
static bool is_suspended(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_SUSPENDED);

	return info && info->suspended == MHD_YES;
}

/*
 * libmicrohttpd calls this at the end of the header, for each piece of the body, at its end, and
 * again after each resume.
 */
mhd_result request_handle(void *server, struct MHD_Connection *c, const char *url,
			  const char *method, const char *version, const char *data, size_t *len,
			  void **state)
{
	struct request *q = *state;

	if (!q)
		return MHD_NO;
	if (is_suspended(c)) /* between two chunks of a body: leave the second for later */
		return MHD_YES;
	switch (q->stage) {
	case STAGE_NEW:
		return judge(q, method, version);
	case STAGE_ADMIT: /* an upload may begin; libmicrohttpd repeats the first call */
		q->stage = STAGE_BODY;
		return *len ? take_body(q, data, len) : MHD_YES;
	case STAGE_BODY:
		return *len ? take_body(q, data, len) : carry_out(q);
	case STAGE_DISCARD:
		return *len ? take_body(q, data, len) : reply_send(q);
	case STAGE_REPLY:
		return *len ? take_body(q, data, len) : reply_send(q);
	case STAGE_WORK:
		break;
	}
	return MHD_NO;
}
