#include <pthread.h>

#include "base/metrics.h"

/* Upper bounds in µs; the last bucket is +Inf. */
static const int64_t bounds_us[METRIC_BUCKETS - 1] = {500,    1000,   2500,   5000,    10000,   25000,  50000,
						      100000, 250000, 500000, 1000000, 2500000, 5000000};
static const char *const bounds_text[METRIC_BUCKETS] = {"0.0005", "0.001", "0.0025", "0.005", "0.01",
							"0.025",  "0.05",  "0.1",    "0.25",  "0.5",
							"1",	  "2.5",   "5",	     "+Inf"};

static struct metric *first;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Kept sorted by name: metrics with labels of one family stand together. */
static void enlist(struct metric *m)
{
	struct metric **at = &first;

	if (atomic_load_explicit(&m->registered, memory_order_acquire))
		return;
	pthread_mutex_lock(&lock);
	if (!atomic_load(&m->registered)) {
		while (*at && strcmp((*at)->name, m->name) < 0)
			at = &(*at)->next;
		m->next = *at;
		*at = m;
		atomic_store_explicit(&m->registered, true, memory_order_release);
	}
	pthread_mutex_unlock(&lock);
}

void metric_add(struct metric *m, int64_t by)
{
	enlist(m);
	atomic_fetch_add_explicit(&m->value, by, memory_order_relaxed);
}

void metric_set(struct metric *m, int64_t value)
{
	enlist(m);
	atomic_store_explicit(&m->value, value, memory_order_relaxed);
}

void metric_observe_us(struct metric *m, int64_t us)
{
	int i = 0;

	while (i < METRIC_BUCKETS - 1 && us > bounds_us[i])
		i++;
	metric_add(m, us);
	atomic_fetch_add_explicit(&m->bucket[i], 1, memory_order_relaxed);
}

/* "lexline_x{op=\"a\"}" → its family "lexline_x". */
static struct str family(const struct metric *m)
{
	return (struct str){m->name, strcspn(m->name, "{")};
}

static void write_histogram(struct buf *out, const struct metric *m)
{
	struct str name = family(m), labels = str_of(m->name + name.len);
	long long total = 0;

	if (labels.len >= 2) /* the inside of {…}, to go on with a comma */
		labels = (struct str){labels.p + 1, labels.len - 2};
	for (int i = 0; i < METRIC_BUCKETS; i++) {
		total += atomic_load_explicit(&m->bucket[i], memory_order_relaxed);
		buf_printf(out, "%.*s_bucket{%.*s%sle=\"%s\"} %lld\n", STR_FMT(name), STR_FMT(labels),
			   labels.len ? "," : "", bounds_text[i], total);
	}
	buf_printf(out, "%.*s_sum%s %.6f\n", STR_FMT(name), m->name + name.len,
		   (double)atomic_load_explicit(&m->value, memory_order_relaxed) / 1e6);
	buf_printf(out, "%.*s_count%s %lld\n", STR_FMT(name), m->name + name.len, total);
}

void metrics_write(struct buf *out)
{
	static const char *const kinds[] = {"counter", "gauge", "histogram"};
	struct str before = STR_NULL;

	pthread_mutex_lock(&lock);
	for (const struct metric *m = first; m; m = m->next) {
		struct str name = family(m);

		if (!str_eq(name, before))
			buf_printf(out, "# HELP %.*s %s\n# TYPE %.*s %s\n", STR_FMT(name), m->help,
				   STR_FMT(name), kinds[m->kind]);
		before = name;
		if (m->kind == METRIC_HISTOGRAM)
			write_histogram(out, m);
		else
			buf_printf(out, "%s %lld\n", m->name,
				   atomic_load_explicit(&m->value, memory_order_relaxed));
	}
	pthread_mutex_unlock(&lock);
}
