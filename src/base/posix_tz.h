/**
 * @file posix_tz.h  The TZ string of POSIX, as in the footer of zone files: "CET-1CEST,M3.5.0,M10.5.0/3".
 */
#ifndef LEXLINE_POSIX_TZ_H
#define LEXLINE_POSIX_TZ_H

#include "base/text.h"

struct tz_rule {
	char kind; /**< 'M' month.week.weekday, 'J' day of year without 29 Feb, 'D' day of year from 0 */
	int month, week, day;
	int time_s; /**< local, may be negative or beyond a day (RFC 8536 §3.3.1) */
};

struct posix_tz {
	int std_s, dst_s; /**< offsets from UTC, east positive */
	bool has_dst;
	struct tz_rule start, end;
};

bool posix_tz_parse(struct str s, struct posix_tz *ret);
int posix_tz_offset_s(const struct posix_tz *tz, int64_t at_s);

#endif
