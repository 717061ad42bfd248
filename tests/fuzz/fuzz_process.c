#include "process/process.h"
#include "fuzz.h"

/* What parses has a canonical form that parses to the same, can be proven, described and drawn. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(yreport_free) struct yreport r = {0};
	CLEANUP(yreport_free) struct yreport r2 = {0};
	CLEANUP(buf_free) struct buf svg = {0};
	struct definition *d, *again;

	if (size > 20000)
		return 0;
	if (definition_parse(fuzz_str(data, size), "f.yaml", &d, &r) < 0) {
		CLAIM(r.n > 0 && r.text.len > 0);
		return 0;
	}
	CLAIM(definition_parse(d->canonical, "canonical", &again, &r2) == 0);
	CLAIM(strcmp(d->hash, again->hash) == 0);
	CLAIM(str_eq(d->json, again->json));
	definition_check(d, NULL, &r);
	definition_draw(d, LANG_ZH, NULL, NULL, &svg);
	CLAIM(utf8_valid(buf_str(&svg)));
	definition_free(again);
	definition_free(d);
	return 0;
}
