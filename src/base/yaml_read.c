/* Reading a tree by a schema: allowed keys, typed values, all findings at once. */
#include <stdio.h>

#include "base/memory.h"
#include "base/yaml.h"

#define NAME_MAX_BYTES 64

VPRINTF(4)
static void add_at(struct yreport *r, const char *file, int line, const char *fmt, va_list ap)
{
	buf_printf(&r->text, "%s:%d: ", file, line);
	buf_vprintf(&r->text, fmt, ap);
	buf_addc(&r->text, '\n');
	r->n++;
}

void yreport_add(struct yreport *r, const struct ynode *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_at(r, at ? at->file : "?", at ? at->line : 0, fmt, ap);
	va_end(ap);
}

static void add_at_key(struct yreport *r, const struct ynode *value, const char *fmt, ...) PRINTF(3, 4);

static void add_at_key(struct yreport *r, const struct ynode *value, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_at(r, value->file, value->key_line, fmt, ap);
	va_end(ap);
}

void yreport_free(struct yreport *r)
{
	buf_free(&r->text);
	r->n = 0;
}

struct ynode *yaml_get(const struct ynode *map, const char *key)
{
	if (!map || map->kind != Y_MAP)
		return NULL;
	for (size_t i = 0; i < map->n_kids; i++)
		if (strcmp(map->kids[i]->key, key) == 0)
			return map->kids[i];
	return NULL;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Edits from a to b: insert, delete, replace, swap neighbours (optimal string alignment). */
static int distance(const char *a, const char *b)
{
	int rows[3][NAME_MAX_BYTES + 1], la = (int)strlen(a), lb = (int)strlen(b);

	if (la > NAME_MAX_BYTES || lb > NAME_MAX_BYTES)
		return NAME_MAX_BYTES;
	for (int j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (int i = 1; i <= la; i++) {
		int *row = rows[i % 3], *above = rows[(i - 1) % 3];

		row[0] = i;
		for (int j = 1; j <= lb; j++) {
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[la % 3][lb];
}

/* The allowed name that was probably meant, or NULL. */
static const char *nearest(const char *name, const char *const *allowed)
{
	int bound = (int)strlen(name) / 3 + 1, best_distance = bound < 3 ? bound + 1 : 4;
	const char *best = NULL;

	for (; *allowed; allowed++) {
		int d = distance(name, *allowed);

		if (d < best_distance) {
			best_distance = d;
			best = *allowed;
		}
	}
	return best;
}

static void join_names(struct buf *out, const char *const *names)
{
	for (size_t i = 0; names[i]; i++)
		buf_printf(out, "%s%s", i ? ", " : "", names[i]);
}

void yaml_only(const struct ynode *map, const char *const *allowed, struct yreport *r)
{
	CLEANUP(buf_free) struct buf list = {0};

	if (!map)
		return;
	if (map->kind != Y_MAP) {
		join_names(&list, allowed);
		yreport_add(r, map, "expected a map with: %.*s", STR_FMT(buf_str(&list)));
		return;
	}
	for (size_t i = 0; i < map->n_kids; i++) {
		const struct ynode *kid = map->kids[i];
		const char *meant;
		size_t k = 0;

		while (allowed[k] && strcmp(allowed[k], kid->key) != 0)
			k++;
		if (allowed[k])
			continue;
		meant = nearest(kid->key, allowed);
		buf_clear(&list);
		join_names(&list, allowed);
		if (meant)
			add_at_key(r, kid, "unknown key '%.80s', did you mean '%s'?", kid->key, meant);
		else
			add_at_key(r, kid, "unknown key '%.80s', expected one of: %.*s", kid->key,
				   STR_FMT(buf_str(&list)));
	}
}

/* "'within': " before the complaint, when the value has a name. */
static void expected(const struct ynode *n, struct yreport *r, const char *what)
{
	if (n->key)
		yreport_add(r, n, "'%.80s': expected %s", n->key, what);
	else
		yreport_add(r, n, "expected %s", what);
}

const char *yaml_text(const struct ynode *n, const char *dflt, struct yreport *r)
{
	if (!n)
		return dflt;
	if (n->kind == Y_SCALAR)
		return n->text.p;
	expected(n, r, "a text");
	return dflt;
}

int64_t yaml_int(const struct ynode *n, int64_t min, int64_t max, int64_t dflt, struct yreport *r)
{
	char what[96];
	int64_t v;

	if (!n)
		return dflt;
	if (n->kind == Y_SCALAR && str_to_int(n->text, &v) == 0 && v >= min && v <= max)
		return v;
	snprintf(what, sizeof(what), "a whole number from %lld to %lld", (long long)min, (long long)max);
	expected(n, r, what);
	return dflt;
}

bool yaml_bool(const struct ynode *n, bool dflt, struct yreport *r)
{
	if (!n)
		return dflt;
	if (n->kind == Y_SCALAR && (str_is(n->text, "yes") || str_is(n->text, "true")))
		return true;
	if (n->kind == Y_SCALAR && (str_is(n->text, "no") || str_is(n->text, "false")))
		return false;
	expected(n, r, "yes or no");
	return dflt;
}

int yaml_enum(const struct ynode *n, const char *const *names, int dflt, struct yreport *r)
{
	CLEANUP(buf_free) struct buf what = {0};
	const char *meant = NULL;

	if (!n)
		return dflt;
	if (n->kind == Y_SCALAR) {
		for (int i = 0; names[i]; i++)
			if (str_is(n->text, names[i]))
				return i;
		meant = nearest(n->text.p, names);
	}
	buf_adds(&what, "one of: ");
	join_names(&what, names);
	if (meant)
		buf_printf(&what, " (did you mean '%s'?)", meant);
	expected(n, r, what.p);
	return dflt;
}

const char **yaml_list(struct arena *a, const struct ynode *n, size_t *ret_n, struct yreport *r)
{
	size_t count = 0, most = n ? (n->kind == Y_SEQ ? n->n_kids : 1) : 0;
	const char **list = ARENA_ARRAY(a, const char *, most + 1);

	if (n && n->kind == Y_SCALAR && (n->text.len > 0 || n->quoted))
		list[count++] = n->text.p;
	else if (n && n->kind == Y_MAP)
		expected(n, r, "a text or a list of texts");
	for (size_t i = 0; n && n->kind == Y_SEQ && i < n->n_kids; i++) {
		if (n->kids[i]->kind == Y_SCALAR)
			list[count++] = n->kids[i]->text.p;
		else
			yreport_add(r, n->kids[i], "expected a text");
	}
	if (ret_n)
		*ret_n = count;
	return list;
}
