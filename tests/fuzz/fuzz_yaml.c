#include "base/yaml.h"
#include "fuzz.h"

static void walk(const struct ynode *n, int depth, struct yreport *r)
{
	static const char *const allowed[] = {"name", "states", "actions", NULL};

	CLAIM(depth <= 33 && n->line >= 1 && n->file);
	if (n->kind == Y_SCALAR)
		CLAIM(strlen(n->text.p) == n->text.len && utf8_valid(n->text));
	if (n->kind == Y_MAP)
		yaml_only(n, allowed, r);
	yaml_int(n, 0, 10, 0, r);
	yaml_enum(n, allowed, 0, r);
	for (size_t i = 0; i < n->n_kids; i++) {
		CLAIM((n->kind == Y_MAP) == (n->kids[i]->key != NULL));
		CLAIM(n->kind != Y_MAP || yaml_get(n, n->kids[i]->key) == n->kids[i]);
		walk(n->kids[i], depth + 1, r);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct yreport r = {0};
	struct fault f = {0};
	struct ynode *n;

	if (yaml_parse(a, fuzz_str(data, size), "f", &n, &f) < 0) {
		CLAIM(strncmp(f.detail, "f:", 2) == 0 && utf8_valid(str_of(f.detail)));
		return 0;
	}
	walk(n, 1, &r);
	yreport_free(&r);
	return 0;
}
