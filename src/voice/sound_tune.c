/* Music on hold that belongs to nobody: a walk over five tones, soft bells with a low fifth below. */
#include <math.h>

#include "base/memory.h"
#include "voice/alaw.h"
#include "voice/sound.h"

#define RATE 8000
#define NOTE (RATE * 6 / 10) /* 0.6 s */
#define NOTES 40
#define RING (3 * NOTE)	     /* a bell rings on for three notes */

/* A minor pentatonic from A4, in half tones. */
static const int scale[] = {0, 3, 5, 7, 10, 12, 15};

static double hz(int half_tones)
{
	return 440 * pow(2, half_tones / 12.0);
}

static void ring(double *x, size_t n, double f, double loud)
{
	for (size_t i = 0; i < n; i++) {
		double t = (double)i / RATE, fade = exp(-2.2 * t) * fmin(1, t / 0.01) * fmin(1, (double)(n - i) / 400);

		x[i] += loud * fade * (sin(2 * M_PI * f * t) + 0.25 * sin(4 * M_PI * f * t));
	}
}

void sound_tune(struct buf *alaw)
{
	const size_t n = (size_t)NOTE * NOTES + RING;
	double *x = mem_new(n * sizeof(*x));
	int16_t *y = mem_new(n * sizeof(*y));
	unsigned at = 2, step = 7;

	for (unsigned note = 0; note < NOTES; note++) {
		step = (step * 1103 + 12345) % 65536; /* always the same walk */
		at = (at + (step >> 9) % 5 + ARRAY_SIZE(scale) - 2) % ARRAY_SIZE(scale);
		if (note % 4 != 3)
			ring(x + (size_t)note * NOTE, RING, hz(scale[at]), 2200);
		if (note % 8 == 0)
			ring(x + (size_t)note * NOTE, RING, hz(note % 16 ? -19 : -12), 1500);
	}
	for (size_t i = 0; i < n; i++)
		y[i] = (int16_t)x[i];
	buf_reserve(alaw, n);
	alaw_from_linear(y, (uint8_t *)alaw->p + alaw->len, n);
	alaw->len += n;
	free(x);
	free(y);
}
