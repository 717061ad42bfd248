/* Statutes and rules uploaded by people: looked at first, imported when confirmed (K01). */
#include "base/id.h"
#include "base/json.h"
#include "knowledge/import_inner.h"
#include "knowledge/statutes.h"
#include "store/blobs.h"

#define CHANGES_SHOWN 200

/** What an upload's row says, and the file parsed by it. */
struct upload_job {
	struct source source;
	bool common;
	int64_t generation; /**< of the statutes when it was looked at */
	int64_t law_id;
};

static int read_blob(struct ctx *ctx, int64_t org, const struct blob_info *info, struct str *ret)
{
	if (info->size > (int64_t)LAW_FILE_MAX)
		return ctx_fail(ctx, E_TOO_LARGE, "file", "文件超过 64 MB / the file is larger than 64 MB");
	return blob_read_whole(ctx->env->blobs, ctx->arena, org, info, ret, &ctx->fault);
}

/** A file without a day of its own is dated by whoever uploads it. */
static void set_days(struct upload_job *job, bool has_day, int64_t day, bool has_from, int64_t valid_from)
{
	struct law_text *law = &job->source.law;

	if (has_day) {
		law->version_day = day;
		if (law->effective_day == DAY_UNKNOWN || law->effective_day < day)
			law->effective_day = day;
	}
	if (has_from)
		law->effective_day = valid_from;
}

/** Into the arena: whatever fails later, nothing has to be released. */
static void keep(struct arena *a, struct law_text *law)
{
	struct law_text heap = *law;

	law->nodes.at = arena_memdup(a, heap.nodes.at, heap.nodes.n * sizeof(heap.nodes.at[0]));
	law->events.at = heap.events.n ? arena_memdup(a, heap.events.at, heap.events.n * sizeof(heap.events.at[0])) : NULL;
	law->findings.at =
		heap.findings.n ? arena_memdup(a, heap.findings.at, heap.findings.n * sizeof(heap.findings.at[0])) : NULL;
	law_text_free(&heap);
}

static int parse(struct call *call, const char *name, struct str bytes, const char *kind, struct upload_job *job)
{
	struct ctx *ctx = call->ctx;
	int r = source_parse(ctx->arena, name, bytes, &job->source, &ctx->fault);

	if (r < 0)
		return r;
	keep(ctx->arena, &job->source.law);
	job->source.kind = kind;
	job->source.org_id = job->common ? 0 : ctx->actor.org_id;
	return 0;
}

static const char *dup(struct call *call, const char *arg)
{
	struct str s = str_trim(call_str(call, arg));

	return arena_strndup(call->ctx->arena, s.p ? s.p : "", s.len);
}

/* ---- looking at it -------------------------------------------------------------------------- */

static int upload_prepare(struct call *call)
{
	struct upload_job *job = ARENA_NEW(call->ctx->arena, struct upload_job);
	struct str bytes;
	int r;

	if (!call->upload)
		return ctx_fail(call->ctx, E_INVALID, "file", "请求的内容应是文件 / the body is the file");
	job->common = str_is(call_str(call, "scope"), "common");
	if ((r = read_blob(call->ctx, call->ctx->actor.org_id, call->upload->blob, &bytes)) < 0 ||
	    (r = parse(call, dup(call, "name"), bytes, dup(call, "kind"), job)) < 0)
		return r;
	call->state = job;
	set_days(job, call_has(call, "version_date"), call_int(call, "version_date", 0), call_has(call, "valid_from"),
		 call_int(call, "valid_from", 0));
	if (job->source.law.version_day == DAY_UNKNOWN)
		return ctx_fail(call->ctx, E_INVALID, "version_date",
				"文件里没有公布日期，请填写 / the file has no day of adoption; give one");
	source_finish(call->ctx->arena, &job->source);
	return 0;
}

static int may_import(struct call *call, struct tx *tx, bool common)
{
	int64_t above;
	int r;

	if (!common)
		return 0;
	if ((r = tx_int(tx, "statute.import_depth", NO_ARGS, &above)) < 0)
		return r;
	return above ? ctx_fail(call->ctx, E_FORBIDDEN, "scope",
				"公共法规由总机构导入；本单位可导入本单位制度 / statutes for everybody are imported by the head organisation")
		     : 0;
}

struct old_article {
	struct str number, path, body;
	bool seen;
};

static int read_old(struct call *call, struct tx *tx, int64_t version, struct map *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct upload_job *job = call->state;
	int r = tx_op(tx, "statute.import_nodes", ARGS(A_INT("version_id", version), A_STR("part", job->source.law.part)),
		      &rows);

	while (r >= 0 && (r = rows_next(rows)) > 0) {
		struct old_article *old = ARENA_NEW(call->ctx->arena, struct old_article);

		old->number = str_of(rows_dup(rows, 1));
		old->path = str_of(rows_dup(rows, 2));
		old->body = str_of(rows_dup(rows, 3));
		map_put(ret, rows_text(rows, 0), old);
	}
	return r;
}

struct counts {
	int64_t added, changed, removed, shown;
};

static void write_text(struct jw *w, const char *key, struct str s)
{
	jw_key(w, key);
	if (s.p)
		jw_str(w, s);
	else
		jw_null(w);
}

static void write_change(struct jw *w, struct counts *n, const char *kind, struct str article, struct str heading,
			 struct str before, struct str after)
{
	if (n->shown++ >= CHANGES_SHOWN)
		return;
	jw_obj(w);
	jw_kcstr(w, "kind", kind);
	jw_kstr(w, "article", article);
	jw_kstr(w, "heading", heading);
	write_text(w, "before", before);
	write_text(w, "after", after);
	jw_obj_end(w);
}

static void compare(struct jw *w, const struct law_text *law, struct map *old, struct counts *n)
{
	for (size_t i = 0; i < law->nodes.n; i++) {
		const struct law_node *node = &law->nodes.at[i];
		char key[NODE_KEY_MAX];
		struct old_article *was;

		if (node->kind != LAW_ARTICLE)
			continue;
		source_node_key(node, i, key, sizeof(key));
		was = map_get(old, str_of(key));
		if (!was) {
			n->added++;
			write_change(w, n, "added", node->number, node->path, STR_NULL, node->text);
			continue;
		}
		was->seen = true;
		if (str_eq(was->body, node->text))
			continue;
		n->changed++;
		write_change(w, n, "changed", node->number, node->path, was->body, node->text);
	}
}

static void write_removed(struct jw *w, struct map *old, struct counts *n)
{
	struct str key;
	void *value;

	for (size_t at = 0; map_next(old, &at, &key, &value);) {
		struct old_article *was = value;

		if (was->seen)
			continue;
		n->removed++;
		write_change(w, n, "removed", was->number, was->path, was->body, STR_NULL);
	}
}

struct match {
	int64_t law, version, day;
};

static int find_match(struct tx *tx, const struct source *s, struct match *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r = tx_op(tx, "statute.import_match",
		      ARGS(A_STR("title_key", s->key), A_INT("version_day", source_stored_day(s->law.version_day))), &rows);

	*ret = (struct match){0};
	if (r < 0 || (r = rows_next(rows)) <= 0)
		return r;
	*ret = (struct match){rows_int(rows, 0), rows_int(rows, 1), rows_int(rows, 2)};
	return 0;
}

static const char *outcome_of(const struct match *m, int64_t day, const struct counts *n)
{
	if (!m->law)
		return "new";
	if (!m->version || m->day != day)
		return "version";
	return n->added || n->changed || n->removed ? "correction" : "unchanged";
}

static int write_preview(struct call *call, struct tx *tx, int64_t id)
{
	struct upload_job *job = call->state;
	const struct law_text *law = &job->source.law;
	struct map *old = map_new();
	struct counts n = {0};
	struct jw *w = &call->reply.json;
	struct match m;
	int r;

	if ((r = find_match(tx, &job->source, &m)) < 0 || (m.version && (r = read_old(call, tx, m.version, old)) < 0)) {
		map_free(old, NULL);
		return r;
	}
	jw_obj(w);
	jw_kid(w, "id", id);
	jw_kstr(w, "title", law->title);
	jw_kstr(w, "part", law->part);
	jw_kcstr(w, "kind", job->source.kind);
	jw_kcstr(w, "scope", job->common ? "common" : "own");
	jw_kcstr(w, "version_date", date_format(call->ctx->arena, law->version_day));
	jw_kcstr(w, "valid_from", date_format(call->ctx->arena, law->effective_day));
	jw_kint(w, "articles", (int64_t)law->articles);
	jw_key(w, "law_id");
	if (m.law)
		jw_id(w, m.law);
	else
		jw_null(w);
	write_text(w, "compared_with",
		   m.version && m.day ? str_of(date_format(call->ctx->arena, m.day)) : STR_NULL);
	jw_key(w, "changes");
	jw_arr(w);
	compare(w, law, old, &n);
	write_removed(w, old, &n);
	jw_arr_end(w);
	map_free(old, NULL);
	jw_kcstr(w, "outcome", outcome_of(&m, source_stored_day(law->version_day), &n));
	jw_kint(w, "added", n.added);
	jw_kint(w, "changed", n.changed);
	jw_kint(w, "removed", n.removed);
	jw_key(w, "findings");
	jw_arr(w);
	for (size_t i = 0; i < law->findings.n; i++)
		jw_cstr(w, law->findings.at[i]);
	jw_arr_end(w);
	jw_obj_end(w);
	return 0;
}

static int generation_of(struct tx *tx, int64_t *ret)
{
	int r = tx_int(tx, "statute.generation", NO_ARGS, ret);

	if (r != -E_NOT_FOUND)
		return r;
	*ret = 0;
	return 0;
}

static int upload_apply(struct call *call, struct tx *tx)
{
	struct upload_job *job = call->state;
	int64_t id = id_new(), generation;
	int r;

	if ((r = may_import(call, tx, job->common)) < 0 || (r = generation_of(tx, &generation)) < 0 ||
	    (r = tx_op(tx, "statute.import_add",
		       ARGS(A_INT("id", id), A_TEXT("scope", job->common ? "common" : "own"),
			    A_TEXT("name", job->source.path), A_TEXT("kind", job->source.kind),
			    A_INT("blob", call->upload->blob_id), A_INT("version_day", job->source.law.version_day),
			    A_INT("valid_from", job->source.law.effective_day), A_STR("title", job->source.law.title),
			    A_INT("articles", (int64_t)job->source.law.articles), A_INT("generation", generation)),
		       NULL)) < 0)
		return r;
	call->audit.subject = "statute_import";
	call->audit.subject_id = id;
	return write_preview(call, tx, id);
}

/* ---- taking it over ------------------------------------------------------------------------- */

static int open_row(struct call *call, struct tx *tx, struct upload_job *job, struct blob_info *info, int64_t *ret_org,
		    struct rows **ret)
{
	int r = tx_op(tx, "statute.import_get", ARGS(A_INT("id", call_int(call, "id", 0))), ret);

	if (r < 0 || (r = rows_next(*ret)) < 0)
		return r;
	if (!r)
		return ctx_fail(call->ctx, E_NOT_FOUND, "id", "没有这次导入 / no such upload");
	if (!str_is(rows_text(*ret, 8), "waiting"))
		return ctx_fail(call->ctx, E_CONFLICT, "id", "已经导入过了 / it has been imported already");
	job->common = str_is(rows_text(*ret, 0), "common");
	job->generation = rows_int(*ret, 7);
	*ret_org = rows_int(*ret, 4);
	return blob_lookup(tx, *ret_org, rows_int(*ret, 3), info);
}

static int confirm_prepare(struct call *call)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct upload_job *job = ARENA_NEW(call->ctx->arena, struct upload_job);
	struct blob_info info;
	struct str bytes;
	int64_t org = 0;
	int r;

	if ((r = db_read(call->ctx->env->db, call->ctx, &tx)) < 0 ||
	    (r = open_row(call, tx, job, &info, &org, &rows)) < 0 || (r = read_blob(call->ctx, org, &info, &bytes)) < 0 ||
	    (r = parse(call, rows_dup(rows, 1), bytes, rows_dup(rows, 2), job)) < 0)
		return r;
	set_days(job, true, rows_int(rows, 5), true, rows_int(rows, 6));
	source_finish(call->ctx->arena, &job->source);
	call->state = job;
	return 0;
}

static int confirm_apply(struct call *call, struct tx *tx)
{
	struct upload_job *job = call->state;
	struct jw *w = &call->reply.json;
	int64_t generation, changed;
	struct match m;
	int r;

	if ((r = may_import(call, tx, job->common)) < 0 || (r = generation_of(tx, &generation)) < 0)
		return r;
	if (generation != job->generation)
		return ctx_fail(call->ctx, E_STALE, "id",
				"预览之后法规库有了变动，请重新上传查看 / the statutes changed since it was looked at; upload it again");
	if ((r = source_put(call->ctx->arena, NULL, tx, &job->source)) < 0 ||
	    (r = tx_op(tx, "statute.bump", NO_ARGS, NULL)) < 0 || (r = find_match(tx, &job->source, &m)) < 0 ||
	    (r = tx_exec(tx, "statute.import_done", ARGS(A_INT("id", call_int(call, "id", 0)), A_INT("law_id", m.law)),
			 &changed)) < 0)
		return r;
	if (!changed)
		return ctx_fail(call->ctx, E_CONFLICT, "id", "已经导入过了 / it has been imported already");
	call->audit.subject = "statute_import";
	call->audit.subject_id = m.law;
	jw_obj(w);
	jw_kid(w, "law_id", m.law);
	jw_kint(w, "articles", (int64_t)job->source.law.articles);
	jw_kcstr(w, "outcome", job->source.outcome == SOURCE_UNCHANGED ? "unchanged" : "imported");
	jw_obj_end(w);
	return 0;
}

static int confirm_finish(struct call *call)
{
	statutes_nudge(call->ctx->env->statutes);
	return 0;
}

const struct native import_natives[] = {
	{.op = "statute.import_upload", .prepare = upload_prepare, .apply = upload_apply},
	{.op = "statute.import_confirm", .prepare = confirm_prepare, .apply = confirm_apply, .finish = confirm_finish},
};
const size_t import_n_natives = ARRAY_SIZE(import_natives);
