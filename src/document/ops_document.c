/* Documents of a case: interview, preview, and the real one. */
#include "document/ops.h"

#include <sodium.h>
#include <stdio.h>

#include "base/id.h"
#include "document/merge.h"
#include "process/process.h"
#include "store/blobs.h"
#include "store/vault.h"
#include "trust/audit.h"

struct fill fill_now(const struct ctx *ctx)
{
	return (struct fill){.created_ms = ctx->now_ms, .utc_offset_s = zone_offset_s(ctx->env->zone, ctx->now_ms), .lang = ctx->lang};
}

/* ---- what all three begin with -------------------------------------------------------------- */

struct work {
	struct template_version v;
	struct gathered g;
};

static void work_free(struct work *w)
{
	gathered_free(&w->g);
}

static int answers_of(struct call *call, json_t **ret)
{
	struct str text = call_str(call, "answers");
	int r;

	*ret = NULL;
	if (!call_has(call, "answers"))
		return 0;
	if ((r = json_parse(text, ret, &call->ctx->fault)) < 0)
		return r;
	if (json_is_object(*ret))
		return 0;
	json_decref(*ret);
	*ret = NULL;
	return ctx_fail(call->ctx, E_INVALID, "answers", "answers are an object: {\"field\": value}");
}

static int begin(struct call *call, bool reveal, struct work *w)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(json_decrefp) json_t *answers = NULL;
	struct ctx *ctx = call->ctx;
	int r;

	if ((r = answers_of(call, &answers)) < 0 || (r = db_read(ctx->env->db, ctx, &tx)) < 0 ||
	    (r = template_version_load(tx, call_int(call, "template_id", 0), &w->v)) < 0)
		return r;
	if (w->v.t->n_data)
		return ctx_fail(ctx, E_INVALID, "template_id", "this is a report; it is made on the page of reports");
	return gather(tx, w->v.t, call_int(call, "id", 0), answers, reveal, &w->g);
}

/* ---- interview ------------------------------------------------------------------------------ */

static bool is_missing(const struct work *w, size_t i)
{
	return w->v.t->fields[i].required && tfield_asked(w->v.t, i, w->g.values) && !tfield_given(w->v.t, i, w->g.values) &&
	       !w->g.found[i].hint;
}

static void field_state(struct jw *w, size_t i, void *arg)
{
	static const char *const sources[] = {NULL, "answer", "earlier", NULL, "default"};
	struct work *k = arg;
	const struct found *found = &k->g.found[i];
	const json_t *value = json_object_get(k->g.values, k->v.t->fields[i].name);
	bool sealed = found->sealed && found->in != FOUND_ANSWER;

	jw_kbool(w, "asked", tfield_asked(k->v.t, i, k->g.values));
	jw_kbool(w, "known", found->hint || value);
	jw_kbool(w, "missing", is_missing(k, i));
	jw_kcstr(w, "source", found->in == FOUND_SOURCE ? found->source : sources[found->in]);
	jw_kcstr(w, "hint", found->hint ? found->hint : sealed && value ? "•••" : NULL);
	jw_key(w, "value");
	if (sealed || !value)
		jw_null(w);
	else
		jw_json(w, value);
}

static size_t count_missing(const struct work *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->v.t->n_fields; i++)
		n += is_missing(w, i);
	return n;
}

static int interview(struct call *call)
{
	CLEANUP(work_free) struct work k = {0};
	struct jw *w = &call->reply.json;
	int r = begin(call, false, &k);

	if (r < 0)
		return r;
	jw_obj(w);
	jw_kid(w, "template_id", k.v.id);
	write_tlabel(w, "title", (struct tlabel){k.v.title_zh, k.v.title_en});
	jw_kcstr(w, "state", k.v.state);
	jw_kcstr(w, "format", k.v.format);
	jw_kcstr(w, "hash", k.v.hash);
	jw_kint(w, "missing", (int64_t)count_missing(&k));
	jw_key(w, "fields");
	write_fields(w, k.v.t->fields, k.v.t->n_fields, field_state, &k);
	jw_obj_end(w);
	return 0;
}

/* ---- preview -------------------------------------------------------------------------------- */

/* Where the real document has a sealed value, the preview shows its hint. */
static void show_hints(struct work *k)
{
	for (size_t i = 0; i < k->v.t->n_fields; i++) {
		const struct tfield *f = &k->v.t->fields[i];
		const struct found *found = &k->g.found[i];

		if (found->hint && (f->type == TF_TEXT || f->type == TF_LONG_TEXT || f->type == TF_PHONE || f->type == TF_EMAIL))
			json_object_set_new(k->g.values, f->name, json_string(found->hint));
		else if (found->sealed && found->in == FOUND_EARLIER && json_is_string(json_object_get(k->g.values, f->name)))
			json_object_set_new(k->g.values, f->name, json_string("•••"));
	}
}

static int preview(struct call *call)
{
	CLEANUP(work_free) struct work k = {0};
	CLEANUP(doc_freep) struct doc *d = NULL;
	struct ctx *ctx = call->ctx;
	struct fill fill = fill_now(ctx);
	int r = begin(call, false, &k);

	if (r < 0)
		return r;
	show_hints(&k);
	if (k.v.docx.p) {
		call->reply.content_type = DOCX_TYPE;
		call->reply.file_name = arena_printf(ctx->arena, "%s.docx", k.v.title_zh);
		return merge_fill(k.v.docx, k.v.t, k.g.values, &call->reply.body, &ctx->fault);
	}
	fill.values = k.g.values;
	fill.blanks = true;
	fill.notes = call_int(call, "notes", 0) != 0;
	fill.watermark = "草稿";
	fill.author = json_string_value(json_object_get(k.g.facts, "org"));
	call->reply.content_type = "application/pdf";
	if ((r = template_fill(k.v.t, &fill, ctx->arena, &d, &ctx->fault)) < 0)
		return r;
	return document_pdf(d, &call->reply.body, NULL, &ctx->fault);
}

/* ---- the real one --------------------------------------------------------------------------- */

struct output {
	const char *name, *media_type;
	struct blob_info blob;
};

struct making {
	int64_t id, case_id, org_id, client_id, version_id;
	const char *title;
	struct str answers; /* sealed */
	struct output outputs[2];
	size_t n;
	bool pdf, revealed;
	int pages;
	int64_t attachments[2];
	const char *template_name, *hash;
};

static int store(struct ctx *ctx, const struct buf *bytes, struct output *o)
{
	struct blob_writer *w;
	int r;

	if ((r = blob_create(ctx->env->blobs, ctx->actor.org_id, &w, &ctx->fault)) < 0)
		return r;
	if ((r = blob_write(w, bytes->p, bytes->len, &ctx->fault)) < 0) {
		blob_abandon(w);
		return r;
	}
	return blob_finish(w, &o->blob, &ctx->fault);
}

static int add_output(struct ctx *ctx, struct making *m, const struct buf *bytes, const char *end, const char *media_type)
{
	struct output *o = &m->outputs[m->n];

	o->name = arena_printf(ctx->arena, "%s.%s", m->title, end);
	o->media_type = media_type;
	m->n++;
	return store(ctx, bytes, o);
}

static int write_outputs(struct call *call, struct work *k, struct making *m)
{
	CLEANUP(buf_free) struct buf pdf = {0}, docx = {0};
	CLEANUP(doc_freep) struct doc *d = NULL;
	struct ctx *ctx = call->ctx;
	struct fill fill = fill_now(ctx);
	int r;

	fill.values = k->g.values;
	fill.notes = call_int(call, "notes", 0) != 0;
	fill.author = json_string_value(json_object_get(k->g.facts, "org"));
	if ((r = template_fill(k->v.t, &fill, ctx->arena, &d, &ctx->fault)) < 0)
		return r;
	m->pdf = call_int(call, "pdf", 1) != 0;
	if (m->pdf && ((r = document_pdf(d, &pdf, &m->pages, &ctx->fault)) < 0 ||
		       (r = add_output(ctx, m, &pdf, "pdf", "application/pdf")) < 0))
		return r;
	if (call_int(call, "docx", 0) && ((r = document_docx(d, &docx, &ctx->fault)) < 0 ||
					  (r = add_output(ctx, m, &docx, "docx", DOCX_TYPE)) < 0))
		return r;
	return m->n ? 0 : ctx_fail(ctx, E_INVALID, "pdf", "choose PDF, DOCX or both");
}

/* What is required of a Word file's fields: nothing, they are all texts. */
static int write_merged(struct call *call, struct work *k, struct making *m)
{
	CLEANUP(buf_free) struct buf docx = {0};
	int r = merge_fill(k->v.docx, k->v.t, k->g.values, &docx, &call->ctx->fault);

	return r < 0 ? r : add_output(call->ctx, m, &docx, "docx", DOCX_TYPE);
}

/* What came sealed from case or client is looked up again next time, not kept a second time. */
static int seal_answers(struct call *call, struct work *k, struct making *m)
{
	struct ctx *ctx = call->ctx;
	char bound_to[64], *text;
	struct str plain;
	int r;

	for (size_t i = 0; i < k->v.t->n_fields; i++)
		if (k->g.found[i].in == FOUND_SOURCE)
			json_object_del(k->g.values, k->v.t->fields[i].name);
	text = json_dumps(k->g.values, JSON_COMPACT);
	if (!text)
		return ctx_fail(ctx, E_NO_MEMORY, NULL, "out of memory");
	plain = str_of(text);
	snprintf(bound_to, sizeof(bound_to), "document.answers/%lld", (long long)m->id);
	r = vault_seal(ctx->env->vault, "cases", m->org_id, SEAL_FIELD, bound_to, plain, ctx->arena, &m->answers, &ctx->fault);
	sodium_memzero(text, plain.len);
	free(text);
	return r;
}

static int may_make(struct call *call, const struct work *k)
{
	bool english = call->ctx->lang == LANG_EN;

	if (strcmp(k->v.state, "reviewed") != 0)
		return ctx_fail(call->ctx, E_CONFLICT, "template_id", "%s",
				english ? "This version of the template has not been reviewed by a lawyer yet"
					: "这一版范本尚未经律师审核，审核后才能用于交付");
	if (!k->v.in_force)
		return ctx_fail(call->ctx, E_CONFLICT, "template_id", "%s",
				english ? "There is a newer version of this template" : "这一版范本已被新版取代");
	if (json_is_true(json_object_get(k->g.facts, "ended")))
		return ctx_fail(call->ctx, E_CONFLICT, NULL, "%s", english ? "The case has ended" : "该件已办结");
	return 0;
}

static int make_prepare(struct call *call)
{
	CLEANUP(work_free) struct work k = {0};
	struct making *m = call->state = ARENA_NEW(call->ctx->arena, struct making);
	int r = begin(call, true, &k);

	if (r < 0 || (r = may_make(call, &k)) < 0)
		return r;
	*m = (struct making){.id = id_new(), .case_id = call_int(call, "id", 0), .org_id = k.g.org_id,
			     .client_id = k.g.client_id, .version_id = k.v.id, .title = k.v.title_zh,
			     .revealed = k.g.revealed_case || k.g.revealed_client,
			     .template_name = k.v.name, .hash = k.v.hash};
	r = k.v.docx.p ? write_merged(call, &k, m) : write_outputs(call, &k, m);
	return r < 0 ? r : seal_answers(call, &k, m);
}

/* Sealed values went into the document: the access log says so (T04). */
static int note_reveal(struct call *call, struct tx *tx, const struct making *m)
{
	struct audit_entry e = {
		.action = "document.make",
		.subject = m->client_id ? "client" : "case",
		.subject_id = m->client_id ? m->client_id : m->case_id,
		.detail = str_of(arena_printf(call->ctx->arena, "{\"purpose\":\"document\",\"template\":\"%s\",\"case\":\"%lld\"}",
					      m->template_name, (long long)m->case_id)),
		.reveal = true,
	};

	return m->revealed ? audit_add(tx, &e) : 0;
}

static int make_apply(struct call *call, struct tx *tx)
{
	struct making *m = call->state;
	struct process_file files[2] = {0};
	int64_t org = call->ctx->actor.org_id;
	size_t docx = m->pdf ? 1 : 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n; i++) {
		const struct output *o = &m->outputs[i];

		files[i] = (struct process_file){.name = o->name, .media_type = o->media_type, .sha256 = o->blob.sha256,
						 .size = o->blob.size, .blob_org_id = org};
		r = blob_record(tx, org, &o->blob, o->media_type, &files[i].blob_id);
	}
	if (r < 0 || (r = process_attach(tx, m->case_id, files, m->n, "document", m->attachments)) < 0 ||
	    (r = tx_op(tx, "document.add",
		       ARGS(A_INT("id", m->id), A_INT("org_id", m->org_id), A_INT("case_id", m->case_id),
			    A_INT("version_id", m->version_id), A_TEXT("title", m->title), A_BLOB("answers", m->answers),
			    A_ID("pages", m->pages), A_ID("pdf_id", m->pdf ? m->attachments[0] : 0),
			    A_ID("docx_id", docx < m->n ? m->attachments[docx] : 0)),
		       NULL)) < 0)
		return r;
	call->audit.subject = "case";
	call->audit.subject_id = m->case_id;
	call->audit.detail = str_of(arena_printf(call->ctx->arena, "{\"template\":\"%s\",\"version\":\"%.16s\"}",
						 m->template_name, m->hash));
	return note_reveal(call, tx, m);
}

static int make_finish(struct call *call)
{
	struct making *m = call->state;
	struct jw *w = &call->reply.json;
	size_t docx = m->pdf ? 1 : 0;

	jw_obj(w);
	jw_kid(w, "id", m->id);
	jw_kid(w, "pdf_id", m->pdf ? m->attachments[0] : 0);
	jw_kid(w, "docx_id", docx < m->n ? m->attachments[docx] : 0);
	jw_key(w, "pages");
	if (m->pages)
		jw_int(w, m->pages);
	else
		jw_null(w);
	jw_kcstr(w, "title", m->title);
	jw_obj_end(w);
	call->ctx->touched |= TOUCHED_FEED;
	return 0;
}

/* ---- list ----------------------------------------------------------------------------------- */

static void write_document(struct jw *w, const struct rows *rows)
{
	jw_obj(w);
	jw_kid(w, "id", rows_int(rows, 0));
	jw_kstr(w, "title", rows_text(rows, 1));
	jw_kid(w, "template_id", rows_int(rows, 2));
	jw_kstr(w, "template", rows_text(rows, 3));
	jw_kstr(w, "hash", rows_text(rows, 4));
	jw_key(w, "pages");
	if (rows_null(rows, 5))
		jw_null(w);
	else
		jw_int(w, rows_int(rows, 5));
	jw_kid(w, "pdf_id", rows_int(rows, 6));
	jw_kid(w, "docx_id", rows_int(rows, 7));
	jw_ktime(w, "at", rows_int(rows, 8));
	jw_kstr(w, "person", rows_text(rows, 9));
	jw_obj_end(w);
}

static int of_case(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct jw *w = &call->reply.json;
	int64_t id = call_int(call, "id", 0);
	int r;

	if ((r = process_sees(tx, id)) < 0 || (r = tx_op(tx, "document.rows_of_case", ARGS(A_INT("case_id", id)), &rows)) < 0)
		return r;
	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	while ((r = rows_next(rows)) > 0)
		write_document(w, rows);
	jw_arr_end(w);
	jw_key(w, "next");
	jw_null(w);
	jw_obj_end(w);
	return r;
}

const struct native native_document_interview = {"document.interview", interview, NULL, NULL};
const struct native native_document_preview = {"document.preview", preview, NULL, NULL};
const struct native native_document_make = {"document.make", make_prepare, make_apply, make_finish};
const struct native native_document_of_case = {"document.of_case", NULL, of_case, NULL};
