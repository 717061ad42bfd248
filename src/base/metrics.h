/**
 * @file metrics.h  Counters, gauges and histograms in Prometheus text format.
 *
 * Metrics are static objects that register themselves at first use; updates are lock-free.
 */
#ifndef LEXLINE_METRICS_H
#define LEXLINE_METRICS_H

#include <stdatomic.h>

#include "base/text.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

#define METRIC_BUCKETS 14 /**< 0.5 ms … 5 s, then +Inf */

struct metric {
	const char *name; /**< lexline_…, units in the name */
	const char *help;
	enum metric_kind kind;
	atomic_llong value; /**< counter, gauge; histogram: sum in µs */
	atomic_llong bucket[METRIC_BUCKETS];
	atomic_bool registered;
	struct metric *next;
};
#define METRIC(var, kind_, name_, help_) \
	static struct metric var = {.name = (name_), .help = (help_), .kind = (kind_)}

void metric_add(struct metric *m, int64_t by);
void metric_set(struct metric *m, int64_t value);
void metric_observe_us(struct metric *m, int64_t us);
void metrics_write(struct buf *out);

#endif
