#include "check.h"

#include "base/metrics.h"
#include "base/thread.h"

METRIC(requests, METRIC_COUNTER, "lexline_requests_total{code=\"200\"}", "Requests answered");
METRIC(errors, METRIC_COUNTER, "lexline_requests_total{code=\"500\"}", "Requests answered");
METRIC(depth, METRIC_GAUGE, "lexline_queue_depth", "Jobs waiting");
METRIC(latency, METRIC_HISTOGRAM, "lexline_latency_seconds", "Time to answer");
METRIC(apart, METRIC_HISTOGRAM, "lexline_apart_seconds{op=\"a\"}", "With a label");

static void text_format(void **state)
{
	struct buf b = {0};

	metric_add(&requests, 2);
	metric_add(&requests, 3);
	metric_add(&errors, 1);
	metric_set(&depth, 7);
	metric_observe_us(&latency, 500);
	metric_observe_us(&latency, 501);
	metric_observe_us(&latency, 99000000);
	metric_observe_us(&apart, 1);
	metrics_write(&b);
	assert_contains(b.p, "# TYPE lexline_requests_total counter\nlexline_requests_total{code=\"200\"} 5\n"
			     "lexline_requests_total{code=\"500\"} 1\n");
	assert_contains(b.p, "lexline_queue_depth 7\n");
	assert_contains(b.p, "lexline_latency_seconds_bucket{le=\"0.0005\"} 1\n"
			     "lexline_latency_seconds_bucket{le=\"0.001\"} 2\n");
	assert_contains(b.p, "_bucket{le=\"5\"} 2\nlexline_latency_seconds_bucket{le=\"+Inf\"} 3\n"
			     "lexline_latency_seconds_sum 99.001001\nlexline_latency_seconds_count 3\n");
	assert_contains(b.p, "lexline_apart_seconds_bucket{op=\"a\",le=\"0.0005\"} 1\n");
	assert_contains(b.p, "lexline_apart_seconds_sum{op=\"a\"} 0.000001\n");
	buf_free(&b);
}

METRIC(shared, METRIC_COUNTER, "lexline_shared_total", "Counted by all threads");

static void *count(void *arg)
{
	for (int i = 0; i < 10000; i++)
		metric_add(&shared, 1);
	return NULL;
}

static void no_update_is_lost(void **state)
{
	struct buf b = {0};
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		assert_int_equal(thread_start(&t[i], "count", count, NULL), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	metrics_write(&b);
	assert_contains(b.p, "lexline_shared_total 40000\n");
	buf_free(&b);
}

RUN(cmocka_unit_test(text_format), cmocka_unit_test(no_update_is_lost))
