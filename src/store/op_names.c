#include "store/op_names.h"

#include <ctype.h>

#include "store/op_parse.h"

char *op_camel(struct arena *a, const char *name, const char *suffix)
{
	CLEANUP(buf_free) struct buf b = {0};
	bool up = true;

	for (; *name; name++) {
		if (*name == '.' || *name == '_') {
			up = true;
			continue;
		}
		buf_addc(&b, up ? (char)toupper((unsigned char)*name) : *name);
		up = false;
	}
	buf_adds(&b, suffix);
	return arena_strndup(a, b.p, b.len);
}

bool op_in_address(const struct op *op, const struct op_field *f)
{
	return op->upload || !strcmp(op->method, "GET") || !strcmp(op->method, "DELETE") ||
	       op_in_path(op, str_of(f->name));
}

bool op_has_body(const struct op *op)
{
	for (size_t i = 0; i < op->n_in; i++)
		if (!op_in_address(op, &op->in[i]))
			return true;
	return false;
}
