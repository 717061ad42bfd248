/* Rows of a SQL operation, straight to JSON: no object per row, no copy of a text. */
#include "base/time.h"
#include "store/blobs.h"
#include "store/op.h"

/* ---- one value ---------------------------------------------------------------------------- */

static void date_json(struct jw *w, int64_t days)
{
	int year, month, day;
	char text[40];
	int n;

	date_to_civil(days, &year, &month, &day);
	n = snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
	jw_str(w, (struct str){text, (size_t)n});
}

static void column_json(struct jw *w, enum op_type type, const struct rows *rows, int col)
{
	if (col < 0 || rows_null(rows, col)) {
		jw_null(w);
		return;
	}
	switch (type) {
	case T_INT:
	case T_MONEY:
		jw_int(w, rows_int(rows, col));
		break;
	case T_ID:
		jw_id(w, rows_int(rows, col));
		break;
	case T_TIME:
		jw_time(w, rows_int(rows, col));
		break;
	case T_DATE:
		date_json(w, rows_int(rows, col));
		break;
	case T_BOOL:
		jw_bool(w, rows_int(rows, col) != 0);
		break;
	case T_REAL:
		jw_double(w, rows_real(rows, col));
		break;
	case T_JSON:
		jw_raw(w, rows_text(rows, col));
		break;
	case T_BLOB:
		jw_null(w);
		break;
	case T_TEXT:
	case T_PHONE:
	case T_ENUM:
		jw_str(w, rows_text(rows, col));
		break;
	}
}

static void row_json(struct jw *w, const struct op_field *fields, size_t n, const struct rows *rows,
		     const int *cols)
{
	jw_obj(w);
	for (size_t i = 0; i < n; i++) {
		jw_key(w, fields[i].name);
		column_json(w, fields[i].type, rows,
			    cols ? cols[i] : rows_col(rows, fields[i].name));
	}
	jw_obj_end(w);
}

void op_row_json(struct jw *w, const struct op_field *fields, size_t n, const struct rows *rows)
{
	row_json(w, fields, n, rows, NULL);
}

/* ---- a whole reply ------------------------------------------------------------------------ */

#define UPLOAD_ARGS 5

static size_t upload_args(const struct call_upload *u, struct arg *args)
{
	if (!u)
		return 0;
	args[0] = (struct arg)A_INT("blob_id", u->blob_id);
	args[1] = (struct arg)A_INT("blob_size", u->blob->size);
	args[2] = (struct arg)A_TEXT("blob_address", u->blob->address);
	args[3] = (struct arg)A_TEXT("file_name", u->file_name);
	args[4] = (struct arg)A_TEXT("media_type", u->media_type);
	return UPLOAD_ARGS;
}

static const struct arg *call_args(const struct call *call, size_t *ret_n)
{
	const struct op *op = call->op;
	struct arg *args = ARENA_ARRAY(call->ctx->arena, struct arg, op->n_in + UPLOAD_ARGS);

	for (size_t i = 0; i < op->n_in; i++)
		args[i] = (struct arg){op->in[i].name, call->args[i]};
	*ret_n = op->n_in + upload_args(call->upload, args + op->n_in);
	return args;
}

/* Columns are looked up once, not for each row. A missing one is a mistake in the file. */
static int find_columns(struct call *call, const struct rows *rows, int **ret)
{
	const struct op *op = call->op;
	int *cols = ARENA_ARRAY(call->ctx->arena, int, op->n_out + 1);

	for (size_t i = 0; i < op->n_out; i++) {
		cols[i] = rows_col(rows, op->out[i].name);
		if (cols[i] < 0)
			return ctx_fail(call->ctx, E_INTERNAL, "", "%s gives no column '%s'",
					op->name, op->out[i].name);
	}
	*ret = cols;
	return 0;
}

static int stream_one(struct call *call, struct rows *rows, const int *cols)
{
	int r = rows_next(rows);

	if (r < 0)
		return r;
	if (r == 0)
		return ctx_fail(call->ctx, E_NOT_FOUND, "", "there is no such entry");
	row_json(&call->reply.json, call->op->out, call->op->n_out, rows, cols);
	return 0;
}

static int stream_many(struct call *call, struct rows *rows, const int *cols)
{
	struct jw *w = &call->reply.json;
	int64_t limit = call_int(call, "limit", 0), n = 0, last = 0;
	int id = rows_col(rows, "id"), r;

	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	while ((r = rows_next(rows)) > 0) {
		row_json(w, call->op->out, call->op->n_out, rows, cols);
		last = id < 0 ? 0 : rows_int(rows, id);
		n++;
	}
	jw_arr_end(w);
	if (limit && n >= limit && last)
		jw_kid(w, "next", last);
	jw_obj_end(w);
	return r;
}

int op_stream(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	const struct op *op = call->op;
	const struct arg *args;
	size_t n_args;
	int64_t changed;
	int *cols = NULL, r;

	if (!op->sql)
		return ctx_fail(call->ctx, E_NOT_SUPPORTED, "", "%s is not carried out here",
				op->name);
	args = call_args(call, &n_args);
	/* A second run of the transaction starts afresh. */
	buf_clear(&call->reply.body);
	jw_begin(&call->reply.json, &call->reply.body);
	if (op->shape == OUT_NONE)
		return tx_exec(tx, op->name, args, n_args, &changed);
	if ((r = tx_op(tx, op->name, args, n_args, &rows)) < 0 ||
	    (r = find_columns(call, rows, &cols)) < 0)
		return r;
	return op->shape == OUT_ONE ? stream_one(call, rows, cols) : stream_many(call, rows, cols);
}
