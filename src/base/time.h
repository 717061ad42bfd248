/**
 * @file time.h  Instants, dates, zones.
 *
 * An instant is int64 milliseconds since 1970-01-01T00:00:00Z. A date is a count of days since
 * 1970-01-01 in the proleptic Gregorian calendar. Zones are IANA names; rules come from the
 * system's zone files.
 */
#ifndef LEXLINE_TIME_H
#define LEXLINE_TIME_H

#include "base/text.h"

/**
 * Wall clock. LEXLINE_NOW (RFC 3339) of the environment is taken as the instant of the first call: for training
 * installations and tests of what depends on the date. Such a server says so at its start.
 */
int64_t time_now_ms(void);
bool time_is_shifted(void);
int64_t time_monotonic_us(void); /**< for measuring and time-outs */

struct civil {
	int year, month, day;		/**< month 1…12, day 1…31 */
	int hour, minute, second, ms;
};
int64_t date_from_civil(int year, int month, int day); /**< → days; any day of month is normalised by the caller */
void date_to_civil(int64_t days, int *ret_year, int *ret_month, int *ret_day);
int date_weekday(int64_t days); /**< 1 = Monday … 7 = Sunday (ISO 8601) */
/** "2026-05-09" ↔ days. */
MUST_CHECK int date_parse(struct str s, int64_t *ret_days);
char *date_format(struct arena *a, int64_t days);

struct zone; /**< immutable, shared, lives as long as the process */
/** @return NULL when the name is unknown */
const struct zone *zone_get(const char *iana_name);
const char *zone_name(const struct zone *z);
/** Offset from UTC in seconds in force at the instant. */
int zone_offset_s(const struct zone *z, int64_t at_ms);
void zone_local(const struct zone *z, int64_t at_ms, struct civil *ret);
int64_t zone_local_day(const struct zone *z, int64_t at_ms); /**< days */
/** Instant of `minute` (0…1440) on the local day. In a gap: the instant after it; in an overlap: the first. */
int64_t zone_instant(const struct zone *z, int64_t day, int minute);

/** RFC 3339; fraction only when it isn't zero. With a zone: local time and its offset, else "Z". */
char *time_format(struct arena *a, int64_t at_ms, const struct zone *z);
/** The same into @p out (40 bytes hold any). @return length */
size_t time_print(char *out, size_t size, int64_t at_ms, const struct zone *z);
/** Accepts any offset, "Z", up to 9 fractional digits. @return 0 or -E_INVALID */
MUST_CHECK int time_parse(struct str s, int64_t *ret_ms);

#endif
