/* Facts into rows, cases, alarms. Each may be written twice without harm. */
#include "voice/book_private.h"

#include "base/id.h"
#include "outreach/feed.h"
#include "outreach/outbox.h"
#include "people/client.h"
#include "people/gate.h"
#include "people/mask.h"
#include "people/people.h"
#include "people/roles.h"
#include "process/calendar.h"
#include "process/process.h"
#include "store/blobs.h"
#include "store/vault.h"

const char *const book_directions[3] = {"in", "out", "callback"};
const char *const book_outcomes[BOOK_OUTCOMES] = {"running", "answered", "abandoned", "voicemail", "callback_asked",
						   "closed", "overflow", "failed", "menu"};

bool book_try_again(int r)
{
	return r == -E_UNAVAILABLE || r == -E_BUSY || r == -E_DISK_FULL || r == -E_IO || r == -E_CANCELLED;
}

/* ---- the record ---------------------------------------------------------------------------------------- */

struct put {
	struct book *book;
	const struct call_record *c;
	struct str sealed, blind;
	const char *hint;
};

static int seal_caller(struct book *b, struct ctx *ctx, struct put *p)
{
	struct str number = str_of(p->c->caller);
	int r;

	if (!number.len)
		return 0;
	if ((r = vault_seal(b->env->vault, "cases", b->org_id, SEAL_FIELD, "call.caller", number, ctx->arena, &p->sealed,
			    &ctx->fault)) < 0 ||
	    (r = client_blind(ctx, "cases", b->org_id, "call.caller", number, &p->blind)) < 0)
		return r;
	p->hint = mask_phone(ctx->arena, number);
	return 0;
}

static int put_apply(struct tx *tx, void *put)
{
	const struct put *p = put;
	const struct call_record *c = p->c;
	const struct hotline_queue *q = hotline_queue(p->book->hotline, c->queue);
	int r = tx_exec(tx, "calls.put",
			ARGS(A_INT("id", c->id), A_INT("org_id", p->book->org_id), A_TEXT("direction", book_directions[c->direction]),
			     A_TEXT("hotline", c->hotline), A_TEXT("queue", *c->queue ? c->queue : NULL), A_TEXT("lang", c->lang),
			     A_TEXT("trunk", *c->trunk ? c->trunk : NULL), A_INT("browser", c->browser),
			     A_BLOB("caller", p->sealed), A_TEXT("caller_hint", p->hint), A_BLOB("caller_blind", p->blind),
			     A_TEXT("called", c->called), A_ID("client_id", c->client_id), A_ID("case_id", c->case_id),
			     A_ID("operator_id", c->operator_id), A_ID("callback_of", c->callback_of), A_INT("began_at", c->began_ms),
			     A_ID("queued_at", c->queued_ms), A_ID("rang_at", c->rang_ms), A_ID("answered_at", c->answered_ms),
			     A_ID("ended_at", c->ended_ms), A_INT("hold_ms", c->hold_ms), A_TEXT("outcome", book_outcomes[c->outcome]),
			     A_TEXT("end_reason", *c->end_reason ? c->end_reason : NULL), A_ID("rating", c->rating),
			     A_INT("refused", c->refused), A_INT("transfers", c->transfers),
			     A_INT("level_s", q ? q->service_level_s : SERVICE_LEVEL_S),
			     A_INT("short_s", q ? q->short_abandon_s : SHORT_ABANDON_S)),
			NULL);

	if (r == 0 && strcmp(c->end_reason, "crash") == 0) /* its recording may have been written before */
		r = tx_exec(tx, "calls.heard_until", ARGS(A_INT("id", c->id)), NULL);
	if (r == 0 && c->callback_of && c->answered_ms)
		r = tx_exec(tx, "calls.called_back", ARGS(A_INT("id", c->callback_of), A_INT("by_call", c->id)), NULL);
	return r;
}

static int put_call(struct book *b, struct ctx *ctx, const struct call_record *c)
{
	struct put p = {.book = b, .c = c};
	int r = seal_caller(b, ctx, &p);

	return r < 0 ? r : db_write_wait(b->env->db, ctx, put_apply, &p);
}

/* ---- cases -------------------------------------------------------------------------------------------------- */

/* The operator as the actor of what is done in that name. */
static int become(struct book *b, struct ctx *ctx, int64_t person_id)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct str roles, one;
	VEC(const char *) list = {0};
	int r;

	if ((r = db_read(b->env->db, ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "line.person", ARGS(A_INT("id", person_id)), &rows)) < 0 || (r = rows_next(rows)) <= 0)
		return r < 0 ? r : -E_NOT_FOUND;
	ctx->actor.id = person_id;
	ctx->actor.org_id = rows_int(rows, 1);
	ctx->actor.name = rows_dup(rows, 3);
	roles = str_of(rows_dup(rows, 4));
	while (str_split(&roles, ',', &one))
		VEC_ADD(&list, arena_strndup(ctx->arena, one.p, one.len));
	ctx->actor.n_own_roles = list.n;
	ctx->actor.roles = roles_expand(b->env->people, ctx->actor.org_id, list.at, list.n, ctx->arena);
	VEC_FREE(&list);
	return 0;
}

static int call_op(struct ctx *ctx, const char *op, const struct arg *args, size_t n, json_t *body, json_t **ret)
{
	struct call call = {.ctx = ctx, .op = catalogue_find(ctx->env->ops, op), .body = body};
	int r = op_bind(&call, args, n, body);

	if (r == 0)
		r = gate_call_wait(&call);
	if (r == 0 && ret)
		r = json_parse(buf_str(&call.reply.body), ret, &ctx->fault);
	call_release(&call);
	json_decref(body);
	return r;
}

/* A process needn't know all of what a call can tell. */
static void set_known(struct ctx *ctx, json_t *fields, const char *process, const char *field, const char *value)
{
	const struct definition *d = process_find(ctx->env->process, str_of(process));
	int i = d ? definition_field(d, str_of(field)) : -1;

	if (i >= 0 && *value && d->fields[i].type != F_FILES)
		json_object_set_new(fields, field, json_string(value));
}

/* Which message it was: when, from whom. The sound stays with the call, where hearing it takes a reason. */
static const char *recording_text(struct ctx *ctx, const struct call_record *c)
{
	struct civil at;

	if (c->outcome != CALL_VOICEMAIL)
		return "";
	zone_local(ctx->env->zone, c->began_ms, &at);
	return arena_printf(ctx->arena, "%04d-%02d-%02d %02d:%02d %s", at.year, at.month, at.day, at.hour, at.minute,
			    *c->caller ? mask_phone(ctx->arena, str_of(c->caller)) : "");
}

static int open_case(struct ctx *ctx, const struct call_record *c, const char *process, int64_t *ret_id)
{
	json_t *fields = json_object(), *body, *view = NULL;
	int r;

	set_known(ctx, fields, process, "phone", c->caller);
	set_known(ctx, fields, process, "lang", c->lang);
	set_known(ctx, fields, process, "recording", recording_text(ctx, c));
	body = json_pack("{s:s, s:o}", "process", process, "fields", fields);
	if (c->client_id) {
		char id[24];

		snprintf(id, sizeof(id), "%lld", (long long)c->client_id);
		json_object_set_new(body, "client_id", json_string(id));
	}
	if ((r = call_op(ctx, "case.create", NULL, 0, body, &view)) < 0)
		return r;
	r = str_to_int(json_get_str(view, "id"), ret_id);
	json_decref(view);
	return r;
}

struct hang {
	struct book *book;
	const struct call_record *c;
	int64_t case_id;
	bool pop;
};

/* The call hangs on its case, and who answered is told, in one transaction. */
static int hang_apply(struct tx *tx, void *hang)
{
	const struct hang *h = hang;
	char data[160];
	int r;

	snprintf(data, sizeof(data), "{\"call_id\":\"%lld\",\"case_id\":\"%lld\",\"client_id\":\"%lld\"}", (long long)h->c->id,
		 (long long)h->case_id, (long long)h->c->client_id);
	if ((r = tx_exec(tx, "calls.set_case", ARGS(A_INT("id", h->c->id), A_INT("case_id", h->case_id)), NULL)) < 0)
		return r;
	if (!h->pop)
		return 0;
	return feed_add(tx, &(struct feed_event){.kind = "call.popped", .org_id = h->book->org_id,
						 .person_id = h->c->operator_id, .data = str_of(data)});
}

static int hang(struct book *b, struct ctx *ctx, const struct call_record *c, int64_t case_id, bool pop)
{
	struct hang h = {b, c, case_id, pop};
	int r = db_write_wait(b->env->db, ctx, hang_apply, &h);

	if (r == 0)
		feed_committed(b->env->feed);
	return r;
}

static int case_of(struct book *b, struct ctx *ctx, int64_t call_id, int64_t *ret)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r = db_read(b->env->db, ctx, &tx);

	*ret = 0;
	if (r == 0)
		r = tx_int(tx, "calls.case_of", ARGS(A_INT("id", call_id)), ret);
	return r == -E_NOT_FOUND ? 0 : r;
}

struct case_news {
	struct book *book;
	int64_t call_id, case_id;
};

static void tell_exchange(void *news)
{
	struct case_news *n = news;

	voice_call_has_case(n->book->voice, n->call_id, n->case_id);
	free(n);
}

static void tell_case(struct book *b, int64_t call_id, int64_t case_id)
{
	struct case_news *n = calloc(1, sizeof(*n));

	if (!n)
		return;
	*n = (struct case_news){b, call_id, case_id};
	if (!voice_ask(b->voice, tell_exchange, n))
		free(n);
}

/* One work order per call: the enquiry, in the name of who answered. */
static int write_answered(struct book *b, struct ctx *ctx, const struct call_record *c)
{
	int64_t case_id = c->case_id;
	int r = put_call(b, ctx, c);

	if (r < 0 || (!case_id && (r = case_of(b, ctx, c->id, &case_id)) < 0))
		return r;
	if (!case_id && c->direction != CALL_OUT) {
		if ((r = become(b, ctx, c->operator_id)) < 0 ||
		    (r = open_case(ctx, c, b->hotline->process, &case_id)) < 0)
			return r;
	}
	if (!case_id)
		return 0;
	tell_case(b, c->id, case_id);
	return hang(b, ctx, c, case_id, c->direction != CALL_OUT);
}

static int note_in_case(struct book *b, struct ctx *ctx, const struct call_record *c, int64_t case_id);

/* Whoever the process gives messages to may sit below the organisation the line belongs to. */
static int message_org(struct book *b, struct ctx *ctx, const char *process, int64_t *ret)
{
	const struct definition *d = process_find(b->env->process, str_of(process));
	const struct who_list *to = d && d->assign ? &d->assign->to : NULL;
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r;

	*ret = b->org_id;
	if (!to || !to->n || to->at[0].kind != WHO_ROLE)
		return 0;
	if ((r = db_read(b->env->db, ctx, &tx)) < 0)
		return r;
	r = tx_int(tx, "calls.message_org", ARGS(A_INT("org_id", b->org_id), A_TEXT("role", to->at[0].role)), ret);
	return r == -E_NOT_FOUND ? 0 : r;
}

static int write_ended(struct book *b, struct ctx *ctx, const struct call_record *c)
{
	const char *process = *c->process ? c->process : b->hotline->voicemail_process;
	int64_t case_id;
	int r = put_call(b, ctx, c);

	if (r < 0 || (r = case_of(b, ctx, c->id, &case_id)) < 0)
		return r;
	if (!case_id && c->outcome == CALL_VOICEMAIL) {
		if ((r = message_org(b, ctx, process, &ctx->actor.org_id)) < 0 ||
		    (r = open_case(ctx, c, process, &case_id)) < 0 ||
		    (r = hang(b, ctx, c, case_id, false)) < 0)
			return r;
	}
	return case_id ? note_in_case(b, ctx, c, case_id) : 0;
}

/* The call stands in the timeline of its case: who, how long. */
struct timeline {
	const struct call_record *c;
	int64_t case_id;
};

static int timeline_apply(struct tx *tx, void *timeline)
{
	const struct timeline *t = timeline;
	const struct call_record *c = t->c;
	char data[160];

	snprintf(data, sizeof(data), "{\"call_id\":\"%lld\",\"direction\":\"%s\",\"outcome\":\"%s\",\"talk_ms\":%lld}",
		 (long long)c->id, book_directions[c->direction], book_outcomes[c->outcome],
		 (long long)(c->answered_ms ? c->ended_ms - c->answered_ms : 0));
	return tx_exec(tx, "calls.case_event",
		       ARGS(A_INT("id", c->id), A_INT("case_id", t->case_id), A_INT("at", c->began_ms),
			    A_ID("actor_id", c->operator_id), A_TEXT("data", data)),
		       NULL);
}

static int note_in_case(struct book *b, struct ctx *ctx, const struct call_record *c, int64_t case_id)
{
	struct timeline t = {c, case_id};

	return db_write_wait(b->env->db, ctx, timeline_apply, &t);
}

/* ---- events, presence, alarms --------------------------------------------------------------------------------- */

static int event_apply(struct tx *tx, void *fact)
{
	const struct fact *f = fact;

	return tx_exec(tx, "calls.event_add",
		       ARGS(A_INT("id", f->id), A_INT("call_id", f->event.call_id), A_INT("at", f->event.at_ms),
			    A_ID("person_id", f->event.person_id), A_TEXT("kind", f->event.kind),
			    A_TEXT("data", *f->event.detail ? f->event.detail : NULL)),
		       NULL);
}

struct noted {
	struct book *book;
	const struct fact *fact;
};

static int presence_apply(struct tx *tx, void *noted)
{
	const struct noted *n = noted;
	const struct fact *f = n->fact;

	return tx_exec(tx, "calls.presence_add",
		       ARGS(A_INT("id", f->id), A_INT("org_id", n->book->org_id), A_INT("person_id", f->presence.person_id),
			    A_INT("at", f->presence.at_ms), A_TEXT("state", f->presence.state),
			    A_TEXT("reason", *f->presence.reason ? f->presence.reason : NULL)),
		       NULL);
}

static int close_presence_apply(struct tx *tx, void *book)
{
	return tx_exec(tx, "calls.presence_close", ARGS(A_INT("org_id", ((struct book *)book)->org_id)), NULL);
}

static const struct alarm_text {
	const char *kind, *text, *over; /**< text: the ledger's, a label; over: the kind whose alarm this ends */
} alarms[] = {
	{"vacant", "{\"zh\":\"值班时间内无人签到\",\"en\":\"Nobody on the line in duty hours\"}", NULL},
	{"staffed", NULL, "vacant"},
	{"left_post", "{\"zh\":\"值班人员离岗（通话中断线）\",\"en\":\"Left the post during a call\"}", NULL},
	{"unanswered", "{\"zh\":\"来电振铃无人应答\",\"en\":\"A ringing call was not answered\"}", NULL},
	{"pause_limit", "{\"zh\":\"暂停超过规定时间\",\"en\":\"Paused longer than allowed\"}", NULL},
	{"recording_stopped", "{\"zh\":\"录音中断\",\"en\":\"Recording stopped\"}", NULL},
	{"recording_dropped", "{\"zh\":\"录音缺失\",\"en\":\"A recording is missing\"}", NULL},
	{"recording_resumed", NULL, "recording_stopped"},
	{"trunk_down", "{\"zh\":\"中继线路中断\",\"en\":\"Trunk down\"}", NULL},
	{"trunk_up", NULL, "trunk_down"},
};

static int tell_alarm(struct tx *tx, struct book *b, const struct fact *f)
{
	char data[160];

	snprintf(data, sizeof(data), "{\"kind\":\"%s\",\"person_id\":\"%lld\"}", f->alarm.kind, (long long)f->alarm.person_id);
	return feed_add(tx, &(struct feed_event){.kind = "line.alarm", .org_id = b->org_id, .role = "supervisor",
						 .data = str_of(data)});
}

static int alarm_apply(struct tx *tx, void *noted)
{
	const struct noted *n = noted;
	const struct fact *f = n->fact;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	const struct alarm_text *t = NULL;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(alarms); i++)
		if (strcmp(alarms[i].kind, f->alarm.kind) == 0)
			t = &alarms[i];
	if (!t)
		return 0;
	if (t->over)
		return tx_exec(tx, "calls.alarm_over",
			       ARGS(A_INT("org_id", n->book->org_id), A_TEXT("kind", t->over), A_TEXT("subject", f->alarm.subject),
				    A_INT("at", f->alarm.at_ms)),
			       NULL);
	r = tx_op(tx, "calls.alarm_add",
		  ARGS(A_INT("id", f->id), A_INT("org_id", n->book->org_id), A_INT("at", f->alarm.at_ms),
		       A_TEXT("kind", f->alarm.kind), A_ID("person_id", f->alarm.person_id), A_TEXT("subject", f->alarm.subject),
		       A_TEXT("text", t->text)),
		  &rows);
	if (r < 0 || (r = rows_next(rows)) <= 0)
		return r; /* told a little while ago */
	rows_free(rows);
	rows = NULL;
	return tell_alarm(tx, n->book, f);
}

int book_write(struct book *b, struct ctx *ctx, const struct fact *fact)
{
	struct noted n = {b, fact};
	int r;

	ctx->actor.org_id = b->org_id;
	switch (fact->kind) {
	case FACT_CALL:
		return put_call(b, ctx, &fact->call);
	case FACT_ANSWERED:
		return write_answered(b, ctx, &fact->call);
	case FACT_ENDED:
		return write_ended(b, ctx, &fact->call);
	case FACT_EVENT:
		return db_write_wait(b->env->db, ctx, event_apply, (void *)fact);
	case FACT_PRESENCE:
		return db_write_wait(b->env->db, ctx, presence_apply, &n);
	case FACT_CLOSE_PRESENCE:
		return db_write_wait(b->env->db, ctx, close_presence_apply, b);
	case FACT_CLOSE_CALLS:
		return book_recover(b, ctx, fact->before_ms);
	case FACT_ALARM:
		r = db_write_wait(b->env->db, ctx, alarm_apply, &n);
		feed_committed(b->env->feed);
		return r;
	default:
		return 0;
	}
}

/* ---- recordings, on the press thread -------------------------------------------------------------------------- */

struct pressed {
	struct book *book;
	const struct pressing *p;
	int64_t keep_until;
};

static int pressed_apply(struct tx *tx, void *pressed)
{
	const struct pressed *k = pressed;
	const struct pressing *p = k->p;
	int64_t blob_id;
	int r = blob_record(tx, p->org_id, &p->blob, p->media_type, &blob_id);

	if (r < 0)
		return r;
	r = tx_exec(tx, "calls.recording_add",
		    ARGS(A_INT("id", id_new()), A_INT("call_id", p->call_id), A_INT("org_id", p->org_id), A_INT("part", p->part),
			    A_INT("blob_id", blob_id), A_TEXT("media_type", p->media_type), A_TEXT("sha256", p->blob.sha256),
			    A_INT("began_at", p->began_ms), A_INT("length_ms", p->length_ms), A_INT("lost_ms", p->lost_ms),
			    A_INT("after_crash", p->after_crash), A_INT("keep_until", k->keep_until)),
		    NULL);
	if (r == 0 && p->after_crash)
		r = tx_exec(tx, "calls.heard_until", ARGS(A_INT("id", p->call_id)), NULL);
	return r;
}

static int keep_until(struct book *b, int64_t from_ms, int64_t *ret, struct fault *f)
{
	const struct calendar *cal = calendars_get(b->env->calendars, b->org_id, b->hotline->calendar);
	struct period p;
	int r = period_parse(str_of(b->hotline->keep), &p, f);

	if (r == 0 && !cal)
		r = fail(f, E_CONFIG, "calendar", "there is no calendar '%s'", b->hotline->calendar);
	return r < 0 ? r : calendar_due(cal, &p, from_ms, ret, f);
}

int book_pressed(const struct pressing *p, void *book, struct fault *f)
{
	struct pressed k = {book, p, 0};
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(((struct book *)book)->env);
	int r = keep_until(book, p->began_ms, &k.keep_until, f);

	if (r < 0)
		return r;
	r = db_write_wait(ctx->env->db, ctx, pressed_apply, &k);
	if (r < 0)
		*f = ctx->fault;
	return r;
}
