/* An operation on a worker: who asks, may they, bind, through the gate. */
#include "http/server.h"

#include <sodium.h>

#include "http/csrf.h"
#include "people/gate.h"
#include "people/people.h"

METRIC(m_limited, METRIC_COUNTER, "lexline_http_rate_limited_total",
       "Requests refused by a rate limit");

/* Requests an address may make to public operations that state no limit of their own. */
static const struct rate_limit public_limit = {300, 60, false};

static bool is_unsafe(const struct request *q)
{
	return strcmp(q->method, "GET") != 0;
}

/* Fill ctx.actor from the cookie. A cookie that no longer means anything is nobody. */
static int identify(struct request *q)
{
	const char *cookie = q->session.cookie;
	int r;

	if (!cookie)
		return 0;
	r = people_session(&q->ctx, str_of(cookie), &q->session.csrf);
	if (r == -E_UNAUTHORIZED) {
		memset(&q->ctx.fault, 0, sizeof(q->ctx.fault));
		return 0;
	}
	return r;
}

static int check_csrf(struct request *q)
{
	const struct csrf_facts facts = {
		.origin = request_header(q, "Origin"),
		.fetch_site = request_header(q, "Sec-Fetch-Site"),
		.host = request_header(q, "Host"),
		.own_origin = q->server->own_origin,
		.token = request_header(q, "X-CSRF-Token"),
		.expected = q->session.csrf,
		.has_cookie = q->session.cookie != NULL,
		.unsafe = is_unsafe(q),
	};

	return csrf_check(&facts, &q->ctx.fault);
}

static int check_rate(struct request *q)
{
	struct rate_limit limit = public_limit;
	const char *what = q->op ? q->op->name : "events";
	char who[32];
	int wait;

	if (q->op && q->op->rate) {
		if (rate_parse(q->op->rate, &limit) < 0)
			return ctx_fail(&q->ctx, E_CONFIG, "",
					"The rate of operation '%s' can't be read", what);
	} else if (q->ctx.actor.id || !q->op || !q->op->is_public) {
		return 0;
	}
	if (limit.by_actor && q->ctx.actor.id)
		snprintf(who, sizeof(who), "#%lld", (long long)q->ctx.actor.id);
	wait = rate_take(q->server->rates, what,
			 limit.by_actor && q->ctx.actor.id ? who : q->ctx.actor.ip, &limit,
			 time_monotonic_us());
	if (!wait)
		return 0;
	metric_add(&m_limited, 1);
	q->retry_after_s = wait;
	return ctx_fail(&q->ctx, E_RATE, "", "Try again in %d seconds", wait);
}

int dispatch_admit(struct request *q)
{
	int r;

	q->session.cookie = request_cookie(q, "lexline");
	if ((r = identify(q)) < 0 || (r = check_csrf(q)) < 0 || (r = check_rate(q)) < 0)
		return r;
	/* Before the body is looked at: a stranger learns nothing from it and uploads nothing. */
	return q->op ? gate_check(&q->ctx, q->op) : 0;
}

static int parse_body(struct request *q)
{
	const char *type;

	if (!q->body.len)
		return 0;
	type = request_header(q, "Content-Type");
	if (!type || strncasecmp(type, "application/json", 16) != 0)
		return ctx_fail(&q->ctx, E_UNSUPPORTED, "", "The body must be application/json");
	return json_parse(buf_str(&q->body), &q->json, &q->ctx.fault);
}

/* Runs on whichever thread finished the operation. */
static void op_done(struct call *call, int r, void *arg)
{
	struct request *q = arg;

	q->err = r;
	q->stage = STAGE_REPLY;
	request_resume(q);
}

static void refuse(struct request *q, int r)
{
	q->err = r;
	q->stage = STAGE_REPLY;
	request_resume(q);
}

void dispatch_op(struct request *q)
{
	int r;

	q->call.ctx = &q->ctx;
	q->call.op = q->op;
	if ((!q->op->upload && (r = dispatch_admit(q)) < 0) || (r = parse_body(q)) < 0 ||
	    (r = op_bind(&q->call, q->strings, q->n_strings, q->json)) < 0) {
		refuse(q, r);
		return;
	}
	q->call.body = q->json;
	gate_call(&q->call, op_done, q);
}
