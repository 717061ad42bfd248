/*
 * Ogg/Opus (RFC 7845): telephone sound keeps its 4 kHz, both sides stay apart.
 *
 * Opus' mode for speech codes the middle and the difference of both sides: who speaks on the left is heard at −9 dB on the
 * right (measured, two tones, 24 kbit/s). Its other mode, asked for as "music", keeps them apart by 29 dB at 32 kbit/s.
 */
#include <opusenc.h>

#include "base/memory.h"
#include "store/blobs.h"
#include "voice/alaw.h"
#include "voice/tape_private.h"

#define RATE 8000
#define BITRATE 32000 /* bit/s for both sides: 14 MB an hour */
#define COMPLEXITY 3  /* of 10 */

struct opus_state {
	OggOpusEnc *encoder;
	OggOpusComments *comments;
	struct blob_writer *blob;
	struct fault fault;
	int err; /**< of the blob, met in a callback */
};

static int on_write(void *arg, const unsigned char *p, opus_int32 len)
{
	struct opus_state *s = arg;

	if (s->err == 0)
		s->err = blob_write(s->blob, p, (size_t)len, &s->fault);
	return s->err < 0;
}

static int on_close(void *arg)
{
	(void)arg;
	return 0;
}

static int failed(struct opus_state *s, struct fault *f)
{
	if (s->err < 0) {
		if (f)
			*f = s->fault;
		return s->err;
	}
	return fail(f, E_INTERNAL, "", "the recording could not be encoded");
}

static void opus_drop(void *state)
{
	struct opus_state *s = state;

	if (s->encoder)
		ope_encoder_destroy(s->encoder);
	if (s->comments)
		ope_comments_destroy(s->comments);
	free(s);
}

static bool tune(OggOpusEnc *e)
{
	return ope_encoder_ctl(e, OPUS_SET_BITRATE(BITRATE)) == OPE_OK && ope_encoder_ctl(e, OPUS_SET_COMPLEXITY(COMPLEXITY)) == OPE_OK &&
	       ope_encoder_ctl(e, OPUS_SET_MAX_BANDWIDTH(OPUS_BANDWIDTH_NARROWBAND)) == OPE_OK &&
	       ope_encoder_ctl(e, OPUS_SET_SIGNAL(OPUS_SIGNAL_MUSIC)) == OPE_OK &&
	       ope_encoder_ctl(e, OPUS_SET_FORCE_CHANNELS(2)) == OPE_OK && ope_encoder_ctl(e, OPUS_SET_VBR(1)) == OPE_OK;
}

static int opus_begin(struct blob_writer *w, uint32_t frames, void **ret_state, struct fault *f)
{
	static const OpusEncCallbacks callbacks = {on_write, on_close};
	struct opus_state *s = MEM_NEW(struct opus_state);
	int error = 0;

	(void)frames;
	s->blob = w;
	s->comments = ope_comments_create();
	if (s->comments)
		s->encoder = ope_encoder_create_callbacks(&callbacks, s, s->comments, RATE, 2, 0, &error);
	if (!s->encoder || !tune(s->encoder)) {
		int r = failed(s, f);

		opus_drop(s);
		return r;
	}
	*ret_state = s;
	return 0;
}

static int opus_put(void *state, const uint8_t *pairs, uint32_t frames, struct fault *f)
{
	struct opus_state *s = state;
	int16_t left[TAPE_FRAME], right[TAPE_FRAME], both[TAPE_PAIR];

	for (uint32_t i = 0; i < frames; i++) {
		alaw_to_linear(pairs + (size_t)i * TAPE_PAIR, left, TAPE_FRAME);
		alaw_to_linear(pairs + (size_t)i * TAPE_PAIR + TAPE_FRAME, right, TAPE_FRAME);
		for (size_t k = 0; k < TAPE_FRAME; k++) {
			both[2 * k] = left[k];
			both[2 * k + 1] = right[k];
		}
		if (ope_encoder_write(s->encoder, both, TAPE_FRAME) != OPE_OK)
			return failed(s, f);
	}
	return 0;
}

static int opus_end(void *state, struct fault *f)
{
	struct opus_state *s = state;
	int r = ope_encoder_drain(s->encoder) == OPE_OK && s->err == 0 ? 0 : failed(s, f);

	opus_drop(s);
	return r;
}

const struct presser press_opus = {"audio/ogg", opus_begin, opus_put, opus_end, opus_drop};
