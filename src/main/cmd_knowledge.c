/* lexline import statutes, search, calendar due */
#include <stdio.h>

#include "base/file.h"
#include "knowledge/import.h"
#include "knowledge/learn.h"
#include "knowledge/statutes.h"
#include "main/command.h"
#include "main/system.h"
#include "process/calendar.h"

int cmd_import_statutes(const struct command *self, int argc, char **argv)
{
	const char *data = NULL, *files = NULL;
	const struct option_spec specs[] = {
		{"data", "DIR", "the data folder", &data, NULL, true},
		{"files", "LIST", "only these: paths relative to the tree, one a line", &files,
		 NULL, false},
	};
	CLEANUP(system_closep) struct system *s = NULL;
	struct import_counts n = {0};
	struct fault f = {0};
	int trees = OPTIONS(self, specs, argc, argv, argc);

	if (trees < 0)
		return EXIT_USAGE;
	if (trees == 0) {
		command_error("name at least one folder of statutes");
		return EXIT_USAGE;
	}
	if (system_open(data, SYSTEM_TOOL, &s, &f) < 0 ||
	    statutes_import(&s->env, files, (const char *const *)argv, (size_t)trees, stderr, &n,
			    &f) < 0)
		return command_failed(&f);
	printf("files %zu  imported %zu  unchanged %zu  duplicates %zu  unreadable %zu  articles %zu\n",
	       n.files, n.imported, n.unchanged, n.duplicates, n.unreadable, n.articles);
	return EXIT_OK;
}

int cmd_search(const struct command *self, int argc, char **argv)
{
	const char *data = NULL, *limit = "10";
	bool json = false;
	const struct option_spec specs[] = {
		{"data", "DIR", "the data folder", &data, NULL, true},
		{"limit", "N", "articles a question, default 10", &limit, NULL, false},
		{"json", NULL, "JSON lines out (the only form so far)", NULL, &json, false},
	};
	CLEANUP(system_closep) struct system *s = NULL;
	struct fault f = {0};
	int64_t n;

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	if (str_to_int(str_of(limit), &n) < 0 || n < 1 || n > 1000) {
		command_error("--limit must be 1…1000");
		return EXIT_USAGE;
	}
	if (system_open(data, SYSTEM_LOOK, &s, &f) < 0 ||
	    statutes_load(&s->env, &s->env.statutes, &f) < 0)
		return command_failed(&f);
	return statutes_search_lines(&s->env, (size_t)n, stdin, stdout, stderr);
}

int cmd_learn(const struct command *self, int argc, char **argv)
{
	const char *data = NULL, *questions = NULL, *out = NULL;
	bool validate = false;
	const struct option_spec specs[] = {
		{"data", "DIR", "the data folder, with the statutes imported", &data, NULL, true},
		{"questions", "FILE", "JSON lines {\"question\", \"relevant\": [{\"law\", \"article\"}]}", &questions, NULL, true},
		{"out", "FILE", "the model; default: lay.model in the data folder", &out, NULL, false},
		{"validate", NULL, "print a cross-validation first", NULL, &validate, false},
	};
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(system_closep) struct system *s = NULL;
	struct fault f = {0};

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	if (system_open(data, SYSTEM_TOOL, &s, &f) < 0 || statutes_load(&s->env, &s->env.statutes, &f) < 0)
		return command_failed(&f);
	return learn_command(statutes_corpus(s->env.statutes), zone_local_day(s->env.zone, time_now_ms()), questions,
			     out ? out : path_join(a, data, "lay.model"), validate, stdout, stderr);
}

/* The room reads its own options, beginning with the word "calendar"; it also has its own --help.
 */
int cmd_calendar_due(const struct command *self, int argc, char **argv)
{
	return cmd_calendar(argc + 2, argv - 2);
}
