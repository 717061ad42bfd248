/* Recording: both sides, sealed, whatever happens. V07, T08, S05. */
#include "check.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sndfile.h>
#include <sodium.h>

#include "base/file.h"
#include "store/blobs.h"
#include "store/config.h"
#include "support/temp_store.h"
#include "voice/sound.h"
#include "voice/tape_private.h"
#include "wire.h"

#define ORG 77
#define CALL 4711

static struct temp_store store;
static struct config config;
static struct env env;
static struct arena *a;
static struct tapes *tapes;

/* ---- help ------------------------------------------------------------------------------------ */

static struct pressing pressed[4];
static unsigned n_pressed, refuse;
static char alarms[256];

static int on_pressed(const struct pressing *p, void *arg, struct fault *f)
{
	if (refuse > 0) {
		refuse--;
		return fail(f, E_UNAVAILABLE, "", "the database is away");
	}
	assert_true(n_pressed < ARRAY_SIZE(pressed));
	pressed[n_pressed++] = *p;
	return 0;
}

static void on_alarm(const char *kind, int64_t call_id, void *arg)
{
	size_t n = strlen(alarms);

	snprintf(alarms + n, sizeof(alarms) - n, "%s ", kind);
}

static void open_still(void)
{
	struct tapes_options o = {.pressed = on_pressed, .alarm = on_alarm};
	struct fault f = {0};

	if (tapes_open_still(&env, &o, &tapes, &f) < 0)
		fail_msg("%s", f.detail);
}

static int open_all(void **state)
{
	struct fault f = {0};

	a = arena_new();
	temp_store_open(&store, DB_SQLITE);
	config = (struct config){.key_file = path_join(a, store.dir, "master.key")};
	env = (struct env){.data_dir = store.dir, .config = &config, .db = store.db};
	if (vault_create_master(config.key_file, &f) < 0 || vault_open(&config, &env.vault, &f) < 0 ||
	    vault_attach(env.vault, store.db, &f) < 0 || blobs_open(path_join(a, store.dir, "blobs"), env.vault, &env.blobs, &f) < 0)
		fail_msg("%s", f.detail);
	n_pressed = refuse = 0;
	alarms[0] = '\0';
	open_still();
	return 0;
}

static int close_all(void **state)
{
	tapes_close(tapes);
	blobs_close(env.blobs);
	vault_close(env.vault);
	temp_store_close(&store);
	arena_free(a);
	return 0;
}

static struct tape *start(int part, enum tape_format format)
{
	struct tape *t;

	assert_int_equal(tape_start(tapes, CALL, ORG, part, format, &t), 0);
	return t;
}

/* Frame i of a side: its number, or noise that would be recognised anywhere. */
static void frame_of(unsigned i, uint8_t side, uint8_t ret[160])
{
	uint8_t seed[32] = {side, (uint8_t)i, (uint8_t)(i >> 8)};

	randombytes_buf_deterministic(ret, 160, seed);
}

static void record(struct tape *t, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++) {
		uint8_t left[160], right[160];

		frame_of(i, 1, left);
		frame_of(i, 2, right);
		tape_frame(t, left, right);
		if (i % 12 == 11)
			tapes_turn(tapes);
	}
}

static void record_tones(struct tape *t, unsigned n, double left_hz, double right_hz)
{
	for (unsigned i = 0; i < n; i++) {
		int16_t x[160];
		uint8_t left[160], right[160];

		for (unsigned k = 0; k < 160; k++)
			x[k] = (int16_t)(8000 * sin(2 * M_PI * left_hz * (i * 160 + k) / 8000));
		alaw_from_linear(x, left, 160);
		for (unsigned k = 0; k < 160; k++)
			x[k] = (int16_t)(8000 * sin(2 * M_PI * right_hz * (i * 160 + k) / 8000));
		alaw_from_linear(x, right, 160);
		tape_frame(t, left, right);
		if (i % 12 == 11)
			tapes_turn(tapes);
	}
}

static char *tape_path(int part)
{
	return arena_printf(a, "%s/tapes/%d-%d.tape", store.dir, CALL, part);
}

static struct str content(const char *path)
{
	struct str s;
	struct fault f = {0};

	if (file_read(a, path, 64 << 20, &s, &f) < 0)
		fail_msg("%s", f.detail);
	return s;
}

static struct str blob_content(const struct pressing *p)
{
	struct blob_reader *r;
	struct fault f = {0};
	char *all = arena_alloc(a, (size_t)p->blob.size + 1);

	assert_int_equal(blob_open(env.blobs, p->org_id, &p->blob, &r, &f), 0);
	assert_int_equal(blob_read(r, 0, all, (size_t)p->blob.size, &f), p->blob.size);
	blob_close(r);
	return (struct str){all, (size_t)p->blob.size};
}

static void press(void)
{
	tapes_turn(tapes);
	tapes_press_turn(tapes);
}

/* As a player does it. @return frames of stereo */
static size_t decode(const struct pressing *p, int16_t **left, int16_t **right, int *rate)
{
	char *path = path_join(a, store.dir, "played");
	struct fault f = {0};
	SF_INFO info = {0};
	SNDFILE *file;
	int16_t *x;
	sf_count_t n, room;

	assert_int_equal(file_write(path, blob_content(p), 0600, &f), 0);
	file = sf_open(path, SFM_READ, &info);
	if (!file)
		fail_msg("%s", sf_strerror(NULL));
	assert_int_equal(info.channels, 2);
	room = (sf_count_t)info.samplerate * 60;
	x = arena_alloc(a, (size_t)room * 4);
	n = sf_readf_short(file, x, room);
	sf_close(file);
	unlink(path);
	*left = arena_alloc(a, (size_t)n * 2);
	*right = arena_alloc(a, (size_t)n * 2);
	for (sf_count_t i = 0; i < n; i++) {
		(*left)[i] = x[2 * i];
		(*right)[i] = x[2 * i + 1];
	}
	*rate = info.samplerate;
	return (size_t)n;
}

/* ---- whole ----------------------------------------------------------------------------------- */

static void wav_holds_every_sample(void **state)
{
	struct tape *t = start(0, TAPE_WAV);
	uint8_t header[SOUND_WAV_HEADER];
	struct str wav;

	record(t, 0, 503);
	tape_end(t);
	assert_int_equal(tapes_pending(tapes), 1);
	press();
	assert_int_equal(tapes_pending(tapes), 0);
	assert_int_equal(n_pressed, 1);
	assert_int_equal(pressed[0].call_id, CALL);
	assert_int_equal(pressed[0].org_id, ORG);
	assert_int_equal(pressed[0].length_ms, 503 * 20);
	assert_int_equal(pressed[0].lost_ms, 0);
	assert_false(pressed[0].after_crash);
	assert_string_equal(pressed[0].media_type, "audio/wav");
	assert_true(pressed[0].began_ms > 0);
	wav = blob_content(&pressed[0]);
	assert_int_equal(wav.len, SOUND_WAV_HEADER + 503 * 320);
	sound_wav_header(header, 2, 503 * 320);
	assert_memory_equal(wav.p, header, sizeof(header));
	for (unsigned i = 0; i < 503; i++) {
		uint8_t left[160], right[160];

		frame_of(i, 1, left);
		frame_of(i, 2, right);
		for (unsigned k = 0; k < 160; k++) {
			assert_int_equal((uint8_t)wav.p[SOUND_WAV_HEADER + i * 320 + 2 * k], left[k]);
			assert_int_equal((uint8_t)wav.p[SOUND_WAV_HEADER + i * 320 + 2 * k + 1], right[k]);
		}
	}
	assert_false(file_exists(tape_path(0)));
	assert_string_equal(alarms, "");
}

static void opus_keeps_the_sides_apart(void **state)
{
	struct tape *t = start(1, TAPE_OPUS);
	int16_t *left, *right;
	int rate;
	size_t n;

	record_tones(t, 250, 500, 1300);
	tape_end(t);
	press();
	assert_int_equal(n_pressed, 1);
	assert_int_equal(pressed[0].part, 1);
	assert_string_equal(pressed[0].media_type, "audio/ogg");
	assert_true(pressed[0].blob.size < 30000); /* 5 s */
	n = decode(&pressed[0], &left, &right, &rate);
	assert_true(fabs((double)n / rate - 5.0) < 0.05);
	for (size_t i = 0; i < 32000; i++) { /* every sixth: there is nothing above 4 kHz */
		left[i] = left[i * (size_t)rate / 8000];
		right[i] = right[i * (size_t)rate / 8000];
	}
	assert_true(strength(left + 4000, 28000, 500) > 0.7);
	assert_true(strength(right + 4000, 28000, 1300) > 0.7);
	assert_true(strength(left + 4000, 28000, 1300) < 0.1);
	assert_true(strength(right + 4000, 28000, 500) < 0.1);
}

static void a_call_of_no_length_leaves_nothing(void **state)
{
	tape_end(start(0, TAPE_OPUS));
	press();
	assert_int_equal(n_pressed, 0);
	assert_int_equal(tapes_pending(tapes), 0);
	assert_string_equal(alarms, "");
}

/* Threads and all: the call ends, a blob comes. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;

static int on_pressed_there(const struct pressing *p, void *arg, struct fault *f)
{
	pthread_mutex_lock(&lock);
	pressed[n_pressed++] = *p;
	pthread_cond_signal(&came);
	pthread_mutex_unlock(&lock);
	return 0;
}

static void with_its_threads(void **state)
{
	struct tapes_options o = {.pressed = on_pressed_there, .alarm = on_alarm};
	struct fault f = {0};
	uint8_t frame[160] = {0};
	struct tape *t;

	tapes_close(tapes);
	assert_int_equal(tapes_open(&env, &o, &tapes, &f), 0);
	t = start(0, TAPE_OPUS);
	for (unsigned i = 0; i < 100; i++)
		tape_frame(t, frame, frame);
	tape_end(t);
	pthread_mutex_lock(&lock);
	while (n_pressed == 0)
		pthread_cond_wait(&came, &lock);
	pthread_mutex_unlock(&lock);
	assert_int_equal(pressed[0].length_ms, 2000);
	assert_int_equal(pressed[0].lost_ms, 0);
}

/* ---- sealed ---------------------------------------------------------------------------------- */

static void find_in_files(const char *dir, const uint8_t *what, size_t len)
{
	const char **names;
	size_t n;

	assert_int_equal(file_list(a, dir, true, &names, &n, NULL), 0);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		struct str s = content(path_join(a, dir, names[i]));

		if (s.len >= len && memmem(s.p, s.len, what, len))
			fail_msg("%s holds clear sound", names[i]);
	}
}

static void no_clear_byte_on_disk(void **state)
{
	struct tape *t = start(0, TAPE_WAV);
	uint8_t left[160], right[160], both[32];

	record(t, 0, 300);
	for (int round = 0; round < 2; round++) { /* while it runs, and pressed */
		for (unsigned i = 0; i < 300; i += 7) {
			frame_of(i, 1, left);
			frame_of(i, 2, right);
			for (unsigned k = 0; k < 16; k++) {
				both[2 * k] = left[k];
				both[2 * k + 1] = right[k];
			}
			if (i % 49 == 0) {
				find_in_files(store.dir, left, 16);
				find_in_files(store.dir, right, 16);
				find_in_files(store.dir, both, 16);
			}
		}
		if (round == 0) {
			tape_end(t);
			press();
			assert_int_equal(n_pressed, 1);
		}
	}
}

/* What the tape's file gives, as frames with their numbers. @return frames, −1: not opened */
static int read_tape(const char *path, bool *ret_whole)
{
	struct tape_reader *r;
	struct tape_meta m;
	struct fault f = {0};
	const uint8_t *pairs;
	uint32_t first, n, length;
	int frames = 0;

	if (tape_reader_open(path, env.vault, &r, &m, &f) < 0)
		return -1;
	while ((n = tape_reader_next(r, &first, &pairs)) > 0) {
		for (uint32_t i = 0; i < n; i++) {
			uint8_t left[160], right[160];

			frame_of(first + i, 1, left);
			frame_of(first + i, 2, right);
			assert_memory_equal(pairs + i * 320, left, 160);
			assert_memory_equal(pairs + i * 320 + 160, right, 160);
		}
		frames += (int)n;
	}
	*ret_whole = tape_reader_whole(r, &length);
	tape_reader_close(r);
	return frames;
}

/* A finished tape that waits for the press. */
static struct str finished_tape(int part, unsigned frames)
{
	struct tape *t = start(part, TAPE_WAV);

	record(t, 0, frames);
	tape_end(t);
	tapes_turn(tapes);
	return content(tape_path(part));
}

static void put(const char *path, const void *p, size_t len)
{
	struct fault f = {0};

	assert_int_equal(file_write(path, (struct str){p, len}, 0600, &f), 0);
}

static void cut_anywhere_the_rest_plays(void **state)
{
	struct str tape = finished_tape(0, 200);
	char *path = path_join(a, store.dir, "cut.tape");
	bool whole;
	int before = 0, frames;

	assert_int_equal(read_tape(tape_path(0), &whole), 200);
	assert_true(whole);
	for (size_t len = 0, step; len < tape.len; len += step) {
		step = len < TAPE_HEADER + 100 || len + 300 > tape.len ? 1 : 211;
		put(path, tape.p, len);
		frames = read_tape(path, &whole);
		assert_int_equal(frames < 0, len < TAPE_HEADER);
		if (frames < 0)
			continue;
		assert_false(whole);
		assert_true(frames >= before); /* each byte more never gives less … */
		before = frames;
		/* … and what is missing is the record that was cut: a second at most */
		assert_true(frames >= (int)((len - TAPE_HEADER) / 320) - 60);
	}
	assert_int_equal(before, 200);
}

static void changed_exchanged_or_missing_records_are_refused(void **state)
{
	struct str tape = finished_tape(0, 200), other = finished_tape(1, 200);
	char *path = path_join(a, store.dir, "bad.tape"), *bad = arena_memdup(a, tape.p, tape.len);
	size_t record = TAPE_RECORD_HEADER + 36 * 320 + TAPE_TAG;
	bool whole;
	int all;

	/* records of 36 frames: the first two change places */
	memcpy(bad + TAPE_HEADER, tape.p + TAPE_HEADER + record, record);
	memcpy(bad + TAPE_HEADER + record, tape.p + TAPE_HEADER, record);
	put(path, bad, tape.len);
	assert_int_equal(read_tape(path, &whole), 0);
	assert_false(whole);

	/* the second left out */
	memcpy(bad, tape.p, tape.len);
	memmove(bad + TAPE_HEADER + record, bad + TAPE_HEADER + 2 * record, tape.len - TAPE_HEADER - 2 * record);
	put(path, bad, tape.len - record);
	assert_int_equal(read_tape(path, &whole), 36);
	assert_false(whole);

	/* one of another tape of the same call */
	memcpy(bad, tape.p, tape.len);
	memcpy(bad + TAPE_HEADER + record, other.p + TAPE_HEADER + record, record);
	put(path, bad, tape.len);
	assert_int_equal(read_tape(path, &whole), 36);

	/* any bit anywhere */
	all = read_tape(tape_path(0), &whole);
	for (unsigned i = 0; i < 300; i++) {
		size_t at = randombytes_uniform((uint32_t)tape.len);

		if (at >= 121 && at < TAPE_HEADER)
			continue; /* zeros behind the wrapped key: bound as well, seen below */
		memcpy(bad, tape.p, tape.len);
		bad[at] ^= (char)(1 << i % 8);
		put(path, bad, tape.len);
		assert_true(read_tape(path, &whole) < all || !whole);
	}
	memcpy(bad, tape.p, tape.len);
	bad[TAPE_HEADER - 1] = 1;
	put(path, bad, tape.len);
	assert_int_equal(read_tape(path, &whole), 0);
}

static void a_tape_without_its_key_is_set_aside(void **state)
{
	struct str tape = finished_tape(0, 100);
	char *bad = arena_memdup(a, tape.p, tape.len);

	bad[60] ^= 1;
	put(tape_path(0), bad, tape.len);
	tapes_press_turn(tapes);
	assert_int_equal(n_pressed, 0);
	assert_string_equal(alarms, "recording_dropped ");
	assert_false(file_exists(tape_path(0)));
	assert_true(file_exists(arena_printf(a, "%s.damaged", tape_path(0))));
	assert_int_equal(tapes_pending(tapes), 0);
}

/* ---- crashes, refusals ----------------------------------------------------------------------- */

static void what_a_crash_left_is_pressed_at_the_next_start(void **state)
{
	struct tape *t = start(0, TAPE_WAV);
	struct str left;

	record(t, 0, 240); /* all but the last 24 frames are in the file */
	left = content(tape_path(0));
	tape_end(t);
	press();
	n_pressed = 0;
	put(tape_path(0), left.p, left.len - 5); /* the process died while it wrote */
	tapes_close(tapes);
	open_still();
	assert_int_equal(tapes_pending(tapes), 1);
	tapes_press_turn(tapes);
	assert_int_equal(n_pressed, 1);
	assert_true(pressed[0].after_crash);
	assert_int_equal(pressed[0].call_id, CALL);
	assert_int_equal(pressed[0].length_ms, 180 * 20);
	assert_false(file_exists(tape_path(0)));
}

static void closing_ends_the_tapes_that_run(void **state)
{
	struct tape *t = start(0, TAPE_WAV);

	record(t, 0, 100);
	tapes_close(tapes);
	open_still();
	tapes_press_turn(tapes);
	assert_int_equal(n_pressed, 1);
	assert_int_equal(pressed[0].length_ms, 2000);
	assert_false(pressed[0].after_crash);
}

static void kept_until_the_book_has_it(void **state)
{
	(void)finished_tape(0, 100);
	refuse = 1;
	tapes_press_turn(tapes);
	assert_int_equal(n_pressed, 0);
	assert_true(file_exists(tape_path(0)));
	assert_int_equal(tapes_pending(tapes), 1);
	tapes_close(tapes);
	open_still();
	tapes_press_turn(tapes);
	assert_int_equal(n_pressed, 1);
	assert_false(file_exists(tape_path(0)));
}

static void a_full_ring_leaves_a_gap_of_the_right_length(void **state)
{
	struct tape *t = start(0, TAPE_WAV);
	struct str wav;
	uint8_t left[160];

	for (unsigned i = 0; i < 300; i++) { /* the tape thread stands still */
		frame_of(i, 1, left);
		tape_frame(t, left, left);
	}
	tapes_turn(tapes);
	record(t, 300, 100);
	tape_end(t);
	press();
	assert_int_equal(n_pressed, 1);
	assert_int_equal(pressed[0].length_ms, 400 * 20);
	assert_int_equal(pressed[0].lost_ms, (300 - TAPE_RING) * 20);
	wav = blob_content(&pressed[0]);
	for (unsigned i = 0; i < 400; i++) {
		uint8_t got = (uint8_t)wav.p[SOUND_WAV_HEADER + i * 320];

		frame_of(i, 1, left);
		assert_int_equal(got, i >= TAPE_RING && i < 300 ? ALAW_SILENCE : left[0]);
	}
}

static void limit_files_to(rlim_t bytes)
{
	struct rlimit l;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	l.rlim_cur = bytes < l.rlim_max ? bytes : l.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static void a_full_disk_is_told_once_and_the_call_goes_on(void **state)
{
	struct tape *t, *u;

	signal(SIGXFSZ, SIG_IGN);
	t = start(0, TAPE_WAV);
	u = start(1, TAPE_WAV);
	record(t, 0, 100);
	record(u, 0, 100);
	limit_files_to((rlim_t)content(tape_path(0)).len + 100);
	record(t, 100, 400);
	record(u, 100, 400);
	assert_string_equal(alarms, "recording_stopped ");
	limit_files_to(RLIM_INFINITY);
	record(t, 500, 600);
	record(u, 500, 600);
	assert_string_equal(alarms, "recording_stopped recording_resumed ");
	tape_end(t);
	tape_end(u);
	press();
	assert_int_equal(n_pressed, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(pressed[i].length_ms, 1100 * 20);
		assert_in_range(pressed[i].lost_ms, 300 * 20, 420 * 20);
		assert_false(pressed[i].after_crash);
	}
}

static void a_disk_full_from_the_start(void **state)
{
	struct tape *t;

	signal(SIGXFSZ, SIG_IGN);
	limit_files_to(50);
	t = start(0, TAPE_WAV);
	record(t, 0, 200);
	tape_end(t);
	for (unsigned i = 0; i < 300; i++)
		tapes_turn(tapes);
	limit_files_to(RLIM_INFINITY);
	assert_string_equal(alarms, "recording_stopped recording_dropped ");
	assert_int_equal(tapes_pending(tapes), 0);
	assert_false(file_exists(tape_path(0)));
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(wav_holds_every_sample), T(opus_keeps_the_sides_apart), T(a_call_of_no_length_leaves_nothing), T(with_its_threads),
		T(no_clear_byte_on_disk), T(cut_anywhere_the_rest_plays), T(changed_exchanged_or_missing_records_are_refused),
		T(a_tape_without_its_key_is_set_aside), T(what_a_crash_left_is_pressed_at_the_next_start),
		T(closing_ends_the_tapes_that_run), T(kept_until_the_book_has_it), T(a_full_ring_leaves_a_gap_of_the_right_length),
		T(a_full_disk_is_told_once_and_the_call_goes_on), T(a_disk_full_from_the_start),
	};
	const char *source = getenv("LEXLINE_SOURCE");

	temp_store_init();
	setenv("LEXLINE_ROOT", source ? source : ".", 1);
	return cmocka_run_group_tests_name("tape", tests, NULL, NULL);
}
