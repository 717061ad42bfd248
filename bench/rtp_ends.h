/**
 * @file rtp_ends.h  The other ends of many wires: a thread on a core of its own sends a packet each 20 ms from every end and times what comes back.
 *
 * Each packet carries the time it was sent and the number of its end, which an A-law bridge passes on bit by bit. What is
 * measured is the time until it comes out again at another end: frame in the packet, jitter buffer, tick and wire together, what
 * a click takes.
 */
#ifndef LEXLINE_BENCH_RTP_ENDS_H
#define LEXLINE_BENCH_RTP_ENDS_H

#include <stdatomic.h>

#include "voice/libre.h"

#define ENDS_BUCKETS 2000 /* of 0.1 ms */

struct rtp_end {
	int fd;
	struct sa to;
	uint16_t port, seq;
	uint32_t ts, key_ts;
	unsigned key_packets;	  /**< of the digit being sent */
	struct srtp *tx, *rx;
	atomic_bool active;	  /**< has a peer; set last */
	atomic_bool press;	  /**< sends the digit 1 each second until it hears another end */
	atomic_bool heard;	  /**< heard another end */
};

struct rtp_ends;

/** Open @p n sockets on loopback; exits with a message when there are too few descriptors. */
struct rtp_ends *rtp_ends_new(unsigned n);
struct rtp_end *rtp_ends_at(struct rtp_ends *e, unsigned i);
/** Where it sends to. SRTP (AES_CM_128_HMAC_SHA1_80) when @p tx_key, 30 bytes each, is given. */
void rtp_end_connect(struct rtp_end *end, const struct sa *to, const uint8_t *tx_key, const uint8_t *rx_key);
void rtp_ends_start(struct rtp_ends *e, int core);
/** From now on what is sent counts; packets sent earlier don't. */
void rtp_ends_measure(struct rtp_ends *e);
/** Ends the thread. */
void rtp_ends_stop(struct rtp_ends *e);
void rtp_ends_free(struct rtp_ends *e);

struct rtp_figures {
	uint64_t sent, received;
	double p50, p99, p999, max; /**< ms, of what came back */
};
struct rtp_figures rtp_ends_figures(const struct rtp_ends *e);

void bench_bind_to(int core);			 /**< this thread */
void bench_check(bool ok, const char *what); /**< exits when not @p ok */

#endif
