/* lexline prompts: have everything the hotline says spoken before the first caller hears it. */
#include <stdio.h>

#include "base/file.h"
#include "main/command.h"
#include "voice/prompts.h"

static void print_one(const char *name, const char *lang, unsigned ms, bool recorded, void *arg)
{
	printf("%-24s %s %6.1f s  %s\n", name, lang, ms / 1000.0, recorded ? "recorded" : "spoken");
}

int cmd_prompts(const struct command *self, int argc, char **argv)
{
	const char *data = NULL;
	bool list = false;
	const struct option_spec specs[] = {
		{"data", "DIR", "the data folder", &data, NULL, true},
		{"list", NULL, "print each prompt, its language, its length, whether it is recorded", NULL, &list, false},
	};
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(yreport_free) struct yreport r = {0};
	struct hotline *h;
	struct prompts *p;
	struct fault f = {0};
	int err;

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	err = hotline_load(path_join(a, data, "profile"), &h, &r);
	if (err == -E_NOT_FOUND)
		return command_error("the profile of %s has no hotline.yaml: nothing to say", data);
	if (err < 0) {
		fprintf(stderr, "%s", r.text.p ? r.text.p : "");
		return EXIT_CONFIG;
	}
	err = prompts_load(data, h, &p, &f);
	if (err == 0) {
		if (list)
			prompts_each(p, print_one, NULL);
		printf("%zu prompts are ready\n", prompts_each(p, NULL, NULL));
		prompts_unref(p);
	}
	hotline_free(h);
	return err < 0 ? command_failed(&f) : EXIT_OK;
}
