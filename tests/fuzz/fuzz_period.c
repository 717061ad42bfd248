#include "fuzz.h"
#include "process/calendar.h"

/* What is read can be written, read again and counted in a calendar without hours. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct period p, again;
	struct fault f = {0};

	if (period_parse(fuzz_str(data, size), &p, &f) < 0) {
		CLAIM(f.err == E_INVALID && strcmp(f.field, "within") == 0);
		return 0;
	}
	CLAIM(p.n >= 1);
	CLAIM(period_parse(str_of(period_format(a, &p)), &again, &f) == 0);
	CLAIM(again.kind == p.kind && again.n == p.n);
	CLAIM(*period_label(a, &p, LANG_ZH));
	return 0;
}
