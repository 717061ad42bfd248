/* The typing test (S04): how much of a text was typed rightly. */
#include "people/natives.h"
#include "store/db.h"

#define TEXT_MAX 4096 /* code points */

static size_t decode(struct str s, uint32_t *out)
{
	size_t n = 0;

	for (size_t pos = 0; pos < s.len && n < TEXT_MAX;)
		out[n++] = utf8_fold(utf8_next(s, &pos));
	return n;
}

/**
 * Characters typed rightly, in their order: the longest common subsequence, so that one left out doesn't make
 * all that follow wrong. Full and half width count as the same.
 */
static size_t common(struct arena *a, struct str wanted, struct str typed)
{
	uint32_t *w = ARENA_ARRAY(a, uint32_t, TEXT_MAX), *t = ARENA_ARRAY(a, uint32_t, TEXT_MAX);
	size_t n = decode(wanted, w), m = decode(typed, t);
	uint16_t *row = ARENA_ARRAY(a, uint16_t, m + 1);

	for (size_t i = 0; i < n; i++) {
		uint16_t diagonal = 0;

		for (size_t j = 0; j < m; j++) {
			uint16_t above = row[j + 1];

			if (w[i] == t[j])
				row[j + 1] = diagonal + 1;
			else if (row[j] > above)
				row[j + 1] = row[j];
			diagonal = above;
		}
	}
	return row[m];
}

static int open_test(struct call *call, struct tx *tx, struct str *ret_body)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err;

	if ((err = tx_op(tx, "training.typing_open", ARGS(A_INT("id", call_int(call, "id", 0))), &r)) < 0 ||
	    (err = rows_next(r)) < 0)
		return err;
	if (err == 0)
		return ctx_fail(call->ctx, E_NOT_FOUND, NULL, "%s",
				call->ctx->lang == LANG_EN ? "This test is not running" : "这次测试不在进行中");
	*ret_body = str_of(rows_dup(r, 1));
	return 0;
}

int typing_finish_apply(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	struct str body, typed = call_str(call, "typed");
	int err;

	if ((err = open_test(call, tx, &body)) < 0 ||
	    (err = tx_op(tx, "training.typing_keep",
			 ARGS(A_INT("id", call_int(call, "id", 0)),
			      A_INT("typed", (int64_t)utf8_count(typed)),
			      A_INT("correct", (int64_t)common(call->ctx->arena, body, typed))),
			 &r)) < 0 ||
	    (err = rows_next(r)) < 0)
		return err;
	op_row_json(&call->reply.json, call->op->out, call->op->n_out, r);
	return 0;
}
