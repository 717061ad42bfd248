#include "knowledge/import.h"

#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "knowledge/import_inner.h"
#include "knowledge/word.h"

#define FILES_A_TRANSACTION 16

struct import {
	struct env *env;
	struct ctx *ctx;
	struct map *present; /**< paths of this run */
	FILE *report;
	struct import_counts *counts;
	struct arena *arena; /**< of the batch */
	struct source *batch[FILES_A_TRANSACTION];
	size_t n_batch;
};

/* ---- store: runs inside the transaction ----------------------------------------------------- */

int64_t source_stored_day(int64_t day)
{
	return day == DAY_UNKNOWN ? 0 : day;
}

static int put_version(struct tx *tx, const struct source *s, int64_t *ret_law, int64_t *ret_version)
{
	int r = tx_int(tx, "statute.law_upsert",
		       ARGS(A_INT("id", id_new()), A_STR("title", s->law.title), A_STR("title_key", s->key),
			    A_TEXT("kind", s->kind), A_INT("org_id", s->org_id)),
		       ret_law);

	if (r < 0)
		return r;
	return tx_int(tx, "statute.version_upsert",
		      ARGS(A_INT("id", id_new()), A_INT("law_id", *ret_law), A_STR("title", s->law.title),
			   A_INT("version_day", source_stored_day(s->law.version_day)),
			   A_INT("valid_from", source_stored_day(s->law.effective_day)), A_STR("events", s->events)),
		      ret_version);
}

/** What the store already holds of this part decides whether there is work. */
static int judge(struct arena *a, struct map *present, struct tx *tx, struct source *s, int64_t version)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r = tx_op(tx, "statute.source_get", ARGS(A_INT("version_id", version), A_STR("part", s->law.part)), &rows);

	s->outcome = SOURCE_NEW;
	if (r < 0 || (r = rows_next(rows)) <= 0)
		return r;
	s->other = arena_strndup(a, rows_text(rows, 0).p, rows_text(rows, 0).len);
	if (str_is(rows_text(rows, 1), s->hash))
		s->outcome = SOURCE_UNCHANGED;
	else if (present && strcmp(s->other, s->path) != 0 && map_get(present, str_of(s->other)))
		s->outcome = SOURCE_DUPLICATE;
	return 0;
}

static const char *node_kind(enum law_node_kind kind)
{
	return kind == LAW_HEADING ? "heading" : kind == LAW_ARTICLE ? "article" : "text";
}

void source_node_key(const struct law_node *n, size_t position, char *out, size_t size)
{
	if (n->kind != LAW_ARTICLE)
		snprintf(out, size, "%c%zu", n->kind == LAW_HEADING ? 'h' : 't', position);
	else if (n->repeat)
		snprintf(out, size, "%s#%d", n->key, n->repeat);
	else
		snprintf(out, size, "%s", n->key);
}

/** Parts of one law stand in the order of their first articles. */
static int64_t part_order(const struct law_text *law)
{
	for (size_t i = 0; i < law->nodes.n; i++)
		if (law->nodes.at[i].kind == LAW_ARTICLE)
			return strtoll(law->nodes.at[i].key, NULL, 10);
	return 0;
}

static int put_nodes(struct tx *tx, const struct source *s, int64_t version)
{
	int64_t mark = id_new(), order = part_order(&s->law);
	int r = 0;

	for (size_t i = 0; i < s->law.nodes.n && r >= 0; i++) {
		const struct law_node *n = &s->law.nodes.at[i];
		char key[NODE_KEY_MAX];

		source_node_key(n, i, key, sizeof(key));
		r = tx_op(tx, "statute.node_put",
			  ARGS(A_INT("id", id_new()), A_INT("version_id", version), A_STR("part", s->law.part),
			       A_TEXT("node_key", key), A_TEXT("kind", node_kind(n->kind)), A_INT("part_order", order),
			       A_INT("position", (int64_t)i), A_INT("level", n->level),
			       A_STR("number", n->kind == LAW_ARTICLE ? n->number : STR_NULL), A_STR("path", n->path),
			       A_STR("body", n->text), A_INT("mark", mark)),
			  NULL);
	}
	if (r < 0)
		return r;
	return tx_op(tx, "statute.node_sweep",
		     ARGS(A_INT("version_id", version), A_STR("part", s->law.part), A_INT("mark", mark)), NULL);
}

int source_put(struct arena *a, struct map *present, struct tx *tx, struct source *s)
{
	int64_t law, version;
	int r;

	if ((r = put_version(tx, s, &law, &version)) < 0 || (r = judge(a, present, tx, s, version)) < 0)
		return r;
	if (s->outcome != SOURCE_NEW)
		return 0;
	if ((r = put_nodes(tx, s, version)) < 0)
		return r;
	r = tx_op(tx, "statute.source_put",
		  ARGS(A_INT("version_id", version), A_STR("part", s->law.part), A_TEXT("path", s->path),
		       A_TEXT("hash", s->hash), A_INT("articles", (int64_t)s->law.articles)),
		  NULL);
	return r < 0 ? r : tx_op(tx, "statute.relink", ARGS(A_INT("law_id", law)), NULL);
}

static int put_batch(struct tx *tx, void *arg)
{
	struct import *im = arg;
	bool changed = false;
	int r = 0;

	for (size_t i = 0; i < im->n_batch && r >= 0; i++) {
		r = source_put(im->arena, im->present, tx, im->batch[i]);
		changed |= im->batch[i]->outcome == SOURCE_NEW;
	}
	if (r >= 0 && changed)
		r = tx_op(tx, "statute.bump", NO_ARGS, NULL);
	return r;
}

/* ---- files ---------------------------------------------------------------------------------- */

static void count_batch(struct import *im)
{
	for (size_t i = 0; i < im->n_batch; i++) {
		struct source *s = im->batch[i];

		if (s->outcome == SOURCE_NEW) {
			im->counts->imported++;
			im->counts->articles += s->law.articles;
		} else if (s->outcome == SOURCE_UNCHANGED) {
			im->counts->unchanged++;
		} else {
			im->counts->duplicates++;
			fprintf(im->report, "%s: the same version of the same law as %s, which is kept\n", s->path, s->other);
		}
		law_text_free(&s->law);
	}
}

static int flush(struct import *im)
{
	int r = im->n_batch ? db_write_wait(im->env->db, im->ctx, put_batch, im) : 0;

	if (r >= 0)
		count_batch(im);
	else
		for (size_t i = 0; i < im->n_batch; i++)
			law_text_free(&im->batch[i]->law);
	im->n_batch = 0;
	arena_reset(im->arena);
	return r;
}

static struct str events_json(struct arena *a, const struct law_text *law)
{
	CLEANUP(buf_free) struct buf b = {0};
	struct jw w;

	jw_begin(&w, &b);
	jw_arr(&w);
	for (size_t i = 0; i < law->events.n; i++) {
		jw_obj(&w);
		jw_kcstr(&w, "date", date_format(a, law->events.at[i].day));
		jw_kstr(&w, "what", law->events.at[i].what);
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	return (struct str){arena_strndup(a, b.p, b.len), b.len};
}

static void hash_text(struct str text, char out[2 * crypto_generichash_BYTES + 1])
{
	uint8_t hash[crypto_generichash_BYTES];

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)text.p, text.len, NULL, 0);
	sodium_bin2hex(out, 2 * sizeof(hash) + 1, hash, sizeof(hash));
}

static const char *kind_of(struct arena *a, const char *path)
{
	const char *slash = strchr(path, '/');

	return slash ? arena_strndup(a, path, (size_t)(slash - path)) : "其他";
}

static void unreadable(struct import *im, const char *path, const char *why)
{
	im->counts->unreadable++;
	fprintf(im->report, "%s: %s\n", path, why);
}

void source_finish(struct arena *a, struct source *s)
{
	struct str key = law_title_key(a, s->law.title);

	/* Two organisations may each have a rule of the same name. */
	s->key = s->org_id ? str_of(arena_printf(a, "%lld/%.*s", (long long)s->org_id, STR_FMT(key))) : key;
	s->events = events_json(a, &s->law);
}

int source_parse(struct arena *a, const char *path, struct str bytes, struct source *ret, struct fault *f)
{
	struct str text = bytes;
	int r;

	*ret = (struct source){.path = arena_strdup(a, path), .kind = kind_of(a, path)};
	if ((word_is(bytes) && (r = word_law(a, bytes, &text, f)) < 0) ||
	    (r = law_text_parse(a, text, path, &ret->law, f)) < 0)
		return r;
	hash_text(bytes, ret->hash);
	source_finish(a, ret);
	return 0;
}

static int import_file(struct import *im, const char *tree, const char *path)
{
	struct source *s = ARENA_NEW(im->arena, struct source);
	struct fault why = {0};
	struct str text;

	im->counts->files++;
	if (file_read(im->arena, path_join(im->arena, tree, path), LAW_FILE_MAX, &text, &why) < 0 ||
	    source_parse(im->arena, path, text, s, &why) < 0) {
		unreadable(im, path, why.detail);
		return 0;
	}
	for (size_t i = 0; i < s->law.findings.n; i++)
		fprintf(im->report, "%s: %s\n", path, s->law.findings.at[i]);
	im->batch[im->n_batch++] = s;
	return im->n_batch == FILES_A_TRANSACTION ? flush(im) : 0;
}

static bool is_law_file(const char *path)
{
	const char *base = strrchr(path, '/'), *dot = strrchr(path, '.');

	base = base ? base + 1 : path;
	return dot && dot > base && *base != '_' && *base != '~' && (strcmp(dot, ".md") == 0 || strcmp(dot, ".docx") == 0);
}

static int paths_of_list(struct arena *a, const char *list_file, const char ***ret, size_t *ret_n, struct fault *f)
{
	VEC(const char *) paths = {0};
	struct str text, line;
	int r = file_read(a, list_file, LAW_FILE_MAX, &text, f);

	if (r < 0)
		return r;
	while (str_split(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.len)
			VEC_ADD(&paths, arena_strndup(a, line.p, line.len));
	}
	*ret_n = paths.n;
	*ret = paths.n ? arena_memdup(a, paths.at, paths.n * sizeof(paths.at[0])) : NULL;
	VEC_FREE(&paths);
	return 0;
}

static int import_tree(struct import *im, const char *tree, const char **paths, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n; i++)
		map_put(im->present, str_of(paths[i]), im);
	for (size_t i = 0; i < n && r >= 0; i++)
		if (is_law_file(paths[i]))
			r = import_file(im, tree, paths[i]);
	return r < 0 ? r : flush(im);
}

int statutes_import(struct env *env, const char *list_file, const char *const *trees, size_t n_trees, FILE *report,
		    struct import_counts *ret, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *names = arena_new();
	CLEANUP(arena_freep) struct arena *batch = arena_new();
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(env);
	struct import im = {.env = env, .ctx = ctx, .report = report, .counts = ret, .arena = batch};
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	im.present = map_new();
	for (size_t t = 0; t < n_trees && r >= 0; t++) {
		const char **paths = NULL;
		size_t n = 0;

		r = list_file ? paths_of_list(names, list_file, &paths, &n, f)
			      : file_list(names, trees[t], true, &paths, &n, f);
		if (r >= 0 && (r = import_tree(&im, trees[t], paths, n)) < 0)
			*f = ctx->fault;
	}
	map_free(im.present, NULL);
	return r;
}
