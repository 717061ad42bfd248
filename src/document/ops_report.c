/* Reports: a template whose figures are gathered by operations (D03, R02). */
#include "document/ops.h"

#include "process/process.h"
#include "store/db.h"

/* ---- figures -------------------------------------------------------------------------------- */

static json_t *column_json(struct ctx *ctx, const struct op_field *f, const struct rows *rows, int col)
{
	struct str s;

	if (rows_null(rows, col))
		return json_string("");
	switch (f->type) {
	case T_INT:
	case T_MONEY:
	case T_ID:
		return json_integer(rows_int(rows, col));
	case T_REAL:
		return json_real(rows_real(rows, col));
	default:
		s = rows_text(rows, col);
		/* Categories are named by the processes. */
		if (strcmp(f->name, "category") == 0)
			s = process_category_label(ctx->env->process, s);
		return json_stringn(s.p ? s.p : "", s.len);
	}
}

static int gather_set(struct tx *tx, const struct tdata *d, int64_t from_ms, int64_t to_ms, json_t *all)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	const struct op *op = catalogue_find(ctx->env->ops, d->op);
	json_t *set = json_array();
	int r;

	json_object_set_new(all, d->name, set);
	if (!op || op->via != VIA_ENGINE || !op->read_only)
		return ctx_fail(ctx, E_CONFIG, NULL, "the report's data '%s' has no operation '%s'", d->name, d->op);
	r = tx_op(tx, d->op, ARGS(A_INT("from_ms", from_ms), A_INT("to_ms", to_ms)), &rows);
	while (r >= 0 && (r = rows_next(rows)) > 0) {
		json_t *row = json_object();

		for (size_t i = 0; i < op->n_out; i++)
			json_object_set_new(row, op->out[i].name,
					    column_json(ctx, &op->out[i], rows, rows_col(rows, op->out[i].name)));
		json_array_append_new(set, row);
	}
	return r;
}

/* ---- values --------------------------------------------------------------------------------- */

struct report {
	struct template_version v;
	json_t *values, *data;
	const char *org;
};

static void report_free(struct report *r)
{
	json_decref(r->values);
	json_decref(r->data);
}

static const char *first_text(struct tx *tx, const char *op, int64_t id)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;

	if (tx_op(tx, op, ARGS(A_INT("id", id)), &rows) < 0 || rows_next(rows) <= 0)
		return NULL;
	return rows_dup(rows, 0);
}

/* Fields that the answers leave open: period, organisation, author, day. */
static void fill_known(struct ctx *ctx, struct report *k, int64_t from, int64_t to, const char *person)
{
	const struct {
		const char *field;
		const char *value;
	} known[] = {
		{"period_from", date_format(ctx->arena, from)},
		{"period_to", date_format(ctx->arena, to)},
		{"org", k->org},
		{"person", person},
		{"today", date_format(ctx->arena, zone_local_day(ctx->env->zone, ctx->now_ms))},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].value && template_field(k->v.t, str_of(known[i].field)) >= 0 &&
		    !json_object_get(k->values, known[i].field))
			json_object_set_new(k->values, known[i].field, json_string(known[i].value));
}

static int read_answers(struct call *call, struct report *k)
{
	struct ctx *ctx = call->ctx;
	int r;

	if (!call_has(call, "answers"))
		k->values = json_object();
	else if ((r = json_parse(call_str(call, "answers"), &k->values, &ctx->fault)) < 0)
		return r;
	if (!json_is_object(k->values))
		return ctx_fail(ctx, E_INVALID, "answers", "answers are an object: {\"field\": value}");
	return template_check_values(k->v.t, k->values, &ctx->fault);
}

#define PERIOD_MAX 800 /* days */

static int gather_report(struct call *call, struct report *k)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct ctx *ctx = call->ctx;
	int64_t from = call_int(call, "from", 0), to = call_int(call, "to", 0);
	int r;

	if (to < from || to - from > PERIOD_MAX)
		return ctx_fail(ctx, E_INVALID, "to", "the period ends before it begins, or is longer than two years");
	if ((r = db_read(ctx->env->db, ctx, &tx)) < 0 ||
	    (r = template_version_load(tx, call_int(call, "id", 0), &k->v)) < 0)
		return r;
	if (!k->v.t->n_data)
		return ctx_fail(ctx, E_INVALID, "id", "this template is no report");
	if ((r = read_answers(call, k)) < 0)
		return r;
	k->org = first_text(tx, "case.org_name", ctx->actor.org_id);
	fill_known(ctx, k, from, to, first_text(tx, "case.person_name", ctx->actor.id));
	k->data = json_object();
	for (size_t i = 0; r == 0 && i < k->v.t->n_data; i++)
		r = gather_set(tx, &k->v.t->data[i], zone_instant(ctx->env->zone, from, 0),
			       zone_instant(ctx->env->zone, to + 1, 0), k->data);
	return r;
}

/* ---- output --------------------------------------------------------------------------------- */

static int make(struct call *call)
{
	CLEANUP(report_free) struct report k = {0};
	CLEANUP(doc_freep) struct doc *d = NULL;
	struct ctx *ctx = call->ctx;
	struct fill fill = fill_now(ctx);
	struct str format = call_str(call, "format");
	int r = gather_report(call, &k);

	if (r < 0)
		return r;
	fill.values = k.values;
	fill.data = k.data;
	fill.author = k.org;
	fill.blanks = true;
	fill.watermark = strcmp(k.v.state, "reviewed") == 0 ? NULL : "草稿";
	if ((r = template_fill(k.v.t, &fill, ctx->arena, &d, &ctx->fault)) < 0)
		return r;
	if (str_is(format, "docx")) {
		call->reply.content_type = DOCX_TYPE;
		call->reply.file_name = arena_printf(ctx->arena, "%s.docx", k.v.title_zh);
		return document_docx(d, &call->reply.body, &ctx->fault);
	}
	call->reply.content_type = "application/pdf";
	return document_pdf(d, &call->reply.body, NULL, &ctx->fault);
}

const struct native native_report_make = {"report.write", make, NULL, NULL};
