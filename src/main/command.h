/**
 * @file command.h  The command line: a table of commands, each with its own options and --help.
 *
 * Results go to stdout, errors to stderr. Exit codes are part of the contract.
 */
#ifndef LEXLINE_COMMAND_H
#define LEXLINE_COMMAND_H

#include "base/error.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,      /**< could not be done; the message says why */
	EXIT_USAGE = 2,	      /**< unknown command or option */
	EXIT_CONFIG = 3,      /**< configuration, profile or data folder is not in order */
	EXIT_UNAVAILABLE = 4, /**< the database is away */
	EXIT_IN_USE = 5,      /**< another process serves this folder, or the port is taken */
	EXIT_FINDINGS = 6,    /**< check or verify found something wrong */
};

struct option_spec {
	const char *name; /**< "data" for --data */
	const char *arg;  /**< "DIR"; NULL: a flag */
	const char *help;
	const char **text; /**< where the argument goes, or */
	bool *flag;
	int required; /**< false, true; OPTION_MANY: may come again and again, `text` is an array ended by NULL */
};
#define OPTION_MANY 2
#define OPTION_LIST_MAX 16

struct command {
	const char *name; /**< "serve", "user add" */
	const char *args; /**< positional arguments for the usage line, "" when none */
	const char *what; /**< one line */
	int (*run)(const struct command *self, int argc, char **argv);
};

/**
 * Read "--name value" and "--name=value"; what isn't an option is moved to the front of argv.
 * --help prints the usage and ends the process with 0.
 *
 * @param max_args  positional arguments allowed
 * @return their number, or -1 after the usage was printed to stderr
 */
int options_read(const struct command *c, const struct option_spec *specs, size_t n, int argc,
		 char **argv, int max_args);
#define OPTIONS(c, specs, argc, argv, max_args) \
	options_read(c, specs, ARRAY_SIZE(specs), argc, argv, max_args)

/** "lexline: cause and remedy" to stderr. @return the exit code that fits the error */
int command_failed(const struct fault *f);
/** The same for a plain sentence. @return EXIT_FAILED */
int command_error(const char *fmt, ...) PRINTF(1, 2);

extern const struct command commands[];
extern const size_t n_commands;

int cmd_init(const struct command *self, int argc, char **argv);
int cmd_serve(const struct command *self, int argc, char **argv);
int cmd_check(const struct command *self, int argc, char **argv);
int cmd_user_add(const struct command *self, int argc, char **argv);
int cmd_import_statutes(const struct command *self, int argc, char **argv);
int cmd_search(const struct command *self, int argc, char **argv);
int cmd_learn(const struct command *self, int argc, char **argv);
int cmd_operations(const struct command *self, int argc, char **argv);
int cmd_keys_rotate(const struct command *self, int argc, char **argv);
int cmd_backup(const struct command *self, int argc, char **argv);
int cmd_restore(const struct command *self, int argc, char **argv);
int cmd_verify_audit(const struct command *self, int argc, char **argv);
int cmd_calendar_due(const struct command *self, int argc, char **argv);
int cmd_prompts(const struct command *self, int argc, char **argv);
int cmd_version(const struct command *self, int argc, char **argv);

#endif
