/**
 * @file wire.h  A party on the other end of the wire: its socket, its packets, what it hears. For tests of media.
 *
 * On the loopback interface a packet is there as soon as it was sent, so nothing waits. Errors fail the test.
 */
#ifndef LEXLINE_TEST_WIRE_H
#define LEXLINE_TEST_WIRE_H

#include "check.h"

#include "voice/media_private.h"

#define WIRE_HEARD 64000 /* 8 s */

struct wire {
	int fd;
	struct sa address; /**< its own */
	struct sa to;
	int pt;
	uint16_t seq;
	uint32_t ts, ssrc;
	double phase;
	struct srtp *tx, *rx;

	int16_t heard[WIRE_HEARD];
	size_t n_heard;
	unsigned packets, reports, refused;
	char keys[64]; /**< as told by RFC 4733, each timestamp once */
	size_t n_keys;
	uint32_t key_ts;
	bool key_ended;
	uint16_t last_seq;
	unsigned seq_gaps;
};

void wire_open(struct wire *w);
void wire_close(struct wire *w);
void wire_to(struct wire *w, const struct port *p);
/** A packet of @p n samples of a tone (0 Hz: silence). */
void wire_tone(struct wire *w, double hz, size_t n);
void wire_rtp(struct wire *w, int pt, uint32_t ts, const void *payload, size_t len);
void wire_key(struct wire *w, char key); /**< whole: five packets, three ends */
/** Take what has come. */
void wire_hear(struct wire *w);
void wire_forget(struct wire *w); /**< what was heard until now */
/** Strength of a tone in what was heard from the sample on, 0…1 (1: the full amplitude that wire_tone() sends). */
double wire_strength(const struct wire *w, size_t from, double hz);
double strength(const int16_t *x, size_t n, double hz);

#endif
