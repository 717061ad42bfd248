/**
 * @file calendar.h  When is it due? Periods counted in a calendar of duty hours, days off and
 * make-up working days.
 *
 * The rules are those of the Civil Code of the PRC, arts. 200–204 (public calendar, starts,
 * ends and moved ends of periods), and are the same for every clock (P20):
 *  - hours and minutes count from the event at once and run through nights and holidays;
 *  - working hours and minutes run only while duty runs;
 *  - in days, weeks, months and years the day of the event isn't counted;
 *  - such a period ends on its last day when duty ends, at 24:00 when no duty runs that day
 *    (art. 203 para. 2; a calendar may say `days_end: midnight`);
 *  - natural days, weeks, months and years whose last day is a day off end on the next
 *    official working day (art. 203 para. 1);
 *  - months and years end on the corresponding day, or on the month's last (art. 202);
 *  - "before the 15th" ends when the 15th begins; it isn't moved by days off.
 *
 * Kinds of day: *off* (holiday), *work* (make-up working day) or neither. Mondays to Fridays and
 * make-up days that aren't off are official working days. "Working days" of a period are official
 * ones, or the days on which duty runs when the calendar says `working_days: windows`.
 * A duty window doesn't run on a day off unless the calendar says `days_off_run: yes`. On a make-up
 * day the windows of its own weekday run; where there are none and `make_up_days_run: yes`, those
 * of the first weekday that has some.
 * A year whose official days haven't been entered has weekends and the fixed statutory days only
 * (1 January, 1–2 May, 1–3 October); those of the lunar calendar and the solar term Qingming can't
 * be derived, so calendars_notices() tells the administrator.
 *
 * A struct calendar is immutable: safe to use from any thread. 24:00 is the next day's 00:00.
 */
#ifndef LEXLINE_CALENDAR_H
#define LEXLINE_CALENDAR_H

#include "base/json.h"
#include "base/time.h"
#include "base/yaml.h"
#include "store/ctx.h"

struct tx;

/* ---- periods ------------------------------------------------------------------------------ */

enum period_kind {
	PERIOD_NONE,
	PERIOD_MINUTES,		/**< "30 minutes", "24 hours" */
	PERIOD_WORKING_MINUTES, /**< "10 working minutes", "1 working hour" */
	PERIOD_DAYS,		/**< "7 days", "1 week" */
	PERIOD_WORKING_DAYS,	/**< "2 working days" */
	PERIOD_MONTHS,		/**< "3 months", "10 years" */
	PERIOD_BEFORE_DAY,	/**< "before the 15th": the next 15th that hasn't begun */
	PERIOD_BEFORE_DAY_NEXT_MONTH, /**< "before the 15th of next month" */
};

struct period {
	enum period_kind kind;
	int32_t n; /**< minutes, days, months; day of the month (1…31) */
};

/**
 * Read a period. Singular and plural are the same; case and surplus blanks don't matter.
 * @return 0, -E_INVALID (lists the forms)
 */
MUST_CHECK int period_parse(struct str s, struct period *ret, struct fault *f);
/** The canonical English form ("2 working days"), for files and logs. */
char *period_format(struct arena *a, const struct period *p);
/** For people: "2个工作日", "2 working days". */
char *period_label(struct arena *a, const struct period *p, enum lang lang);
/** Does it run only inside duty hours? */
bool period_counts_in_hours(const struct period *p);

/* ---- a calendar --------------------------------------------------------------------------- */

struct calendar;

enum day_kind { DAY_PLAIN, DAY_OFF, DAY_WORK };

/** The instant a period ends. @return 0, -E_INVALID (working hours without duty hours; beyond the year 9999) */
MUST_CHECK int calendar_due(const struct calendar *c, const struct period *p, int64_t from_ms, int64_t *ret_due,
			    struct fault *f);
/**
 * The instant from which exactly @p p is left until @p due_ms: for warnings. Working days: the end of
 * the n-th working day before the day of @p due_ms. Periods "before the …" have none: -E_INVALID.
 */
MUST_CHECK int calendar_before(const struct calendar *c, const struct period *p, int64_t due_ms, int64_t *ret_at,
			       struct fault *f);

/**
 * Paused clocks. What is left of a period at @p at_ms: milliseconds (plain or of duty) for periods in
 * hours and minutes, whole days after the day of @p at_ms (natural or working) for all others.
 */
int64_t calendar_remaining(const struct calendar *c, const struct period *p, int64_t at_ms, int64_t due_ms);
/** The due instant of a clock that goes on at @p from_ms with what calendar_remaining() had left. */
MUST_CHECK int calendar_resume(const struct calendar *c, const struct period *p, int64_t remaining, int64_t from_ms,
			       int64_t *ret_due, struct fault *f);

/** Milliseconds of duty in [from, to). */
int64_t calendar_working_ms(const struct calendar *c, int64_t from_ms, int64_t to_ms);
bool calendar_is_open(const struct calendar *c, int64_t at_ms);
/** The next instant duty runs, @p at_ms itself when it runs. @return 0, -E_NOT_FOUND (no hours within ten years) */
MUST_CHECK int calendar_next_open(const struct calendar *c, int64_t at_ms, int64_t *ret_at);
bool calendar_has_hours(const struct calendar *c);
/** Days are counts since 1970-01-01 in the calendar's zone. */
enum day_kind calendar_day_kind(const struct calendar *c, int64_t day);
bool calendar_working_day(const struct calendar *c, int64_t day); /**< as the calendar counts them */
bool calendar_official_working_day(const struct calendar *c, int64_t day);
bool calendar_year_known(const struct calendar *c, int year);
const char *calendar_name(const struct calendar *c);
const char *calendar_label(const struct calendar *c, enum lang lang);
const struct zone *calendar_zone(const struct calendar *c);

/* ---- sets --------------------------------------------------------------------------------- */

/**
 * All calendars of an installation at one moment, immutable. From the store (of every organisation)
 * or from a profile's calendar.yaml (organisation 0).
 */
struct calendar_set;

/** The organisation's own calendar of that name or the nearest one above it in the tree; NULL when there is none. */
const struct calendar *calendar_set_get(const struct calendar_set *s, int64_t org_id, const char *name);
/** A profile's folder, or the name of a built-in profile ("demo"): no data directory needed. Findings with file:line. */
MUST_CHECK int calendar_set_load_profile(const char *profile, struct calendar_set **ret, struct yreport *report);
/** From one parsed calendar.yaml; @p zone is the profile's default. Tests, profile_install(). */
MUST_CHECK int calendar_set_from_yaml(const struct ynode *root, const char *zone, struct calendar_set **ret,
				      struct yreport *report);
/** From the store, as the transaction sees it. */
MUST_CHECK int calendar_set_load(struct tx *tx, struct calendar_set **ret);
void calendar_set_free(struct calendar_set *s); /**< NULL is fine */
size_t calendar_set_count(const struct calendar_set *s);
const struct calendar *calendar_set_at(const struct calendar_set *s, size_t i, int64_t *ret_org_id);

/** env->calendars: the set in force, swapped whole when a calendar changes. */
struct calendars;

/** Loads from the store; call after db_migrate. */
MUST_CHECK int calendars_open(struct env *env, struct calendars **ret, struct fault *f);
void calendars_close(struct calendars *cals);
/** Read the store again when another node has changed it; one row read when none has. */
MUST_CHECK int calendars_reload(struct calendars *cals, struct fault *f);
/**
 * The set in force. Stays valid at least ten minutes after it was superseded: longer than any
 * request or job may hold it.
 */
const struct calendar_set *calendars_current(const struct calendars *cals);
/** calendar_set_get() on the set in force. */
const struct calendar *calendars_get(const struct calendars *cals, int64_t org_id, const char *name);
/** What the administrator should know: years that fall back, as [{code, text: {zh, en}}]. */
void calendars_notices(const struct calendars *cals, int64_t org_id, int64_t now_ms, struct jw *w);

/**
 * Called inside the transaction that changed calendars of @p org_id (those below may inherit them) with
 * the set as it will be after the commit: the engine computes the due times of running clocks anew.
 */
typedef int (*calendar_recompute)(struct tx *tx, const struct calendar_set *set, int64_t org_id);
/** At most one. */
void calendars_on_change(struct calendars *cals, calendar_recompute recompute);

/** Natives of modules/calendars. */
extern const struct native *const calendar_natives[];
extern const size_t calendar_natives_count;

/** `lexline calendar due --profile P --calendar C --from RFC3339 --within PERIOD`. @return exit code */
int cmd_calendar(int argc, char **argv);

#endif
