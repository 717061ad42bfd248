/* The one gate: permission, transaction, audit entry, and whom to wake afterwards. */
#include "people/gate.h"

#include <pthread.h>

#include "outreach/feed.h"
#include "outreach/outbox.h"
#include "people/roles.h"
#include "store/blobs.h"
#include "trust/audit.h"

/* ---- permission --------------------------------------------------------------------------- */

static bool holds_default(const struct actor *actor, const struct op *op)
{
	for (const char **r = op->roles; r && *r; r++)
		if (actor_has_role(actor, *r))
			return true;
	return false;
}

static bool allowed(struct ctx *ctx, const struct op *op)
{
	if (op->any_role)
		return true;
	if (ctx->env->people)
		return roles_allow(ctx->env->people, &ctx->actor, op);
	return holds_default(&ctx->actor, op);
}

static int forbid(struct ctx *ctx, const struct op *op)
{
	struct buf names = {0};
	int r;

	for (const char **n = op->roles; n && *n; n++)
		buf_printf(&names, "%s%s", names.len ? ", " : "", *n);
	r = ctx_fail(ctx, E_FORBIDDEN, NULL, "'%s' is for: %s", op->name,
		     names.len ? names.p : "nobody");
	buf_free(&names);
	return r;
}

int gate_check(struct ctx *ctx, const struct op *op)
{
	if (ctx->actor.id == ACTOR_SYSTEM || (op->is_public && op->via == VIA_ROUTE))
		return 0;
	if (op->via != VIA_ROUTE)
		return ctx_fail(ctx, E_FORBIDDEN, NULL, "'%s' is the engine's own", op->name);
	if (ctx->actor.id == 0)
		return ctx_fail(ctx, E_UNAUTHORIZED, NULL, "'%s' needs a session", op->name);
	return allowed(ctx, op) ? 0 : forbid(ctx, op);
}

/* ---- what the audit entry says ------------------------------------------------------------ */

/* Longest purpose that is kept, bytes; the operations' own limits are shorter. */
#define PURPOSE_MAX 600

/* Values that can't hold personal data stand with their name, others leave only the name. */
static void detail_arg(struct jw *w, const struct op_field *in, struct value v)
{
	bool is_word = in->type == T_ENUM || strcmp(in->name, "purpose") == 0 ||
		       strcmp(in->name, "field") == 0;

	jw_key(w, in->name);
	if (in->type == T_BOOL && v.type == V_INT)
		jw_bool(w, v.i != 0);
	else if (in->type == T_ID && v.type == V_INT)
		jw_id(w, v.i);
	else if (v.type == V_INT)
		jw_int(w, v.i);
	else if (is_word && v.type == V_TEXT && v.s.len <= PURPOSE_MAX)
		jw_str(w, v.s);
	else
		jw_bool(w, true);
}

/* {"name":true,"kind":"person"}: which arguments were given. */
static struct str default_detail(struct call *call)
{
	struct buf out = {0};
	struct str kept;
	struct jw w;

	jw_begin(&w, &out);
	jw_obj(&w);
	for (size_t i = 0; i < call->op->n_in; i++)
		if (call->args[i].type != V_NULL && strcmp(call->op->in[i].name, "id") != 0)
			detail_arg(&w, &call->op->in[i], call->args[i]);
	jw_obj_end(&w);
	kept = (struct str){arena_strndup(call->ctx->arena, out.p, out.len), out.len};
	buf_free(&out);
	return kept;
}

/* The engine's own replies to a creation begin with {"id":"…". */
static int64_t id_of_reply(const struct call *call)
{
	const struct str head = STR("{\"id\":\""), body = buf_str(&call->reply.body);
	struct str rest, digits;
	int64_t id;

	if (!str_starts(body, head))
		return 0;
	rest = (struct str){body.p + head.len, body.len - head.len};
	if (!str_split(&rest, '"', &digits) || str_to_int(digits, &id) < 0)
		return 0;
	return id;
}

static const char *subject_of(struct call *call)
{
	const char *name = call->op->name, *dot = strchr(name, '.');

	return dot ? arena_strndup(call->ctx->arena, name, (size_t)(dot - name)) : name;
}

static int add_entry(struct call *call, struct tx *tx)
{
	const struct call_audit *said = &call->audit;
	struct audit_entry e = {
		.action = said->action ? said->action : call->op->name,
		.subject = said->subject ? said->subject : subject_of(call),
		.subject_id = said->subject_id,
		.detail = said->detail.p ? said->detail : default_detail(call),
		.reveal = call->op->audit && strcmp(call->op->audit, "reveal") == 0,
	};

	if (!e.subject_id)
		e.subject_id = call_int(call, "id", 0);
	if (!e.subject_id)
		e.subject_id = id_of_reply(call);
	return audit_add(tx, &e);
}

/* ---- carrying out ------------------------------------------------------------------------- */

struct run {
	struct call *call;
	gate_done done;
	void *arg;
	bool writes;
};

static struct db *db_of(const struct call *call)
{
	struct env *env = call->ctx->env;

	return strcmp(call->op->store, "clients") == 0 ? env->clients : env->db;
}

static void release_headers(struct reply *reply)
{
	for (size_t i = 0; i < reply->headers.n; i++) {
		free((char *)reply->headers.at[i].name);
		free((char *)reply->headers.at[i].value);
	}
	VEC_FREE(&reply->headers);
}

/* An apply that is run again finds everything as at its first run. */
static void start_afresh(struct call *call)
{
	release_headers(&call->reply);
	buf_clear(&call->reply.body);
	jw_begin(&call->reply.json, &call->reply.body);
	call->ctx->touched = 0;
}

static int carry_out(struct call *call, struct tx *tx)
{
	if (call->op->native)
		return call->op->native->apply(call, tx);
	return op_stream(call, tx);
}

static int apply_write(struct tx *tx, void *arg)
{
	struct call *call = ((struct run *)arg)->call;
	struct call_upload *up = call->upload;
	int r;

	if (tx_attempt(tx) > 0)
		start_afresh(call);
	if (up && (r = blob_record(tx, call->ctx->actor.org_id, up->blob, up->media_type,
				   &up->blob_id)) < 0)
		return r;
	if ((r = carry_out(call, tx)) < 0)
		return r;
	return add_entry(call, tx);
}

static int finish(struct call *call)
{
	const struct native *native = call->op->native;

	return native && native->finish ? native->finish(call) : 0;
}

static void after_write(void *arg, int r)
{
	struct run *run = arg;
	struct call *call = run->call;
	struct env *env = call->ctx->env;

	if (r == 0) {
		if (call->ctx->touched & TOUCHED_FEED)
			feed_committed(env->feed);
		if (call->ctx->touched & TOUCHED_OUTBOX)
			outbox_nudge(env->outbox);
		audit_nudge(env->audit);
		r = finish(call);
	}
	run->done(call, op_watch(call, r), run->arg);
}

static int run_read(struct call *call)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r;

	if ((r = db_read(db_of(call), call->ctx, &tx)) < 0)
		return r;
	return carry_out(call, tx);
}

/* A read that is logged goes through the writer: its entry is durable before the value leaves. */
static bool needs_write(const struct op *op)
{
	return op->audit || !op->read_only;
}

/* @return 1 when the rest follows in after_write() */
static int start(struct run *run)
{
	struct call *call = run->call;
	const struct native *native = call->op->native;
	int r;

	if ((r = gate_check(call->ctx, call->op)) < 0)
		return r;
	if (native && native->prepare && (r = native->prepare(call)) < 0)
		return r;
	if (native && !native->apply)
		return finish(call);
	if (needs_write(call->op)) {
		r = db_write(db_of(call), call->ctx, apply_write, after_write, run);
		return r < 0 ? r : 1;
	}
	r = run_read(call);
	return r < 0 ? r : finish(call);
}

void gate_call(struct call *call, gate_done done, void *arg)
{
	struct run *run = ARENA_NEW(call->ctx->arena, struct run);
	int r;

	*run = (struct run){.call = call, .done = done, .arg = arg};
	start_afresh(call);
	r = start(run);
	if (r <= 0)
		done(call, op_watch(call, r), arg);
}

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool over;
	int r;
};

static void wake(struct call *call, int r, void *arg)
{
	struct waiter *w = arg;

	(void)call;
	pthread_mutex_lock(&w->lock);
	w->over = true;
	w->r = r;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
}

int gate_call_wait(struct call *call)
{
	struct waiter w = {.lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};

	gate_call(call, wake, &w);
	pthread_mutex_lock(&w.lock);
	while (!w.over)
		pthread_cond_wait(&w.cond, &w.lock);
	pthread_mutex_unlock(&w.lock);
	pthread_mutex_destroy(&w.lock);
	pthread_cond_destroy(&w.cond);
	return w.r;
}

void call_release(struct call *call)
{
	buf_free(&call->reply.body);
	release_headers(&call->reply);
	if (call->reply.blob)
		blob_close(call->reply.blob);
	call->reply.blob = NULL;
}
