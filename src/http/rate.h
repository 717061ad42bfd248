/**
 * @file rate.h  Token buckets: how often one address or person may do one thing.
 *
 * A fixed table (2 MB): under a flood of addresses the least recently used buckets are forgotten,
 * never memory. Thread safe.
 */
#ifndef LEXLINE_HTTP_RATE_H
#define LEXLINE_HTTP_RATE_H

#include "base/error.h"

struct rate;

/** "10/min ip": ten at once, refilled evenly over the minute. */
struct rate_limit {
	int count;
	int per_s;
	bool by_actor; /**< else by address */
};

struct rate *rate_new(void);
void rate_free(struct rate *r);
/** @return 0 or -E_INVALID: another form than "N/(sec|min|hour) (ip|actor)" */
MUST_CHECK int rate_parse(const char *text, struct rate_limit *ret);
/** Take one token. @return 0, or the seconds (at least 1) until there is one again */
int rate_take(struct rate *r, const char *what, const char *who, const struct rate_limit *limit,
	      int64_t now_us);

#endif
