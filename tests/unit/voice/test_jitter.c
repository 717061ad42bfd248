/* From packets to frames: order, loss, lateness, drift. V01. */
#include "check.h"

#include <math.h>

#include "voice/jitter.h"

static struct jitter j;
static uint32_t ts;

/* Each frame is filled with its number, so that what is played tells where it came from. */
static void put(unsigned frame)
{
	uint8_t data[160];

	memset(data, (int)(frame & 0xff), sizeof(data));
	jitter_put(&j, ts + frame * 160, data, sizeof(data));
}

static int pop(void)
{
	uint8_t out[160];

	if (!jitter_pop(&j, out))
		return -1;
	return out[0] == out[159] ? out[0] : -2; /* −2: made up */
}

static int fresh(void **state)
{
	jitter_init(&j);
	ts = 0xffffff00u; /* wraps */
	return 0;
}

static void in_order(void **state)
{
	assert_int_equal(pop(), -1);
	for (unsigned i = 0; i < 100; i++) {
		put(i);
		assert_int_equal(pop(), (int)i);
	}
}

static void reordered_and_doubled(void **state)
{
	put(0);
	put(2);
	put(1);
	put(1);
	put(0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pop(), i);
	put(0); /* much too late */
	assert_int_equal(j.late, 1);
}

static void any_packet_length(void **state)
{
	static const size_t lengths[] = {80, 160, 240, 320, 480};

	for (size_t l = 0; l < ARRAY_SIZE(lengths); l++) {
		uint8_t data[480], out[160], expected = 0;
		size_t sent = 0, n = lengths[l];
		unsigned heard = 0;

		jitter_init(&j);
		for (unsigned t = 0; t < 60; t++) {
			while (sent < (t + 1) * 160) {
				for (size_t i = 0; i < n; i++)
					data[i] = (uint8_t)(sent + i);
				jitter_put(&j, ts + (uint32_t)sent, data, n);
				sent += n;
			}
			if (!jitter_pop(&j, out))
				continue;
			for (unsigned i = 0; i < 160; i++, expected++)
				assert_int_equal(out[i], expected);
			heard++;
		}
		assert_true(heard >= 58);
	}
}

/* One lost: the next is played at its time. Several: the gap isn't played twice. */
static void a_lost_packet_does_not_shift_the_rest(void **state)
{
	put(0);
	assert_int_equal(pop(), 0);
	put(1);
	put(3);
	assert_int_equal(pop(), 1);
	pop(); /* 2 is made up */
	assert_int_equal(j.concealed, 1);
	put(4);
	assert_int_equal(pop(), 3);
	assert_int_equal(pop(), 4);
	for (int i = 0; i < 4; i++)
		pop(); /* 5, 6, 7, 8 don't come */
	put(9);
	assert_int_equal(pop(), 9);
	assert_int_equal(jitter_level(&j), 0);
}

/* What comes late is played late: deeper by a frame, and later given back. */
static void lateness_makes_it_deeper_for_a_while(void **state)
{
	unsigned i = 0, ticks = 0;

	for (; i < 10; i++) {
		put(i);
		pop();
	}
	pop(); /* frame 10 is late … */
	put(10);
	put(11);
	assert_int_equal(pop(), 10); /* … and not lost */
	assert_int_equal(jitter_level(&j), 160);
	for (i = 12; jitter_level(&j) > 0 && ticks < 3000; i++, ticks++) {
		put(i);
		pop();
	}
	assert_true(ticks > 200 && ticks < 1500);
}

static void a_burst_is_bounded(void **state)
{
	for (unsigned i = 0; i < 100; i++)
		put(i);
	assert_true(jitter_level(&j) <= JITTER_MAX);
	assert_true(pop() >= 90);
}

/* A sender whose clock is off by 1 % either way stays audible and the depth bounded, for ten minutes. */
static void drift(void **state)
{
	static const double speeds[] = {0.99, 1.01};

	for (size_t s = 0; s < 2; s++) {
		double sent = 0;
		unsigned n = 0, heard = 0;
		int deepest = 0;

		jitter_init(&j);
		for (unsigned t = 0; t < 30000; t++) {
			for (sent += speeds[s]; n < (unsigned)sent; n++)
				put(n);
			if (pop() != -1)
				heard++;
			if (jitter_level(&j) > deepest)
				deepest = jitter_level(&j);
		}
		assert_true(heard > 29900);
		assert_true(deepest <= JITTER_MAX);
	}
}

static void another_stream_begins_anew(void **state)
{
	put(0);
	pop();
	ts += 1000000;
	put(0);
	assert_int_equal(pop(), 0);
	for (int i = 0; i < 500; i++)
		pop(); /* the peer is silent for ten seconds */
	put(500);
	assert_int_equal(pop(), 500 & 0xff);
}

/* A tone with lost packets in it goes on: no hole, no new tone. */
static void concealment_continues_the_voice(void **state)
{
	int16_t x[160], heard[160];
	uint8_t frame[160];
	unsigned loud = 0, n = 0;

	for (unsigned f = 0; f < 100; f++) {
		for (unsigned i = 0; i < 160; i++)
			x[i] = (int16_t)(8000 * sin(2 * M_PI * 200 * (f * 160 + i) / 8000));
		alaw_from_linear(x, frame, 160);
		if (f % 10 != 9)
			jitter_put(&j, ts + f * 160, frame, 160);
		assert_true(jitter_pop(&j, frame));
		if (f % 10 == 9) {
			alaw_to_linear(frame, heard, 160);
			n++;
			/* period is 40 samples: the first one still follows the sine */
			for (unsigned i = 0; i < 40; i++)
				assert_true(abs(heard[i] - x[i]) < 2500);
			loud += alaw_loudness(frame, 160) > 3000;
		}
	}
	assert_int_equal(n, 10);
	assert_int_equal(loud, 10);
	/* and nothing goes on for ever */
	for (int i = 0; i < 4; i++)
		jitter_pop(&j, frame);
	assert_int_equal(alaw_loudness(frame, 160), 8); /* the smallest step of A-law */
}

#define T(name) cmocka_unit_test_setup(name, fresh)
RUN(T(in_order), T(reordered_and_doubled), T(any_packet_length), T(a_lost_packet_does_not_shift_the_rest),
    T(lateness_makes_it_deeper_for_a_while), T(a_burst_is_bounded), T(drift), T(another_stream_begins_anew),
    T(concealment_continues_the_voice))
