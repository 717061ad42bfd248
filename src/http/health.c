/* Is it alive, is it ready, how is it doing. */
#include "http/server.h"

#include <malloc.h>
#include <sodium.h>

METRIC(m_streams, METRIC_GAUGE, "lexline_event_streams", "Open event streams");
METRIC(m_in_flight, METRIC_GAUGE, "lexline_http_in_flight", "Requests being carried out");
METRIC(m_resident, METRIC_GAUGE, "lexline_resident_bytes", "Resident memory");

static void finish(struct request *q, int r)
{
	q->err = r;
	q->stage = STAGE_REPLY;
	request_resume(q);
}

/* Ready: both databases answer, and we are not on our way out. */
void health_ready(struct request *q)
{
	struct env *env = q->server->env;
	int r;

	if (atomic_load(&q->server->draining))
		r = ctx_fail(&q->ctx, E_CANCELLED, "", "Shutting down");
	else if ((r = db_ping(env->db, &q->ctx.fault)) == 0 &&
		 (r = db_ping(env->clients, &q->ctx.fault)) == 0)
		buf_adds(&q->call.reply.body, "ready\n");
	finish(q, r);
}

static int64_t resident_bytes(void)
{
	long long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f)
		return 0;
	if (fscanf(f, "%*s %lld", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * 4096;
}

/* From this machine and not through a proxy, or with the token of DIR/metrics.token. */
static bool may_see_metrics(const struct request *q)
{
	const char *auth = request_header(q, "Authorization");
	const char *token = q->server->metrics_token;
	const char *ip = q->conn ? q->conn->ip : "";

	if (token[0] && auth && !strncmp(auth, "Bearer ", 7) && strlen(auth + 7) == strlen(token) &&
	    !sodium_memcmp(auth + 7, token, strlen(token)))
		return true;
	return (!strcmp(ip, "127.0.0.1") || !strcmp(ip, "::1")) &&
	       !request_header(q, "X-Forwarded-For");
}

void health_metrics(struct request *q)
{
	struct http_server *s = q->server;

	if (!may_see_metrics(q)) {
		finish(q,
		       ctx_fail(
			       &q->ctx, E_FORBIDDEN, "",
			       "Metrics are for this machine, or with the token of metrics.token"));
		return;
	}
	metric_set(&m_streams, (int64_t)hub_streams(s->hub));
	metric_set(&m_in_flight, atomic_load(&s->in_flight));
	metric_set(&m_resident, resident_bytes());
	metrics_write(&q->call.reply.body);
	finish(q, 0);
}
