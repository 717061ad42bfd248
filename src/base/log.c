#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/time.h"

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static atomic_int most = LOG_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void log_set_level(enum log_level level)
{
	atomic_store(&most, (int)level);
}

static bool begin(struct jw *w, struct buf *line, enum log_level level, const char *event)
{
	if ((int)level > atomic_load_explicit(&most, memory_order_relaxed))
		return false;
	jw_begin(w, line);
	jw_obj(w);
	jw_ktime(w, "at", time_now_ms());
	jw_kcstr(w, "level", level_names[level]);
	jw_kcstr(w, "event", event);
	return true;
}

/* A lost log line must not stop the service: a failing stderr is ignored. */
static void end(struct jw *w)
{
	size_t done = 0;

	jw_obj_end(w);
	buf_addc(w->out, '\n');
	pthread_mutex_lock(&lock);
	while (done < w->out->len) {
		ssize_t n = write(STDERR_FILENO, w->out->p + done, w->out->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	pthread_mutex_unlock(&lock);
}

void log_event(enum log_level level, const char *event, ...)
{
	CLEANUP(buf_free) struct buf line = {0};
	const char *key;
	struct jw w;
	va_list ap;

	if (!begin(&w, &line, level, event))
		return;
	va_start(ap, event);
	while ((key = va_arg(ap, const char *)))
		jw_kcstr(&w, key, va_arg(ap, const char *));
	va_end(ap);
	end(&w);
}

void log_msg(enum log_level level, const char *event, const char *fmt, ...)
{
	CLEANUP(buf_free) struct buf line = {0}, msg = {0};
	struct jw w;
	va_list ap;

	if (!begin(&w, &line, level, event))
		return;
	va_start(ap, fmt);
	buf_vprintf(&msg, fmt, ap);
	va_end(ap);
	jw_kstr(&w, "msg", buf_str(&msg));
	end(&w);
}

void log_fault(enum log_level level, const char *event, const struct fault *f)
{
	log_event(level, event, "code", error_info(f->err)->code, "detail", f->detail,
		  f->field[0] ? "field" : NULL, f->field, NULL);
}
