/* The definitions in force and the old ones that running cases are pinned to. */
#include "process/kase.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/assets.h"
#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "store/config.h"

#define FILE_MAX (1 << 20)

/** What readers see; replaced whole. An old one stays until the end: reloads are rare. */
struct table {
	const struct definition **current; /**< sorted by name */
	size_t n_current;
	const struct definition **all; /**< sorted by id */
	size_t n_all;
	struct table *before;
};

struct process_lib {
	struct env *env;
	pthread_mutex_t lock; /**< of writers */
	_Atomic(struct table *) table;
	VEC(struct definition *) owned;
	struct names *names;
	struct numbers *numbers;
	struct scheduler *scheduler;
};

struct names *process_lib_names(struct process_lib *lib)
{
	return lib->names;
}

struct numbers *process_lib_numbers(struct process_lib *lib)
{
	return lib->numbers;
}

struct env *process_lib_env(struct process_lib *lib)
{
	return lib->env;
}

struct scheduler **process_lib_scheduler(struct process_lib *lib)
{
	return &lib->scheduler;
}

/* ---- the table --------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct definition *const *)a)->name,
		      (*(const struct definition *const *)b)->name);
}

static int by_id(const void *a, const void *b)
{
	int64_t x = (*(const struct definition *const *)a)->id;
	int64_t y = (*(const struct definition *const *)b)->id;

	return x < y ? -1 : x > y;
}

static const struct definition **grown(const struct definition **old, size_t n)
{
	const struct definition **list = calloc(n + 1, sizeof(*list));

	if (!list)
		abort();
	if (n)
		memcpy(list, old, n * sizeof(*list));
	return list;
}

/** Under the lock. @p current: it is in force from now on. */
static void publish(struct process_lib *lib, struct definition *d, bool current)
{
	struct table *old = atomic_load(&lib->table), *t = calloc(1, sizeof(*t));
	size_t i;

	if (!t)
		abort();
	*t = (struct table){.n_current = old->n_current, .n_all = old->n_all, .before = old};
	t->current = grown(old->current, old->n_current);
	t->all = grown(old->all, old->n_all);
	t->all[t->n_all++] = d;
	qsort(t->all, t->n_all, sizeof(*t->all), by_id);
	if (current) {
		for (i = 0; i < t->n_current && strcmp(t->current[i]->name, d->name) != 0; i++)
			;
		t->current[i] = d;
		if (i == t->n_current)
			t->n_current++;
		qsort(t->current, t->n_current, sizeof(*t->current), by_name);
	}
	VEC_ADD(&lib->owned, d);
	atomic_store(&lib->table, t);
}

static const struct definition *find_id(const struct process_lib *lib, int64_t id)
{
	const struct table *t = atomic_load(&((struct process_lib *)lib)->table);
	size_t low = 0, high = t->n_all;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (t->all[mid]->id == id)
			return t->all[mid];
		if (t->all[mid]->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct definition *process_find(const struct process_lib *lib, struct str name)
{
	const struct table *t = atomic_load(&((struct process_lib *)lib)->table);

	for (size_t i = 0; i < t->n_current; i++)
		if (str_is(name, t->current[i]->name))
			return t->current[i];
	return NULL;
}

size_t process_count(const struct process_lib *lib)
{
	return atomic_load(&((struct process_lib *)lib)->table)->n_current;
}

const struct definition *process_at(const struct process_lib *lib, size_t i)
{
	return atomic_load(&((struct process_lib *)lib)->table)->current[i];
}

/* ---- from files and from the store ------------------------------------------------- */

struct keep {
	struct definition *d;
};

static int store_definition(struct tx *tx, void *arg)
{
	struct definition *d = ((struct keep *)arg)->d;

	return tx_int(tx, "case.definition_put",
		      ARGS(A_INT("id", id_new()), A_TEXT("name", d->name), A_TEXT("hash", d->hash),
			   A_STR("body", d->canonical)),
		      &d->id);
}

static int parse_error(struct yreport *r, const char *file, struct fault *f)
{
	struct str first = buf_str(&r->text), line;
	struct str rest = first;

	log_msg(LOG_ERROR, "process.definition", "%.*s", STR_FMT(first));
	(void)str_split(&rest, '\n', &line);
	return fail(f, E_CONFIG, "", "%.*s%s", line.len > 400 ? 400 : (int)line.len,
		    line.p ? line.p : file, r->n > 1 ? " (and more)" : "");
}

int process_lib_add(struct process_lib *lib, struct str text, const char *file, struct fault *f)
{
	CLEANUP(yreport_free) struct yreport r = {0};
	CLEANUP(ctx_freep) struct ctx *ctx = NULL;
	struct definition *d;
	struct keep keep;
	int err;

	if (definition_parse(text, file, &d, &r) < 0)
		return parse_error(&r, file, f);
	keep.d = d;
	ctx = ctx_new_system(lib->env);
	err = db_write_wait(lib->env->db, ctx, store_definition, &keep);
	if (err < 0) {
		if (f)
			*f = ctx->fault;
		definition_free(d);
		return err;
	}
	pthread_mutex_lock(&lib->lock);
	publish(lib, d, true);
	pthread_mutex_unlock(&lib->lock);
	return 0;
}

int process_by_id(struct process_lib *lib, struct tx *tx, int64_t id, const struct definition **ret)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	CLEANUP(yreport_free) struct yreport report = {0};
	struct definition *d;
	int err;

	*ret = find_id(lib, id);
	if (*ret)
		return 0;
	if ((err = tx_op(tx, "case.definition_by_id", ARGS(A_INT("id", id)), &r)) < 0 ||
	    (err = rows_next(r)) < 0)
		return err;
	if (err == 0)
		return ctx_fail(tx_ctx(tx), E_CORRUPT, NULL,
				"the definition of this case is missing");
	if (definition_parse(rows_text(r, 3), "definitions", &d, &report) < 0)
		return ctx_fail(tx_ctx(tx), E_CORRUPT, NULL,
				"the definition of this case can't be read");
	d->id = id;
	pthread_mutex_lock(&lib->lock);
	*ret = find_id(lib, id);
	if (*ret) {
		definition_free(d);
	} else {
		publish(lib, d, false);
		*ret = d;
	}
	pthread_mutex_unlock(&lib->lock);
	return 0;
}

static bool is_yaml(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".yaml") == 0;
}

/** All of a profile's own folder. */
static int load_folder(struct process_lib *lib, struct arena *a, const char *dir, struct fault *f)
{
	const char **names;
	size_t n;
	int err;

	if (!file_is_dir(dir))
		return 0;
	if ((err = file_list(a, dir, false, &names, &n, f)) < 0)
		return err;
	for (size_t i = 0; err == 0 && i < n; i++) {
		const char *path = path_join(a, dir, names[i]);
		struct str text;

		if (!is_yaml(names[i]))
			continue;
		if ((err = file_read(a, path, FILE_MAX, &text, f)) == 0)
			err = process_lib_add(lib, text, path, f);
	}
	return err;
}

/** modules/<module>/processes/<name>.yaml for a name that profile.yaml lists. */
static int load_from_modules(struct process_lib *lib, struct arena *a, const char *name,
			     struct fault *f)
{
	char *end = arena_printf(a, "/processes/%s.yaml", name);
	const struct asset **list;
	size_t n = asset_list(a, "modules/", &list);

	if (process_find(lib, str_of(name)))
		return 0;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(list[i]->path), tail = strlen(end);

		if (len > tail && strcmp(list[i]->path + len - tail, end) == 0)
			return process_lib_add(lib, list[i]->data, list[i]->path, f);
	}
	return fail(f, E_CONFIG, "", "profile.yaml names the process '%s', which no module has",
		    name);
}

static int load_named(struct process_lib *lib, struct arena *a, const char *profile,
		      struct fault *f)
{
	CLEANUP(yreport_free) struct yreport r = {0};
	const char *path = path_join(a, profile, "profile.yaml");
	struct ynode *root;
	const char **names;
	size_t n = 0;
	int err;

	if (!file_exists(path))
		return 0;
	if ((err = yaml_load(a, path, &root, f)) < 0)
		return err;
	names = yaml_list(a, yaml_get(root, "processes"), &n, &r);
	for (size_t i = 0; err == 0 && i < n; i++)
		err = load_from_modules(lib, a, names[i], f);
	return err;
}

int process_lib_open(struct env *env, struct process_lib **ret, struct fault *f)
{
	struct process_lib *lib = calloc(1, sizeof(*lib));
	struct arena *a = arena_new();
	const char *profile = path_join(a, env->data_dir, "profile");
	int err;

	if (!lib)
		abort();
	lib->env = env;
	pthread_mutex_init(&lib->lock, NULL);
	atomic_init(&lib->table, calloc(1, sizeof(struct table)));
	lib->names = names_new();
	lib->numbers = numbers_new();
	err = load_folder(lib, a, path_join(a, profile, "processes"), f);
	if (err == 0)
		err = load_named(lib, a, profile, f);
	arena_free(a);
	if (err < 0) {
		process_lib_close(lib);
		return err;
	}
	*ret = lib;
	return 0;
}

void process_lib_close(struct process_lib *lib)
{
	struct table *t;

	if (!lib)
		return;
	scheduler_stop(lib);
	for (t = atomic_load(&lib->table); t;) {
		struct table *before = t->before;

		free(t->current);
		free(t->all);
		free(t);
		t = before;
	}
	for (size_t i = 0; i < lib->owned.n; i++)
		definition_free(lib->owned.at[i]);
	VEC_FREE(&lib->owned);
	names_free(lib->names);
	numbers_free(lib->numbers);
	pthread_mutex_destroy(&lib->lock);
	free(lib);
}
