/* Who calls: client, tier, language, who spoke with them last. */
#include "voice/book_private.h"

#include "people/client.h"
#include "store/phone.h"

#define HALF_A_YEAR_MS (183LL * 86400000)

struct question {
	struct book *book;
	int64_t call_id;
	char number[24], hotline[40];
	caller_known fn;
	void *arg;
	struct caller_facts facts;
};

static int by_phone(struct book *b, struct ctx *ctx, struct question *q)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct str own, contact;
	struct client_row c;
	int r;

	if ((r = client_blind(ctx, "clients", b->org_id, "client.phone", str_of(q->number), &own)) < 0 ||
	    (r = client_blind(ctx, "clients", b->org_id, "contact.phone", str_of(q->number), &contact)) < 0 ||
	    (r = db_read(b->env->clients, ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "client.by_phone", ARGS(A_BLOB("blind", own), A_BLOB("contact_blind", contact), A_INT("limit", 1)),
		       &rows)) < 0 ||
	    (r = rows_next(rows)) <= 0 || (r = client_read(ctx, rows, &c)) < 0)
		return r;
	q->facts.client_id = c.id;
	q->facts.known = true;
	q->facts.member = c.member;
	snprintf(q->facts.tier, sizeof(q->facts.tier), "%s", c.tier ? c.tier : "");
	snprintf(q->facts.lang, sizeof(q->facts.lang), "%s", c.lang ? c.lang : "");
	return 0;
}

static int from_cases(struct book *b, struct ctx *ctx, struct question *q)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct str blind;
	int r;

	if ((r = client_blind(ctx, "cases", b->org_id, "call.caller", str_of(q->number), &blind)) < 0 ||
	    (r = db_read(b->env->db, ctx, &tx)) < 0)
		return r;
	r = tx_int(tx, "calls.last_operator",
		   ARGS(A_BLOB("caller_blind", blind), A_INT("since", ctx->now_ms - HALF_A_YEAR_MS)), &q->facts.last_operator);
	if (r == -E_NOT_FOUND)
		r = 0;
	if (r == 0 && q->facts.client_id)
		r = tx_int(tx, "calls.open_case", ARGS(A_INT("client_id", q->facts.client_id)), &q->facts.open_case_id);
	return r == -E_NOT_FOUND ? 0 : r;
}

static void tell(void *question)
{
	struct question *q = question;

	q->fn(q->call_id, &q->facts, q->arg);
	free(q);
}

void book_look_up(void *book, void *question)
{
	struct book *b = book;
	struct question *q = question;
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(b->env);

	ctx->actor.org_id = b->org_id;
	/* A database that is away only means an unknown caller. */
	if (*q->number && by_phone(b, ctx, q) >= 0 && from_cases(b, ctx, q) < 0)
		q->facts.last_operator = 0;
	if (!voice_ask(b->voice, tell, q))
		free(q);
}

void book_ask_caller(struct book *b, int64_t call_id, const char *number, const char *hotline, caller_known fn, void *arg)
{
	struct question *q = calloc(1, sizeof(*q));

	if (!q)
		return;
	q->book = b;
	q->call_id = call_id;
	q->fn = fn;
	q->arg = arg;
	snprintf(q->number, sizeof(q->number), "%s", number);
	snprintf(q->hotline, sizeof(q->hotline), "%s", hotline);
	if (!pool_push(b->askers, q))
		free(q); /* the exchange goes on without, after its patience */
}
