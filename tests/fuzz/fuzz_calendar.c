#include "fuzz.h"
#include "process/calendar.h"

#define NOON_2026_02_13 1770955200000LL

static void count(const struct calendar *c)
{
	static const struct period periods[] = {{PERIOD_WORKING_DAYS, 3},
						{PERIOD_DAYS, 7},
						{PERIOD_WORKING_MINUTES, 90},
						{PERIOD_MONTHS, 1},
						{PERIOD_BEFORE_DAY, 31}};

	for (size_t i = 0; i < ARRAY_SIZE(periods); i++) {
		int64_t due, from = NOON_2026_02_13;

		if (calendar_due(c, &periods[i], from, &due, NULL) == 0)
			CLAIM(due > from);
		else
			CLAIM(!calendar_has_hours(c));
	}
}

/* A calendar.yaml is refused with a finding, or every calendar in it can count. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct calendar_set *set = NULL;
	struct yreport r = {0};
	struct ynode *root;

	if (yaml_parse(a, fuzz_str(data, size), "calendar.yaml", &root, NULL) < 0)
		return 0;
	if (calendar_set_from_yaml(root, "Asia/Shanghai", &set, &r) < 0)
		CLAIM(r.n > 0 && utf8_valid(buf_str(&r.text)));
	else
		for (size_t i = 0; i < calendar_set_count(set); i++)
			count(calendar_set_at(set, i, NULL));
	calendar_set_free(set);
	yreport_free(&r);
	return 0;
}
