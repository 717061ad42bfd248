#include "document/library.h"

#include <pthread.h>

#include "base/assets.h"
#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "base/memory.h"
#include "document/merge.h"
#include "people/names.h"
#include "store/blobs.h"

#define BUILT_IN "modules/documents/templates/"
#define FILE_MAX ((size_t)1 << 20)
#define DOCX_MAX ((int64_t)16 << 20)

struct templates {
	struct env *env;
	pthread_mutex_t lock;
	struct map *by_hash; /* struct template, once parsed kept for good */
};

/* ---- reading files -------------------------------------------------------------------------- */

typedef VEC(struct template *) template_list;

static void add(template_list *all, struct str text, const char *file, struct yreport *r)
{
	struct template *t;

	if (template_parse(text, file, &t, r) < 0)
		return;
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->at[i]->name, t->name) == 0) {
			template_free(all->at[i]);
			all->at[i] = t;
			return;
		}
	VEC_ADD(all, t);
}

static bool is_template(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && strcmp(path + n - 3, ".md") == 0;
}

static void add_assets(struct arena *a, const char *prefix, template_list *all, struct yreport *r)
{
	const struct asset **list;
	size_t n = asset_list(a, prefix, &list);

	for (size_t i = 0; i < n; i++)
		if (is_template(list[i]->path))
			add(all, list[i]->data, list[i]->path, r);
}

static int add_folder(struct arena *a, const char *dir, template_list *all, struct yreport *r, struct fault *f)
{
	const char **names;
	size_t n;
	int err;

	if (!file_is_dir(dir))
		return 0;
	if ((err = file_list(a, dir, false, &names, &n, f)) < 0)
		return err;
	for (size_t i = 0; i < n; i++) {
		const char *path = path_join(a, dir, names[i]);
		struct str text;

		if (!is_template(path))
			continue;
		if ((err = file_read(a, path, FILE_MAX, &text, f)) < 0)
			return err;
		add(all, text, path, r);
	}
	return 0;
}

static void free_all(template_list *all)
{
	for (size_t i = 0; i < all->n; i++)
		template_free(all->at[i]);
	VEC_FREE(all);
}

/* Figures come from operations the engine may call; their names are checked like those of fields. */
static void check_data(const struct template *t, const struct catalogue *ops, struct yreport *r)
{
	for (size_t i = 0; i < t->n_data; i++) {
		const struct op *op = catalogue_find(ops, t->data[i].op);
		struct ynode at = {.file = t->file, .line = t->data[i].line};

		if (!op || op->via != VIA_ENGINE || !op->read_only)
			yreport_add(r, &at, "the data '%s' needs an operation (via: engine) that reads; '%s' is none",
				    t->data[i].name, t->data[i].op);
	}
}

static void check_name(const struct template *t, struct yreport *r)
{
	const char *slash = strrchr(t->file, '/'), *file = slash ? slash + 1 : t->file;
	struct ynode at = {.file = t->file, .line = 1};

	if (strlen(file) != strlen(t->name) + 3 || strncmp(file, t->name, strlen(t->name)) != 0)
		yreport_add(r, &at, "the template is called '%s', its file otherwise", t->name);
}

int templates_check(const char *profile, const struct catalogue *ops, struct yreport *r, size_t *ret_n, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	template_list all = {0};
	int err = 0;

	add_assets(a, BUILT_IN, &all, r);
	if (strchr(profile, '/') || file_is_dir(profile))
		err = add_folder(a, path_join(a, profile, "templates"), &all, r, f);
	else
		add_assets(a, arena_printf(a, "profiles/%s/templates/", profile), &all, r);
	for (size_t i = 0; i < all.n; i++) {
		check_data(all.at[i], ops, r);
		check_name(all.at[i], r);
	}
	*ret_n = all.n;
	free_all(&all);
	return err;
}

/* ---- the library ---------------------------------------------------------------------------- */

struct str template_search_text(struct arena *a, const char *name, struct tlabel title, const char *need)
{
	CLEANUP(buf_free) struct buf out = {0};
	struct str folded = name_fold(a, str_of(title.zh)), sound, initials, english = name_fold(a, str_of(title.en));
	struct str rest = str_of(need), word;

	name_sound(a, folded, &sound, &initials);
	buf_printf(&out, "%.*s %.*s %.*s %.*s %s", STR_FMT(folded), STR_FMT(sound), STR_FMT(initials), STR_FMT(english), name);
	while (rest.p && str_split(&rest, ' ', &word)) {
		struct str w = name_fold(a, word), s, i;

		if (!w.len)
			continue;
		name_sound(a, w, &s, &i);
		buf_printf(&out, " %.*s %.*s %.*s", STR_FMT(w), STR_FMT(s), STR_FMT(i));
	}
	return (struct str){arena_strndup(a, out.p, out.len), out.len};
}

static int put_one(struct tx *tx, const struct template *t, struct arena *a)
{
	struct str search = template_search_text(a, t->name, t->title, t->need);
	int64_t id;
	int r = tx_int(tx, "template.version_put",
		       ARGS(A_INT("id", id_new()), A_INT("org_id", 0), A_TEXT("name", t->name), A_TEXT("hash", t->hash),
			    A_TEXT("format", "md"), A_TEXT("title_zh", t->title.zh), A_TEXT("title_en", t->title.en),
			    A_TEXT("kind", t->kind), A_STR("search", search), A_STR("body", t->text)),
		       &id);

	if (r < 0)
		return r;
	return tx_op(tx, "template.put", ARGS(A_INT("org_id", 0), A_TEXT("name", t->name), A_INT("version_id", id)), NULL);
}

static int put_all(struct tx *tx, void *arg)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf names = {0};
	template_list *all = arg;
	int r = 0;

	buf_addc(&names, ',');
	for (size_t i = 0; r == 0 && i < all->n; i++) {
		r = put_one(tx, all->at[i], a);
		buf_printf(&names, "%s,", all->at[i]->name);
	}
	return r < 0 ? r : tx_op(tx, "template.drop_others", ARGS(A_STR("names", buf_str(&names))), NULL);
}

/* Into the map; what is there already stays. */
static const struct template *keep(struct templates *lib, struct template *t)
{
	struct template *there;

	pthread_mutex_lock(&lib->lock);
	there = map_get(lib->by_hash, str_of(t->hash));
	if (!there)
		map_put(lib->by_hash, str_of(t->hash), t);
	pthread_mutex_unlock(&lib->lock);
	if (there)
		template_free(t);
	return there ? there : t;
}

static const struct template *kept(struct templates *lib, const char *hash)
{
	const struct template *t;

	pthread_mutex_lock(&lib->lock);
	t = map_get(lib->by_hash, str_of(hash));
	pthread_mutex_unlock(&lib->lock);
	return t;
}

int templates_open(struct env *env, struct templates **ret, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct templates *lib = MEM_NEW(struct templates);
	struct ctx *ctx = ctx_new_system(env);
	struct yreport report = {0};
	template_list all = {0};
	int r;

	lib->env = env;
	pthread_mutex_init(&lib->lock, NULL);
	lib->by_hash = map_new();
	add_assets(a, BUILT_IN, &all, &report);
	r = add_folder(a, path_join(a, env->data_dir, "profile/templates"), &all, &report, f);
	if (report.n)
		log_msg(LOG_ERROR, "templates.findings", "templates left out: %.*s", STR_FMT(buf_str(&report.text)));
	if (r == 0 && (r = db_write_wait(env->db, ctx, put_all, &all)) < 0)
		*f = ctx->fault;
	for (size_t i = 0; i < all.n; i++)
		keep(lib, all.at[i]);
	VEC_FREE(&all);
	yreport_free(&report);
	ctx_free(ctx);
	if (r < 0) {
		templates_close(lib);
		return r;
	}
	*ret = lib;
	return 0;
}

static void free_template(void *t)
{
	template_free(t);
}

void templates_close(struct templates *lib)
{
	if (!lib)
		return;
	map_free(lib->by_hash, free_template);
	pthread_mutex_destroy(&lib->lock);
	free(lib);
}

/* ---- versions ------------------------------------------------------------------------------- */

static int read_docx(struct tx *tx, struct template_version *v)
{
	struct ctx *ctx = tx_ctx(tx);
	struct blob_info info;
	int r = blob_lookup(tx, v->org_id, v->blob_id, &info);

	if (r < 0)
		return r;
	if (info.size > DOCX_MAX)
		return ctx_fail(ctx, E_TOO_LARGE, "file", "a Word template has at most %d MB", (int)(DOCX_MAX >> 20));
	return blob_read_whole(ctx->env->blobs, ctx->arena, v->org_id, &info, &v->docx, &ctx->fault);
}

static int parse_version(struct tx *tx, struct template_version *v, struct str body)
{
	struct ctx *ctx = tx_ctx(tx);
	struct template *t;
	struct yreport report = {0};
	int r;

	v->t = kept(ctx->env->templates, v->hash);
	if (v->t)
		return 0;
	if (strcmp(v->format, "docx") == 0) {
		if ((r = merge_scan(v->docx, v->name, (struct tlabel){v->title_zh, v->title_en}, v->kind, v->hash, &t,
				    &ctx->fault)) < 0)
			return r;
	} else if (template_parse(body, arena_printf(ctx->arena, "%s.md", v->name), &t, &report) < 0) {
		r = ctx_fail(ctx, E_CORRUPT, NULL, "the stored template can't be read: %.300s", report.text.p);
		yreport_free(&report);
		return r;
	}
	v->t = keep(ctx->env->templates, t);
	return 0;
}

enum { V_ID, V_ORG, V_NAME, V_HASH, V_FORMAT, V_TITLE_ZH, V_TITLE_EN, V_KIND, V_BODY, V_BLOB_ID, V_CREATED, V_BY, V_STATE, V_IN_FORCE };

int template_version_load(struct tx *tx, int64_t id, struct template_version *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	int r;

	if ((r = tx_op(tx, "template.version", ARGS(A_INT("id", id)), &rows)) < 0 || (r = rows_next(rows)) < 0)
		return r;
	if (r == 0)
		return ctx_fail(ctx, E_NOT_FOUND, "template_id", "there is no such template");
	*ret = (struct template_version){
		.id = rows_int(rows, V_ID),
		.org_id = rows_int(rows, V_ORG),
		.name = rows_dup(rows, V_NAME),
		.hash = rows_dup(rows, V_HASH),
		.format = rows_dup(rows, V_FORMAT),
		.title_zh = rows_dup(rows, V_TITLE_ZH),
		.title_en = rows_dup(rows, V_TITLE_EN),
		.kind = rows_dup(rows, V_KIND),
		.blob_id = rows_int(rows, V_BLOB_ID),
		.created_at = rows_int(rows, V_CREATED),
		.created_by = rows_int(rows, V_BY),
		.state = rows_dup(rows, V_STATE),
		.in_force = rows_int(rows, V_IN_FORCE) != 0,
	};
	if (strcmp(ret->format, "docx") == 0 && (r = read_docx(tx, ret)) < 0)
		return r;
	return parse_version(tx, ret, rows_text(rows, V_BODY));
}
