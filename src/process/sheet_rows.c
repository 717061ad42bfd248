/* The rows of an operation as an Excel file, by a table that says what its columns are called. */
#include "process/sheet.h"

#include <assert.h>

#include "store/db.h"

#define COLUMNS_MAX 40

static struct str word(const struct sheet_word *words, struct str value, enum lang lang)
{
	for (; words->value; words++)
		if (str_is(value, words->value))
			return str_of(lang == LANG_EN ? words->label.en : words->label.zh);
	return value;
}

static void write_cell(struct sheet *s, struct ctx *ctx, const struct sheet_column *c,
		       const struct rows *r, int col)
{
	if (col < 0 || rows_null(r, col)) {
		sheet_nothing(s);
		return;
	}
	switch (c->kind) {
	case SHEET_TEXT:
		sheet_text(s, c->words ? word(c->words, rows_text(r, col), ctx->lang)
				       : rows_text(r, col));
		return;
	case SHEET_INT:
		sheet_number(s, (double)rows_int(r, col));
		return;
	case SHEET_REAL:
		sheet_number(s, rows_real(r, col));
		return;
	case SHEET_SHARE:
		sheet_share(s, rows_real(r, col));
		return;
	case SHEET_TIME:
		sheet_time(s, ctx->env->zone, rows_int(r, col));
		return;
	case SHEET_DAY:
		sheet_text(s, str_of(date_format(ctx->arena, rows_int(r, col))));
		return;
	case SHEET_SECONDS:
		sheet_number(s, (double)(rows_int(r, col) / 1000));
		return;
	case SHEET_MINUTES:
		sheet_number(s, (double)(rows_int(r, col) / 60000));
		return;
	}
}

/* What the operation takes and the call was given; as many rows as a file may have. */
static const struct arg *args_of(struct call *call, const struct op *op)
{
	struct arg *args = ARENA_ARRAY(call->ctx->arena, struct arg, op->n_in + 1);

	for (size_t i = 0; i < op->n_in; i++) {
		const char *name = op->in[i].name;

		args[i] =
			(struct arg){name, call_has(call, name) ? call_arg(call, name) : VAL_NULL};
		if (strcmp(name, "limit") == 0)
			args[i].v = VAL_INT(EXPORT_MAX);
	}
	return args;
}

static struct sheet *begin(const struct sheet_spec *spec, enum lang lang)
{
	const char *headings[COLUMNS_MAX];
	double widths[COLUMNS_MAX];

	for (size_t i = 0; i < spec->n; i++) {
		headings[i] = lang == LANG_EN ? spec->columns[i].en : spec->columns[i].zh;
		widths[i] = spec->columns[i].width;
	}
	return sheet_new(lang == LANG_EN ? spec->en : spec->zh, headings, widths, spec->n);
}

static int write_rows(struct call *call, struct rows *r, const struct sheet_spec *spec,
		      struct sheet *s)
{
	int at[COLUMNS_MAX], err;

	for (size_t i = 0; i < spec->n; i++)
		at[i] = rows_col(r, spec->columns[i].name);
	while ((err = rows_next(r)) > 0) {
		for (size_t i = 0; i < spec->n; i++)
			write_cell(s, call->ctx, &spec->columns[i], r, at[i]);
		sheet_row_end(s);
	}
	return err;
}

int sheet_reply(struct call *call, struct tx *tx, const struct sheet_spec *spec)
{
	const struct op *op = catalogue_find(call->ctx->env->ops, spec->op);
	CLEANUP(rows_freep) struct rows *r = NULL;
	CLEANUP(buf_free) struct buf unused = {0};
	enum lang lang = call->ctx->lang;
	struct sheet *s;
	int err;

	assert(spec->n <= COLUMNS_MAX);
	if ((err = tx_op(tx, spec->op, args_of(call, op), op->n_in, &r)) < 0)
		return err;
	s = begin(spec, lang);
	if ((err = write_rows(call, r, spec, s)) < 0) {
		(void)!sheet_finish(s, &unused, NULL);
		return err;
	}
	call->reply.content_type = SHEET_TYPE;
	call->reply.file_name = lang == LANG_EN ? spec->file_en : spec->file;
	return sheet_finish(s, &call->reply.body, &call->ctx->fault);
}
