/**
 * @file profile.h  A profile: the folder of plain files that makes the engine one hotline.
 *
 *     profile.yaml    name, time zone, organisations, own roles, first people, processes, ledgers
 *     calendar.yaml   duty hours and days off (modules/calendars/README.md)
 *     phrases.yaml    standard phrases and message texts
 *     processes/      its own processes (docs/processes.md)
 *     demo.yaml       example cases; only the demo has it
 *
 * A profile is named by its folder, or by the name of a built-in one ("demo"). When an installation
 * is made, its files are copied to DIR/profile and its rows are made once; afterwards the store
 * is the truth for organisations, people, roles and calendars. Format: docs/profiles.md.
 */
#ifndef LEXLINE_PROFILE_H
#define LEXLINE_PROFILE_H

#include "base/yaml.h"
#include "store/ctx.h"

struct profile_label {
	const char *zh, *en;
};

struct profile_org {
	const char *name, *kind;
	int parent; /**< index of an earlier one, -1: on top */
};

struct profile_role {
	const char *name;
	struct profile_label label;
	int tier;
	const char **based_on; /**< NULL-terminated */
};

struct profile_person {
	const char *name, *display_name, *lang;
	int org;
	const char **roles, **skills; /**< NULL-terminated */
};

struct profile_word {
	const char *name;
	struct profile_label label;
};

/** Everything in the arena it was loaded into. */
struct profile {
	const char *name, *source, *zone;
	struct profile_label label;
	const char **processes; /**< of modules; those in its own folder are always in force. NULL-terminated */
	const struct profile_org *orgs; /**< [0] is on top */
	size_t n_orgs;
	const struct profile_role *roles;
	size_t n_roles;
	const struct profile_person *people;
	size_t n_people;
	const struct profile_word *ledgers; /**< with the labels shown */
	size_t n_ledgers;
};

/** Parse one file of a profile. Findings are also in @p report. @return 0, -E_NOT_FOUND, -E_MALFORMED */
MUST_CHECK int profile_file(struct arena *a, const char *profile, const char *name, struct ynode **ret,
			    struct yreport *report);
/** Read profile.yaml strictly: unknown keys and names are findings with file:line. @return 0, -E_CONFIG */
MUST_CHECK int profile_load(struct arena *a, const char *profile, struct profile **ret, struct yreport *report);
/** Copy all files of a profile into @p dir (made if need be). */
MUST_CHECK int profile_copy(const char *profile, const char *dir, struct fault *f);
/** Names of the built-in profiles; NULL-terminated, in the arena. */
const char **profile_names(struct arena *a);

/** A person made by profile_install(), with the first password. */
struct profile_account {
	const char *name, *display_name, *password;
};

/**
 * Make the rows of a fresh installation: organisations, own roles, calendars, people. Needs
 * env->people open; env->calendars is read again when it is open.
 * @param[out] ret  one per person, in the arena; wipe the passwords after showing them
 */
MUST_CHECK int profile_install(struct env *env, const char *profile, struct arena *a, struct profile_account **ret,
			       size_t *ret_n, struct fault *f);

/**
 * The demo's clients and cases of the last weeks, made by the engine itself with the clock set back
 * (demo.yaml). After profile_install(), with env->process and env->calendars open; nothing happens
 * for a profile without demo.yaml.
 */
MUST_CHECK int demo_load(struct env *env, const char *profile, struct fault *f);

#endif
