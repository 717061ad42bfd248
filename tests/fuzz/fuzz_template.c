#include "document/template.h"
#include "fuzz.h"

/* Whatever parses can be filled with nothing, and either gives a document or says why not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json_decrefp) json_t *none = json_object();
	struct fill fill = {.values = none, .blanks = true, .notes = true};
	struct yreport r = {0};
	struct template *t;

	if (template_parse(fuzz_str(data, size), "t.md", &t, &r) < 0) {
		CLAIM(r.n > 0 && utf8_valid(buf_str(&r.text)));
	} else {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct fault f = {0};
		struct doc *d;

		CLAIM(r.n == 0 && t->name[0] && t->body);
		if (template_fill(t, &fill, a, &d, &f) == 0)
			doc_free(d);
		else
			CLAIM(f.detail[0]);
		template_free(t);
	}
	yreport_free(&r);
	return 0;
}
