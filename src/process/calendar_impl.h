/**
 * @file calendar_impl.h  What a calendar is made of. Only for the files of calendar.h.
 */
#ifndef LEXLINE_CALENDAR_IMPL_H
#define LEXLINE_CALENDAR_IMPL_H

#include "process/calendar.h"

#define CALENDAR_MAX_SPANS 8 /**< duty windows on one day */

/** Minutes of the local day, from ≤ minute < to. */
struct span {
	int16_t from, to;
};

/** A day that is not what its weekday says. */
struct day_mark {
	int64_t day;
	enum day_kind kind;
	const char *label;
};

struct known_year {
	int year;
	const char *source; /**< the notice it was taken from */
};

/** Strings and arrays live in the set's arena. */
struct calendar {
	int64_t id; /**< row; 0 when it comes from a file */
	int64_t org_id;
	const char *name;
	const char *base; /**< calendar whose days off it shares; NULL */
	const struct calendar *parent; /**< that calendar */
	const char *label_zh, *label_en, *source;
	const struct zone *zone;
	struct span spans[8][CALENDAR_MAX_SPANS]; /**< by ISO weekday, rising, apart; [0] unused */
	uint8_t n_spans[8];
	uint8_t make_up_weekday; /**< first weekday with spans; 0: none */
	bool make_up_days_run;
	bool days_off_run;
	bool windows_make_days; /**< working_days: windows */
	bool ends_at_midnight;	/**< days_end: midnight */
	struct day_mark *marks; /**< rising */
	size_t n_marks;
	struct known_year *years;
	size_t n_years;
};

struct org_parent {
	int64_t org_id, parent_id;
};

struct calendar_set {
	struct arena *arena;
	VEC(struct calendar *) list;
	struct org_parent *orgs; /**< rising by org_id */
	size_t n_orgs;
	int64_t version; /**< count of changes in the store */
	int64_t retired_us; /**< monotonic; when it was superseded */
	struct calendar_set *next_retired;
};

struct calendar_set *calendar_set_new(void);
/** The next calendar of the set, with defaults. */
struct calendar *calendar_set_add(struct calendar_set *s);
/**
 * Add a window to a weekday, sorted.
 * @return 0, -E_INVALID (outside the day, overlapping, too many)
 */
MUST_CHECK int calendar_add_span(struct calendar *c, int weekday, int from, int to, struct fault *f);
/** Windows as the store keeps them: [{"days":[1,2],"from":"08:30","to":"11:30"}]. */
MUST_CHECK int calendar_windows_from_json(struct calendar *c, const json_t *windows, struct fault *f);
void calendar_windows_to_json(const struct calendar *c, struct jw *w);
/** "08:30", "24:00" → minutes. @return 0, -E_INVALID */
MUST_CHECK int minute_parse(struct str s, int *ret, struct fault *f);
/** Sort marks, find parents: the set is ready. @return 0, -E_CONFIG (unknown base, ring of bases) */
MUST_CHECK int calendar_set_finish(struct calendar_set *s, struct fault *f);

#endif
