/* Options, usage, error messages of the command line. */
#include "main/command.h"

#include <stdarg.h>
#include <stdio.h>

static void print_usage(const struct command *c, const struct option_spec *specs, size_t n,
			FILE *to)
{
	fprintf(to, "usage: lexline %s%s%s%s\n\n%s\n", c->name, n ? " [options]" : "",
		c->args[0] ? " " : "", c->args, c->what);
	if (n)
		fputs("\noptions:\n", to);
	for (size_t i = 0; i < n; i++) {
		const struct option_spec *o = &specs[i];
		char left[48];

		snprintf(left, sizeof(left), "--%s%s%s", o->name, o->arg ? " " : "",
			 o->arg ? o->arg : "");
		fprintf(to, "  %-26s %s%s\n", left, o->help, o->required ? " (required)" : "");
	}
	fputs("\nexit codes: 0 done, 1 failed, 2 wrong usage, 3 configuration or data folder not "
	      "in order,\n"
	      "            4 database away, 5 in use by another process, 6 something wrong was "
	      "found\n",
	      to);
}

static const struct option_spec *find(const struct option_spec *specs, size_t n, const char *name,
				      size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(specs[i].name) == len && !strncmp(specs[i].name, name, len))
			return &specs[i];
	return NULL;
}

static bool take_one_more(const struct option_spec *o, const char *value)
{
	size_t n = 0;

	while (o->text[n])
		n++;
	if (n == OPTION_LIST_MAX) {
		fprintf(stderr, "lexline: --%s at most %d times\n", o->name, OPTION_LIST_MAX);
		return false;
	}
	o->text[n] = value;
	o->text[n + 1] = NULL;
	return true;
}

/* One "--…" at argv[*i]. @return false when it is not understood */
static bool take_option(const struct option_spec *specs, size_t n, int argc, char **argv, int *i)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct option_spec *o = find(specs, n, name, len);

	if (!o) {
		fprintf(stderr, "lexline: unknown option --%.*s\n", (int)len, name);
		return false;
	}
	if (!o->arg) {
		*o->flag = true;
		return !equals;
	}
	if (!equals && *i + 1 >= argc) {
		fprintf(stderr, "lexline: --%s needs %s\n", o->name, o->arg);
		return false;
	}
	if (o->required == OPTION_MANY)
		return take_one_more(o, equals ? equals + 1 : argv[++*i]);
	*o->text = equals ? equals + 1 : argv[++*i];
	return true;
}

static bool all_there(const struct option_spec *specs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (specs[i].required == true && specs[i].text && !*specs[i].text) {
			fprintf(stderr, "lexline: --%s %s is missing\n", specs[i].name,
				specs[i].arg);
			return false;
		}
	return true;
}

int options_read(const struct command *c, const struct option_spec *specs, size_t n, int argc,
		 char **argv, int max_args)
{
	int n_args = 0;
	bool ok = true;

	for (int i = 0; i < argc && ok; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_usage(c, specs, n, stdout);
			exit(EXIT_OK);
		}
		if (!strncmp(argv[i], "--", 2))
			ok = take_option(specs, n, argc, argv, &i);
		else
			argv[n_args++] = argv[i];
	}
	if (ok && n_args > max_args) {
		fprintf(stderr, "lexline: unexpected argument '%s'\n", argv[max_args]);
		ok = false;
	}
	if (ok && all_there(specs, n))
		return n_args;
	print_usage(c, specs, n, stderr);
	return -1;
}

static int exit_code(int err)
{
	switch (err < 0 ? -err : err) {
	case E_CONFIG:
	case E_CORRUPT:
		return EXIT_CONFIG;
	case E_UNAVAILABLE:
		return EXIT_UNAVAILABLE;
	case E_CONFLICT:
		return EXIT_IN_USE;
	default:
		return EXIT_FAILED;
	}
}

int command_failed(const struct fault *f)
{
	const struct error_info *info = error_info(f->err);

	fprintf(stderr, "lexline: %s%s%s\n", f->detail[0] ? f->detail : info->title_en,
		f->field[0] ? " — " : "", f->field);
	return exit_code(f->err);
}

int command_error(const char *fmt, ...)
{
	va_list ap;

	fputs("lexline: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_FAILED;
}
