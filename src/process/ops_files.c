/* What hangs on a case: files, citations, deliveries. */
#include "process/ops.h"

#include "base/id.h"
#include "store/blobs.h"

/** Everybody who sees a case may add to it, until it has ended. */
static int load_open(struct tx *tx, int64_t case_id, struct kase **ret)
{
	struct kase *k;
	int err = process_load(tx, case_id, &k);

	if (err < 0)
		return err;
	if (k->ended) {
		kase_free(k);
		return ctx_fail(tx_ctx(tx), E_CONFLICT, NULL, "%s",
				tx_ctx(tx)->lang == LANG_EN ? "The case has ended" : "该件已办结");
	}
	*ret = k;
	return 0;
}

static int save(struct call *call, struct kase *k, const char *kind, struct str text,
		const char *data)
{
	int err;

	call->audit.subject = "case";
	call->audit.subject_id = k->id;
	if ((err = kase_event(k, kind, NULL, -1, -1, text, str_of(data))) < 0 ||
	    (err = kase_save(k)) < 0)
		return err;
	return kase_feed(k, "case.changed", 0, NULL);
}

static void reply_id(struct call *call, int64_t id)
{
	struct jw *w = &call->reply.json;

	jw_obj(w);
	jw_kid(w, "id", id);
	jw_obj_end(w);
}

/* ---- files
 * -------------------------------------------------------------------------------------------------
 */

static int add_file(struct kase *k, const struct process_file *f, int64_t *ret_id)
{
	int64_t id = id_new();
	int err = tx_exec(k->tx, "case.attachment_add",
			  ARGS(A_INT("id", id), A_INT("case_id", k->id), A_TEXT("name", f->name),
			       A_INT("size", f->size), A_TEXT("media_type", f->media_type),
			       A_INT("blob", f->blob_id), A_INT("blob_org_id", f->blob_org_id),
			       A_TEXT("sha256", f->sha256)),
			  NULL);

	if (err < 0)
		return err;
	k->n_attachments++;
	*ret_id = id;
	return 0;
}

int process_attach(struct tx *tx, int64_t case_id, const struct process_file *files, size_t n, const char *kind,
		   int64_t *ret_ids)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	int err = load_open(tx, case_id, &k);

	for (size_t i = 0; err == 0 && i < n; i++)
		err = add_file(k, &files[i], &ret_ids[i]);
	if (err < 0)
		return err;
	err = kase_event(k, kind, NULL, -1, -1, str_of(files[0].name),
			 str_of(arena_printf(k->arena, "{\"attachment_id\":\"%lld\",\"size\":%lld}",
					     (long long)ret_ids[0], (long long)files[0].size)));
	if (err < 0 || (err = kase_save(k)) < 0)
		return err;
	return kase_feed(k, "case.changed", 0, NULL);
}

static int attach(struct call *call, struct tx *tx)
{
	const struct call_upload *up = call->upload;
	struct str name = str_trim(call_str(call, "name"));
	struct process_file file = {.name = arena_strndup(call->ctx->arena, name.p, name.len)};
	int64_t id;
	int err;

	if (!up)
		return ctx_fail(call->ctx, E_INVALID, NULL, "the body is the file");
	file.media_type = up->media_type ? up->media_type : "application/octet-stream";
	file.sha256 = up->blob->sha256;
	file.size = up->blob->size;
	file.blob_id = up->blob_id;
	file.blob_org_id = call->ctx->actor.org_id;
	if ((err = process_attach(tx, call_int(call, "id", 0), &file, 1, "attachment", &id)) < 0)
		return err;
	call->audit.subject = "case";
	call->audit.subject_id = call_int(call, "id", 0);
	reply_id(call, id);
	return 0;
}

static int attachment(struct call *call, struct tx *tx)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	CLEANUP(rows_freep) struct rows *r = NULL;
	struct ctx *ctx = call->ctx;
	struct blob_info info;
	int64_t org;
	int err;

	if ((err = process_load(tx, call_int(call, "id", 0), &k)) < 0 ||
	    (err = tx_op(
		     tx, "case.attachment_by_id",
		     ARGS(A_INT("id", call_int(call, "attachment", 0)), A_INT("case_id", k->id)),
		     &r)) < 0 ||
	    (err = rows_next(r)) < 0)
		return err;
	if (err == 0)
		return ctx_fail(ctx, E_NOT_FOUND, NULL, "there is no such file");
	call->reply.file_name = rows_dup(r, 0);
	call->reply.content_type = rows_dup(r, 1);
	/* Kept under the organisation of whoever uploaded it, which may be above the case's. */
	org = rows_int(r, 3);
	if ((err = blob_lookup(tx, org, rows_int(r, 2), &info)) < 0)
		return err;
	return blob_open(ctx->env->blobs, org, &info, &call->reply.blob, &ctx->fault);
}

/* ---- citations
 * ------------------------------------------------------------------------------------------------
 */

static int store_citation(struct kase *k, int64_t id, int64_t article_id, struct rows *a,
			  struct str *ret_what)
{
	struct str law = rows_text(a, rows_col(a, "law")),
		   article = rows_text(a, rows_col(a, "article"));
	char *what = arena_printf(k->arena, "%.*s %.*s", STR_FMT(law), STR_FMT(article));

	*ret_what = str_of(what);
	return tx_exec(k->tx, "case.citation_add",
		       ARGS(A_INT("id", id), A_INT("case_id", k->id),
			    A_INT("article_id", article_id), A_STR("law", law),
			    A_STR("article", article),
			    A_STR("text", rows_text(a, rows_col(a, "body")))),
		       NULL);
}

/** The text is frozen: what was told to the client stays what it was when the law changes. */
static int cite(struct call *call, struct tx *tx)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	CLEANUP(rows_freep) struct rows *a = NULL;
	int64_t article_id = call_int(call, "article_id", 0), id = id_new();
	struct str what;
	int err;

	if ((err = load_open(tx, call_int(call, "id", 0), &k)) < 0 ||
	    (err = tx_op(tx, "statute.article_text", ARGS(A_INT("id", article_id)), &a)) < 0 ||
	    (err = rows_next(a)) < 0)
		return err;
	if (err == 0)
		return ctx_fail(call->ctx, E_NOT_FOUND, "article_id", "there is no such article");
	err = store_citation(k, id, article_id, a, &what);
	if (err == -E_EXISTS)
		return ctx_fail(call->ctx, E_EXISTS, "article_id", "%s",
				call->ctx->lang == LANG_EN ? "The article is cited already"
							   : "该条文已引用");
	if (err < 0)
		return err;
	k->n_citations++;
	err = save(call, k, "citation", what,
		   arena_printf(k->arena, "{\"article_id\":\"%lld\"}", (long long)article_id));
	if (err < 0)
		return err;
	reply_id(call, id);
	return 0;
}

static int uncite(struct call *call, struct tx *tx)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	CLEANUP(rows_freep) struct rows *r = NULL;
	struct str article;
	int err;

	if ((err = load_open(tx, call_int(call, "id", 0), &k)) < 0 ||
	    (err = tx_op(tx, "case.citation_drop",
			 ARGS(A_INT("id", call_int(call, "citation", 0)), A_INT("case_id", k->id)),
			 &r)) < 0 ||
	    (err = rows_next(r)) < 0)
		return err;
	if (err == 0)
		return ctx_fail(call->ctx, E_NOT_FOUND, NULL, "there is no such citation");
	article = str_of(rows_dup(r, 0));
	k->n_citations--;
	return save(call, k, "citation", article, "{\"taken_back\":true}");
}

/* ---- deliveries
 * --------------------------------------------------------------------------------------------------
 */

static int delivered(struct call *call, struct tx *tx)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err;

	if ((err = process_load(tx, call_int(call, "id", 0), &k)) < 0 ||
	    (err = tx_op(tx, "case.delivery_opened",
			 ARGS(A_INT("id", call_int(call, "delivery", 0)), A_INT("case_id", k->id)),
			 &r)) < 0 ||
	    (err = rows_next(r)) < 0)
		return err;
	if (err == 0)
		return ctx_fail(call->ctx, E_NOT_FOUND, NULL, "there is no such delivery");
	return save(call, k, "delivery", STR_NULL, "{\"opened\":true}");
}

const struct native native_case_attach = {"case.attach", NULL, attach, NULL};
const struct native native_case_attachment = {"case.attachment", NULL, attachment, NULL};
const struct native native_case_cite = {"case.cite", NULL, cite, NULL};
const struct native native_case_uncite = {"case.uncite", NULL, uncite, NULL};
const struct native native_case_delivered = {"case.delivered", NULL, delivered, NULL};
