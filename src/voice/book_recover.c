/* At a start: calls that the program did not live to end are ended as far as is known, and told as
 * any other end is. */
#include "voice/book_private.h"

#include "base/log.h"
#include "store/vault.h"

static int index_of(const char *const *words, size_t n, struct str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(word, words[i]))
			return (int)i;
	return 0;
}

static void copy(char *to, size_t size, struct str from)
{
	snprintf(to, size, "%.*s", STR_FMT(from));
}

static void read_numbers(const struct rows *rows, struct call_record *c)
{
	c->client_id = rows_int(rows, 8);
	c->case_id = rows_int(rows, 9);
	c->operator_id = rows_int(rows, 10);
	c->callback_of = rows_int(rows, 11);
	c->began_ms = rows_int(rows, 12);
	c->queued_ms = rows_int(rows, 13);
	c->rang_ms = rows_int(rows, 14);
	c->answered_ms = rows_int(rows, 15);
	c->hold_ms = rows_int(rows, 16);
	c->rating = (int)rows_int(rows, 18);
	c->refused = (int)rows_int(rows, 19);
	c->transfers = (int)rows_int(rows, 20);
	c->ended_ms = rows_int(rows, 21);
}

static void read_caller(struct book *b, struct ctx *ctx, const struct rows *rows,
			struct call_record *c)
{
	struct str sealed = rows_blob(rows, 2), plain = {0};

	if (sealed.len && vault_unseal(b->env->vault, "cases", b->org_id, SEAL_FIELD, "call.caller",
				       sealed, ctx->arena, &plain, &ctx->fault) == 0)
		copy(c->caller, sizeof(c->caller), plain);
}

/* What it came to: an answered call stays one; who was waiting is somebody to call back. */
static enum call_outcome outcome_of(const struct call_record *c)
{
	if (c->outcome != CALL_RUNNING)
		return c->outcome;
	if (c->answered_ms)
		return CALL_ANSWERED;
	return c->direction == CALL_IN && c->queued_ms ? CALL_ABANDONED : CALL_FAILED;
}

static void read_record(struct book *b, struct ctx *ctx, const struct rows *rows,
			struct call_record *c)
{
	*c = (struct call_record){
		.id = rows_int(rows, 0), .org_id = b->org_id, .browser = rows_int(rows, 7) != 0};
	c->direction = (enum call_direction)index_of(book_directions, 3, rows_text(rows, 1));
	read_caller(b, ctx, rows, c);
	copy(c->called, sizeof(c->called), rows_text(rows, 3));
	copy(c->queue, sizeof(c->queue), rows_text(rows, 4));
	copy(c->lang, sizeof(c->lang), rows_text(rows, 5));
	copy(c->trunk, sizeof(c->trunk), rows_text(rows, 6));
	snprintf(c->hotline, sizeof(c->hotline), "%s", b->hotline->name);
	read_numbers(rows, c);
	c->outcome = (enum call_outcome)index_of(book_outcomes, BOOK_OUTCOMES, rows_text(rows, 17));
	c->outcome = outcome_of(c);
	snprintf(c->end_reason, sizeof(c->end_reason), "crash");
}

int book_recover(struct book *b, struct ctx *ctx, int64_t before_ms)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	unsigned n = 0;
	int r;

	if ((r = db_read(b->env->db, ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "calls.unended",
		       ARGS(A_TEXT("hotline", b->hotline->name), A_INT("before", before_ms)),
		       &rows)) < 0)
		return r;
	for (; (r = rows_next(rows)) > 0; n++) {
		struct call_record c;

		read_record(b, ctx, rows, &c);
		book_ended(b, &c);
	}
	if (n)
		log_msg(LOG_WARN, "voice.recovered", "%u calls had not ended when the program did",
			n);
	return r;
}
