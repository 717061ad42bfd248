/**
 * @file media_private.h  Inside media: ports, bridges and the tick. For media*.c, port*.c, bridge.c, web*.c and their tests.
 *
 * A tick has four phases of 5 ms so that work is spread; the ports of a bridge are in one phase. In its phase a port
 *   1. takes what waits in its socket (port_receive.c): no wake-up a packet, the kernel's buffer is the queue,
 *   2. takes one frame out of its jitter buffer,
 *   3. hears a frame: music, prompts, its bridge (bridge.c) or silence,
 *   4. sends it (port_send.c).
 * Handlers run after the phase's sound, so they may do anything, also free ports.
 */
#ifndef LEXLINE_VOICE_MEDIA_PRIVATE_H
#define LEXLINE_VOICE_MEDIA_PRIVATE_H

#include "voice/jitter.h"
#include "voice/media.h"
#include "voice/sound.h"
#include "voice/tape.h"

#define PHASES 4
#define PHASE_US 5000
#define TICKS_S 50
#define PACKET_MAX 1500
#define KEYS_OUT 32   /**< waiting to be sent */
#define KEYS_IN 8     /**< come in one tick */
#define PLAY_MAX 32   /**< prompts in a row */
#define LOST_TICKS 250		/**< 5 s */
#define LOST_HELD_TICKS 1500	/**< 30 s */
#define RTCP_TICKS 250

struct media {
	struct media_options options;
	int timer; /**< timerfd; tests that don't run the loop drive by hand */
	int64_t began_us;
	uint64_t phase; /**< phases done since then */
	struct list ports[PHASES];
	struct list bridges[PHASES];
	struct list told; /**< ports with something to tell */
	uint16_t next_port;
	unsigned next_phase;
	char cname[17];
	uint64_t ticks;
	struct media_counts counts;
	struct mbuf *packet; /**< for SRTP */
};

/** Packets that are neither RTP nor RTCP (STUN, DTLS): a browser's connection. Must not free the port. */
typedef void (*port_raw)(struct port *p, const struct sa *from, uint8_t *data, size_t len, void *arg);

struct port_in {
	uint32_t ssrc;
	uint16_t seq; /**< highest */
	bool any;
	uint32_t cycles, first_seq, received, expected_before, received_before, jitter_q4;
	int64_t transit;
	uint32_t last_sr; /**< middle of its NTP time */
	uint64_t last_sr_tick;
	uint32_t event_ts;
	bool event_any;
};
struct port_out {
	uint32_t ssrc, ts, packets, octets;
	uint16_t seq;
	bool marker;
	char keys[KEYS_OUT + 1];
	unsigned n_keys;
	unsigned key_tick; /**< of the running key; 0: none runs */
	uint32_t key_ts;
	uint64_t rtcp_due;
};
enum latch { LATCH_NONE, LATCH_WEAK /**< not where signalling said */, LATCH_STRONG };

struct port {
	struct le le, le_bridge, le_told;
	struct media *media;
	struct bridge *bridge;
	unsigned phase;
	enum side side;
	port_handler handler;
	void *arg;
	port_raw raw;
	void *raw_arg;
	int fd, fd_rtcp; /**< -1: muxed or not to be had */
	uint16_t local;

	bool set_up;
	struct sa signalled, remote, remote_rtcp;
	enum latch latch;
	struct sa candidate; /**< a source that isn't the signalled one … */
	uint16_t candidate_seq;
	unsigned candidate_n; /**< … and sent this many in a row */
	int pt, pt_event;
	bool send, receive, rtcp_mux, follow;
	struct srtp *srtp_in, *srtp_out;
	uint8_t keys_print[32]; /**< hash of the keys in use */

	struct jitter jitter;
	struct port_in in;
	struct port_out out;
	uint8_t heard[FRAME_SAMPLES]; /**< what it says */
	bool audible;		      /**< … is more than silence */
	uint8_t mixed[FRAME_SAMPLES];
	const uint8_t *hears;	      /**< frame of this tick */

	bool mute, hold;
	const struct prompt *music;
	unsigned music_at; /**< frame */
	const struct prompt *play[PLAY_MAX];
	unsigned n_play, play_i, play_at;
	play_done done;
	void *done_arg;
	struct tape *tape;

	uint64_t heard_tick; /**< something valid came */
	bool lost, tell_lost, tell_found, tell_played;
	char keys_in[KEYS_IN];
	unsigned n_keys_in;
};

struct bridge {
	struct le le;
	struct media *media;
	unsigned phase;
	struct list ports;
	struct tape *tape;
};

/** One phase; @p now_us only measures lateness. */
void media_phase(struct media *m, int64_t now_us);
/** All four: a whole tick, for tests. */
void media_tick(struct media *m, int64_t now_us);
/** The port will be told of in this phase. */
void media_tell(struct port *p);
void port_move_phase(struct port *p, unsigned phase);

/* port_receive.c */
void port_receive(struct port *p);
void port_receive_rtcp(struct port *p);
/* port_send.c */
void port_send(struct port *p);
int port_send_raw(struct port *p, const struct sa *to, const uint8_t *data, size_t len);
/* port_play.c: @return the frame to hear, NULL: neither prompt nor music */
const uint8_t *port_own_sound(struct port *p);
void port_cut_play(struct port *p, bool whole);

/* bridge.c */
void bridge_hear(struct port *p);
void bridge_tape(struct bridge *b);

/* for web.c */
void port_raw_handle(struct port *p, port_raw fn, void *arg);
void port_set_remote(struct port *p, const struct sa *remote);
void port_alive(struct port *p); /**< STUN came */
void port_dead(struct port *p);	 /**< the browser said good-bye: PORT_LOST in the next tick */

#endif
