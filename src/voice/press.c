/* From a tape to a blob: what is missing becomes silence of the right length. */
#include <unistd.h>

#include "base/memory.h"
#include "store/blobs.h"
#include "voice/sound.h"
#include "voice/tape_private.h"

/* ---- A-law WAV ------------------------------------------------------------------------------- */

static int wav_begin(struct blob_writer *w, uint32_t frames, void **ret_state, struct fault *f)
{
	uint8_t header[SOUND_WAV_HEADER];

	sound_wav_header(header, 2, frames * TAPE_PAIR);
	*ret_state = w;
	return blob_write(w, header, sizeof(header), f);
}

static int wav_put(void *state, const uint8_t *pairs, uint32_t frames, struct fault *f)
{
	uint8_t samples[TAPE_PAIR];
	int r = 0;

	for (uint32_t i = 0; i < frames && r == 0; i++) {
		const uint8_t *left = pairs + (size_t)i * TAPE_PAIR, *right = left + TAPE_FRAME;

		for (size_t k = 0; k < TAPE_FRAME; k++) {
			samples[2 * k] = left[k];
			samples[2 * k + 1] = right[k];
		}
		r = blob_write(state, samples, sizeof(samples), f);
	}
	return r;
}

static int wav_end(void *state, struct fault *f)
{
	return 0;
}

static void wav_drop(void *state)
{
}

const struct presser press_wav = {"audio/wav", wav_begin, wav_put, wav_end, wav_drop};

/* ---- a whole tape ---------------------------------------------------------------------------- */

struct sums {
	uint32_t length, recorded; /**< frames */
	bool whole;
};

/* First pass: how long it is, which the header of a WAV says first. */
static struct sums measure(struct tape_reader *r)
{
	struct sums s = {0};
	const uint8_t *pairs;
	uint32_t first, n;

	while ((n = tape_reader_next(r, &first, &pairs)) > 0)
		s.recorded += n;
	s.whole = tape_reader_whole(r, &s.length);
	tape_reader_rewind(r);
	return s;
}

static int put_silence(const struct presser *p, void *state, uint32_t frames, struct fault *f)
{
	uint8_t silence[TAPE_RECORD * TAPE_PAIR];
	int r = 0;

	memset(silence, ALAW_SILENCE, sizeof(silence));
	while (frames > 0 && r == 0) {
		uint32_t n = frames < TAPE_RECORD ? frames : TAPE_RECORD;

		r = p->put(state, silence, n, f);
		frames -= n;
	}
	return r;
}

static int put_all(struct tape_reader *reader, const struct presser *p, void *state, const struct sums *s, const atomic_bool *stop,
		   struct fault *f)
{
	uint32_t at = 0, first, n;
	const uint8_t *pairs;
	int r = 0;

	while (r == 0 && (n = tape_reader_next(reader, &first, &pairs)) > 0) {
		if (atomic_load(stop))
			return fail(f, E_CANCELLED, "", "recordings are finished at the next start");
		r = put_silence(p, state, first - at, f);
		if (r == 0)
			r = p->put(state, pairs, n, f);
		at = first + n;
	}
	if (r == 0 && s->length > at)
		r = put_silence(p, state, s->length - at, f);
	return r;
}

static int press_frames(struct tape_reader *reader, const struct presser *p, struct blob_writer *w, const struct sums *s,
			const atomic_bool *stop, struct fault *f)
{
	void *state;
	int r = p->begin(w, s->length, &state, f);

	if (r < 0)
		return r;
	r = put_all(reader, p, state, s, stop, f);
	if (r < 0) {
		p->drop(state);
		return r;
	}
	return p->end(state, f);
}

int press_tape(const char *path, struct vault *v, struct blobs *b, const atomic_bool *stop, struct pressing *ret, struct fault *f)
{
	struct tape_reader *reader;
	struct tape_meta m;
	const struct presser *p;
	struct blob_writer *w;
	struct pressing made;
	struct sums s;
	int r = tape_reader_open(path, v, &reader, &m, f);

	if (r < 0)
		return r;
	s = measure(reader);
	p = m.format == TAPE_WAV ? &press_wav : &press_opus;
	r = s.recorded == 0 ? -E_NOT_FOUND : blob_create(b, m.org_id, &w, f);
	if (r == 0) {
		made = (struct pressing){.call_id = m.call_id, .org_id = m.org_id, .part = (int)m.part, .media_type = p->media_type,
					 .began_ms = m.began_ms, .length_ms = (int64_t)s.length * 20,
					 .lost_ms = (int64_t)(s.length - s.recorded) * 20, .after_crash = !s.whole};
		r = press_frames(reader, p, w, &s, stop, f);
		if (r < 0)
			blob_abandon(w);
		else
			r = blob_finish(w, &made.blob, f);
	}
	tape_reader_close(reader);
	if (r == 0)
		*ret = made;
	return r;
}
