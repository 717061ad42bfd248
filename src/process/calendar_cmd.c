/* `lexline calendar`: anyone can check a due instant, without a data directory. */
#include <getopt.h>
#include <stdio.h>

#include "base/assets.h"
#include "base/file.h"
#include "process/calendar_impl.h"

static const char usage[] =
	"Usage: lexline calendar due --profile P [--calendar C] [--from RFC3339] --within PERIOD\n"
	"\n"
	"Prints the instant (RFC 3339) at which a period ends that begins at --from (default: "
	"now).\n"
	"\n"
	"  --profile P     a built-in profile (demo, hunan-12348, anhui-microloan,\n"
	"                  changzhou-debt) or a folder\n"
	"  --calendar C    a calendar of its calendar.yaml; default: duty\n"
	"  --within PERIOD \"30 minutes\", \"24 hours\", \"1 working hour\", \"7 days\", \"1 "
	"week\",\n"
	"                  \"2 working days\", \"3 months\", \"10 years\", \"before the 15th\",\n"
	"                  \"before the 15th of next month\"\n"
	"\n"
	"Counting follows the Civil Code of the PRC, arts. 200-204; 24:00 is printed as the next\n"
	"day's 00:00. Exit code: 0 printed, 1 cannot be computed, 2 wrong usage.\n";

struct options {
	const char *profile, *calendar, *from, *within;
	bool help;
};

static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {{"profile", required_argument, NULL, 'p'},
					      {"calendar", required_argument, NULL, 'c'},
					      {"from", required_argument, NULL, 'f'},
					      {"within", required_argument, NULL, 'w'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	int opt;

	optind = 0; /* start afresh: main has parsed already */
	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1)
		switch (opt) {
		case 'p':
			o->profile = optarg;
			break;
		case 'c':
			o->calendar = optarg;
			break;
		case 'f':
			o->from = optarg;
			break;
		case 'w':
			o->within = optarg;
			break;
		case 'h':
			o->help = true;
			break;
		default:
			return -E_INVALID;
		}
	if (o->help)
		return 0;
	return optind + 1 == argc && !strcmp(argv[optind], "due") && o->profile && o->within
		       ? 0
		       : -E_INVALID;
}

static void list_calendars(const struct calendar_set *s, const char *wanted)
{
	fprintf(stderr, "lexline: there is no calendar '%s'; this profile has:", wanted);
	for (size_t i = 0; i < s->list.n; i++)
		fprintf(stderr, " %s", s->list.at[i]->name);
	fputc('\n', stderr);
}

static int print_due(const struct calendar_set *s, const struct options *o)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct calendar *c = calendar_set_get(s, 0, o->calendar);
	int64_t from = time_now_ms(), due;
	struct fault f = {0};
	struct period p;

	if (!c) {
		list_calendars(s, o->calendar);
		return 1;
	}
	if (o->from && time_parse(str_of(o->from), &from) < 0) {
		fprintf(stderr,
			"lexline: --from: '%s' is no RFC 3339 instant "
			"(2026-02-13T16:30:00+08:00)\n",
			o->from);
		return 2;
	}
	if (period_parse(str_of(o->within), &p, &f) < 0) {
		fprintf(stderr, "lexline: --within: %s\n", f.detail);
		return 2;
	}
	if (calendar_due(c, &p, from, &due, &f) < 0) {
		fprintf(stderr, "lexline: %s\n", f.detail);
		return 1;
	}
	printf("%s\n", time_format(a, due, c->zone));
	return 0;
}

int cmd_calendar(int argc, char **argv)
{
	struct options o = {.calendar = "duty"};
	struct calendar_set *set = NULL;
	struct yreport report = {0};
	int code;

	if (parse_options(argc, argv, &o) < 0) {
		fputs(usage, stderr);
		return 2;
	}
	if (o.help) {
		fputs(usage, stdout);
		return 0;
	}
	if (calendar_set_load_profile(o.profile, &set, &report) < 0) {
		fprintf(stderr, "%s", report.text.p ? report.text.p : "");
		yreport_free(&report);
		return 1;
	}
	code = print_due(set, &o);
	calendar_set_free(set);
	return code;
}
