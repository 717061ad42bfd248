/* The book: facts in, in their order, whatever the database does. */
#include "voice/book_private.h"

#include "base/id.h"
#include "base/log.h"
#include "base/metrics.h"

#define FACTS_MAX 200000 /* in memory; with the database away for hours */
#define RETRY_MS 500

METRIC(m_waiting, METRIC_GAUGE, "lexline_call_facts_waiting", "Facts of calls that wait to be written");
METRIC(m_lost, METRIC_COUNTER, "lexline_call_facts_lost_total", "Facts of calls that found no room in memory");

/* ---- the queue, under the lock ----------------------------------------------------------------------- */

static bool make_room(struct book *b)
{
	size_t cap = b->cap ? b->cap * 2 : 256;
	struct fact *ring;

	if (b->n < b->cap)
		return true;
	if (cap > FACTS_MAX || !(ring = calloc(cap, sizeof(*ring))))
		return false;
	for (size_t i = 0; i < b->n; i++)
		ring[i] = b->ring[(b->head + i) % b->cap];
	free(b->ring);
	b->ring = ring;
	b->cap = cap;
	b->head = 0;
	return true;
}

static void post(struct book *b, struct fact *fact)
{
	fact->id = fact->id ? fact->id : id_new();
	pthread_mutex_lock(&b->lock);
	if (make_room(b)) {
		b->ring[(b->head + b->n++) % b->cap] = *fact;
		pthread_cond_signal(&b->wake);
	} else {
		metric_add(&m_lost, 1);
	}
	metric_set(&m_waiting, (int64_t)b->n);
	pthread_mutex_unlock(&b->lock);
}

/** The oldest fact, which stays until it is written. False when it is time to end. */
static bool first(struct book *b, struct fact *ret)
{
	bool there;

	pthread_mutex_lock(&b->lock);
	while (!b->n && !b->stopping)
		pthread_cond_wait(&b->wake, &b->lock);
	there = b->n > 0;
	if (there)
		*ret = b->ring[b->head];
	pthread_mutex_unlock(&b->lock);
	return there;
}

static size_t done_with_first(struct book *b)
{
	size_t left;

	pthread_mutex_lock(&b->lock);
	b->head = (b->head + 1) % b->cap;
	left = --b->n;
	metric_set(&m_waiting, (int64_t)left);
	pthread_mutex_unlock(&b->lock);
	return left;
}

/* ---- the database is away --------------------------------------------------------------------------------- */

/** Whatever waits and isn't in the journal yet goes there; @p kept counts what is. */
static void keep(struct book *b, size_t *kept)
{
	struct fault f = {0};
	struct fact fact;

	for (;;) {
		pthread_mutex_lock(&b->lock);
		if (*kept >= b->n) {
			pthread_mutex_unlock(&b->lock);
			return;
		}
		fact = b->ring[(b->head + *kept) % b->cap];
		pthread_mutex_unlock(&b->lock);
		if (journal_add(b->journal, &fact, &f) < 0) {
			log_msg(LOG_ERROR, "voice.journal", "%s", f.detail);
			return;
		}
		++*kept;
	}
}

static void wait_a_little(struct book *b)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += RETRY_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&b->lock);
	if (!b->stopping)
		pthread_cond_timedwait(&b->wake, &b->lock, &until);
	pthread_mutex_unlock(&b->lock);
}

static void tell_away(struct book *b, bool away, const struct fault *f)
{
	if (b->away == away)
		return;
	b->away = away;
	log_event(away ? LOG_ERROR : LOG_INFO, away ? "voice.book_away" : "voice.book_back", "why", away ? f->detail : "", NULL);
}

static bool is_stopping(struct book *b)
{
	bool r;

	pthread_mutex_lock(&b->lock);
	r = b->stopping;
	pthread_mutex_unlock(&b->lock);
	return r;
}

static void *run(void *book)
{
	struct book *b = book;
	struct fact fact;
	size_t kept = 0; /* of those that wait, from the first on, are in the journal */

	while (first(b, &fact)) {
		CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(b->env);
		int r = book_write(b, ctx, &fact);

		if (book_try_again(r)) {
			tell_away(b, true, &ctx->fault);
			keep(b, &kept);
			if (is_stopping(b))
				return NULL;
			wait_a_little(b);
			continue;
		}
		if (r < 0)
			log_msg(LOG_ERROR, "voice.book", "a fact of kind %u could not be written: %s", fact.kind,
				ctx->fault.detail);
		kept -= kept > 0;
		if (!done_with_first(b) && b->away)
			journal_clear(b->journal);
		tell_away(b, false, NULL);
	}
	return NULL;
}

/* ---- facts -------------------------------------------------------------------------------------------------- */

static void post_call(struct book *b, enum fact_kind kind, const struct call_record *c)
{
	struct fact f = {.kind = kind};

	f.call = *c;
	post(b, &f);
}

void book_call(struct book *b, const struct call_record *c)
{
	post_call(b, FACT_CALL, c);
}

void book_answered(struct book *b, const struct call_record *c)
{
	post_call(b, FACT_ANSWERED, c);
}

void book_ended(struct book *b, const struct call_record *c)
{
	post_call(b, FACT_ENDED, c);
}

void book_event(struct book *b, const struct call_event *e)
{
	struct fact f = {.kind = FACT_EVENT};

	f.event = *e;
	post(b, &f);
}

void book_presence(struct book *b, int64_t person_id, const char *state, const char *reason, int64_t at_ms)
{
	struct fact f = {.kind = FACT_PRESENCE};

	f.presence.person_id = person_id;
	f.presence.at_ms = at_ms;
	snprintf(f.presence.state, sizeof(f.presence.state), "%s", state);
	snprintf(f.presence.reason, sizeof(f.presence.reason), "%s", reason ? reason : "");
	post(b, &f);
}

void book_alarm(struct book *b, const char *kind, int64_t person_id, const char *subject, int64_t at_ms)
{
	struct fact f = {.kind = FACT_ALARM};

	f.alarm.person_id = person_id;
	f.alarm.at_ms = at_ms;
	snprintf(f.alarm.kind, sizeof(f.alarm.kind), "%s", kind);
	snprintf(f.alarm.subject, sizeof(f.alarm.subject), "%s", subject ? subject : "");
	post(b, &f);
}

void book_tape_alarm(const char *kind, int64_t call_id, void *book)
{
	char subject[24];

	snprintf(subject, sizeof(subject), "%lld", (long long)call_id);
	book_alarm(book, kind, 0, subject, time_now_ms());
}

/* ---- life ----------------------------------------------------------------------------------------------------- */

static void left_over(const struct fact *fact, void *book)
{
	struct fact copy = *fact;

	post(book, &copy);
}

static int find_home(struct book *b, struct fault *f)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(b->env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r = db_read(b->env->db, ctx, &tx);

	if (r == 0)
		r = tx_int(tx, "line.home", NO_ARGS, &b->org_id);
	if (r < 0)
		*f = ctx->fault;
	return r;
}

int book_open(struct env *env, struct voice *v, const struct hotline *h, struct book **ret, struct fault *f)
{
	struct book *b = calloc(1, sizeof(*b));
	int r;

	if (!b)
		abort();
	b->env = env;
	b->voice = v;
	b->hotline = h;
	metric_add(&m_lost, 0);
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->wake, NULL);
	if ((r = find_home(b, f)) < 0 || (r = journal_open(env, b->org_id, &b->journal, f)) < 0) {
		book_close(b);
		return r;
	}
	journal_replay(b->journal, left_over, b);
	b->away = b->n > 0; /* so that the journal is cleared once they are written */
	post(b, &(struct fact){.kind = FACT_CLOSE_PRESENCE});
	post(b, &(struct fact){.kind = FACT_CLOSE_CALLS, .before_ms = time_now_ms()}); /* once what the journal held is written */
	b->askers = pool_new("callers", 2, 1000, book_look_up, b);
	if (thread_start(&b->thread, "book", run, b) < 0) {
		book_close(b);
		return fail(f, E_NO_MEMORY, "", "the book's thread could not be started");
	}
	b->has_thread = true;
	*ret = b;
	return 0;
}

void book_close(struct book *b)
{
	if (!b)
		return;
	pthread_mutex_lock(&b->lock);
	b->stopping = true;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
	if (b->askers)
		pool_drain_free(b->askers);
	if (b->has_thread)
		pthread_join(b->thread, NULL);
	journal_close(b->journal);
	pthread_cond_destroy(&b->wake);
	pthread_mutex_destroy(&b->lock);
	free(b->ring);
	free(b);
}
