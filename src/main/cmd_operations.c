/* lexline operations */
#include <stdio.h>

#include "main/command.h"
#include "main/system.h"

static void print_roles(const struct op *op, struct buf *out)
{
	if (op->is_public)
		buf_adds(out, "public");
	else if (op->any_role)
		buf_adds(out, "any");
	else
		for (const char **r = op->roles; r && *r; r++)
			buf_printf(out, "%s%s", r == op->roles ? "" : ", ", *r);
}

static void print_table(const struct catalogue *c, struct buf *out)
{
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct op *op = catalogue_at(c, i);
		static const char *const via[] = {"", "process", "engine"};

		buf_printf(out, "%-32s %-7s %-44s ", op->name,
			   op->method ? op->method : via[op->via], op->path ? op->path : "-");
		print_roles(op, out);
		buf_addc(out, '\n');
	}
}

static void print_json(const struct catalogue *c, struct buf *out)
{
	struct jw w;

	jw_begin(&w, out);
	jw_arr(&w);
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct op *op = catalogue_at(c, i);
		static const char *const via[] = {"route", "process", "engine"};

		jw_obj(&w);
		jw_kcstr(&w, "name", op->name);
		jw_kcstr(&w, "title", op->title);
		jw_kcstr(&w, "via", via[op->via]);
		jw_kcstr(&w, "method", op->method);
		jw_kcstr(&w, "path", op->path);
		jw_kbool(&w, "public", op->is_public);
		jw_kbool(&w, "any", op->any_role);
		jw_key(&w, "roles");
		jw_arr(&w);
		for (const char **r = op->roles; r && *r; r++)
			jw_cstr(&w, *r);
		jw_arr_end(&w);
		jw_kcstr(&w, "store", op->store);
		jw_kcstr(&w, "file", op->file);
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	buf_addc(out, '\n');
}

int cmd_operations(const struct command *self, int argc, char **argv)
{
	bool json = false, openapi = false, typescript = false;
	const struct option_spec specs[] = {
		{"json", NULL, "as JSON", NULL, &json, false},
		{"openapi", NULL, "as OpenAPI 3.1", NULL, &openapi, false},
		{"typescript", NULL, "as the console's types", NULL, &typescript, false},
	};
	CLEANUP(buf_free) struct buf out = {0};
	struct catalogue *c;
	struct fault f = {0};

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	if (system_catalogue(NULL, &c, &f) < 0)
		return command_failed(&f);
	if (openapi)
		catalogue_openapi(c, "/", &out);
	else if (typescript)
		catalogue_typescript(c, &out);
	else if (json)
		print_json(c, &out);
	else
		print_table(c, &out);
	catalogue_free(c);
	return fwrite(out.p, 1, out.len, stdout) == out.len && fflush(stdout) == 0 ? EXIT_OK
										   : EXIT_FAILED;
}
