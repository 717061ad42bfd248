/* The catalogue: every operation of the modules and the profile, checked as a whole. */
#include "base/assets.h"
#include "base/file.h"
#include "base/memory.h"
#include "store/op_parse.h"
#include "store/op_route.h"
#include "store/op_sql.h"

#define FILE_MAX_BYTES (256 * 1024)

struct catalogue {
	struct arena *arena;
	struct op **ops; /* sorted by name */
	size_t n;
	struct map *by_name;
	struct route_node *routes;
};

/* One operation while loading. */
struct entry {
	const char *module;
	const char *stem;
	const char *file, *pg_file; /* NULL: that one is absent */
	struct str text, pg_text;
	struct op *op;
	struct op_text head;
	bool whole; /* was read without a finding */
};

struct loader {
	struct catalogue *c;
	struct arena *arena; /* the catalogue's */
	struct yreport *report;
	VEC(struct entry) entries;
};

static void finding(struct loader *l, const struct entry *e, const char *fmt, ...) PRINTF(3, 4);
static void finding(struct loader *l, const struct entry *e, const char *fmt, ...)
{
	struct op_place at = {e->file ? e->file : e->pg_file, e->head.op_line, l->report};
	char msg[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	op_finding(&at, "%s", msg);
}

/* ---- files -------------------------------------------------------------------------------- */

static struct entry *entry_of(struct loader *l, const char *module, struct str stem)
{
	struct entry e = {.module = module, .head = {.op_line = 1}};

	for (size_t i = 0; i < l->entries.n; i++) {
		struct entry *have = &l->entries.at[i];

		if (!strcmp(have->module, module) && str_is(stem, have->stem))
			return have;
	}
	e.stem = arena_strndup(l->arena, stem.p, stem.len);
	VEC_ADD(&l->entries, e);
	return &l->entries.at[l->entries.n - 1];
}

static bool cut_suffix(struct str *s, struct str suffix)
{
	if (s->len <= suffix.len || memcmp(s->p + s->len - suffix.len, suffix.p, suffix.len) != 0)
		return false;
	s->len -= suffix.len;
	return true;
}

static void add_file(struct loader *l, const char *module, struct str name, const char *path,
		     struct str text)
{
	if (cut_suffix(&name, STR(".pg.sql"))) {
		struct entry *e = entry_of(l, module, name);

		e->pg_file = path;
		e->pg_text = text;
	} else if (cut_suffix(&name, STR(".sql"))) {
		struct entry *e = entry_of(l, module, name);

		e->file = path;
		e->text = text;
	}
}

/* modules/<module>/ops/<stem>.sql */
static void add_asset(struct loader *l, const struct asset *asset)
{
	struct str rest = str_of(asset->path), modules, module, ops;

	if (str_split(&rest, '/', &modules) && str_split(&rest, '/', &module) &&
	    str_split(&rest, '/', &ops) && str_is(ops, "ops") && rest.len &&
	    !memchr(rest.p, '/', rest.len))
		add_file(l, arena_strndup(l->arena, module.p, module.len), rest, asset->path,
			 asset->data);
}

static void add_modules(struct loader *l)
{
	const struct asset **list;
	size_t n = asset_list(l->arena, "modules/", &list);

	for (size_t i = 0; i < n; i++)
		add_asset(l, list[i]);
}

static void add_profile(struct loader *l, const char *profile_dir)
{
	const char *dir = path_join(l->arena, profile_dir, "ops"), **names;
	struct op_place at = {dir, 1, l->report};
	struct fault f = {0};
	size_t n;

	if (!file_is_dir(dir))
		return;
	if (file_list(l->arena, dir, false, &names, &n, &f) < 0) {
		op_finding(&at, "%s", f.detail);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct str text;

		at.file = path_join(l->arena, dir, names[i]);
		if (file_read(l->arena, at.file, FILE_MAX_BYTES, &text, &f) < 0)
			op_finding(&at, "%s", f.detail);
		else
			add_file(l, "profile", str_of(names[i]), at.file, text);
	}
}

/* ---- one operation ------------------------------------------------------------------------ */

static void check_name(struct loader *l, const struct entry *e)
{
	const char *dot = e->op->name ? strrchr(e->op->name, '.') : NULL;

	if (dot && strcmp(dot + 1, e->stem) != 0)
		finding(l, e, "'op: %s' should stand in a file %s.sql", e->op->name, dot + 1);
}

static bool is_declared(const struct op *op, const char *name)
{
	for (size_t i = 0; i < op->n_in; i++)
		if (!strcmp(op->in[i].name, name))
			return true;
	return op->upload && op_is_upload_param(name);
}

static void check_params(struct loader *l, const struct entry *e, const struct op_sql *sql)
{
	const char **names = ARENA_ARRAY(l->arena, const char *, e->op->n_in + 1);

	for (size_t i = 0; i < e->op->n_in; i++)
		names[i] = e->op->in[i].name;
	for (size_t i = 0; i < sql->n_params; i++) {
		const char *name = sql->params[i].name, *near = op_nearest(str_of(name), names);

		if (sql->params[i].source != PARAM_ARG || is_declared(e->op, name))
			continue;
		finding(l, e, "':%s' is not declared in 'in:'%s%s%s", name,
			near ? ", did you mean ':" : "", near ? near : "", near ? "'?" : "");
	}
}

/* What a statement gives must be what `out:` promises. */
static void check_rows(struct loader *l, const struct entry *e, const struct op_sql *sql)
{
	const struct op *op = e->op;
	bool rows = sql->sqlite->rows_at >= 0;

	if ((op->shape == OUT_ONE || op->shape == OUT_MANY) && !rows)
		finding(l, e, "'out:' promises rows, the SQL gives none");
	for (size_t i = 0; i < op->n_out; i++) {
		if (op->out[i].shape != OUT_NONE)
			finding(l, e, "'%s' is nested: for natives only", op->out[i].name);
		if (op->out[i].type == T_BLOB)
			finding(l, e, "'%s': bytes have no form in JSON", op->out[i].name);
	}
	if (op->method && !strcmp(op->method, "GET") && sql->writes)
		finding(l, e, "a GET must not write");
}

static bool only_comments(struct str sql)
{
	struct str line;

	while (str_split(&sql, '\n', &line)) {
		line = str_trim(line);
		if (line.len && !str_starts(line, STR("--")))
			return false;
	}
	return true;
}

static void read_sql(struct loader *l, struct entry *e, uint32_t slot)
{
	struct op_sql_in in = {
		.op = e->op->name ? e->op->name : e->stem,
		.slot = slot,
		.portable = {e->file, e->head.sql_line, e->head.sql},
		.pg = {e->pg_file, 1, e->pg_text},
		.in = e->op->in,
		.n_in = e->op->n_in,
	};

	if (only_comments(e->head.sql)) {
		finding(l, e, "there is no SQL behind the head (a native says 'native:')");
		return;
	}
	if (op_sql_parse(l->arena, &in, &e->op->sql, l->report) < 0)
		return;
	check_params(l, e, e->op->sql);
	check_rows(l, e, e->op->sql);
}

/* The annotations of NAME.pg.sql are those of NAME.sql, line for line, or left out. */
static bool same_annotations(struct loader *l, const struct entry *e)
{
	const char *pg = op_annotations(l->arena, e->pg_text);

	return !*pg || !strcmp(pg, op_annotations(l->arena, e->text));
}

static void check_pg(struct loader *l, const struct entry *e)
{
	struct op_place at = {e->pg_file, 1, l->report};

	if (!e->pg_file)
		return;
	if (e->head.native)
		op_finding(&at, "a native has no SQL");
	if (!same_annotations(l, e))
		op_finding(&at,
			   "its annotations differ from those of %s.sql: repeat them or leave them "
			   "out",
			   e->stem);
}

static void read_entry(struct loader *l, struct entry *e, uint32_t slot)
{
	size_t before = l->report->n;

	e->op = ARENA_NEW(l->arena, struct op);
	if (!e->file) {
		finding(l, e, "%s.sql is missing beside it", e->stem);
		return;
	}
	op_parse(l->arena, e->file, e->module, e->text, e->op, &e->head, l->report);
	check_name(l, e);
	check_pg(l, e);
	/* With a head that can't be read, what the SQL gets to hear would be noise. */
	if (!e->head.native && l->report->n == before)
		read_sql(l, e, slot);
	else if (e->head.native && !only_comments(e->head.sql))
		finding(l, e, "a native has no SQL");
	e->op->read_only =
		e->op->method ? !strcmp(e->op->method, "GET") : e->op->sql && !e->op->sql->writes;
	e->whole = l->report->n == before;
}

/* ---- all of them together ----------------------------------------------------------------- */

static void match_native(struct loader *l, struct entry *e, const struct native *const *natives,
			 size_t n)
{
	if (!e->head.native || !e->op->name)
		return;
	for (size_t i = 0; i < n; i++)
		if (!strcmp(natives[i]->op, e->op->name))
			e->op->native = natives[i];
	if (!e->op->native)
		finding(l, e, "no function is registered for the native '%s'", e->op->name);
}

static void match_natives(struct loader *l, const struct native *const *natives, size_t n)
{
	struct op_place at = {"natives", 0, l->report};

	for (size_t i = 0; i < l->entries.n; i++)
		match_native(l, &l->entries.at[i], natives, n);
	for (size_t i = 0; i < n; i++) {
		const struct op *op = map_get(l->c->by_name, str_of(natives[i]->op));

		if (!op)
			op_finding(&at, "the native '%s' has no file modules/*/ops/*.sql",
				   natives[i]->op);
		else if (op->native != natives[i])
			op_finding(&at,
				   op->native ? "the native '%s' is registered twice"
					      : "'%s' is registered but its file has no 'native:'",
				   natives[i]->op);
	}
}

static void index_entry(struct loader *l, struct entry *e)
{
	const struct op *other;

	if (!e->op->name)
		return;
	other = map_get(l->c->by_name, str_of(e->op->name));
	if (other) {
		finding(l, e, "there is an operation '%s' already: %s", e->op->name, other->file);
		return;
	}
	map_put(l->c->by_name, str_of(e->op->name), e->op);
	if (!e->op->method || !e->whole)
		return;
	other = route_add(l->arena, l->c->routes, e->op);
	if (other)
		finding(l, e, "%s %s is the route of '%s' already: %s", e->op->method, e->op->path,
			other->name, other->file);
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct op *const *)a)->name, (*(struct op *const *)b)->name);
}

static void keep_sorted(struct loader *l)
{
	struct catalogue *c = l->c;

	c->ops = ARENA_ARRAY(l->arena, struct op *, l->entries.n + 1);
	for (size_t i = 0; i < l->entries.n; i++)
		c->ops[c->n++] = l->entries.at[i].op;
	qsort(c->ops, c->n, sizeof(c->ops[0]), by_name);
}

static struct catalogue *catalogue_new(void)
{
	struct catalogue *c = MEM_NEW(struct catalogue);

	c->arena = arena_new();
	c->by_name = map_new();
	c->routes = route_tree(c->arena);
	return c;
}

int catalogue_load(const char *profile_dir, const struct native *const *natives, size_t n_natives,
		   struct catalogue **ret, struct yreport *report)
{
	struct catalogue *c = catalogue_new();
	struct loader l = {.c = c, .arena = c->arena, .report = report};
	size_t before = report->n;

	add_modules(&l);
	if (profile_dir)
		add_profile(&l, profile_dir);
	for (size_t i = 0; i < l.entries.n; i++)
		read_entry(&l, &l.entries.at[i], (uint32_t)i);
	for (size_t i = 0; i < l.entries.n; i++)
		index_entry(&l, &l.entries.at[i]);
	if (natives)
		match_natives(&l, natives, n_natives);
	if (report->n == before)
		keep_sorted(&l);
	VEC_FREE(&l.entries);
	if (report->n != before) {
		catalogue_free(c);
		return -E_CONFIG;
	}
	*ret = c;
	return 0;
}

void catalogue_free(struct catalogue *c)
{
	if (!c)
		return;
	map_free(c->by_name, NULL);
	arena_free(c->arena);
	free(c);
}

const struct op *catalogue_find(const struct catalogue *c, const char *name)
{
	return map_get(c->by_name, str_of(name));
}

size_t catalogue_count(const struct catalogue *c)
{
	return c->n;
}

const struct op *catalogue_at(const struct catalogue *c, size_t i)
{
	return c->ops[i];
}

int catalogue_route(const struct catalogue *c, const char *method, struct str path,
		    const struct op **ret, struct arg *path_args, size_t *n_path_args,
		    struct arena *a, const char **ret_allow)
{
	return route_find(c->routes, method, path, ret, path_args, n_path_args, a, ret_allow);
}
