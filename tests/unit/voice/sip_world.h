/**
 * @file sip_world.h  A signalling of ours and a peer over loopback, in one loop: no threads, no sleeps.
 *
 * The peer writes and reads messages as text, so that a test says exactly what goes over the wire. Lines end with \n
 * here; Content-Length is added.
 */
#ifndef LEXLINE_TEST_SIP_WORLD_H
#define LEXLINE_TEST_SIP_WORLD_H

#include "check.h"

#include "base/json.h"
#include "voice/leg.h"

#define SDP_PLAIN \
	"v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n" \
	"m=audio 40000 RTP/AVP 8 0 101\na=rtpmap:101 telephone-event/8000\n"

struct peer { /* a UDP socket that speaks SIP */
	struct udp_sock *us;
	struct sa at;
	struct list got; /* struct letter: not looked at yet */
};
struct ua { /* a dialog as the peer keeps it */
	struct peer *peer;
	char call_id[64], tag[32], remote_tag[80], branch[80];
	char uri[256], from[256], to[256];
	char extra[512]; /* header lines of each request */
	unsigned cseq;
};

struct world {
	struct voice_config config;
	struct voice_listen listen[3];
	struct voice_trunk trunks[3];
	struct signalling *s;
	struct media *media;
	struct sa at; /* of the signalling, UDP */
	struct peer peer, stranger;
	/* what the exchange saw */
	int incoming, refuse_with;
	struct leg *leg;
	char called[64], caller[64], display[64], trunk[64];
	int64_t person_id;
	char events[512]; /* "ringing answered key:5 ended:bye:0 " */
	char phones[128]; /* "7+ 7- " */
	char trunk_states[256];
};

void world_prepare(struct world *w); /* configuration of a demo with one IP trunk at the peer, nothing open */
void world_open(struct world *w);
void world_close(struct world *w);
void world_skip_s(unsigned s); /* the timers' clock goes forward */
void world_event(struct leg *l, const struct leg_event *e, void *arg); /* a leg_handler that notes them */
/** Run the loop until the events, phones or states contain the text. */
void until_event(struct world *w, const char *text);
void until_phone(struct world *w, const char *text);
void until_trunk(struct world *w, const char *text);
void until(const char *list, const char *text);
void world_poke(void); /* something happened that `until` may wait for */
uint16_t free_port(void);
uint64_t refused(struct world *w, const char *reason);
void until_refused(struct world *w, const char *reason, uint64_t count);
int64_t status_int(struct world *w, const char *name);

/** Send text as it is but for line ends and Content-Length ("$L"). */
void peer_send(struct peer *p, const struct sa *to, const char *fmt, ...) PRINTF(3, 4);
void peer_send_raw(struct peer *p, const struct sa *to, const void *bytes, size_t len);
/** Wait for a request ("INVITE") or response ("200 INVITE"); others in between are thrown away. Valid until the next call. */
const struct sip_msg *peer_wait(struct peer *p, const char *what);
const struct sip_msg *peer_next(struct peer *p); /* whatever comes */
/** What was sent has been taken; what came is forgotten. */
void peer_forget(struct world *w, struct peer *p);
/** Nothing came: asks OPTIONS and sees that its answer is the first. */
void peer_silence(struct world *w, struct peer *p);

void ua_init(struct ua *u, struct world *w, struct peer *p, const char *caller, const char *called);
void ua_send(struct ua *u, struct world *w, const char *method, const char *headers, const char *body);
/** The same CSeq and branch: CANCEL, ACK to a refusal; with a new branch: ACK to 200. */
void ua_ack(struct ua *u, struct world *w, const char *body);
void ua_cancel(struct ua *u, struct world *w);
const struct sip_msg *ua_wait(struct ua *u, const char *what); /* takes the To tag */
/** Answer a request that the signalling sent. */
void peer_reply(struct peer *p, struct world *w, const struct sip_msg *req, int status, const char *tag, const char *headers,
		const char *body);
/** An Authorization line for the challenge of a 401. Static buffer. */
const char *digest(const struct sip_msg *challenge, const char *method, const char *uri, const char *user, const char *password);
char *body_of(const struct sip_msg *msg); /* static buffer */
char *header_of(const struct sip_msg *msg, const char *name); /* static buffer; "" if none */

#endif
