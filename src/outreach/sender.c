/*
 * The thread that sends. A message is claimed for CLAIM_MS, sent, and settled; a node that dies in
 * between lets it come back, so a message may arrive twice but never not at all.
 */
#include "base/id.h"
#include "base/log.h"
#include "base/metrics.h"
#include "outreach/feed.h"
#include "outreach/lease.h"
#include "outreach/room.h"
#include "store/config.h"
#include "store/vault.h"

#define BATCH 20
#define CLAIM_MS ((int64_t)15 * 60000) /* longer than BATCH messages with their time limits */
#define BACK_OFF_MS 30000 /* after the first failure, doubled with each further one … */
#define BACK_OFF_MAX_MS ((int64_t)6 * 3600000)
#define ATTEMPTS_MAX 12
#define IDLE_MS 30000 /* another node's messages are seen at the latest after this */
#define DAY_MS ((int64_t)86400000)
#define SUPERVISORS_MAX 50

METRIC(m_sent, METRIC_COUNTER, "lexline_outbox_sent_total", "Messages handed over");
METRIC(m_retried, METRIC_COUNTER, "lexline_outbox_retries_total",
       "Attempts that failed and will be repeated");
METRIC(m_failed, METRIC_COUNTER, "lexline_outbox_failed_total", "Messages given up");

struct item {
	int64_t id, at, org_id, person_id, client_id, case_id, attempts;
	const char *channel, *template_name;
	struct str address, params;
	/* outcome */
	int r;
	struct fault fault;
};

struct batch {
	struct item items[BATCH];
	size_t n;
};

/* ---- claiming ----------------------------------------------------------------------------- */

static struct str dup_str(struct arena *a, struct str s)
{
	return s.p ? (struct str){arena_strndup(a, s.p, s.len), s.len} : STR_NULL;
}

static int claim(struct tx *tx, void *arg)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	struct batch *b = arg;
	int r;

	b->n = 0;
	r = tx_op(tx, "outbox.claim",
		  ARGS(A_INT("at", ctx->now_ms), A_INT("until", ctx->now_ms + CLAIM_MS),
		       A_INT("limit", BATCH)),
		  &rows);
	if (r < 0)
		return r;
	while ((r = rows_next(rows)) > 0)
		b->items[b->n++] = (struct item){
			.id = rows_int(rows, 0),
			.at = rows_int(rows, 1),
			.org_id = rows_int(rows, 2),
			.channel = rows_dup(rows, 3),
			.person_id = rows_int(rows, 4),
			.client_id = rows_int(rows, 5),
			.address = dup_str(ctx->arena, rows_blob(rows, 6)),
			.template_name = rows_dup(rows, 7),
			.params = dup_str(ctx->arena, rows_text(rows, 8)),
			.case_id = rows_int(rows, 9),
			.attempts = rows_int(rows, 10),
		};
	return r;
}

/* ---- addresses: unsealed only now --------------------------------------------------------- */

static int unseal_row(struct ctx *ctx, struct db *db, const char *op, struct arg *args, size_t n,
		      const char *db_name, const char *bound, const char **ret)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct str plain;
	int r;

	if ((r = db_read(db, ctx, &tx)) < 0 || (r = tx_op(tx, op, args, n, &rows)) < 0 ||
	    (r = rows_next(rows)) < 0)
		return r;
	if (r == 0 || rows_null(rows, 1))
		return 0;
	r = vault_unseal(ctx->env->vault, db_name, rows_int(rows, 0), SEAL_FIELD, bound,
			 rows_blob(rows, 1), ctx->arena, &plain, &ctx->fault);
	if (r == 0)
		*ret = arena_strndup(ctx->arena, plain.p, plain.len);
	return r;
}

/* NULL when nobody has one. */
static int find_address(struct ctx *ctx, const struct item *m, const char **ret)
{
	bool mail = strcmp(m->channel, "mail") == 0;
	const char *field = mail ? "email" : "phone";
	struct str plain;
	int r;

	*ret = NULL;
	if (strcmp(m->channel, "webhook") == 0)
		return 0;
	if (m->address.p) {
		r = vault_unseal(ctx->env->vault, "cases", m->org_id, SEAL_FIELD, "outbox.address",
				 m->address, ctx->arena, &plain, &ctx->fault);
		if (r == 0)
			*ret = arena_strndup(ctx->arena, plain.p, plain.len);
		return r;
	}
	if (m->client_id) {
		struct arg args[] = {A_INT("client_id", m->client_id), A_TEXT("field", field)};

		return unseal_row(
			ctx, ctx->env->clients, "client.address_of", args, 2, "clients",
			arena_printf(ctx->arena, "client.%s/%lld", field, (long long)m->client_id),
			ret);
	}
	if (m->person_id) {
		struct arg args[] = {A_INT("id", m->person_id)};

		return unseal_row(ctx, ctx->env->db, mail ? "account.email_of" : "account.phone_of",
				  args, 1, "cases", mail ? "person.email" : "person.phone", ret);
	}
	return 0;
}

/* ---- sending ------------------------------------------------------------------------------ */

static int deliver(struct outbox *o, struct ctx *ctx, const struct item *m, struct fault *f)
{
	CLEANUP(json_decrefp) json_t *params = NULL;
	struct outgoing out = {.id = m->id,
			       .at_ms = m->at,
			       .case_id = m->case_id,
			       .template_name = m->template_name,
			       .params = m->params.p ? m->params : STR("{}")};
	int r;

	if (json_parse(out.params, &params, NULL) < 0)
		out.params = STR("{}");
	if ((r = find_address(ctx, m, &out.address)) < 0) {
		*f = ctx->fault;
		return r;
	}
	out.text = phrase_render(o->phrases, ctx->arena, str_of(m->template_name), LANG_ZH, params);
	if (strcmp(m->channel, "mail") == 0)
		return mail_send(o, &out, f);
	if (strcmp(m->channel, "sms") == 0)
		return sms_send(o, &out, f);
	return webhook_send(o, &out, f);
}

/* ---- settling ----------------------------------------------------------------------------- */

static bool is_final(int r)
{
	return r == -E_INVALID || r == -E_FORBIDDEN || r == -E_NOT_SUPPORTED || r == -E_CORRUPT;
}

static int64_t back_off(int64_t attempts)
{
	int64_t ms = (int64_t)BACK_OFF_MS << (attempts > 20 ? 20 : attempts - 1);

	return ms > BACK_OFF_MAX_MS ? BACK_OFF_MAX_MS : ms;
}

static int tell_supervisors(struct tx *tx, const struct item *m)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	VEC(int64_t) people = {0};
	char *params = arena_printf(ctx->arena, "{\"channel\":\"%s\",\"template\":\"%s\"}",
				    m->channel, m->template_name);
	int r;

	r = tx_op(tx, "outbox.supervisors",
		  ARGS(A_INT("org_id", m->org_id), A_INT("limit", SUPERVISORS_MAX)), &rows);
	while (r >= 0 && (r = rows_next(rows)) > 0)
		VEC_ADD(&people, rows_int(rows, 0));
	for (size_t i = 0; r == 0 && i < people.n; i++)
		r = outbox_add(tx, &(struct message){.channel = "inbox",
						     .org_id = m->org_id,
						     .person_id = people.at[i],
						     .template_name = "message_failed",
						     .params = str_of(params),
						     .case_id = m->case_id});
	VEC_FREE(&people);
	return r;
}

static int settle(struct tx *tx, void *arg)
{
	const struct item *m = arg;
	int64_t now = tx_ctx(tx)->now_ms;
	bool failed = m->r < 0 && (is_final(m->r) || m->attempts >= ATTEMPTS_MAX);
	const char *status = m->r == 0 ? "sent" : failed ? "failed" : "queued";
	int r;

	r = tx_op(tx, "outbox.settle",
		  ARGS(A_INT("id", m->id), A_TEXT("status", status),
		       A_INT("next_at", now + back_off(m->attempts)),
		       A_ID("sent_at", m->r == 0 ? now : 0),
		       A_TEXT("error", m->r < 0 ? m->fault.detail : NULL)),
		  NULL);
	/* A channel that isn't there is known to whoever didn't configure it. */
	return r == 0 && failed && m->r != -E_NOT_SUPPORTED ? tell_supervisors(tx, m) : r;
}

static void count(const struct item *m)
{
	if (m->r == 0)
		metric_add(&m_sent, 1);
	else if (is_final(m->r) || m->attempts >= ATTEMPTS_MAX)
		metric_add(&m_failed, 1);
	else
		metric_add(&m_retried, 1);
}

static void settle_item(struct outbox *o, struct item *m)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(o->env);

	count(m);
	if (db_write_wait(o->env->db, ctx, settle, m) < 0)
		log_fault(LOG_WARN, "outbox.settle", &ctx->fault); /* it will be sent once more */
	else if (ctx->touched & TOUCHED_FEED)
		feed_committed(o->env->feed);
}

/* ---- the thread --------------------------------------------------------------------------- */

static int apply_prune(struct tx *tx, void *arg)
{
	(void)arg;
	return tx_op(tx, "feed.prune", ARGS(A_INT("before", id_at_ms(tx_ctx(tx)->now_ms - DAY_MS))),
		     NULL);
}

static void prune_hourly(struct outbox *o)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(o->env);

	if (ctx->now_ms - o->pruned_at < 3600000)
		return;
	o->pruned_at = ctx->now_ms;
	if (db_write_wait(o->env->db, ctx, apply_prune, NULL) < 0)
		log_fault(LOG_WARN, "feed.prune", &ctx->fault);
}

static int64_t next_due(struct outbox *o)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(o->env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int64_t at, wait = IDLE_MS;

	if (db_read(o->env->db, ctx, &tx) == 0 && tx_int(tx, "outbox.next_due", NO_ARGS, &at) == 0)
		wait = at - ctx->now_ms;
	return wait < 0 ? 0 : wait > IDLE_MS ? IDLE_MS : wait;
}

/* @return how many were taken */
static size_t send_some(struct outbox *o)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(o->env);
	struct batch *b = ARENA_NEW(ctx->arena, struct batch);

	if (db_write_wait(o->env->db, ctx, claim, b) < 0) {
		log_fault(LOG_WARN, "outbox.claim", &ctx->fault);
		return 0;
	}
	for (size_t i = 0; i < b->n && !atomic_load(&o->stopping); i++) {
		struct item *m = &b->items[i];

		m->r = deliver(o, ctx, m, &m->fault);
		settle_item(o, m);
	}
	return b->n;
}

static bool something_due(struct outbox *o)
{
	return next_due(o) == 0;
}

static int64_t turn(void *arg)
{
	struct outbox *o = arg;

	prune_hourly(o);
	while (!atomic_load(&o->stopping) && something_due(o))
		if (!send_some(o))
			return time_monotonic_us() + (int64_t)IDLE_MS * 1000;
	return time_monotonic_us() + next_due(o) * 1000;
}

int outbox_start(struct env *env, struct outbox **ret, struct fault *f)
{
	struct outbox *o = calloc(1, sizeof(*o));
	int r;

	if (!o)
		return fail(f, E_NO_MEMORY, NULL, "no memory for the outbox");
	o->env = env;
	o->arena = arena_new();
	o->pruned_at = time_now_ms();
	pthread_mutex_init(&o->lock, NULL);
	if ((r = channels_configure(o, env->config ? env->config->outreach : NULL, f)) < 0 ||
	    (r = phrases_load(env->data_dir, &o->phrases, f)) < 0) {
		outbox_free(o);
		return r;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	o->curl = curl_easy_init();
	o->ticker = o->curl ? ticker_new("outbox", turn, o) : NULL;
	if (!o->ticker) {
		outbox_free(o);
		return fail(f, E_NO_MEMORY, NULL, "the outbox could not be started");
	}
	*ret = o;
	return 0;
}

void outbox_nudge(struct outbox *o)
{
	if (!o)
		return;
	pthread_mutex_lock(&o->lock);
	if (o->ticker)
		ticker_nudge(o->ticker);
	pthread_mutex_unlock(&o->lock);
}

void outbox_stop(struct outbox *o)
{
	struct ticker *ticker;

	if (!o)
		return;
	atomic_store(&o->stopping, true);
	pthread_mutex_lock(&o->lock);
	ticker = o->ticker;
	o->ticker = NULL;
	pthread_mutex_unlock(&o->lock);
	if (ticker)
		ticker_stop(ticker);
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	outbox_stop(o);
	if (o->curl)
		curl_easy_cleanup(o->curl);
	phrases_free(o->phrases);
	pthread_mutex_destroy(&o->lock);
	arena_free(o->arena);
	free(o);
}
