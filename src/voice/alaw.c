#include <math.h>
#include <stdlib.h>

#include "voice/alaw.h"

#include <rem_g711.h>

void alaw_to_linear(const uint8_t *alaw, int16_t *ret, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = g711_A2l[alaw[i]];
}

static uint8_t encode(int v)
{
	/* The library's table ends at 32767 in either direction. */
	v = v > 32767 ? 32767 : v < -32767 ? -32767 : v;
	return g711_pcm2alaw((int16_t)v);
}

void alaw_from_linear(const int16_t *linear, uint8_t *ret, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = encode(linear[i]);
}

/* Tables are made when the program starts: both laws have 256 values. */
static uint8_t from_ulaw[256], to_ulaw[256];

static void __attribute__((constructor)) make_tables(void)
{
	for (int i = 0; i < 256; i++) {
		from_ulaw[i] = encode(g711_u2l[i]);
		to_ulaw[i] = g711_pcm2ulaw(g711_A2l[i]);
	}
}

void alaw_from_ulaw(const uint8_t *ulaw, uint8_t *ret, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = from_ulaw[ulaw[i]];
}

void alaw_to_ulaw(const uint8_t *alaw, uint8_t *ret, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = to_ulaw[alaw[i]];
}

void alaw_silence(uint8_t *ret, size_t n)
{
	memset(ret, ALAW_SILENCE, n);
}

unsigned alaw_loudness(const uint8_t *alaw, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (unsigned)abs(g711_A2l[alaw[i]]);
	return n ? sum / (unsigned)n : 0;
}

void alaw_mix(const uint8_t *const *frames, size_t n, uint8_t ret[FRAME_SAMPLES])
{
	int sum[FRAME_SAMPLES] = {0};

	for (size_t f = 0; f < n; f++) {
		const uint8_t *frame = frames[f];

		for (size_t i = 0; i < FRAME_SAMPLES; i++)
			sum[i] += g711_A2l[frame[i]];
	}
	for (size_t i = 0; i < FRAME_SAMPLES; i++)
		ret[i] = encode(sum[i]);
}

/* ---- concealment ----------------------------------------------------------------------------- */

void conceal_init(struct conceal *c)
{
	*c = (struct conceal){0};
	alaw_silence(c->history, sizeof(c->history));
}

void conceal_good(struct conceal *c, const uint8_t frame[FRAME_SAMPLES])
{
	memcpy(c->history, c->history + FRAME_SAMPLES, FRAME_SAMPLES);
	memcpy(c->history + FRAME_SAMPLES, frame, FRAME_SAMPLES);
	c->lost = 0;
}

#define PERIOD_MIN 20  /* samples: 400 Hz */
#define PERIOD_MAX 160 /* 50 Hz */

/* The lag at which the newest 20 ms resemble what went before most. */
static unsigned find_period(const int16_t *x)
{
	const int16_t *newest = x + CONCEAL_HISTORY - FRAME_SAMPLES;
	unsigned best = PERIOD_MAX;
	double best_score = 0;

	for (unsigned lag = PERIOD_MIN; lag <= PERIOD_MAX; lag++) {
		int64_t cross = 0, energy = 1;

		for (unsigned i = 0; i < FRAME_SAMPLES; i++) {
			int before = newest[(int)i - (int)lag];

			cross += newest[i] * before;
			energy += before * before;
		}
		if (cross > 0) {
			double score = (double)cross * (double)cross / (double)energy;

			if (score > best_score) {
				best_score = score;
				best = lag;
			}
		}
	}
	return best;
}

void conceal_lost(struct conceal *c, uint8_t ret[FRAME_SAMPLES])
{
	static const int gain_from[] = {256, 160, 64, 0}; /* of 256, at the begin of each frame */
	int16_t x[CONCEAL_HISTORY], out[FRAME_SAMPLES];
	int from, to;

	if (c->lost >= ARRAY_SIZE(gain_from) - 1) {
		alaw_silence(ret, FRAME_SAMPLES);
		return;
	}
	alaw_to_linear(c->history, x, CONCEAL_HISTORY);
	if (c->lost == 0) {
		c->period = find_period(x);
		c->at = 0;
	}
	from = gain_from[c->lost];
	to = gain_from[c->lost + 1];
	for (unsigned i = 0; i < FRAME_SAMPLES; i++) {
		int gain = from + (to - from) * (int)i / FRAME_SAMPLES;

		out[i] = (int16_t)(x[CONCEAL_HISTORY - c->period + c->at] * gain / 256);
		c->at = (c->at + 1) % c->period;
	}
	alaw_from_linear(out, ret, FRAME_SAMPLES);
	c->lost++;
}

/* ---- tones of keys --------------------------------------------------------------------------- */

void alaw_key_tone(char key, unsigned from, uint8_t ret[FRAME_SAMPLES])
{
	static const char keys[] = "123A456B789C*0#D";
	static const double low[] = {697, 770, 852, 941}, high[] = {1209, 1336, 1477, 1633};
	const char *k = key ? strchr(keys, key) : NULL;
	int16_t out[FRAME_SAMPLES];

	if (!k) {
		alaw_silence(ret, FRAME_SAMPLES);
		return;
	}
	for (unsigned i = 0; i < FRAME_SAMPLES; i++) {
		double t = 2 * M_PI * (from + i) / 8000;

		out[i] = (int16_t)(8000 * (sin(t * low[(k - keys) / 4]) + sin(t * high[(k - keys) % 4])));
	}
	alaw_from_linear(out, ret, FRAME_SAMPLES);
}
