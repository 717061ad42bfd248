/* Values of requests: text or JSON in, typed and checked value out. */
#include "store/op_value.h"

#include <errno.h>
#include <math.h>

#include "base/time.h"
#include "store/phone.h"

static int bad(struct fault *fault, const struct op_field *f, const char *what)
{
	return fail(fault, E_INVALID, f->name, "%s", what);
}

/* ---- what both sources share -------------------------------------------------------------- */

static int in_range(const struct op_field *f, int64_t v, struct fault *fault)
{
	if (f->has_range && (v < f->min || v > f->max))
		return fail(fault, E_INVALID, f->name, "must be between %lld and %lld",
			    (long long)f->min, (long long)f->max);
	return 0;
}

static int value_int(const struct op_field *f, int64_t v, struct value *ret, struct fault *fault)
{
	int r = in_range(f, v, fault);

	if (r == 0)
		*ret = VAL_INT(v);
	return r;
}

static int value_real(const struct op_field *f, double v, struct value *ret, struct fault *fault)
{
	if (!isfinite(v))
		return bad(fault, f, "must be a finite number");
	*ret = (struct value){.type = V_REAL, .d = v};
	return 0;
}

static int value_text_checked(const struct op_field *f, struct str s, struct value *ret,
			      struct fault *fault)
{
	int64_t min = f->has_range ? f->min : 0, max = f->has_range ? f->max : OP_TEXT_MAX;
	int64_t n;

	if (!utf8_valid(s))
		return bad(fault, f, "is no well-formed UTF-8 or holds a NUL");
	n = (int64_t)utf8_count(s);
	if (n < min && n == 0)
		return bad(fault, f, "must not be empty");
	if (n < min || n > max)
		return fail(fault, E_INVALID, f->name,
			    "must have %lld to %lld characters, has %lld", (long long)min,
			    (long long)max, (long long)n);
	*ret = value_text(s.p ? s : STR(""));
	return 0;
}

static int value_id(const struct op_field *f, struct str s, struct value *ret, struct fault *fault)
{
	int64_t v;

	if (str_to_int(s, &v) < 0 || v <= 0 || s.p[0] == '0' || s.p[0] == '+')
		return bad(fault, f, "must be an id: a string of digits");
	*ret = VAL_INT(v);
	return 0;
}

static int value_time(const struct op_field *f, struct str s, struct value *ret,
		      struct fault *fault)
{
	int64_t v;

	if (time_parse(s, &v) < 0)
		return bad(fault, f,
			   "must be an instant as in RFC 3339, such as 2026-05-09T08:30:00+08:00");
	*ret = VAL_INT(v);
	return 0;
}

static int value_date(const struct op_field *f, struct str s, struct value *ret,
		      struct fault *fault)
{
	int64_t v;

	if (date_parse(s, &v) < 0)
		return bad(fault, f, "must be a date such as 2026-05-09");
	*ret = VAL_INT(v);
	return 0;
}

static int value_phone(const struct op_field *f, struct str s, struct arena *a, struct value *ret,
		       struct fault *fault)
{
	char e164[PHONE_MAX];
	struct fault why = {0};

	if (s.len > 64 || phone_normalise(s, e164, &why) < 0)
		return bad(fault, f,
			   s.len > 64 ? "is too long for a telephone number" : why.detail);
	*ret = value_text(str_of(arena_strdup(a, e164)));
	return 0;
}

static int value_choice(const struct op_field *f, struct str s, struct value *ret,
			struct fault *fault)
{
	char list[256] = "";
	size_t n = 0;

	for (const char **c = f->choices; *c; c++) {
		if (str_is(s, *c)) {
			*ret = value_text(str_of(*c));
			return 0;
		}
		if (n < sizeof(list))
			n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "",
					      *c);
	}
	return fail(fault, E_INVALID, f->name, "must be one of: %s", list);
}

static int value_json(const struct op_field *f, const json_t *j, struct arena *a, struct value *ret,
		      struct fault *fault)
{
	char *text = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);
	size_t len = text ? strlen(text) : 0, max = f->has_range ? (size_t)f->max : OP_JSON_MAX;

	if (!text)
		return bad(fault, f, "is no JSON");
	if (len > max) {
		free(text);
		return fail(fault, E_INVALID, f->name, "is larger than %zu bytes", max);
	}
	*ret = value_text((struct str){arena_memdup(a, text, len + 1), len});
	free(text);
	return 0;
}

/* Types whose JSON form is a string. */
static int value_from_string(const struct op_field *f, struct str s, struct arena *a,
			     struct value *ret, struct fault *fault)
{
	switch (f->type) {
	case T_ID:
		return value_id(f, s, ret, fault);
	case T_TIME:
		return value_time(f, s, ret, fault);
	case T_DATE:
		return value_date(f, s, ret, fault);
	case T_PHONE:
		return value_phone(f, s, a, ret, fault);
	case T_ENUM:
		return value_choice(f, s, ret, fault);
	case T_BLOB:
		return bad(fault, f, "bytes can't come from a request");
	default:
		return value_text_checked(f, s, ret, fault);
	}
}

/* ---- from text ---------------------------------------------------------------------------- */

static int int_from_text(const struct op_field *f, struct str s, struct value *ret,
			 struct fault *fault)
{
	int64_t v;

	if (str_to_int(s, &v) < 0)
		return bad(fault, f, "must be a whole number");
	return value_int(f, v, ret, fault);
}

static int bool_from_text(const struct op_field *f, struct str s, struct value *ret,
			  struct fault *fault)
{
	bool yes = str_is(s, "true") || str_is(s, "1");

	if (!yes && !str_is(s, "false") && !str_is(s, "0"))
		return bad(fault, f, "must be true or false");
	*ret = VAL_INT(yes);
	return 0;
}

static int real_from_text(const struct op_field *f, struct str s, struct arena *a,
			  struct value *ret, struct fault *fault)
{
	char *text = arena_strndup(a, s.p, s.len), *end;
	double v;

	/* strtod takes more than JSON does: hex, "inf", "nan", leading space */
	if (!s.len || strspn(text, "0123456789+-.eE") != s.len)
		return bad(fault, f, "must be a number");
	v = strtod(text, &end);
	if (*end)
		return bad(fault, f, "must be a number");
	return value_real(f, v, ret, fault);
}

static int json_from_text(const struct op_field *f, struct str s, struct arena *a,
			  struct value *ret, struct fault *fault)
{
	CLEANUP(json_decrefp) json_t *j = NULL;

	if (json_parse(s, &j, NULL) < 0)
		return bad(fault, f, "must be JSON");
	return value_json(f, j, a, ret, fault);
}

int op_value_from_text(const struct op_field *f, struct str s, struct arena *a, struct value *ret,
		       struct fault *fault)
{
	switch (f->type) {
	case T_INT:
	case T_MONEY:
		return int_from_text(f, s, ret, fault);
	case T_BOOL:
		return bool_from_text(f, s, ret, fault);
	case T_REAL:
		return real_from_text(f, s, a, ret, fault);
	case T_JSON:
		return json_from_text(f, s, a, ret, fault);
	default:
		return value_from_string(f, s, a, ret, fault);
	}
}

/* ---- from JSON ---------------------------------------------------------------------------- */

int op_value_from_json(const struct op_field *f, const json_t *j, struct arena *a,
		       struct value *ret, struct fault *fault)
{
	switch (f->type) {
	case T_INT:
	case T_MONEY:
		if (!json_is_integer(j))
			return bad(fault, f,
				   f->type == T_INT ? "must be a whole number"
						    : "must be a whole number of fen");
		return value_int(f, json_integer_value(j), ret, fault);
	case T_BOOL:
		if (!json_is_boolean(j))
			return bad(fault, f, "must be true or false");
		*ret = VAL_INT(json_is_true(j));
		return 0;
	case T_REAL:
		if (!json_is_number(j))
			return bad(fault, f, "must be a number");
		return value_real(f, json_number_value(j), ret, fault);
	case T_JSON:
		return value_json(f, j, a, ret, fault);
	default:
		if (!json_is_string(j))
			return bad(fault, f,
				   f->type == T_ID ? "must be an id: a string of digits"
						   : "must be a string");
		return value_from_string(f,
					 (struct str){json_string_value(j), json_string_length(j)},
					 a, ret, fault);
	}
}
