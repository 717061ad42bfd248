/* Answers: JSON, problem documents (RFC 9457), files; security headers; the request's log line. */
#include "http/server.h"

#include "base/id.h"
#include "http/url.h"

METRIC(m_requests, METRIC_COUNTER, "lexline_http_requests_total", "Requests answered");
METRIC(m_client_errors, METRIC_COUNTER, "lexline_http_client_errors_total",
       "Answers with a 4xx status");
METRIC(m_server_errors, METRIC_COUNTER, "lexline_http_server_errors_total",
       "Answers with a 5xx status");
METRIC(m_duration, METRIC_HISTOGRAM, "lexline_http_request_seconds",
       "From the request line to the answer");

void reply_header(struct MHD_Response *r, const char *name, const char *value)
{
	if (MHD_add_response_header(r, name, value) != MHD_YES)
		log_msg(LOG_WARN, "http.header", "the header %s could not be added", name);
}

/* The better liked of zh and en; zh when neither is named (RFC 9110 12.5.4). */
enum lang lang_of(const char *accept_language)
{
	struct str rest = str_of(accept_language), piece;
	double zh = 0, en = 0;

	while (rest.p && str_split(&rest, ',', &piece)) {
		const char *q;
		double weight = 1;

		piece = str_trim(piece);
		q = piece.len ? memmem(piece.p, piece.len, ";q=", 3) : NULL;
		if (q)
			weight = strtod(q + 3, NULL);
		if (str_starts(piece, STR("zh")) && weight > zh)
			zh = weight;
		else if (str_starts(piece, STR("en")) && weight > en)
			en = weight;
	}
	return en > zh ? LANG_EN : LANG_ZH;
}

/*
 * What an operation wrote before it failed for the state of things goes with the problem, e.g.
 * `changed` of a stale version. Other failures may leave half a reply: it is dropped.
 */
static json_t *extension(const struct request *q, int err)
{
	json_t *extra = NULL;

	if ((err != -E_STALE && err != -E_CONFLICT) || !q->call.reply.body.len ||
	    json_parse(buf_str(&q->call.reply.body), &extra, NULL) < 0)
		return NULL;
	return extra;
}

static void write_extension(struct jw *w, json_t *extra)
{
	const char *key;
	json_t *value;

	if (!json_is_object(extra))
		return;
	json_object_foreach(extra, key, value)
	{
		jw_key(w, key);
		jw_json(w, value);
	}
}

void problem_write(const struct request *q, int err, struct buf *out)
{
	const struct error_info *info = error_info(err);
	const struct fault *f = &q->ctx.fault;
	bool described = f->err == (err < 0 ? -err : err);
	CLEANUP(json_decrefp) json_t *extra = extension(q, err);
	struct jw w;

	jw_begin(&w, out);
	jw_obj(&w);
	jw_kcstr(&w, "type", "about:blank");
	jw_kcstr(&w, "title", q->ctx.lang == LANG_EN ? info->title_en : info->title_zh);
	jw_kint(&w, "status", info->http_status);
	jw_kcstr(&w, "code", info->code);
	/* Internal details are for the log; the number lets support find the line. */
	if (info->http_status == 500)
		jw_kid(&w, "request", q->number);
	else if (described && f->detail[0])
		jw_kcstr(&w, "detail", f->detail);
	if (described && f->field[0])
		jw_kcstr(&w, "field", f->field);
	write_extension(&w, extra);
	jw_obj_end(&w);
}

static void common_headers(const struct request *q, struct MHD_Response *r)
{
	reply_header(r, "X-Content-Type-Options", "nosniff");
	reply_header(r, "Referrer-Policy", "same-origin");
	if (q->server->tls)
		reply_header(r, "Strict-Transport-Security", "max-age=31536000; includeSubDomains");
	if (q->close || atomic_load(&q->server->draining))
		reply_header(r, "Connection", "close");
}

/* One line a request. No address, no query, no person: what may stay for long. */
static void log_request(const struct request *q)
{
	static const char *const names[] = {
		"-",	      "http.static",  "http.events",  "http.health",
		"http.ready", "http.metrics", "http.openapi", "-"};
	int64_t us = time_monotonic_us() - q->begun_us;
	char status[8], took[24], number[24];

	metric_add(&m_requests, 1);
	if (q->status >= 500)
		metric_add(&m_server_errors, 1);
	else if (q->status >= 400)
		metric_add(&m_client_errors, 1);
	metric_observe_us(&m_duration, us);
	snprintf(status, sizeof(status), "%u", q->status);
	snprintf(took, sizeof(took), "%lld", (long long)us);
	log_event(q->target == TO_OP ? LOG_INFO : LOG_DEBUG, "http.request", "op",
		  q->op ? q->op->name : names[q->target], "method", q->method, "status", status,
		  "us", took, NULL);
	if (q->status == 500) {
		snprintf(number, sizeof(number), "%lld", (long long)q->number);
		log_event(LOG_ERROR, "http.failed", "request", number, "op",
			  q->op ? q->op->name : "-", "detail", q->ctx.fault.detail, NULL);
	}
}

mhd_result reply_queue(struct request *q, unsigned status, struct MHD_Response *r)
{
	mhd_result ok;

	common_headers(q, r);
	q->status = status;
	q->stage = STAGE_REPLY;
	ok = MHD_queue_response(q->connection, status, r);
	MHD_destroy_response(r);
	log_request(q);
	return ok;
}

/* A response whose bytes live as long as the request. */
static struct MHD_Response *response_of(struct str body)
{
	struct MHD_Response *r;

	r = MHD_create_response_from_buffer(body.len, (void *)(body.p ? body.p : ""),
					    MHD_RESPMEM_PERSISTENT);
	if (!r)
		abort();
	return r;
}

static mhd_result send_problem(struct request *q)
{
	struct MHD_Response *r;
	char seconds[16];
	int err = q->err;

	if (error_info(err)->http_status == 500)
		q->number = id_new();
	buf_clear(&q->body);
	problem_write(q, err, &q->body);
	r = response_of(buf_str(&q->body));
	reply_header(r, "Content-Type", "application/problem+json");
	reply_header(r, "Cache-Control", "no-store");
	reply_header(r, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	if (err == -E_RANGE && q->content_range)
		reply_header(r, "Content-Range", q->content_range);
	if (err == -E_METHOD && q->allow)
		reply_header(r, "Allow", q->allow);
	if (error_info(err)->http_status == 503 || err == -E_RATE || err == -E_LOCKED) {
		snprintf(seconds, sizeof(seconds), "%d", q->retry_after_s ? q->retry_after_s : 1);
		reply_header(r, "Retry-After", seconds);
	}
	return reply_queue(q, (unsigned)error_info(err)->http_status, r);
}

static unsigned default_status(const struct request *q)
{
	if (q->call.reply.status)
		return (unsigned)q->call.reply.status;
	if (q->op && q->op->status)
		return (unsigned)q->op->status;
	return q->call.reply.body.len ? 200 : 204;
}

void reply_own_headers(struct request *q, struct MHD_Response *r)
{
	struct reply *reply = &q->call.reply;

	for (size_t i = 0; i < reply->headers.n; i++)
		reply_header(r, reply->headers.at[i].name, reply->headers.at[i].value);
	if (reply->file_name)
		reply_header(r, "Content-Disposition", disposition(q->ctx.arena, reply->file_name));
}

static mhd_result send_openapi(struct request *q)
{
	struct MHD_Response *r = response_of(buf_str(&q->server->openapi));

	reply_header(r, "Content-Type", "application/json");
	reply_header(r, "Cache-Control", "no-cache");
	return reply_queue(q, 200, r);
}

static mhd_result send_plain(struct request *q, const char *type)
{
	struct MHD_Response *r = response_of(buf_str(&q->call.reply.body));

	reply_header(r, "Content-Type", type);
	reply_header(r, "Cache-Control", "no-store");
	return reply_queue(q, 200, r);
}

static mhd_result send_reply(struct request *q)
{
	struct reply *reply = &q->call.reply;
	struct MHD_Response *r;

	if (reply->blob)
		return file_send(q);
	r = response_of(buf_str(&reply->body));
	if (reply->body.len)
		reply_header(r, "Content-Type",
			     reply->content_type ? reply->content_type : "application/json");
	reply_header(r, "Cache-Control", "no-store");
	reply_header(r, "Content-Security-Policy",
		     "default-src 'none'; frame-ancestors 'none'; sandbox");
	reply_own_headers(q, r);
	return reply_queue(q, default_status(q), r);
}

mhd_result reply_send(struct request *q)
{
	if (q->err < 0)
		return send_problem(q);
	switch (q->target) {
	case TO_HEALTH:
		buf_adds(&q->call.reply.body, "ok\n");
		return send_plain(q, "text/plain; charset=utf-8");
	case TO_READY:
		return send_plain(q, "text/plain; charset=utf-8");
	case TO_METRICS:
		return send_plain(q, "text/plain; version=0.0.4; charset=utf-8");
	case TO_OPENAPI:
		return send_openapi(q);
	case TO_EVENTS:
		return events_send(q);
	default:
		return send_reply(q);
	}
}
