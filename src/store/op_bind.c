/* Requests to arguments. Strict: what isn't declared is refused, nothing is guessed. */
#include "store/op_parse.h"
#include "store/op_value.h"

static int field_index(const struct op *op, struct str name)
{
	for (size_t i = 0; i < op->n_in; i++)
		if (str_is(name, op->in[i].name))
			return (int)i;
	return -1;
}

static int unknown(struct call *call, struct str name)
{
	const struct op *op = call->op;
	const char **names = ARENA_ARRAY(call->ctx->arena, const char *, op->n_in + 1);
	char *field = arena_strndup(call->ctx->arena, name.p, name.len > 60 ? 0 : name.len);
	const char *near;

	for (size_t i = 0; i < op->n_in; i++)
		names[i] = op->in[i].name;
	near = op_nearest(name, names);
	if (!utf8_valid(name))
		field = "";
	return near ? ctx_fail(call->ctx, E_INVALID, field, "is unknown here, did you mean '%s'?",
			       near)
		    : ctx_fail(call->ctx, E_INVALID, field, "is unknown here");
}

/* Path parameters always, the rest of the strings where there is no body of JSON. */
static bool strings_allowed(const struct op *op)
{
	return !op->method || op->upload || !strcmp(op->method, "GET") ||
	       !strcmp(op->method, "DELETE");
}

static int bind_string(struct call *call, const struct arg *s, bool *bound)
{
	struct ctx *ctx = call->ctx;
	int i = field_index(call->op, str_of(s->name));
	const struct op_field *f;

	if (i < 0)
		return unknown(call, str_of(s->name));
	f = &call->op->in[i];
	if (!strings_allowed(call->op) && !op_in_path(call->op, str_of(f->name)))
		return ctx_fail(ctx, E_INVALID, f->name,
				"belongs into the body, not into the address");
	if (bound[i])
		return ctx_fail(ctx, E_INVALID, f->name, "is given twice");
	bound[i] = true;
	/* An empty field of a search form means that it wasn't filled in. */
	if (!s->v.s.len && (f->optional || f->dflt))
		return 0;
	return op_value_from_text(f, s->v.s, ctx->arena, &call->args[i], &ctx->fault);
}

static int bind_member(struct call *call, const char *key, const json_t *j, bool *bound)
{
	struct ctx *ctx = call->ctx;
	int i = field_index(call->op, str_of(key));
	const struct op_field *f;

	if (i < 0)
		return unknown(call, str_of(key));
	f = &call->op->in[i];
	if (bound[i])
		return ctx_fail(ctx, E_INVALID, f->name, "stands in the address already");
	bound[i] = true;
	if (json_is_null(j) && (f->optional || f->dflt))
		return 0;
	return op_value_from_json(f, j, ctx->arena, &call->args[i], &ctx->fault);
}

static int bind_body(struct call *call, json_t *body, bool *bound)
{
	const char *key;
	json_t *j;
	int r;

	if (!body)
		return 0;
	if (!json_is_object(body))
		return ctx_fail(call->ctx, E_INVALID, "", "the body must be a JSON object");
	json_object_foreach(body, key, j)
	{
		if ((r = bind_member(call, key, j, bound)) < 0)
			return r;
	}
	return 0;
}

/* Defaults for what is missing; complaints about what must be there. */
static int bind_missing(struct call *call)
{
	struct ctx *ctx = call->ctx;

	for (size_t i = 0; i < call->op->n_in; i++) {
		const struct op_field *f = &call->op->in[i];
		int r = 0;

		if (call->args[i].type != V_NULL)
			continue;
		if (f->dflt)
			r = op_value_from_text(f, str_of(f->dflt), ctx->arena, &call->args[i],
					       &ctx->fault);
		else if (!f->optional)
			r = ctx_fail(ctx, E_INVALID, f->name, "is required");
		if (r < 0)
			return r;
	}
	return 0;
}

int op_bind(struct call *call, const struct arg *strings, size_t n_strings, json_t *body)
{
	size_t n = call->op->n_in;
	bool *bound = ARENA_ARRAY(call->ctx->arena, bool, n + 1);
	int r;

	call->args = ARENA_ARRAY(call->ctx->arena, struct value, n + 1);
	call->body = body;
	for (size_t i = 0; i < n_strings; i++)
		if ((r = bind_string(call, &strings[i], bound)) < 0)
			return r;
	if ((r = bind_body(call, body, bound)) < 0)
		return r;
	return bind_missing(call);
}

/* ---- reading them ------------------------------------------------------------------------- */

struct value call_arg(const struct call *call, const char *name)
{
	int i = field_index(call->op, str_of(name));

	return i < 0 || !call->args ? VAL_NULL : call->args[i];
}

int64_t call_int(const struct call *call, const char *name, int64_t dflt)
{
	struct value v = call_arg(call, name);

	return v.type == V_INT ? v.i : dflt;
}

struct str call_str(const struct call *call, const char *name)
{
	struct value v = call_arg(call, name);

	return v.type == V_TEXT || v.type == V_BLOB ? v.s : STR_NULL;
}

bool call_has(const struct call *call, const char *name)
{
	return call_arg(call, name).type != V_NULL;
}
