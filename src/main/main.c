/* The command line: finds the command, leaves the work to it. */
#include <sodium.h>
#include <stdio.h>

#include "main/command.h"

const struct command commands[] = {
	{"init", "",
	 "Create a data folder for a profile: keys, database, organisations, first people.",
	 cmd_init},
	{"serve", "", "Serve a data folder over HTTP until SIGTERM or SIGINT, then drain.",
	 cmd_serve},
	{"check", "PROFILE…",
	 "Prove the processes of profiles (default: all built-in ones) without running them.", cmd_check},
	{"user add", "", "Add a person and print the first password.", cmd_user_add},
	{"import statutes", "TREE…", "Import statutes from folders of Markdown files.",
	 cmd_import_statutes},
	{"search", "", "Answer questions (JSON lines on stdin) with the statute articles that fit.",
	 cmd_search},
	{"learn", "", "Learn to rank articles from questions whose articles are known.", cmd_learn},
	{"operations", "", "List the operations with their routes and roles.", cmd_operations},
	{"keys rotate", "", "Make new data keys; old ones stay for reading.", cmd_keys_rotate},
	{"backup", "", "Write everything but the master key into one file, while serving.",
	 cmd_backup},
	{"restore", "", "Restore a backup into a new data folder.", cmd_restore},
	{"verify audit", "", "Check the audit log's chain of hashes.", cmd_verify_audit},
	{"calendar due", "", "When does a period end in a profile's calendar?", cmd_calendar_due},
	{"prompts", "", "Have what the hotline says spoken, and list it.", cmd_prompts},
	{"version", "", "Print the version.", cmd_version},
};
const size_t n_commands = ARRAY_SIZE(commands);

static int usage(FILE *to)
{
	fputs("lexline: what a legal hotline runs on\n\nusage: lexline COMMAND "
	      "[options]\n\ncommands:\n",
	      to);
	for (size_t i = 0; i < n_commands; i++)
		fprintf(to, "  %-16s %s\n", commands[i].name, commands[i].what);
	fputs("\n'lexline COMMAND --help' says more.\n", to);
	return to == stdout ? EXIT_OK : EXIT_USAGE;
}

/* "user add" takes two words of argv. @return how many, 0 when it isn't this command */
static int words(const struct command *c, int argc, char **argv)
{
	const char *space = strchr(c->name, ' ');
	size_t len = space ? (size_t)(space - c->name) : strlen(c->name);

	if (strlen(argv[0]) != len || strncmp(argv[0], c->name, len) != 0)
		return 0;
	if (!space)
		return 1;
	return argc > 1 && !strcmp(argv[1], space + 1) ? 2 : 0;
}

int cmd_version(const struct command *self, int argc, char **argv)
{
	puts("lexline " LEXLINE_VERSION);
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	if (sodium_init() < 0)
		return command_error("the random number generator is not available");
	if (argc < 2)
		return usage(stderr);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help") || !strcmp(argv[1], "-h"))
		return usage(stdout);
	if (!strcmp(argv[1], "--version"))
		return cmd_version(NULL, 0, NULL);
	for (size_t i = 0; i < n_commands; i++) {
		int n = words(&commands[i], argc - 1, argv + 1);

		if (n)
			return commands[i].run(&commands[i], argc - 1 - n, argv + 1 + n);
	}
	fprintf(stderr, "lexline: unknown command '%s'\n\n", argv[1]);
	return usage(stderr);
}
