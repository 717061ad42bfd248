#include "voice/jitter.h"

#define WINDOW_MIN 250	 /* ticks: 5 s */
#define WINDOW_MAX 3000	 /* 60 s */
#define QUIET 200	 /* loudness under which nobody misses a frame */
#define STOPPED_AFTER 50 /* ticks: then the next packet begins anew */

void jitter_init(struct jitter *j)
{
	j->started = j->playing = false;
	j->waited = j->silent = j->overdue = 0;
	j->play_ts = j->end_ts = 0;
	j->window = j->window_left = WINDOW_MIN;
	j->late = j->concealed = j->skipped = 0;
	j->low = JITTER_RING;
	memset(j->have, 0, sizeof(j->have));
	conceal_init(&j->conceal);
}

int jitter_level(const struct jitter *j)
{
	return j->started ? (int32_t)(j->end_ts - j->play_ts) : 0;
}

static void restart(struct jitter *j, uint32_t ts)
{
	memset(j->have, 0, sizeof(j->have));
	j->started = true;
	j->playing = false;
	j->play_ts = j->end_ts = ts;
	j->waited = j->overdue = 0;
	j->low = JITTER_RING;
	j->window_left = j->window;
}

/* Forget samples, so that their places in the ring are free. */
static void advance(struct jitter *j, uint32_t n)
{
	uint32_t at = j->play_ts & (JITTER_RING - 1);
	uint32_t first = n < JITTER_RING - at ? n : JITTER_RING - at;

	memset(j->have + at, 0, first);
	memset(j->have, 0, n - first);
	j->play_ts += n;
	if ((int32_t)(j->end_ts - j->play_ts) < 0)
		j->end_ts = j->play_ts;
}

/* A gap in front of @p ts was concealed while we waited for what is lost: don't play it a second time. */
static void settle_gap(struct jitter *j, uint32_t ts)
{
	uint32_t gap = ts - j->end_ts;

	if (j->waited && (int32_t)gap > 0)
		advance(j, gap < j->waited ? gap : j->waited);
	j->waited = 0;
}

static void store(struct jitter *j, uint32_t ts, const uint8_t *alaw, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t at = (ts + (uint32_t)i) & (JITTER_RING - 1);
		size_t piece = n - i < JITTER_RING - at ? n - i : JITTER_RING - at;

		memcpy(j->data + at, alaw + i, piece);
		memset(j->have + at, 1, piece);
		i += piece;
	}
}

void jitter_put(struct jitter *j, uint32_t ts, const uint8_t *alaw, size_t n)
{
	int32_t ahead;

	if (n == 0 || n > 480)
		return;
	if (!j->started || j->silent > STOPPED_AFTER)
		restart(j, ts);
	j->silent = 0;
	ahead = (int32_t)(ts - j->play_ts);
	if (ahead > JITTER_RING || ahead < -2 * JITTER_RING) { /* another stream */
		restart(j, ts);
		ahead = 0;
	}
	settle_gap(j, ts);
	ahead = (int32_t)(ts - j->play_ts);
	if (ahead < 0) {
		if ((size_t)-ahead >= n) {
			j->late++;
			return;
		}
		alaw -= ahead;
		n -= (size_t)-ahead;
		ts = j->play_ts;
	}
	if ((int32_t)(ts + n - j->play_ts) > JITTER_MAX) {
		j->skipped++;
		advance(j, (uint32_t)(ts + n - j->play_ts) - 2 * FRAME_SAMPLES);
		if ((int32_t)(ts - j->play_ts) < 0) {
			alaw += j->play_ts - ts;
			n -= j->play_ts - ts;
			ts = j->play_ts;
		}
	}
	store(j, ts, alaw, n);
	if ((int32_t)(ts + n - j->end_ts) > 0)
		j->end_ts = ts + (uint32_t)n;
}

static void copy_frame(const struct jitter *j, const uint8_t *ring, uint8_t ret[FRAME_SAMPLES])
{
	uint32_t at = j->play_ts & (JITTER_RING - 1);
	uint32_t first = FRAME_SAMPLES < JITTER_RING - at ? FRAME_SAMPLES : JITTER_RING - at;

	memcpy(ret, ring + at, first);
	memcpy(ret + first, ring, FRAME_SAMPLES - first);
}

/* @return samples of the next frame that are there; missing ones are silent in @p ret */
static unsigned take_frame(struct jitter *j, uint8_t ret[FRAME_SAMPLES])
{
	uint8_t have[FRAME_SAMPLES];
	unsigned n = 0;

	copy_frame(j, j->have, have);
	if (!memchr(have, 0, sizeof(have))) {
		copy_frame(j, j->data, ret);
		return FRAME_SAMPLES;
	}
	copy_frame(j, j->data, ret);
	for (unsigned i = 0; i < FRAME_SAMPLES; i++) {
		if (have[i])
			n++;
		else
			ret[i] = ALAW_SILENCE;
	}
	return n;
}

/* After a window in which a whole frame was never needed, leave one out: at a quiet one, or after another window at any. */
static void shrink(struct jitter *j, const uint8_t frame[FRAME_SAMPLES])
{
	int level = jitter_level(j);

	if (level < j->low)
		j->low = level;
	if (j->window_left > 0 && --j->window_left > 0)
		return;
	if (j->low < FRAME_SAMPLES) {
		j->low = JITTER_RING;
		j->window_left = j->window = j->window > 2 * WINDOW_MIN ? j->window / 2 : WINDOW_MIN;
	} else if (alaw_loudness(frame, FRAME_SAMPLES) < QUIET || ++j->overdue > WINDOW_MIN) {
		advance(j, FRAME_SAMPLES);
		j->skipped++;
		j->overdue = 0;
		j->low = JITTER_RING;
		j->window_left = j->window;
	}
}

static bool underrun(struct jitter *j, uint8_t ret[FRAME_SAMPLES])
{
	bool audible = j->conceal.lost < 3;

	conceal_lost(&j->conceal, ret);
	if (j->silent++ == 0) {
		j->window = j->window * 2 < WINDOW_MAX ? j->window * 2 : WINDOW_MAX;
		j->window_left = j->window;
		j->low = JITTER_RING;
	}
	if (j->waited < JITTER_MAX - FRAME_SAMPLES)
		j->waited += FRAME_SAMPLES;
	if (audible)
		j->concealed++;
	return audible;
}

bool jitter_pop(struct jitter *j, uint8_t ret[FRAME_SAMPLES])
{
	unsigned there;

	if (!j->started || (!j->playing && jitter_level(j) < FRAME_SAMPLES)) {
		alaw_silence(ret, FRAME_SAMPLES);
		return false;
	}
	j->playing = true;
	if (jitter_level(j) < FRAME_SAMPLES)
		return underrun(j, ret);
	there = take_frame(j, ret);
	if (there < FRAME_SAMPLES / 2) {
		conceal_lost(&j->conceal, ret);
		j->concealed++;
	} else {
		conceal_good(&j->conceal, ret);
	}
	advance(j, FRAME_SAMPLES);
	shrink(j, ret);
	return true;
}
