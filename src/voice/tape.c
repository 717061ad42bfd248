/* The threads of recording. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sodium.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/time.h"
#include "voice/tape_private.h"

#define TURN_US 250000	     /* of the tape thread */
#define WRITE_AT 36	     /* frames: with a turn every 12.5 frames, a record about every 750 ms */
#define WRITE_AFTER 4	     /* turns: what is older is written, however little it is */
#define RESUMED_AFTER 40     /* turns, 10 s, since something was written and nothing refused */
#define SYNC_US 3000000
#define TAPES_MAX 4000
#define END_TRIES 240	     /* turns, a minute: a disk that is still full then gets no last record */
#define RETRY_MIN_US 5000000 /* of a pressing that failed; doubles up to … */
#define RETRY_MAX_US 300000000

/* A tape that waits for the press. */
struct waiting {
	struct waiting *next;
	int64_t not_before_us, pause_us;
	char path[256];
};

struct tapes {
	struct env *env;
	struct tapes_options options;
	char dir[200];
	int dir_fd;
	struct ticker *writer, *sync, *press;
	pthread_mutex_t lock; /**< of the next three */
	struct tape *incoming;
	struct waiting *waiting;
	unsigned n_waiting;
	struct tape *running; /**< the tape thread's */
	atomic_uint n_running;
	atomic_bool dirty, stop;
	/* the tape thread's */
	bool stopped; /**< alarm raised: not everything can be written */
	bool failed, wrote; /**< in this turn */
	unsigned good_turns;
};

/* ---- the voice thread's side ----------------------------------------------------------------- */

int tape_start(struct tapes *t, int64_t call_id, int64_t org_id, int part, enum tape_format format, struct tape **ret)
{
	struct tape *tape;

	if (atomic_load(&t->n_running) >= TAPES_MAX || atomic_load(&t->stop))
		return -E_BUSY;
	tape = MEM_NEW(struct tape);
	tape->tapes = t;
	tape->writer.fd = -1;
	tape->meta = (struct tape_meta){.call_id = call_id, .org_id = org_id, .part = (uint32_t)part, .format = format,
					.began_ms = time_now_ms()};
	snprintf(tape->path, sizeof(tape->path), "%s/%lld-%d.tape", t->dir, (long long)call_id, part);
	atomic_fetch_add(&t->n_running, 1);
	pthread_mutex_lock(&t->lock);
	tape->next = t->incoming;
	t->incoming = tape;
	pthread_mutex_unlock(&t->lock);
	*ret = tape;
	return 0;
}

void tape_end(struct tape *t)
{
	if (t)
		atomic_store(&t->ended, true);
}

unsigned tapes_pending(struct tapes *t)
{
	unsigned n;

	pthread_mutex_lock(&t->lock);
	n = t->n_waiting + atomic_load(&t->n_running);
	pthread_mutex_unlock(&t->lock);
	return n;
}

/* ---- the tape thread ------------------------------------------------------------------------- */

static void tell(struct tapes *t, const char *kind, int64_t call_id)
{
	if (t->options.alarm)
		t->options.alarm(kind, call_id, t->options.arg);
}

/* Once for all tapes: a full disk takes this record and refuses that. */
static void note_failure(struct tapes *t, const struct tape *tape)
{
	t->failed = true;
	if (t->stopped)
		return;
	t->stopped = true;
	log_event(LOG_ERROR, "tape.stopped", NULL);
	tell(t, "recording_stopped", tape->meta.call_id);
}

/* Over when everything could be written for a while. */
static void note_turn(struct tapes *t)
{
	t->good_turns = t->failed ? 0 : t->good_turns > 0 || t->wrote ? t->good_turns + 1 : 0;
	t->failed = t->wrote = false;
	if (!t->stopped || t->good_turns < RESUMED_AFTER)
		return;
	t->stopped = false;
	log_event(LOG_INFO, "tape.resumed", NULL);
	tell(t, "recording_resumed", 0);
}

static int write_record(struct tape *tape, uint32_t first, uint32_t frames)
{
	struct tapes *t = tape->tapes;
	struct fault f = {0};
	int r = 0;

	if (tape->writer.fd < 0) {
		r = tape_writer_open(&tape->writer, tape->path, t->env->vault, &tape->meta, &f);
		if (r < 0 && !t->stopped)
			log_fault(LOG_ERROR, "tape.open", &f);
	}
	if (r == 0)
		r = tape_writer_put(&tape->writer, first, tape->pairs, frames);
	if (r == 0) {
		t->wrote = true;
		atomic_store(&t->dirty, true);
	} else {
		note_failure(t, tape);
	}
	return r;
}

/* @return false: the disk won't, not in this turn; what is in pairs stays */
static bool flush(struct tape *tape)
{
	if (tape->frames == 0)
		return true;
	if (tape->refused)
		return false;
	if (write_record(tape, tape->first, tape->frames) < 0) {
		tape->refused = true;
		return false;
	}
	tape->frames = tape->turns = 0;
	return true;
}

static void take_slot(struct tape *tape, const struct tape_slot *slot)
{
	if (tape->frames > 0 && slot->number != tape->expected && !flush(tape))
		return; /* one gap more */
	if (tape->frames == TAPE_RECORD && !flush(tape))
		return;
	if (tape->frames == 0)
		tape->first = slot->number;
	memcpy(tape->pairs + (size_t)tape->frames * TAPE_PAIR, slot->pair, TAPE_PAIR);
	tape->frames++;
	tape->expected = slot->number + 1;
}

static void drain(struct tape *tape)
{
	const struct tape_slot *slot;

	tape->refused = false;
	while ((slot = tape_ring_next(&tape->ring))) {
		take_slot(tape, slot);
		tape_ring_took(&tape->ring);
	}
	if (tape->frames >= WRITE_AT || (tape->frames > 0 && ++tape->turns >= WRITE_AFTER))
		(void)flush(tape);
}

static void add_waiting(struct tapes *t, const char *path)
{
	struct waiting *w = MEM_NEW(struct waiting);

	snprintf(w->path, sizeof(w->path), "%s", path);
	w->pause_us = RETRY_MIN_US;
	pthread_mutex_lock(&t->lock);
	w->next = t->waiting;
	t->waiting = w;
	t->n_waiting++;
	pthread_mutex_unlock(&t->lock);
}

/* @return true: it is done with */
static bool finish(struct tape *tape)
{
	struct tapes *t = tape->tapes;
	bool patience = ++tape->end_tries < END_TRIES && !atomic_load(&t->stop), written;

	written = flush(tape);
	if (written && tape->writer.fd >= 0)
		written = write_record(tape, tape->ring.next_number, 0) == 0;
	if (!written && patience)
		return false;
	if (tape->writer.fd >= 0) {
		(void)!fdatasync(tape->writer.fd);
		add_waiting(t, tape->path);
		if (t->press)
			ticker_nudge(t->press);
	} else if (!written) {
		tell(t, "recording_dropped", tape->meta.call_id);
	}
	return true;
}

static void release(struct tape *tape)
{
	atomic_fetch_sub(&tape->tapes->n_running, 1);
	tape_writer_close(&tape->writer);
	sodium_memzero(tape, sizeof(*tape));
	free(tape);
}

static void take_incoming(struct tapes *t)
{
	struct tape *tape, *next;

	pthread_mutex_lock(&t->lock);
	tape = t->incoming;
	t->incoming = NULL;
	pthread_mutex_unlock(&t->lock);
	for (; tape; tape = next) {
		next = tape->next;
		tape->next = t->running;
		t->running = tape;
	}
}

int64_t tapes_turn(void *arg)
{
	struct tapes *t = arg;

	take_incoming(t);
	for (struct tape **at = &t->running; *at;) {
		struct tape *tape = *at;
		bool ended = atomic_load(&tape->ended) || atomic_load(&t->stop); /* before the ring is emptied */

		drain(tape);
		if (ended && finish(tape)) {
			*at = tape->next;
			release(tape);
		} else {
			at = &tape->next;
		}
	}
	note_turn(t);
	return time_monotonic_us() + TURN_US;
}

static int64_t sync_turn(void *arg)
{
	struct tapes *t = arg;

	/* One call for all tapes: hundreds of fdatasync() a turn would be as many commits of the journal. */
	if (atomic_exchange(&t->dirty, false))
		(void)!syncfs(t->dir_fd);
	return time_monotonic_us() + SYNC_US;
}

/* ---- the press ------------------------------------------------------------------------------- */

static struct waiting *next_due(struct tapes *t, int64_t now, int64_t *ret_next)
{
	struct waiting *found = NULL;

	*ret_next = INT64_MAX;
	pthread_mutex_lock(&t->lock);
	for (struct waiting *w = t->waiting; w; w = w->next) {
		if (w->not_before_us <= now) /* the last is the oldest */
			found = w;
		else if (w->not_before_us < *ret_next)
			*ret_next = w->not_before_us;
	}
	pthread_mutex_unlock(&t->lock);
	return found;
}

static void remove_waiting(struct tapes *t, struct waiting *w)
{
	pthread_mutex_lock(&t->lock);
	for (struct waiting **at = &t->waiting; *at; at = &(*at)->next) {
		if (*at == w) {
			*at = w->next;
			break;
		}
	}
	t->n_waiting--;
	pthread_mutex_unlock(&t->lock);
	free(w);
}

/* What cannot be read is kept for those who may know why; it is not tried again. */
static void set_aside(struct tapes *t, const struct waiting *w, const struct fault *f)
{
	char aside[300];

	snprintf(aside, sizeof(aside), "%s.damaged", w->path);
	log_fault(LOG_ERROR, "tape.damaged", f);
	if (rename(w->path, aside) == 0)
		tell(t, "recording_dropped", 0);
}

static void press_one(struct tapes *t, struct waiting *w)
{
	struct pressing p;
	struct fault f = {0};
	int r = press_tape(w->path, t->env->vault, t->env->blobs, &t->stop, &p, &f);

	if (r == 0) {
		r = t->options.pressed(&p, t->options.arg, &f);
		sodium_memzero(&p, sizeof(p));
	}
	if (r == 0 || r == -E_NOT_FOUND) {
		tape_destroy(w->path);
	} else if (r == -E_CORRUPT) {
		set_aside(t, w, &f);
	} else {
		if (r != -E_CANCELLED)
			log_fault(LOG_WARN, "tape.press", &f);
		w->not_before_us = time_monotonic_us() + w->pause_us;
		w->pause_us = w->pause_us * 2 < RETRY_MAX_US ? w->pause_us * 2 : RETRY_MAX_US;
		return;
	}
	remove_waiting(t, w);
}

int64_t tapes_press_turn(void *arg)
{
	struct tapes *t = arg;
	struct waiting *w;
	int64_t next = INT64_MAX;

	/* On Linux this is the thread's own. Encoding may wait, calls may not. */
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
	while (!atomic_load(&t->stop) && (w = next_due(t, time_monotonic_us(), &next)))
		press_one(t, w);
	return next;
}

/* ---- life ------------------------------------------------------------------------------------ */

/* What the last process left. */
static int find_left(struct tapes *t, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char **names;
	size_t n;
	int r = file_list(a, t->dir, false, &names, &n, f);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if (len > 5 && strcmp(names[i] + len - 5, ".tape") == 0)
			add_waiting(t, path_join(a, t->dir, names[i]));
	}
	return 0;
}

static int open_folder(struct tapes *t, struct fault *f)
{
	int r;

	if (snprintf(t->dir, sizeof(t->dir), "%s/tapes", t->env->data_dir) >= (int)sizeof(t->dir))
		return fail(f, E_CONFIG, "data", "the path of the data folder is too long");
	r = file_mkdirs(t->dir, 0700, f);
	if (r < 0)
		return r;
	t->dir_fd = open(t->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->dir_fd < 0)
		return fail(f, E_IO, "", "%s: %s", t->dir, strerror(errno));
	return find_left(t, f);
}

static void free_lists(struct tapes *t)
{
	while (t->waiting) {
		struct waiting *w = t->waiting;

		t->waiting = w->next;
		free(w);
	}
	if (t->dir_fd >= 0)
		close(t->dir_fd);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

int tapes_open_still(struct env *env, const struct tapes_options *o, struct tapes **ret, struct fault *f)
{
	struct tapes *t = MEM_NEW(struct tapes);
	int r;

	t->env = env;
	t->options = *o;
	t->dir_fd = -1;
	pthread_mutex_init(&t->lock, NULL);
	r = open_folder(t, f);
	if (r < 0) {
		free_lists(t);
		return r;
	}
	*ret = t;
	return 0;
}

int tapes_open(struct env *env, const struct tapes_options *o, struct tapes **ret, struct fault *f)
{
	struct tapes *t;
	int r = tapes_open_still(env, o, &t, f);

	if (r < 0)
		return r;
	t->press = ticker_new("press", tapes_press_turn, t);
	t->sync = ticker_new("tape-sync", sync_turn, t);
	t->writer = t->press && t->sync ? ticker_new("tapes", tapes_turn, t) : NULL;
	if (!t->writer) {
		tapes_close(t);
		return fail(f, E_NO_MEMORY, "", "the threads of recording could not be started");
	}
	*ret = t;
	return 0;
}

void tapes_close(struct tapes *t)
{
	if (!t)
		return;
	ticker_stop(t->writer);
	atomic_store(&t->stop, true); /* also those that nobody ended */
	tapes_turn(t);
	ticker_stop(t->press);
	ticker_stop(t->sync);
	sync_turn(t);
	free_lists(t);
}
