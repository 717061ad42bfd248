/* Does a reply keep what `out:` promises? For tests and for servers run with
 * LEXLINE_CHECK_REPLIES=1. */
#include "base/time.h"
#include "store/op.h"

struct check {
	struct fault *f;
	char path[64]; /* "items[3].client.name" */
};

static int check_fields(struct check *c, const struct op_field *fields, size_t n,
			const json_t *obj);

static int bad(struct check *c, const char *what)
{
	return fail(c->f, E_INVALID, c->path, "%s", what);
}

/* Appends to the path; @return what to cut it back to. */
static size_t descend(struct check *c, const char *fmt, ...) PRINTF(2, 3);
static size_t descend(struct check *c, const char *fmt, ...)
{
	size_t len = strlen(c->path);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->path + len, sizeof(c->path) - len, fmt, ap);
	va_end(ap);
	return len;
}

static struct str string_of(const json_t *j)
{
	return (struct str){json_string_value(j), json_string_length(j)};
}

static bool is_choice(const struct op_field *f, const json_t *j)
{
	for (const char **c = f->choices; *c; c++)
		if (str_is(string_of(j), *c))
			return true;
	return false;
}

static bool is_id(const json_t *j)
{
	int64_t v;

	return json_is_string(j) && str_to_int(string_of(j), &v) == 0 && v > 0;
}

static const char *check_plain(const struct op_field *f, const json_t *j)
{
	int64_t v;

	switch (f->type) {
	case T_INT:
	case T_MONEY:
		return json_is_integer(j) ? NULL : "is no whole number";
	case T_REAL:
		return json_is_number(j) ? NULL : "is no number";
	case T_BOOL:
		return json_is_boolean(j) ? NULL : "is neither true nor false";
	case T_ID:
		return is_id(j) ? NULL : "is no id in a string";
	case T_TIME:
		return json_is_string(j) && time_parse(string_of(j), &v) == 0 ? NULL
									      : "is no instant";
	case T_DATE:
		return json_is_string(j) && date_parse(string_of(j), &v) == 0 ? NULL : "is no date";
	case T_ENUM:
		return json_is_string(j) && is_choice(f, j) ? NULL : "is none of the choices";
	case T_TEXT:
	case T_PHONE:
		return json_is_string(j) ? NULL : "is no string";
	case T_JSON:
		return NULL;
	case T_BLOB:
		break;
	}
	return "can't stand in a reply";
}

static int check_value(struct check *c, const struct op_field *f, const json_t *j)
{
	const char *wrong = check_plain(f, j);

	return wrong ? bad(c, wrong) : 0;
}

static int check_array(struct check *c, const struct op_field *f, const json_t *j)
{
	size_t i;
	json_t *item;

	if (!json_is_array(j))
		return bad(c, "is no array");
	json_array_foreach(j, i, item)
	{
		size_t cut = descend(c, "[%zu]", i);
		int r = f->sub ? check_fields(c, f->sub, f->n_sub, item) : check_value(c, f, item);

		if (r < 0)
			return r;
		c->path[cut] = 0;
	}
	return 0;
}

static int check_field(struct check *c, const struct op_field *f, const json_t *obj)
{
	const json_t *j = json_object_get(obj, f->name);
	size_t cut = descend(c, "%s%s", *c->path ? "." : "", f->name);
	int r;

	if (!j)
		r = bad(c, "is missing");
	else if (json_is_null(j))
		r = f->optional ? 0 : bad(c, "is null");
	else if (f->shape == OUT_MANY)
		r = check_array(c, f, j);
	else if (f->shape == OUT_ONE)
		r = check_fields(c, f->sub, f->n_sub, j);
	else
		r = check_value(c, f, j);
	if (r == 0)
		c->path[cut] = 0;
	return r;
}

static bool is_declared(const struct op_field *fields, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(fields[i].name, key))
			return true;
	return false;
}

static int check_fields(struct check *c, const struct op_field *fields, size_t n, const json_t *obj)
{
	const char *key;
	json_t *j;
	int r;

	if (!json_is_object(obj))
		return bad(c, "is no object");
	for (size_t i = 0; i < n; i++)
		if ((r = check_field(c, &fields[i], obj)) < 0)
			return r;
	json_object_foreach((json_t *)obj, key, j)
	{
		if (!is_declared(fields, n, key)) {
			descend(c, "%s%s", *c->path ? "." : "", key);
			return bad(c, "is not declared in 'out:'");
		}
	}
	return 0;
}

/* {"items":[…]}, and "next" when there is more. */
static int check_many(struct check *c, const struct op *op, const json_t *reply)
{
	const struct op_field items = {
		.name = "items", .shape = OUT_MANY, .sub = op->out, .n_sub = op->n_out};
	const struct op_field next = {.name = "next", .type = T_ID};
	const char *key;
	json_t *j;
	int r;

	if (!json_is_object(reply))
		return bad(c, "is no object");
	if ((r = check_field(c, &items, reply)) < 0)
		return r;
	json_object_foreach((json_t *)reply, key, j)
	{
		if (!strcmp(key, "items") || (!strcmp(key, "next") && json_is_null(j)))
			continue;
		if (strcmp(key, "next") != 0) {
			descend(c, "%s", key);
			return bad(c, "stands beside 'items' undeclared");
		}
		if ((r = check_field(c, &next, reply)) < 0)
			return r;
	}
	return 0;
}

int op_check_reply(const struct op *op, const json_t *reply, struct fault *f)
{
	struct check c = {.f = f};

	switch (op->shape) {
	case OUT_NONE:
		return reply ? bad(&c, "nothing was promised, something came") : 0;
	case OUT_ONE:
		return check_fields(&c, op->out, op->n_out, reply);
	case OUT_MANY:
		return check_many(&c, op, reply);
	case OUT_JSON:
		return reply ? 0 : bad(&c, "there is no JSON");
	case OUT_FILE:
		return 0;
	}
	return 0;
}
