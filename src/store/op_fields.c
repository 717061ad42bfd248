/* The little grammar of `in:` and `out:`. */
#include "store/op_parse.h"

#include <ctype.h>

#include "store/op_value.h"

struct scan {
	struct arena *arena;
	struct op_place at;
	struct str rest;
	bool failed; /* one finding a value is enough: what follows would be noise */
	unsigned depth;
};

typedef VEC(struct op_field) fields_vec;

static const char *const type_names[] = {
	[T_TEXT] = "text", [T_INT] = "int",	[T_ID] = "id",	     [T_TIME] = "time",
	[T_BOOL] = "bool", [T_MONEY] = "money", [T_PHONE] = "phone", [T_DATE] = "date",
	[T_JSON] = "json", [T_REAL] = "real",	[T_ENUM] = "one of", [T_BLOB] = "blob",
};

const char *op_type_name(enum op_type t)
{
	return type_names[t];
}

/* ---- characters and words ----------------------------------------------------------------- */

static void complain(struct scan *s, const char *fmt, ...) PRINTF(2, 3);
static void complain(struct scan *s, const char *fmt, ...)
{
	char msg[256];
	va_list ap;

	if (s->failed)
		return;
	s->failed = true;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	op_finding(&s->at, "%s", msg);
}

static void skip(struct scan *s)
{
	while (s->rest.len && strchr(" \t\n", s->rest.p[0])) {
		s->at.line += s->rest.p[0] == '\n';
		s->rest.p++;
		s->rest.len--;
	}
}

/* The next character that isn't white space, 0 at the end. */
static char peek(struct scan *s)
{
	skip(s);
	return s->rest.len ? s->rest.p[0] : 0;
}

static bool accept(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->rest.p++;
	s->rest.len--;
	return true;
}

static bool expect(struct scan *s, char c, const char *where)
{
	if (accept(s, c))
		return true;
	if (s->rest.len)
		complain(s, "'%c' expected %s, not '%.*s'", c, where,
			 (int)(s->rest.len > 20 ? 20 : s->rest.len), s->rest.p);
	else
		complain(s, "'%c' expected %s", c, where);
	return false;
}

/* Up to white space or one of the grammar's own characters. */
static struct str word(struct scan *s)
{
	struct str w;

	skip(s);
	w = (struct str){s->rest.p, 0};
	while (w.len < s->rest.len && !strchr(" \t\n|,(){}?=", s->rest.p[w.len]))
		w.len++;
	s->rest.p += w.len;
	s->rest.len -= w.len;
	return w;
}

static char *name_word(struct scan *s, const char *what)
{
	struct str w = word(s);

	if (!op_is_name(w))
		complain(s, w.len ? "'%.*s' is no %s" : "'%.*s' a %s is missing", STR_FMT(w), what);
	return arena_strndup(s->arena, w.p ? w.p : "", w.len);
}

/* ---- pieces of a field -------------------------------------------------------------------- */

/* Behind the '(' of "(open|closed)". */
static void read_choices(struct scan *s, struct op_field *f)
{
	VEC(const char *) c = {0};

	f->type = T_ENUM;
	do {
		struct str w = word(s);

		if (!w.len)
			complain(s, "a choice of '%s' is empty", f->name);
		VEC_ADD(&c, arena_strndup(s->arena, w.p, w.len));
	} while (!s->failed && accept(s, '|'));
	expect(s, ')', "behind the choices");
	VEC_ADD(&c, NULL);
	f->choices = arena_memdup(s->arena, c.at, c.n * sizeof(c.at[0]));
	VEC_FREE(&c);
}

static void read_type(struct scan *s, struct op_field *f)
{
	const char *known[] = {"text",	"int",	"id",	"time", "bool", "money",
			       "phone", "json", "real", "date", "blob", NULL};
	struct str w;

	if (accept(s, '(')) {
		read_choices(s, f);
		return;
	}
	w = word(s);
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++) {
		if (i != T_ENUM && str_is(w, type_names[i])) {
			f->type = (enum op_type)i;
			return;
		}
	}
	if (!w.len)
		complain(s, "'%s' has no type", f->name);
	else if (op_nearest(w, known))
		complain(s, "unknown type '%.*s' of '%s', did you mean '%s'?", STR_FMT(w), f->name,
			 op_nearest(w, known));
	else
		complain(s,
			 "unknown type '%.*s' of '%s': text, int, id, time, date, bool, money, "
			 "phone, json, "
			 "real or (a|b)",
			 STR_FMT(w), f->name);
}

static bool has_length_or_size(enum op_type t)
{
	return t == T_TEXT || t == T_INT || t == T_MONEY || t == T_BLOB || t == T_JSON;
}

/* "1..200" behind the '('. */
static void read_range(struct scan *s, struct op_field *f)
{
	struct str w = word(s), high = w, low = {w.p, 0};

	while (low.len + 1 < w.len && memcmp(w.p + low.len, "..", 2) != 0)
		low.len++;
	high = (struct str){w.p + low.len + 2, w.len > low.len + 2 ? w.len - low.len - 2 : 0};
	if (!has_length_or_size(f->type))
		complain(s, "'%s' can't have a range", f->name);
	else if (str_to_int(low, &f->min) < 0 || str_to_int(high, &f->max) < 0 || f->min > f->max)
		complain(s, "'(%.*s)' is no range: such as (1..200)", STR_FMT(w));
	f->has_range = true;
	expect(s, ')', "behind the range");
}

static void read_default(struct scan *s, struct op_field *f)
{
	struct str w;

	if (accept(s, '"')) {
		w = (struct str){s->rest.p, 0};
		while (w.len < s->rest.len && s->rest.p[w.len] != '"')
			w.len++;
		s->rest.p += w.len;
		s->rest.len -= w.len;
		expect(s, '"', "behind the default");
	} else {
		w = word(s);
		if (!w.len)
			complain(s, "the default of '%s' is missing", f->name);
	}
	f->dflt = arena_strndup(s->arena, w.p, w.len);
}

/* `?`, `= 50` and `(1..200)` in any order. */
static void read_modifiers(struct scan *s, struct op_field *f)
{
	while (!s->failed) {
		if (accept(s, '?'))
			f->optional = true;
		else if (!f->dflt && accept(s, '='))
			read_default(s, f);
		else if (!f->has_range && accept(s, '('))
			read_range(s, f);
		else
			return;
	}
}

static void check_field(struct scan *s, struct op_field *f)
{
	struct fault fault = {0};
	struct value v;

	if (s->failed || !f->dflt)
		return;
	if (f->optional)
		complain(s, "'%s' has a default: '?' says nothing more", f->name);
	else if (op_value_from_text(f, str_of(f->dflt), s->arena, &v, &fault) < 0)
		complain(s, "the default '%s' of '%s' doesn't fit: %s", f->dflt, f->name,
			 fault.detail);
}

static void check_twice(struct scan *s, const fields_vec *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (!strcmp(v->at[i].name, name))
			complain(s, "'%s' stands here twice", name);
}

static const struct op_field *take(struct scan *s, fields_vec *v, size_t *ret_n)
{
	const struct op_field *f =
		v->n ? arena_memdup(s->arena, v->at, v->n * sizeof(v->at[0])) : NULL;

	*ret_n = v->n;
	VEC_FREE(v);
	return f;
}

/* ---- in ----------------------------------------------------------------------------------- */

/* Names that only the engine binds. */
static const char *const reserved[] = {"actor", "actor_org", "actor_session", "now"};

static void check_reserved(struct scan *s, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		if (!strcmp(name, reserved[i]))
			complain(s, "'%s' is bound by the engine and can't be a parameter", name);
}

static struct op_field read_in_field(struct scan *s)
{
	struct op_field f = {.name = name_word(s, "name of a parameter")};

	if (s->failed)
		return f;
	check_reserved(s, f.name);
	read_type(s, &f);
	read_modifiers(s, &f);
	check_field(s, &f);
	return f;
}

void op_parse_in(struct arena *a, struct op_place at, struct str value, struct op *op)
{
	struct scan s = {.arena = a, .at = at, .rest = value};
	fields_vec v = {0};

	if (peek(&s)) {
		do {
			struct op_field f = read_in_field(&s);

			check_twice(&s, &v, f.name);
			VEC_ADD(&v, f);
		} while (!s.failed && accept(&s, '|'));
	}
	if (!s.failed && peek(&s))
		complain(&s, "'|' expected, not '%.*s'", (int)(s.rest.len > 20 ? 20 : s.rest.len),
			 s.rest.p);
	op->in = take(&s, &v, &op->n_in);
}

/* ---- out ---------------------------------------------------------------------------------- */

#define OUT_MAX_DEPTH 8

static const struct op_field *read_out_fields(struct scan *s, size_t *ret_n);

/* Behind the name: "many {…}", "one? {…}", "many text" or a type. */
static void read_out_shape(struct scan *s, struct op_field *f)
{
	struct scan before = *s;
	struct str w = word(s);

	if (str_is(w, "one"))
		f->shape = OUT_ONE;
	else if (str_is(w, "many"))
		f->shape = OUT_MANY;
	else
		*s = before;
	if (f->shape != OUT_NONE && accept(s, '?'))
		f->optional = true;
	if (f->shape != OUT_NONE && accept(s, '{'))
		f->sub = read_out_fields(s, &f->n_sub);
	else if (f->shape == OUT_ONE)
		complain(s, "'%s one' needs {…}", f->name);
	else
		read_type(s, f);
	if (accept(s, '?'))
		f->optional = true;
}

static struct op_field read_out_field(struct scan *s)
{
	struct op_field f = {.name = name_word(s, "name of a field")};

	if (!s->failed)
		read_out_shape(s, &f);
	return f;
}

/* Behind the '{'. */
static const struct op_field *read_out_fields(struct scan *s, size_t *ret_n)
{
	fields_vec v = {0};

	if (++s->depth > OUT_MAX_DEPTH)
		complain(s, "nested deeper than %d", OUT_MAX_DEPTH);
	while (!s->failed) {
		struct op_field f = read_out_field(s);

		check_twice(s, &v, f.name);
		VEC_ADD(&v, f);
		if (!accept(s, ','))
			break;
	}
	expect(s, '}', "behind the fields");
	s->depth--;
	return take(s, &v, ret_n);
}

void op_parse_out(struct arena *a, struct op_place at, struct str value, struct op *op)
{
	static const char *const shapes[] = {[OUT_NONE] = "none",
					     [OUT_ONE] = "one",
					     [OUT_MANY] = "many",
					     [OUT_JSON] = "json",
					     [OUT_FILE] = "file"};
	struct scan s = {.arena = a, .at = at, .rest = value};
	struct str w = word(&s);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shapes) && !str_is(w, shapes[i]); i++)
		;
	if (i == ARRAY_SIZE(shapes)) {
		complain(&s, "'out: %.*s' is unknown: none, one {…}, many {…}, json or file",
			 STR_FMT(w));
		return;
	}
	op->shape = (enum op_shape)i;
	if ((op->shape == OUT_ONE || op->shape == OUT_MANY) && expect(&s, '{', "behind the shape"))
		op->out = read_out_fields(&s, &op->n_out);
	if (!s.failed && peek(&s))
		complain(&s, "nothing more is expected behind '%s', not '%.*s'", shapes[i],
			 (int)(s.rest.len > 20 ? 20 : s.rest.len), s.rest.p);
}
