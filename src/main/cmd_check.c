/* lexline check: the operations, the processes and the hotlines of profiles, proven without running anything. */
#include <stdio.h>

#include "document/library.h"
#include "main/command.h"
#include "main/system.h"
#include "process/process.h"
#include "process/profile.h"
#include "voice/voice.h"

static int check_one(const char *profile, const struct catalogue *ops, const char *draw)
{
	struct yreport r = {0};
	struct fault f = {0};
	size_t n = 0, n_templates = 0;
	int err = profile_check(profile, ops, draw, &r, &n, &f);
	int code;

	if (err == 0)
		voice_check_profile(profile, ops, &r);
	if (err == 0)
		err = templates_check(profile, ops, &r, &n_templates, &f);
	code = r.n ? EXIT_FINDINGS : err < 0 ? command_failed(&f) : EXIT_OK;

	if (r.n)
		fprintf(stderr, "%s", r.text.p);
	printf("%-20s %zu processes, %zu templates, %zu findings\n", profile, n, n_templates, r.n);
	yreport_free(&r);
	return code;
}

int cmd_check(const struct command *self, int argc, char **argv)
{
	const char *draw = NULL;
	const struct option_spec specs[] = {
		{"draw", "DIR", "also write a drawing of each process there (SVG)", &draw, NULL,
		 false},
	};
	struct arena *a = arena_new();
	struct catalogue *ops;
	struct fault f = {0};
	const char **names;
	int n = OPTIONS(self, specs, argc, argv, argc), code = EXIT_OK;

	if (n < 0 || system_catalogue(NULL, &ops, &f) < 0) {
		arena_free(a);
		return n < 0 ? EXIT_USAGE : command_failed(&f);
	}
	names = n ? (const char **)argv : profile_names(a);
	for (int i = 0; n ? i < n : names[i] != NULL; i++) {
		int one = check_one(names[i], ops, draw);

		if (one != EXIT_OK)
			code = one;
	}
	catalogue_free(ops);
	arena_free(a);
	return code;
}
