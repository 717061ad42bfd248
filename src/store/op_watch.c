/* What test runs look at: does every reply keep its promise, was every operation carried out once.
 */
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/log.h"
#include "store/op.h"

static struct {
	pthread_once_t once;
	pthread_mutex_t lock;
	bool check;
	int fd; /* of the list of names, -1: none is kept */
	struct map *seen;
} watch = {.once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

static void watch_start(void)
{
	const char *check = getenv("LEXLINE_CHECK_REPLIES"), *file = getenv("LEXLINE_EXERCISED");

	watch.check = check && !strcmp(check, "1");
	if (!file || !*file)
		return;
	watch.seen = map_new();
	watch.fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void note(const struct op *op)
{
	char line[160];
	int n = snprintf(line, sizeof(line), "%s\n", op->name);

	pthread_mutex_lock(&watch.lock);
	if (!map_put(watch.seen, str_of(op->name), (void *)op) && n < (int)sizeof(line) &&
	    write(watch.fd, line, (size_t)n) != n)
		log_msg(LOG_WARN, "op.exercised",
			"the list of exercised operations can't be written");
	pthread_mutex_unlock(&watch.lock);
}

static bool is_json(const struct call *call)
{
	return !call->reply.content_type || strstr(call->reply.content_type, "json");
}

static int check(const struct call *call, struct fault *f)
{
	CLEANUP(json_decrefp) json_t *reply = NULL;
	int r;

	if (call->op->shape == OUT_FILE)
		return call->reply.blob || call->reply.body.len || !is_json(call)
			       ? 0
			       : fail(f, E_INVALID, "", "a file was promised");
	if (call->reply.blob || !is_json(call))
		return fail(f, E_INVALID, "", "JSON was promised, something else came");
	if (call->reply.body.len && (r = json_parse(buf_str(&call->reply.body), &reply, f)) < 0)
		return r;
	if (!reply && call->op->shape != OUT_NONE)
		return fail(f, E_INVALID, "", "nothing came");
	return op_check_reply(call->op, reply, f);
}

int op_watch(struct call *call, int r)
{
	struct fault f = {0};

	pthread_once(&watch.once, watch_start);
	if (r < 0)
		return r;
	if (watch.fd >= 0)
		note(call->op);
	if (!watch.check || check(call, &f) == 0)
		return r;
	log_msg(LOG_ERROR, "op.reply", "%s: '%s' %s", call->op->name, f.field, f.detail);
	return ctx_fail(call->ctx, E_INTERNAL, "",
			"The reply of %s isn't what it promises: '%s' %s", call->op->name, f.field,
			f.detail);
}
