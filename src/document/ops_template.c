/* The library over HTTP: search, one version with its annotations, a blank sample, Word files of the firm's own. */
#include "document/ops.h"

#include <sodium.h>

#include "base/id.h"
#include "document/merge.h"
#include "knowledge/lawtext.h"
#include "people/names.h"
#include "store/blobs.h"

void write_tlabel(struct jw *w, const char *key, struct tlabel l)
{
	jw_key(w, key);
	if (!l.zh) {
		jw_null(w);
		return;
	}
	jw_obj(w);
	jw_kcstr(w, "zh", l.zh);
	jw_kcstr(w, "en", l.en);
	jw_obj_end(w);
}

/* ---- search --------------------------------------------------------------------------------- */

static void write_found(struct jw *w, const struct rows *rows)
{
	jw_obj(w);
	jw_kid(w, "id", rows_int(rows, 0));
	jw_kstr(w, "name", rows_text(rows, 1));
	jw_key(w, "title");
	jw_obj(w);
	jw_kstr(w, "zh", rows_text(rows, 2));
	jw_kstr(w, "en", rows_text(rows, 3));
	jw_obj_end(w);
	jw_kstr(w, "kind", rows_text(rows, 4));
	jw_kstr(w, "format", rows_text(rows, 5));
	jw_kstr(w, "state", rows_text(rows, 6));
	jw_kint(w, "uses", rows_int(rows, 7));
	jw_ktime(w, "at", rows_int(rows, 8));
	jw_obj_end(w);
}

static int search(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct str q = name_fold(call->ctx->arena, call_str(call, "q"));
	struct jw *w = &call->reply.json;
	int r = tx_op(tx, "template.find",
		      ARGS(A_STR("q", q.len ? q : STR_NULL), {"kind", call_arg(call, "kind")},
			   A_INT("limit", call_int(call, "limit", 100))),
		      &rows);

	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	while (r >= 0 && (r = rows_next(rows)) > 0)
		write_found(w, rows);
	jw_arr_end(w);
	jw_key(w, "next");
	jw_null(w);
	jw_obj_end(w);
	return r;
}

/* ---- one version ---------------------------------------------------------------------------- */

void write_fields(struct jw *w, const struct tfield *fields, size_t n, void (*with)(struct jw *w, size_t field, void *arg),
		  void *arg)
{
	jw_arr(w);
	for (size_t i = 0; i < n; i++) {
		const struct tfield *f = &fields[i];

		jw_obj(w);
		jw_kcstr(w, "name", f->name);
		jw_kcstr(w, "type", tfield_type_name(f->type));
		write_tlabel(w, "label", f->label);
		write_tlabel(w, "help", f->help);
		jw_kbool(w, "required", f->required);
		jw_kbool(w, "sealed", f->sealed);
		jw_kint(w, "max", f->max);
		jw_key(w, "choices");
		jw_arr(w);
		for (size_t c = 0; c < f->n_choices; c++) {
			jw_obj(w);
			jw_kcstr(w, "value", f->choices[c].value);
			write_tlabel(w, "label", f->choices[c].label);
			jw_obj_end(w);
		}
		jw_arr_end(w);
		jw_key(w, "columns");
		write_fields(w, f->columns, f->n_columns, NULL, NULL);
		if (with)
			with(w, i, arg);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

/* found: true, false, or null where no statutes are loaded that could tell. */
static int write_citation(struct jw *w, struct tx *tx, const struct tcitation *c, bool any_laws)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct str key = law_title_key(tx_ctx(tx)->arena, str_of(c->law));
	int r = tx_op(tx, "template.cited", ARGS(A_STR("title_key", key), A_TEXT("node_key", c->key)), &rows);

	if (r < 0 || (r = rows_next(rows)) < 0)
		return r;
	jw_obj(w);
	jw_kcstr(w, "law", c->law);
	jw_kcstr(w, "article", c->article);
	jw_kint(w, "line", c->line);
	jw_kint(w, "note", c->note);
	jw_kid(w, "article_id", r > 0 ? rows_int(rows, 0) : 0);
	jw_kstr(w, "text", r > 0 ? rows_text(rows, 3) : STR_NULL);
	jw_key(w, "found");
	if (r == 0 && !any_laws)
		jw_null(w);
	else
		jw_bool(w, r > 0);
	jw_obj_end(w);
	return 0;
}

static int write_citations(struct jw *w, struct tx *tx, const struct template *t)
{
	int64_t laws;
	int r = tx_int(tx, "template.law_known", NO_ARGS, &laws);

	jw_key(w, "citations");
	jw_arr(w);
	for (size_t i = 0; r == 0 && i < t->citations.n; i++)
		r = write_citation(w, tx, &t->citations.at[i], laws > 0);
	jw_arr_end(w);
	return r;
}

static void write_notes(struct jw *w, const struct template *t)
{
	jw_key(w, "notes");
	jw_arr(w);
	for (size_t i = 0; i < t->notes.n; i++) {
		CLEANUP(buf_free) struct buf text = {0};

		for (size_t s = 0; s < t->notes.at[i].spans.n; s++)
			buf_add(&text, t->notes.at[i].spans.at[s].text.p, t->notes.at[i].spans.at[s].text.len);
		jw_str(w, buf_str(&text));
	}
	jw_arr_end(w);
}

static int write_reviews(struct jw *w, struct tx *tx, int64_t id)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r = tx_op(tx, "template.reviews", ARGS(A_INT("id", id)), &rows);

	jw_key(w, "reviews");
	jw_arr(w);
	while (r >= 0 && (r = rows_next(rows)) > 0) {
		jw_obj(w);
		jw_kstr(w, "verdict", rows_text(rows, 0));
		jw_kstr(w, "note", rows_text(rows, 1));
		jw_ktime(w, "at", rows_int(rows, 2));
		jw_kstr(w, "person", rows_text(rows, 3));
		jw_kstr(w, "org", rows_text(rows, 4));
		jw_obj_end(w);
	}
	jw_arr_end(w);
	return r;
}

static int show(struct call *call, struct tx *tx)
{
	struct jw *w = &call->reply.json;
	struct template_version v;
	int r = template_version_load(tx, call_int(call, "id", 0), &v);

	if (r < 0)
		return r;
	jw_obj(w);
	jw_kid(w, "id", v.id);
	jw_kcstr(w, "name", v.name);
	write_tlabel(w, "title", (struct tlabel){v.title_zh, v.title_en});
	jw_kcstr(w, "kind", v.kind);
	jw_kcstr(w, "format", v.format);
	jw_kcstr(w, "hash", v.hash);
	jw_kcstr(w, "state", v.state);
	jw_kbool(w, "in_force", v.in_force);
	jw_kbool(w, "own", v.created_by == call->ctx->actor.id);
	jw_kbool(w, "uploaded", v.org_id != 0);
	jw_kbool(w, "report", v.t->n_data > 0);
	jw_ktime(w, "at", v.created_at);
	jw_kstr(w, "text", v.t->text);
	jw_key(w, "fields");
	write_fields(w, v.t->fields, v.t->n_fields, NULL, NULL);
	write_notes(w, v.t);
	if ((r = write_citations(w, tx, v.t)) < 0 || (r = write_reviews(w, tx, v.id)) < 0)
		return r;
	jw_obj_end(w);
	return 0;
}

/* ---- a blank sample ------------------------------------------------------------------------- */

static int load_for_sample(struct call *call, struct template_version *v)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r = db_read(call->ctx->env->db, call->ctx, &tx);

	return r < 0 ? r : template_version_load(tx, call_int(call, "id", 0), v);
}

static int sample(struct call *call)
{
	CLEANUP(json_decrefp) json_t *defaults = json_object();
	CLEANUP(doc_freep) struct doc *d = NULL;
	struct ctx *ctx = call->ctx;
	struct fill fill = fill_now(ctx);
	struct template_version v;
	int r = load_for_sample(call, &v);

	if (r < 0)
		return r;
	if (v.docx.p) {
		buf_add(&call->reply.body, v.docx.p, v.docx.len);
		call->reply.content_type = DOCX_TYPE;
		call->reply.file_name = arena_printf(ctx->arena, "%s.docx", v.title_zh);
		return 0;
	}
	for (size_t i = 0; i < v.t->n_fields; i++)
		json_object_set_new(defaults, v.t->fields[i].name, tfield_default(&v.t->fields[i]));
	fill.values = defaults;
	fill.blanks = fill.notes = true;
	fill.watermark = "样本";
	call->reply.content_type = "application/pdf";
	if ((r = template_fill(v.t, &fill, ctx->arena, &d, &ctx->fault)) < 0)
		return r;
	return document_pdf(d, &call->reply.body, NULL, &ctx->fault);
}

/* ---- upload --------------------------------------------------------------------------------- */

struct upload {
	const char *name, *title, *kind, *need;
	char hash[65];
};

static bool is_kind(const char *kind)
{
	for (const char *const *k = template_kinds; *k; k++)
		if (strcmp(*k, kind) == 0)
			return true;
	return false;
}

static char *word(struct call *call, const char *name)
{
	struct str s = str_trim(call_str(call, name));

	return arena_strndup(call->ctx->arena, s.p ? s.p : "", s.len);
}

static int read_upload(struct call *call, struct str *ret)
{
	const struct blob_info *info = call->upload->blob;
	struct ctx *ctx = call->ctx;

	if (info->size > ((int64_t)16 << 20))
		return ctx_fail(ctx, E_TOO_LARGE, "file", "a Word template has at most 16 MB");
	return blob_read_whole(ctx->env->blobs, ctx->arena, ctx->actor.org_id, info, ret, &ctx->fault);
}

static int upload_prepare(struct call *call)
{
	struct upload *u = call->state = ARENA_NEW(call->ctx->arena, struct upload);
	struct ctx *ctx = call->ctx;
	struct template *t;
	uint8_t digest[32];
	struct str docx;
	int r;

	*u = (struct upload){.name = word(call, "name"), .title = word(call, "title"), .kind = word(call, "kind"),
			     .need = word(call, "need")};
	if (!call->upload)
		return ctx_fail(ctx, E_INVALID, NULL, "the body is the file");
	if (!is_kind(u->kind))
		return ctx_fail(ctx, E_INVALID, "kind", "there is no kind '%s'", u->kind);
	if (strspn(u->name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(u->name))
		return ctx_fail(ctx, E_INVALID, "name", "a template's name has small letters, digits and _");
	if ((r = read_upload(call, &docx)) < 0)
		return r;
	crypto_generichash(digest, sizeof(digest), (const uint8_t *)docx.p, docx.len, NULL, 0);
	sodium_bin2hex(u->hash, sizeof(u->hash), digest, sizeof(digest));
	/* Proven before anything is kept. */
	if ((r = merge_scan(docx, u->name, (struct tlabel){u->title, u->title}, u->kind, u->hash, &t, &ctx->fault)) < 0)
		return r;
	template_free(t);
	return 0;
}

static int upload_apply(struct call *call, struct tx *tx)
{
	struct upload *u = call->state;
	struct ctx *ctx = call->ctx;
	struct str search = template_search_text(ctx->arena, u->name, (struct tlabel){u->title, u->title}, u->need);
	struct jw *w = &call->reply.json;
	int64_t id;
	int r = tx_int(tx, "template.version_put",
		       ARGS(A_INT("id", id_new()), A_INT("org_id", ctx->actor.org_id), A_TEXT("name", u->name),
			    A_TEXT("hash", u->hash), A_TEXT("format", "docx"), A_TEXT("title_zh", u->title),
			    A_TEXT("title_en", u->title), A_TEXT("kind", u->kind), A_STR("search", search),
			    A_INT("blob", call->upload->blob_id)),
		       &id);

	if (r < 0 || (r = tx_op(tx, "template.put",
				ARGS(A_INT("org_id", ctx->actor.org_id), A_TEXT("name", u->name), A_INT("version_id", id)),
				NULL)) < 0)
		return r;
	call->audit.subject = "template";
	call->audit.subject_id = id;
	jw_obj(w);
	jw_kid(w, "id", id);
	jw_obj_end(w);
	return 0;
}

const struct native native_template_search = {"template.search", NULL, search, NULL};
const struct native native_template_show = {"template.show", NULL, show, NULL};
const struct native native_template_sample = {"template.sample", sample, NULL, NULL};
const struct native native_template_upload = {"template.upload", upload_prepare, upload_apply, NULL};
