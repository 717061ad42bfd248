#include "knowledge/statutes.h"

#include <stdatomic.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "base/assets.h"
#include "base/file.h"
#include "knowledge/citations.h"
#include "knowledge/explain.h"
#include "knowledge/lawtext.h"
#include "knowledge/model.h"
#include "store/db.h"

#define POLL_US (2 * 1000 * 1000)
#define MODEL_FILE "lay.model"
#define MODEL_FILE_MAX (256u << 20)
#define QUESTION_LINE_MAX (64 * 1024)
#define HITS_MAX 400 /**< looked through for those of one kind */
#define LINKS_MAX 60

METRIC(metric_articles, METRIC_GAUGE, "lexline_statute_articles", "Articles in the index");
METRIC(metric_index_bytes, METRIC_GAUGE, "lexline_statute_index_bytes", "Memory of the index");
METRIC(metric_search, METRIC_HISTOGRAM, "lexline_statute_search_seconds", "Time to rank articles for a question");

/** What a search works on: freed by the last who lets go. */
struct shared_index {
	struct corpus *corpus;
	int8_t *doc_vectors;
	struct ranker *ranker; /**< NULL without a model: words alone rank */
	atomic_int users;
	int64_t generation;
};

struct statutes {
	struct env *env;
	struct model *model;  /**< loaded with the first articles; NULL when there is none */
	pthread_mutex_t lock; /**< guards `current` */
	struct shared_index *current;
	struct ticker *ticker;
};

static void release_index(struct shared_index *s)
{
	if (s && atomic_fetch_sub(&s->users, 1) == 1) {
		ranker_free(s->ranker);
		free(s->doc_vectors);
		corpus_free(s->corpus);
		free(s);
	}
}

static struct shared_index *acquire_index(struct statutes *s)
{
	struct shared_index *current;

	pthread_mutex_lock(&s->lock);
	current = s->current;
	if (current)
		atomic_fetch_add(&current->users, 1);
	pthread_mutex_unlock(&s->lock);
	return current;
}

/** The organisation's own model, else the one that is built in. */
static void load_model(struct statutes *s)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct asset *built_in = asset_get("modules/knowledge/data/" MODEL_FILE);
	struct fault f = {0};
	struct str file = built_in ? built_in->data : STR_NULL;

	if (s->env->data_dir &&
	    file_read(a, path_join(a, s->env->data_dir, MODEL_FILE), MODEL_FILE_MAX, &file, &f) < 0 && f.err != E_NOT_FOUND)
		log_fault(LOG_ERROR, "statutes.model", &f);
	if (file.len && model_read(file, &s->model, &f) < 0)
		log_fault(LOG_ERROR, "statutes.model", &f);
}

static void swap_index(struct statutes *s, struct corpus *corpus, int64_t generation)
{
	struct shared_index *fresh = MEM_NEW(struct shared_index), *old;

	fresh->corpus = corpus;
	if (corpus->n && !s->model)
		load_model(s);
	if (s->model) {
		fresh->doc_vectors = vectors_of_docs(s->model->vectors, corpus->index);
		fresh->ranker = ranker_new(corpus, s->model->vectors, fresh->doc_vectors, s->model->known, s->model->trees);
	}
	fresh->generation = generation;
	atomic_init(&fresh->users, 1);
	pthread_mutex_lock(&s->lock);
	old = s->current;
	s->current = fresh;
	pthread_mutex_unlock(&s->lock);
	release_index(old);
	metric_set(&metric_articles, (int64_t)corpus->n);
	metric_set(&metric_index_bytes, (int64_t)index_bytes(corpus->index));
}

static int read_generation(struct tx *tx, int64_t *ret)
{
	int r = tx_int(tx, "statute.generation", NO_ARGS, ret);

	if (r != -E_NOT_FOUND)
		return r;
	*ret = 0;
	return 0;
}

static struct article_row row_of(const struct rows *rows)
{
	return (struct article_row){
		.id = rows_int(rows, 0),
		.law = rows_text(rows, 1),
		.kind = rows_text(rows, 2),
		.part = rows_text(rows, 3),
		.path = rows_text(rows, 4),
		.body = rows_text(rows, 5),
		.key = rows_text(rows, 6),
		.version_day = rows_int(rows, 7),
		.valid_from = rows_int(rows, 8),
		.valid_to = rows_int(rows, 9),
	};
}

static int build_corpus(struct tx *tx, struct corpus **ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct corpus_builder *b;
	struct corpus *corpus;
	int r = tx_op(tx, "statute.index_rows", NO_ARGS, &rows);

	if (r < 0)
		return r;
	b = corpus_builder_new();
	while ((r = rows_next(rows)) > 0) {
		struct article_row row = row_of(rows);

		corpus_builder_add(b, &row);
	}
	corpus = corpus_builder_finish(b);
	if (r < 0) {
		corpus_free(corpus);
		return r;
	}
	*ret = corpus;
	return 0;
}

static int refresh(struct statutes *s, struct ctx *ctx)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct corpus *corpus;
	int64_t generation;
	int r;

	if ((r = db_read(s->env->db, ctx, &tx)) < 0 || (r = read_generation(tx, &generation)) < 0)
		return r;
	if (s->current && s->current->generation == generation)
		return 0;
	if ((r = build_corpus(tx, &corpus)) < 0)
		return r;
	swap_index(s, corpus, generation);
	return 0;
}

static int64_t poll_store(void *arg)
{
	struct statutes *s = arg;
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(s->env);

	if (refresh(s, ctx) < 0)
		log_fault(LOG_WARN, "statutes.refresh", &ctx->fault);
	return time_monotonic_us() + POLL_US;
}

static struct statutes *statutes_new(struct env *env)
{
	struct statutes *s = MEM_NEW(struct statutes);

	s->env = env;
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

int statutes_start(struct env *env, struct statutes **ret, struct fault *f)
{
	struct statutes *s = statutes_new(env);

	s->ticker = ticker_new("statutes", poll_store, s);
	if (!s->ticker) {
		statutes_stop(s);
		return fail(f, E_NO_MEMORY, "", "no thread for the statutes' index");
	}
	*ret = s;
	return 0;
}

int statutes_load(struct env *env, struct statutes **ret, struct fault *f)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(env);
	struct statutes *s = statutes_new(env);
	int r = refresh(s, ctx);

	if (r < 0) {
		*f = ctx->fault;
		statutes_stop(s);
		return r;
	}
	*ret = s;
	return 0;
}

void statutes_stop(struct statutes *s)
{
	if (!s)
		return;
	if (s->ticker)
		ticker_stop(s->ticker);
	release_index(s->current);
	model_free(s->model);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void statutes_nudge(struct statutes *s)
{
	if (s && s->ticker)
		ticker_nudge(s->ticker);
}

static size_t rank(const struct shared_index *s, struct str question, int64_t day, struct index_hit *hits, size_t limit)
{
	int64_t started = time_monotonic_us();
	size_t n = s->ranker ? ranker_search(s->ranker, question, day, hits, limit)
			     : index_search(s->corpus->index, question, day, hits, limit);

	metric_observe_us(&metric_search, time_monotonic_us() - started);
	return n;
}

const struct corpus *statutes_corpus(const struct statutes *s)
{
	return s->current ? s->current->corpus : NULL;
}

int statutes_search(struct statutes *s, struct str question, int64_t day, struct index_hit *hits, size_t limit)
{
	struct shared_index *current = acquire_index(s);
	int n;

	if (!current)
		return -E_BUSY;
	n = (int)rank(current, question, day, hits, limit);
	release_index(current);
	return n;
}

/* ---- operations ----------------------------------------------------------------------------- */

static int64_t day_of(const struct call *call)
{
	return call_has(call, "on") ? call_int(call, "on", 0) : zone_local_day(call->ctx->env->zone, call->ctx->now_ms);
}

static void write_days(struct jw *w, struct arena *a, const struct rows *rows, const char *const *names)
{
	for (; *names; names++) {
		int col = rows_col(rows, *names);

		jw_key(w, *names);
		if (rows_null(rows, col))
			jw_null(w);
		else
			jw_cstr(w, date_format(a, rows_int(rows, col)));
	}
}

static const char *const validity[] = {"valid_from", "valid_to", NULL};
static const char *const repeal[] = {"repealed_on", NULL};
static const char *const dates[] = {"version_date", "valid_from", "valid_to", NULL};

/** @return 1 written, 0 left out: swept since the index was built, another organisation's, of another kind */
static int write_hit(struct call *call, struct tx *tx, const struct index *ix, const struct index_hit *hit)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct jw *w = &call->reply.json;
	struct str text;
	int r;

	if ((r = tx_op(tx, "statute.article_text", ARGS(A_INT("id", hit->id)), &rows)) < 0 ||
	    (r = rows_next(rows)) <= 0)
		return r;
	if (call_has(call, "kind") && !str_eq(call_str(call, "kind"), rows_text(rows, rows_col(rows, "kind"))))
		return 0;
	text = rows_text(rows, rows_col(rows, "body"));
	jw_obj(w);
	jw_kid(w, "article_id", hit->id);
	jw_kid(w, "law_id", rows_int(rows, rows_col(rows, "law_id")));
	jw_kstr(w, "law", rows_text(rows, rows_col(rows, "law")));
	jw_kstr(w, "kind", rows_text(rows, rows_col(rows, "kind")));
	jw_kstr(w, "article", rows_text(rows, rows_col(rows, "article")));
	jw_kstr(w, "heading", rows_text(rows, rows_col(rows, "heading")));
	jw_kstr(w, "text", text);
	write_days(w, call->ctx->arena, rows, validity);
	jw_key(w, "score");
	jw_double(w, (double)hit->score);
	explain_json(w, ix, call_str(call, "q"), text);
	jw_obj_end(w);
	return 1;
}

static int search_apply(struct call *call, struct tx *tx)
{
	struct shared_index *current = acquire_index(call->ctx->env->statutes);
	size_t limit = (size_t)call_int(call, "limit", 10), n, wanted = call_has(call, "kind") ? HITS_MAX : limit * 2;
	struct index_hit *hits = ARENA_ARRAY(call->ctx->arena, struct index_hit, wanted);
	int64_t started = time_monotonic_us();
	struct jw *w = &call->reply.json;
	int r = 0;

	if (!current)
		return ctx_fail(call->ctx, E_BUSY, "", "法条索引正在载入，请稍候再试 / the statutes' index is being loaded");
	n = rank(current, call_str(call, "q"), day_of(call), hits, wanted);
	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	for (size_t i = 0; i < n && limit && r >= 0; i++) {
		r = write_hit(call, tx, current->corpus->index, &hits[i]);
		limit -= r > 0;
	}
	jw_arr_end(w);
	jw_kint(w, "took_us", time_monotonic_us() - started);
	jw_obj_end(w);
	release_index(current);
	return r < 0 ? r : 0;
}

static void write_version(struct jw *w, struct arena *a, const struct rows *rows)
{
	jw_obj(w);
	jw_kid(w, "id", rows_int(rows, 0));
	write_days(w, a, rows, dates);
	jw_key(w, "events");
	jw_raw(w, rows_text(rows, rows_col(rows, "events")));
	jw_obj_end(w);
}

static void write_node(struct jw *w, struct arena *a, const struct rows *rows)
{
	(void)a;
	jw_obj(w);
	jw_kid(w, "id", rows_int(rows, 0));
	jw_kstr(w, "kind", rows_text(rows, 1));
	jw_kint(w, "level", rows_int(rows, 2));
	jw_kstr(w, "part", rows_text(rows, 3));
	jw_key(w, "number");
	if (rows_null(rows, 4))
		jw_null(w);
	else
		jw_str(w, rows_text(rows, 4));
	jw_kstr(w, "body", rows_text(rows, 5));
	jw_obj_end(w);
}

static void write_sibling(struct jw *w, struct arena *a, const struct rows *rows)
{
	jw_obj(w);
	jw_kid(w, "article_id", rows_int(rows, 0));
	jw_kid(w, "version_id", rows_int(rows, 1));
	write_days(w, a, rows, dates);
	jw_kstr(w, "body", rows_text(rows, rows_col(rows, "body")));
	jw_obj_end(w);
}

/** "key": [ …one object a row of @p op… ] */
static int write_rows(struct call *call, struct tx *tx, const char *key, const char *op, struct arg id,
		      void (*write)(struct jw *, struct arena *, const struct rows *))
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct jw *w = &call->reply.json;
	int r = tx_op(tx, op, &id, 1, &rows);

	if (r < 0)
		return r;
	jw_key(w, key);
	jw_arr(w);
	while ((r = rows_next(rows)) > 0)
		write(w, call->ctx->arena, rows);
	jw_arr_end(w);
	return r;
}

static int not_found(struct call *call)
{
	return ctx_fail(call->ctx, E_NOT_FOUND, "id", "没有这部法律或这一条 / no such law or article");
}

static int get_apply(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *law = NULL;
	int64_t id = call_int(call, "id", 0), version = call_int(call, "version", 0);
	struct jw *w = &call->reply.json;
	int r;

	if ((r = tx_op(tx, "statute.law_get", ARGS(A_INT("id", id)), &law)) < 0 || (r = rows_next(law)) < 0)
		return r;
	if (!r)
		return not_found(call);
	if (!version &&
	    (r = tx_int(tx, "statute.version_on", ARGS(A_INT("law_id", id), A_INT("day", day_of(call))), &version)) < 0)
		return r;
	jw_obj(w);
	jw_kid(w, "id", id);
	jw_kstr(w, "title", rows_text(law, 1));
	jw_kstr(w, "kind", rows_text(law, 2));
	jw_key(w, "org_id");
	if (rows_null(law, 3))
		jw_null(w);
	else
		jw_id(w, rows_int(law, 3));
	write_days(w, call->ctx->arena, law, repeal);
	jw_kstr(w, "repealed_by", rows_text(law, 5));
	r = write_rows(call, tx, "versions", "statute.law_versions", (struct arg)A_INT("law_id", id), write_version);
	jw_kid(w, "version_id", version);
	if (r >= 0)
		r = write_rows(call, tx, "nodes", "statute.version_nodes", (struct arg)A_INT("version_id", version),
			       write_node);
	jw_obj_end(w);
	return r;
}

/** Key of the article @p back before this one; "" when there is none. */
static void key_before(const struct rows *article, int back, char key[ARTICLE_KEY_MAX])
{
	size_t len;
	long number;

	key[0] = '\0';
	if (!article_number(rows_text(article, rows_col(article, "article")), &len, key))
		return;
	number = strtol(key, NULL, 10) - back;
	if (back)
		snprintf(key, ARTICLE_KEY_MAX, "%ld", number);
	if (number < 1)
		key[0] = '\0';
}

/** The article that a citation means: as it was in force when the citing one was, or is today. */
static int write_link(struct call *call, struct tx *tx, const struct rows *article, const struct citation *c)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = call->ctx;
	struct jw *w = &call->reply.json;
	struct str text = rows_text(article, rows_col(article, "body"));
	int64_t day = zone_local_day(ctx->env->zone, ctx->now_ms);
	char key[ARTICLE_KEY_MAX];
	int r;

	memcpy(key, c->key, sizeof(key));
	if (c->back >= 0)
		key_before(article, c->back, key);
	if (!rows_null(article, rows_col(article, "valid_to")) && rows_int(article, rows_col(article, "valid_to")) <= day)
		day = rows_int(article, rows_col(article, "valid_from"));
	r = tx_op(tx, "statute.article_named",
		  ARGS(A_STR("title_key", c->law.len ? law_title_key(ctx->arena, c->law) : STR_NULL),
		       A_INT("law_id", c->law.len ? 0 : rows_int(article, rows_col(article, "law_id"))),
		       A_TEXT("node_key", key), A_INT("day", day)),
		  &rows);
	if (r < 0 || (r = rows_next(rows)) <= 0)
		return r; /* not in the library */
	jw_obj(w);
	jw_kint(w, "from", (int64_t)explain_utf16(text, 0, c->from));
	jw_kint(w, "to", (int64_t)explain_utf16(text, 0, c->to));
	jw_kid(w, "article_id", rows_int(rows, 0));
	jw_kid(w, "law_id", rows_int(rows, 1));
	jw_kstr(w, "law", rows_text(rows, 2));
	jw_kstr(w, "article", rows_text(rows, 3));
	jw_obj_end(w);
	return 0;
}

static int write_links(struct call *call, struct tx *tx, const struct rows *article)
{
	struct str text = rows_text(article, rows_col(article, "body"));
	struct jw *w = &call->reply.json;
	struct citation c = {0};
	size_t pos = 0;
	int r = 0;

	jw_key(w, "links");
	jw_arr(w);
	for (int n = 0; n < LINKS_MAX && r >= 0 && citation_next(text, &pos, &c); n++)
		r = write_link(call, tx, article, &c);
	jw_arr_end(w);
	return r;
}

static int article_apply(struct call *call, struct tx *tx)
{
	static const char *const ids[] = {"article_id", "law_id", "version_id", NULL};
	static const char *const texts[] = {"law", "kind", "article", "heading", "body", NULL};
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct arg id = A_INT("id", call_int(call, "id", 0));
	struct jw *w = &call->reply.json;
	int r;

	if ((r = tx_op(tx, "statute.article_text", &id, 1, &rows)) < 0 || (r = rows_next(rows)) < 0)
		return r;
	if (!r)
		return not_found(call);
	jw_obj(w);
	for (const char *const *name = ids; *name; name++)
		jw_kid(w, *name, rows_int(rows, rows_col(rows, *name)));
	for (const char *const *name = texts; *name; name++)
		jw_kstr(w, *name, rows_text(rows, rows_col(rows, *name)));
	write_days(w, call->ctx->arena, rows, dates);
	if ((r = write_links(call, tx, rows)) < 0)
		return r;
	r = write_rows(call, tx, "versions", "statute.article_versions", id, write_sibling);
	jw_obj_end(w);
	return r;
}

const struct native knowledge_natives[] = {
	{.op = "statute.search", .apply = search_apply},
	{.op = "statute.get", .apply = get_apply},
	{.op = "statute.article", .apply = article_apply},
};
const size_t knowledge_n_natives = ARRAY_SIZE(knowledge_natives);

/* ---- command line --------------------------------------------------------------------------- */

static int write_result(struct env *env, struct tx *tx, json_t *id, const struct index_hit *hits, int n, FILE *out)
{
	CLEANUP(buf_free) struct buf line = {0};
	struct jw w;
	int r = 0;

	jw_begin(&w, &line);
	jw_obj(&w);
	jw_key(&w, "id");
	jw_json(&w, id);
	jw_key(&w, "results");
	jw_arr(&w);
	for (int i = 0; i < n && r >= 0; i++) {
		CLEANUP(rows_freep) struct rows *rows = NULL;

		if ((r = tx_op(tx, "statute.article_text", ARGS(A_INT("id", hits[i].id)), &rows)) < 0 ||
		    (r = rows_next(rows)) <= 0)
			continue;
		jw_arr(&w);
		jw_str(&w, rows_text(rows, rows_col(rows, "law")));
		jw_str(&w, rows_text(rows, rows_col(rows, "article")));
		jw_arr_end(&w);
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
	fprintf(out, "%.*s\n", (int)line.len, line.p);
	return r < 0 ? r : 0;
}

static int search_line(struct env *env, struct ctx *ctx, struct str line, size_t limit, FILE *out)
{
	CLEANUP(json_decrefp) json_t *query = NULL;
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct index_hit *hits = ARENA_ARRAY(ctx->arena, struct index_hit, limit);
	int64_t day = zone_local_day(env->zone, ctx->now_ms);
	int r, n;

	if ((r = json_parse(line, &query, &ctx->fault)) < 0)
		return r;
	if (!json_get_str(query, "question").len || !json_object_get(query, "id"))
		return ctx_fail(ctx, E_INVALID, "question", "a line is {\"id\": …, \"question\": \"…\"}");
	n = statutes_search(env->statutes, json_get_str(query, "question"), day, hits, limit);
	if (n < 0 || (r = db_read(env->db, ctx, &tx)) < 0)
		return n < 0 ? n : r;
	return write_result(env, tx, json_object_get(query, "id"), hits, n, out);
}

int statutes_search_lines(struct env *env, size_t limit, FILE *in, FILE *out, FILE *err)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int number = 0, r = 0;

	while (r == 0 && (len = getline(&line, &cap, in)) >= 0) {
		CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(env);
		struct str text = str_trim((struct str){line, (size_t)len});

		number++;
		if (!text.len)
			continue;
		r = text.len > QUESTION_LINE_MAX ? ctx_fail(ctx, E_TOO_LARGE, "", "longer than 64 KiB")
						 : search_line(env, ctx, text, limit, out);
		if (r < 0)
			fprintf(err, "line %d: %s\n", number, ctx->fault.detail);
	}
	free(line);
	return r < 0 ? 1 : 0;
}
