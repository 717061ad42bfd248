/* The catalogue as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0). */
#include "store/op.h"
#include "store/op_names.h"
#include "store/op_parse.h"
#include "store/op_value.h"

/* ---- schemas (JSON Schema 2020-12) -------------------------------------------------------- */

static void schema_fields(struct jw *w, const struct op_field *fields, size_t n);

static void type_names(struct jw *w, const char *type, bool nullable)
{
	jw_key(w, "type");
	if (!nullable) {
		jw_cstr(w, type);
		return;
	}
	jw_arr(w);
	jw_cstr(w, type);
	jw_cstr(w, "null");
	jw_arr_end(w);
}

static void string_schema(struct jw *w, const char *format, const char *pattern, bool nullable)
{
	type_names(w, "string", nullable);
	if (format)
		jw_kcstr(w, "format", format);
	if (pattern)
		jw_kcstr(w, "pattern", pattern);
}

static void choices_schema(struct jw *w, const struct op_field *f, bool nullable)
{
	type_names(w, "string", nullable);
	jw_key(w, "enum");
	jw_arr(w);
	for (const char **c = f->choices; *c; c++)
		jw_cstr(w, *c);
	if (nullable)
		jw_null(w);
	jw_arr_end(w);
}

/* Members only, so that callers add a default or a description. */
static void plain_schema(struct jw *w, const struct op_field *f, bool nullable)
{
	switch (f->type) {
	case T_INT:
		type_names(w, "integer", nullable);
		jw_kcstr(w, "format", "int64");
		break;
	case T_MONEY:
		type_names(w, "integer", nullable);
		jw_kcstr(w, "format", "int64");
		jw_kcstr(w, "description", "fen");
		break;
	case T_REAL:
		type_names(w, "number", nullable);
		break;
	case T_BOOL:
		type_names(w, "boolean", nullable);
		break;
	case T_ID:
		string_schema(w, NULL, "^[1-9][0-9]{0,18}$", nullable);
		break;
	case T_TIME:
		string_schema(w, "date-time", NULL, nullable);
		break;
	case T_DATE:
		string_schema(w, "date", NULL, nullable);
		break;
	case T_ENUM:
		choices_schema(w, f, nullable);
		break;
	case T_TEXT:
	case T_PHONE:
		string_schema(w, NULL, NULL, nullable);
		break;
	case T_JSON:
	case T_BLOB:
		break;
	}
}

static void range_schema(struct jw *w, const struct op_field *f)
{
	if (f->type == T_TEXT) {
		if (f->has_range && f->min)
			jw_kint(w, "minLength", f->min);
		jw_kint(w, "maxLength", f->has_range ? f->max : OP_TEXT_MAX);
	} else if (f->has_range && (f->type == T_INT || f->type == T_MONEY)) {
		jw_kint(w, "minimum", f->min);
		jw_kint(w, "maximum", f->max);
	}
}

static void default_schema(struct jw *w, const struct op_field *f)
{
	struct str text = str_of(f->dflt);
	int64_t v;

	if (!f->dflt)
		return;
	jw_key(w, "default");
	if ((f->type == T_INT || f->type == T_MONEY) && str_to_int(text, &v) == 0)
		jw_int(w, v);
	else if (f->type == T_BOOL)
		jw_bool(w, str_is(text, "true") || str_is(text, "1"));
	else if (f->type == T_REAL || f->type == T_JSON)
		jw_raw(w, text);
	else
		jw_str(w, text);
}

static void in_schema(struct jw *w, const struct op_field *f)
{
	jw_obj(w);
	plain_schema(w, f, f->optional);
	range_schema(w, f);
	default_schema(w, f);
	jw_obj_end(w);
}

static void array_schema(struct jw *w, const struct op_field *f)
{
	type_names(w, "array", f->optional);
	jw_key(w, "items");
	if (f->sub) {
		schema_fields(w, f->sub, f->n_sub);
		return;
	}
	jw_obj(w);
	plain_schema(w, f, false);
	jw_obj_end(w);
}

static void nullable_object(struct jw *w, const struct op_field *f)
{
	jw_key(w, "anyOf");
	jw_arr(w);
	schema_fields(w, f->sub, f->n_sub);
	jw_obj(w);
	type_names(w, "null", false);
	jw_obj_end(w);
	jw_arr_end(w);
}

static void out_schema(struct jw *w, const struct op_field *f)
{
	if (f->shape == OUT_ONE && !f->optional) {
		schema_fields(w, f->sub, f->n_sub);
		return;
	}
	jw_obj(w);
	if (f->shape == OUT_ONE)
		nullable_object(w, f);
	else if (f->shape == OUT_MANY)
		array_schema(w, f);
	else
		plain_schema(w, f, f->optional);
	jw_obj_end(w);
}

static void schema_fields(struct jw *w, const struct op_field *fields, size_t n)
{
	jw_obj(w);
	type_names(w, "object", false);
	jw_key(w, "properties");
	jw_obj(w);
	for (size_t i = 0; i < n; i++) {
		jw_key(w, fields[i].name);
		out_schema(w, &fields[i]);
	}
	jw_obj_end(w);
	jw_key(w, "required");
	jw_arr(w);
	for (size_t i = 0; i < n; i++)
		jw_cstr(w, fields[i].name);
	jw_arr_end(w);
	jw_key(w, "additionalProperties");
	jw_bool(w, false);
	jw_obj_end(w);
}

static void list_schema(struct jw *w, const struct op *op)
{
	struct op_field next = {.type = T_ID};

	jw_obj(w);
	type_names(w, "object", false);
	jw_key(w, "properties");
	jw_obj(w);
	jw_key(w, "items");
	jw_obj(w);
	type_names(w, "array", false);
	jw_key(w, "items");
	schema_fields(w, op->out, op->n_out);
	jw_obj_end(w);
	jw_key(w, "next");
	jw_obj(w);
	plain_schema(w, &next, true);
	jw_kcstr(w, "description", "pass as `before` for the next page; absent on the last");
	jw_obj_end(w);
	jw_obj_end(w);
	jw_key(w, "required");
	jw_arr(w);
	jw_cstr(w, "items");
	jw_arr_end(w);
	jw_obj_end(w);
}

/* ---- parameters and bodies ---------------------------------------------------------------- */

static void parameters(struct jw *w, const struct op *op)
{
	jw_key(w, "parameters");
	jw_arr(w);
	for (size_t i = 0; i < op->n_in; i++) {
		const struct op_field *f = &op->in[i];
		bool path = op_in_path(op, str_of(f->name));

		if (!op_in_address(op, f))
			continue;
		jw_obj(w);
		jw_kcstr(w, "name", f->name);
		jw_kcstr(w, "in", path ? "path" : "query");
		jw_kbool(w, "required", path || !(f->optional || f->dflt));
		jw_key(w, "schema");
		in_schema(w, f);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void body_schema(struct jw *w, const struct op *op)
{
	jw_obj(w);
	type_names(w, "object", false);
	jw_key(w, "properties");
	jw_obj(w);
	for (size_t i = 0; i < op->n_in; i++) {
		if (op_in_address(op, &op->in[i]))
			continue;
		jw_key(w, op->in[i].name);
		in_schema(w, &op->in[i]);
	}
	jw_obj_end(w);
	jw_key(w, "required");
	jw_arr(w);
	for (size_t i = 0; i < op->n_in; i++)
		if (!op_in_address(op, &op->in[i]) && !op->in[i].optional && !op->in[i].dflt)
			jw_cstr(w, op->in[i].name);
	jw_arr_end(w);
	jw_key(w, "additionalProperties");
	jw_bool(w, false);
	jw_obj_end(w);
}

static void request_body(struct jw *w, const struct op *op)
{
	if (!op->upload && !op_has_body(op))
		return;
	jw_key(w, "requestBody");
	jw_obj(w);
	jw_kbool(w, "required", true);
	jw_key(w, "content");
	jw_obj(w);
	jw_key(w, op->upload ? "application/octet-stream" : "application/json");
	jw_obj(w);
	jw_key(w, "schema");
	if (op->upload) {
		jw_obj(w);
		string_schema(w, "binary", NULL, false);
		jw_obj_end(w);
	} else {
		body_schema(w, op);
	}
	jw_obj_end(w);
	jw_obj_end(w);
	jw_obj_end(w);
}

/* ---- responses ---------------------------------------------------------------------------- */

static void reply_schema(struct jw *w, const struct op *op)
{
	if (op->shape == OUT_ONE) {
		schema_fields(w, op->out, op->n_out);
	} else if (op->shape == OUT_MANY) {
		list_schema(w, op);
	} else {
		jw_obj(w);
		if (op->shape == OUT_FILE)
			string_schema(w, "binary", NULL, false);
		jw_obj_end(w);
	}
}

static void success(struct jw *w, const struct op *op)
{
	char status[12];

	snprintf(status, sizeof(status), "%d", op->status);
	jw_key(w, status);
	jw_obj(w);
	jw_kcstr(w, "description", *op->title ? op->title : "Success");
	if (op->shape != OUT_NONE) {
		jw_key(w, "content");
		jw_obj(w);
		jw_key(w, op->shape == OUT_FILE ? "application/octet-stream" : "application/json");
		jw_obj(w);
		jw_key(w, "schema");
		reply_schema(w, op);
		jw_obj_end(w);
		jw_obj_end(w);
	}
	jw_obj_end(w);
}

static void problem_ref(struct jw *w, const char *status)
{
	jw_key(w, status);
	jw_obj(w);
	jw_kcstr(w, "$ref", "#/components/responses/problem");
	jw_obj_end(w);
}

static void responses(struct jw *w, const struct op *op)
{
	jw_key(w, "responses");
	jw_obj(w);
	success(w, op);
	if (op->n_in)
		problem_ref(w, "422");
	if (!op->is_public) {
		problem_ref(w, "401");
		problem_ref(w, "403");
	}
	if (op->shape == OUT_ONE || strchr(op->path, '{'))
		problem_ref(w, "404");
	if (!op->read_only)
		problem_ref(w, "409");
	problem_ref(w, "default");
	jw_obj_end(w);
}

/* ---- operations --------------------------------------------------------------------------- */

static void security(struct jw *w, const struct op *op)
{
	jw_key(w, "security");
	jw_arr(w);
	if (!op->is_public) {
		jw_obj(w);
		jw_key(w, "session");
		jw_arr(w);
		jw_arr_end(w);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void roles(struct jw *w, const struct op *op)
{
	jw_key(w, "x-roles");
	jw_arr(w);
	if (op->is_public)
		jw_cstr(w, "public");
	if (op->any_role)
		jw_cstr(w, "any");
	for (const char **r = op->roles; r && *r; r++)
		jw_cstr(w, *r);
	jw_arr_end(w);
}

static void operation(struct jw *w, const struct op *op)
{
	static const char *const keys[][2] = {{"GET", "get"},
					      {"POST", "post"},
					      {"PUT", "put"},
					      {"PATCH", "patch"},
					      {"DELETE", "delete"}};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(op->method, keys[i][0]))
			jw_key(w, keys[i][1]);
	jw_obj(w);
	jw_kcstr(w, "operationId", op->name);
	jw_kcstr(w, "summary", op->title);
	jw_kcstr(w, "description", op->about);
	jw_key(w, "tags");
	jw_arr(w);
	jw_cstr(w, op->module);
	jw_arr_end(w);
	security(w, op);
	roles(w, op);
	parameters(w, op);
	request_body(w, op);
	responses(w, op);
	jw_obj_end(w);
}

/* All methods of one path stand together: operations before @p i with this path were written
 * already. */
static bool path_seen(const struct catalogue *c, size_t i, const char *path)
{
	while (i--)
		if (catalogue_at(c, i)->path && !strcmp(catalogue_at(c, i)->path, path))
			return true;
	return false;
}

static void paths(struct jw *w, const struct catalogue *c)
{
	jw_key(w, "paths");
	jw_obj(w);
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const char *path = catalogue_at(c, i)->path;

		if (!path || path_seen(c, i, path))
			continue;
		jw_key(w, path);
		jw_obj(w);
		for (size_t k = i; k < catalogue_count(c); k++)
			if (catalogue_at(c, k)->path && !strcmp(catalogue_at(c, k)->path, path))
				operation(w, catalogue_at(c, k));
		jw_obj_end(w);
	}
	jw_obj_end(w);
}

/* ---- components --------------------------------------------------------------------------- */

static void problem_schema(struct jw *w)
{
	static const char *const texts[] = {"type", "title", "detail", "field"};

	jw_key(w, "problem");
	jw_obj(w);
	jw_kcstr(w, "description", "RFC 9457");
	type_names(w, "object", false);
	jw_key(w, "properties");
	jw_obj(w);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		jw_key(w, texts[i]);
		jw_obj(w);
		type_names(w, "string", false);
		jw_obj_end(w);
	}
	jw_key(w, "status");
	jw_obj(w);
	type_names(w, "integer", false);
	jw_obj_end(w);
	jw_key(w, "code");
	jw_obj(w);
	type_names(w, "string", false);
	jw_key(w, "enum");
	jw_arr(w);
	for (int e = 1; e < E_COUNT; e++)
		jw_cstr(w, error_info(e)->code);
	jw_arr_end(w);
	jw_obj_end(w);
	jw_obj_end(w);
	jw_key(w, "required");
	jw_arr(w);
	jw_cstr(w, "title");
	jw_cstr(w, "status");
	jw_cstr(w, "code");
	jw_arr_end(w);
	jw_obj_end(w);
}

static void problem_response(struct jw *w)
{
	jw_key(w, "problem");
	jw_obj(w);
	jw_kcstr(w, "description", "What went wrong");
	jw_key(w, "content");
	jw_obj(w);
	jw_key(w, "application/problem+json");
	jw_obj(w);
	jw_key(w, "schema");
	jw_obj(w);
	jw_kcstr(w, "$ref", "#/components/schemas/problem");
	jw_obj_end(w);
	jw_obj_end(w);
	jw_obj_end(w);
	jw_obj_end(w);
}

static void components(struct jw *w)
{
	jw_key(w, "components");
	jw_obj(w);
	jw_key(w, "securitySchemes");
	jw_obj(w);
	jw_key(w, "session");
	jw_obj(w);
	jw_kcstr(w, "type", "apiKey");
	jw_kcstr(w, "in", "cookie");
	jw_kcstr(w, "name", "lexline");
	jw_obj_end(w);
	jw_obj_end(w);
	jw_key(w, "schemas");
	jw_obj(w);
	problem_schema(w);
	jw_obj_end(w);
	jw_key(w, "responses");
	jw_obj(w);
	problem_response(w);
	jw_obj_end(w);
	jw_obj_end(w);
}

void catalogue_openapi(const struct catalogue *c, const char *server_url, struct buf *out)
{
	struct jw w;

	jw_begin(&w, out);
	jw_obj(&w);
	jw_kcstr(&w, "openapi", "3.1.0");
	jw_key(&w, "info");
	jw_obj(&w);
	jw_kcstr(&w, "title", "Lexline");
	jw_kcstr(&w, "version", LEXLINE_VERSION);
	jw_obj_end(&w);
	jw_key(&w, "servers");
	jw_arr(&w);
	jw_obj(&w);
	jw_kcstr(&w, "url", server_url && *server_url ? server_url : "/");
	jw_obj_end(&w);
	jw_arr_end(&w);
	paths(&w, c);
	components(&w);
	jw_obj_end(&w);
}
