/**
 * @file media.h  Sound: ports where it comes and goes, bridges where it meets, the 20 ms tick that drives all.
 *
 * Everything inside is G.711 A-law, 8 kHz, frames of 160 samples (20 ms): trunks and browsers both speak it, so
 * a call of two is never decoded; µ-law peers are converted at their port by table, mixing of three or more is
 * done in linear PCM inside the tick.
 *
 * One RTP socket per port (RTCP muxed or on the next port), symmetric RTP with the source latched: packets from a
 * third address are dropped and counted, a change of address is followed only within SRTP. A small adaptive
 * jitter buffer (default 20 ms, grows to 120), loss concealed by fading repetition. RFC 4733 events in and out.
 * All on the voice thread.
 */
#ifndef LEXLINE_VOICE_MEDIA_H
#define LEXLINE_VOICE_MEDIA_H

#include "voice/libre.h"

#include "base/error.h"

#define FRAME_SAMPLES 160
#define FRAME_MS 20
#define ALAW_SILENCE 0xd5

struct media;
struct port;
struct bridge;
struct prompt;
struct tape;

struct media_options {
	struct sa local;	  /**< address to bind, port ignored */
	struct sa external;	  /**< address told to peers; zeroed: as local */
	uint16_t port_min, port_max; /**< RTP range, even ports */
};
MUST_CHECK int media_open(const struct media_options *o, struct media **ret, struct fault *f);
void media_close(struct media *m);
/** What is counted since the start; for /metrics and the bench. */
struct media_counts {
	uint64_t ticks, late_ticks; /**< four phases a tick, each counted; late: began over 20 ms after its time */
	uint64_t left_out_ms;	    /**< not made up for after the thread stood still for over 200 ms */
	uint64_t late_max_us;
	uint32_t late_histogram[8]; /**< < 1, 2, 5, 10, 20, 50, 100 ms, more */
	uint64_t rtp_in, rtp_out, rtp_lost, rtp_concealed;
	uint64_t rtp_foreign;	    /**< from a third address */
	uint64_t srtp_refused;	    /**< bad tag or replayed */
};
void media_counts(const struct media *m, struct media_counts *ret);

/* ---- ports --------------------------------------------------------------------------------- */

enum port_event { PORT_KEY /**< a digit, in @p key */, PORT_LOST /**< nothing came for 5 s (hold: 30 s) */, PORT_FOUND };
typedef void (*port_handler)(struct port *p, enum port_event e, char key, void *arg);

/**
 * A port with its socket open, silent until port_setup(). The handler may be NULL; called after the sound of a tick, it may do
 * anything, also free the port. @return 0, -E_BUSY (no port or descriptor left), -E_IO
 */
MUST_CHECK int port_new(struct media *m, port_handler h, void *arg, struct port **ret);
/** Leaves its bridge, closes its socket. NULL is fine. */
void port_free(struct port *p);
uint16_t port_local(const struct port *p); /**< UDP port for the SDP */

enum port_srtp { PORT_CLEAR, PORT_SRTP_CM_80 /**< AES_CM_128_HMAC_SHA1_80 */, PORT_SRTP_GCM_128 /**< AEAD_AES_128_GCM */ };
struct port_setup {
	struct sa remote;	  /**< where to send; zeroed: wait for the first packet (browsers) */
	int pt;			  /**< 8 PCMA, 0 PCMU */
	int pt_event;		  /**< RFC 4733, -1: none */
	bool send, receive;	  /**< by the direction attributes */
	bool rtcp_mux;
	enum port_srtp srtp;
	uint8_t tx_key[44], rx_key[44]; /**< key + salt: 30 bytes for CM, 28 for GCM; wiped by port_setup() */
	bool follow_address;	  /**< SRTP-authenticated packets may change the remote address (browsers) */
};
/**
 * After each offer/answer; again at a re-INVITE: sequence numbers and timestamps go on, the same keys keep their counters.
 * Wipes the keys in @p s. @return 0, -E_INVALID (payload type, keys)
 */
MUST_CHECK int port_setup(struct port *p, struct port_setup *s);
/** Send keys as RFC 4733 events (in-band when the peer has none), one after the other. @return 0, -E_INVALID, -E_BUSY (over 32 wait) */
MUST_CHECK int port_send_keys(struct port *p, const char *keys);
void port_mute(struct port *p, bool mute); /**< nobody hears it */
/** It hears @p music over and over (NULL: silence) and nobody hears it, until @p hold is false. */
void port_hold(struct port *p, bool hold, const struct prompt *music);

typedef void (*play_done)(struct port *p, bool whole, void *arg); /**< whole: false when cut off */
/**
 * It hears these prompts one after the other instead of its bridge. A new one cuts the running one off (its done is called
 * first). @p n 0 stops. @p done may be NULL.
 */
void port_play(struct port *p, const struct prompt *const *prompts, size_t n, play_done done, void *arg);
bool port_playing(const struct port *p);
/** Record what comes in and what goes out (a lone caller: voicemail, menus). In a bridge the bridge's tape is used. NULL ends. */
void port_record(struct port *p, struct tape *t);

/* ---- bridges ------------------------------------------------------------------------------- */

/**
 * Who hears whom:
 *   CALLER    hears OPERATOR and GUEST
 *   OPERATOR  hears CALLER, GUEST and WHISPER
 *   GUEST     hears CALLER, OPERATOR and other GUESTs (a specialist, an outside party; a supervisor who barged in)
 *   LISTEN    hears CALLER, OPERATOR and GUEST; heard by nobody
 *   WHISPER   hears what LISTEN hears; heard by OPERATOR only
 */
enum side { SIDE_CALLER, SIDE_OPERATOR, SIDE_GUEST, SIDE_LISTEN, SIDE_WHISPER };

MUST_CHECK int bridge_new(struct media *m, struct bridge **ret);
void bridge_free(struct bridge *b); /**< its ports stay, silent */
/** A port is in one bridge at most: joining leaves the former one. Again: changes its side. @return 0, -E_BUSY (16 are in it) */
MUST_CHECK int bridge_join(struct bridge *b, struct port *p, enum side side);
void bridge_leave(struct port *p);
/** Left: what the caller says. Right: what the caller hears, and what operator and guest say while the caller holds. NULL ends. */
void bridge_record(struct bridge *b, struct tape *t);

/* ---- prompts ------------------------------------------------------------------------------- */

/** Sound in memory, immutable, shared by all calls. See prompts.h for where it comes from. */
const char *prompt_name(const struct prompt *p);
unsigned prompt_ms(const struct prompt *p);

#endif
