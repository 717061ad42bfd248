/* What calls left behind, as people see it. */
#include "voice/calls_ops.h"

#include "process/process.h"
#include "store/blobs.h"
#include "store/db.h"
#include "store/vault.h"
#include "voice/retention.h"

static int no_such_call(struct call *call)
{
	return ctx_fail(call->ctx, E_NOT_FOUND, "", "没有这通电话 / There is no such call");
}

static const struct op_field *out_field(const struct call *call, const char *name)
{
	for (size_t i = 0; i < call->op->n_out; i++)
		if (strcmp(call->op->out[i].name, name) == 0)
			return &call->op->out[i];
	return NULL;
}

static int write_many(struct call *call, struct tx *tx, const char *op, const char *member)
{
	const struct op_field *f = out_field(call, member);
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct jw *w = &call->reply.json;
	int r = tx_op(tx, op, ARGS(A_INT("call_id", call_int(call, "id", 0))), &rows);

	if (r < 0)
		return r;
	jw_key(w, member);
	jw_arr(w);
	while ((r = rows_next(rows)) > 0)
		op_row_json(w, f->sub, f->n_sub, rows);
	jw_arr_end(w);
	return r;
}

/* A row as one object leaves it closed: take the brace off, add the lists, close it again. */
int calls_get_apply(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	size_t n_plain = 0;
	int r = tx_op(tx, "calls.row", ARGS(A_INT("id", call_int(call, "id", 0))), &rows);

	if (r < 0 || (r = rows_next(rows)) < 0)
		return r;
	if (!r)
		return no_such_call(call);
	while (n_plain < call->op->n_out && call->op->out[n_plain].shape == OUT_NONE)
		n_plain++;
	op_row_json(&call->reply.json, call->op->out, n_plain, rows);
	rows_free(rows);
	rows = NULL;
	call->reply.body.len--; /* the closing brace */
	call->reply.json.comma = true;
	if ((r = write_many(call, tx, "calls.events", "events")) < 0 || (r = write_many(call, tx, "calls.parts", "parts")) < 0)
		return r;
	jw_obj_end(&call->reply.json);
	return 0;
}

/* ---- listening ------------------------------------------------------------------------------------------ */

/* Who listened stands in the answer too: a file that is passed on says through whom. */
static void watermark(struct call *call)
{
	struct ctx *ctx = call->ctx;
	char at[40], text[80];
	struct reply_header h = {strdup("X-Listened-By"), NULL};

	time_print(at, sizeof(at), ctx->now_ms, NULL);
	snprintf(text, sizeof(text), "%lld %s", (long long)ctx->actor.id, at);
	h.value = strdup(text);
	if (!h.name || !h.value)
		abort();
	VEC_ADD(&call->reply.headers, h);
}

static int audit(struct call *call)
{
	json_t *detail = json_object();
	struct str reason = call_str(call, "reason");
	char *text;

	json_object_set_new(detail, "reason", json_stringn(reason.p, reason.len));
	json_object_set_new(detail, "part", json_integer(call_int(call, "part", 0)));
	text = json_dumps(detail, JSON_COMPACT);
	json_decref(detail);
	if (!text)
		return -E_NO_MEMORY;
	call->audit.subject = "call";
	call->audit.subject_id = call_int(call, "id", 0);
	call->audit.detail = str_of(arena_strdup(call->ctx->arena, text));
	free(text);
	return 0;
}

int calls_recording_apply(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = call->ctx;
	struct blob_info info;
	int64_t org, blob;
	int r = tx_op(tx, "calls.recording_row",
		      ARGS(A_INT("call_id", call_int(call, "id", 0)), A_INT("part", call_int(call, "part", 0))), &rows);

	if (r < 0 || (r = rows_next(rows)) < 0)
		return r;
	if (!r)
		return ctx_fail(ctx, E_NOT_FOUND, "", "没有录音，或您不能收听 / There is no recording that you may hear");
	if (!rows_null(rows, 4))
		return ctx_fail(ctx, E_NOT_FOUND, "", "录音已按保存期限销毁 / The recording was destroyed at the end of its retention");
	org = rows_int(rows, 1);
	blob = rows_int(rows, 2);
	call->reply.content_type = rows_dup(rows, 3);
	rows_free(rows);
	rows = NULL;
	if ((r = audit(call)) < 0 || (r = blob_lookup(tx, org, blob, &info)) < 0)
		return r;
	watermark(call);
	return blob_open(ctx->env->blobs, org, &info, &call->reply.blob, &ctx->fault);
}

/* ---- who calls -------------------------------------------------------------------------------------------- */

static int unseal_number(struct call *call, int64_t org, struct str sealed, const char **ret)
{
	struct ctx *ctx = call->ctx;
	struct str plain;
	int r;

	*ret = "";
	if (!sealed.len)
		return 0;
	r = vault_unseal(ctx->env->vault, "cases", org, SEAL_FIELD, "call.caller", sealed, ctx->arena, &plain, &ctx->fault);
	if (r == 0)
		*ret = arena_strndup(ctx->arena, plain.p, plain.len);
	return r;
}

int calls_pop_apply(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct jw *w = &call->reply.json;
	const char *phone;
	int r = tx_op(tx, "calls.pop_row", ARGS(A_INT("id", call_int(call, "id", 0))), &rows);

	if (r < 0 || (r = rows_next(rows)) < 0)
		return r;
	if (!r)
		return no_such_call(call);
	if ((r = unseal_number(call, rows_int(rows, 1), rows_blob(rows, 6), &phone)) < 0)
		return r;
	jw_obj(w);
	jw_kid(w, "id", rows_int(rows, 0));
	jw_kid(w, "client_id", rows_int(rows, 2));
	jw_kid(w, "case_id", rows_int(rows, 3));
	jw_kid(w, "open_case_id", rows_int(rows, 7));
	jw_kstr(w, "lang", rows_text(rows, 4));
	jw_kstr(w, "queue", rows_text(rows, 5));
	jw_kcstr(w, "phone", *phone ? phone : NULL);
	jw_kint(w, "earlier_calls", rows_int(rows, 8));
	jw_obj_end(w);
	return 0;
}

int call_number(struct call *call, int64_t call_id, const char **ret)
{
	struct ctx *ctx = call->ctx;
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = db_read(ctx->env->db, ctx, &tx)) < 0 || (r = tx_op(tx, "calls.number", ARGS(A_INT("id", call_id)), &rows)) < 0 ||
	    (r = rows_next(rows)) < 0)
		return r;
	return r ? unseal_number(call, rows_int(rows, 0), rows_blob(rows, 1), ret) : no_such_call(call);
}

int calls_link_apply(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int64_t id = call_int(call, "id", 0), case_id = call_int(call, "case_id", 0);
	int r;

	if ((r = process_sees(tx, case_id)) < 0)
		return r;
	if ((r = tx_op(tx, "calls.row", ARGS(A_INT("id", id)), &rows)) < 0 || (r = rows_next(rows)) < 0)
		return r;
	if (!r)
		return no_such_call(call);
	rows_free(rows);
	rows = NULL;
	call->audit.subject = "call";
	call->audit.subject_id = id;
	return tx_exec(tx, "calls.set_case", ARGS(A_INT("id", id), A_INT("case_id", case_id)), NULL);
}

/* ---- the end of recordings --------------------------------------------------------------------------------- */

/* Each destruction is a write of its own, before the one that says who asked for it. */
int calls_destroy_due_prepare(struct call *call)
{
	struct retention_result *done = ARENA_NEW(call->ctx->arena, struct retention_result);

	call->state = done;
	return retention_run(call->ctx, done);
}

int calls_destroy_due_apply(struct call *call, struct tx *tx)
{
	const struct retention_result *done = call->state;

	call->audit.subject = "call";
	call->audit.detail = str_of(arena_printf(call->ctx->arena, "{\"destroyed\":%lld}", (long long)done->destroyed));
	return 0;
}

int calls_destroy_due_finish(struct call *call)
{
	const struct retention_result *done = call->state;
	struct jw *w = &call->reply.json;

	jw_obj(w);
	jw_kint(w, "destroyed", done->destroyed);
	jw_kint(w, "files", done->files);
	jw_obj_end(w);
	return 0;
}
