/**
 * @file web_private.h  Inside a browser's leg: what its offer says, ICE, DTLS. For web*.c and their tests.
 */
#ifndef LEXLINE_VOICE_WEB_PRIVATE_H
#define LEXLINE_VOICE_WEB_PRIVATE_H

#include <openssl/ssl.h>

#include "base/text.h"
#include "voice/leg_private.h"
#include "voice/media_private.h"

#define WEB_SECTIONS 8	/**< m= lines of an offer */
#define WEB_CHECKED 4	/**< addresses that have proven to be the browser's */

/* ---- the offer (web_sdp.c) ------------------------------------------------------------------- */

struct web_section {
	char kind[16], proto[32], format[32], mid[32];
};
struct web_sdp {
	struct web_section sections[WEB_SECTIONS];
	size_t n_sections, audio; /**< which of them is ours */
	char ufrag[257], pwd[257];
	uint8_t fingerprint[32]; /**< SHA-256 of the browser's certificate */
	bool has_fingerprint, may_be_active, rtcp_mux;
	bool pcma, pcmu;
	int pt_event; /**< -1: none */
	bool sends, receives;
};
/** @return 0, -E_INVALID (says why) */
MUST_CHECK int web_sdp_read(struct str sdp, struct web_sdp *ret, struct fault *f);

struct web_answer {
	const char *ufrag, *pwd, *fingerprint; /**< ours; "AB:CD:…" */
	uint64_t session;
	unsigned version;
	const struct sa *addresses;
	size_t n_addresses;
	uint16_t port;
	int pt;
};
void web_sdp_answer(const struct web_sdp *offer, const struct web_answer *a, struct buf *ret);

/* ---- DTLS (web_dtls.c) ----------------------------------------------------------------------- */

struct web_dtls_identity {
	SSL_CTX *ctx;
	char fingerprint[32 * 3]; /**< "AB:CD:…" */
};
/** A certificate of P-256, made now. @return 0, -E_INTERNAL */
MUST_CHECK int web_dtls_identity_make(struct web_dtls_identity *ret, struct fault *f);
void web_dtls_identity_drop(struct web_dtls_identity *d);

struct web_dtls_keys {
	enum port_srtp srtp;
	uint8_t ours[44], theirs[44];
};
typedef void (*web_dtls_send)(const uint8_t *data, size_t len, void *arg);
struct web_dtls;
MUST_CHECK int web_dtls_new(const struct web_dtls_identity *id, web_dtls_send send, void *arg, struct web_dtls **ret);
void web_dtls_free(struct web_dtls *d); /**< says good-bye when it was up; NULL is fine */
enum web_dtls_state { DTLS_HANDSHAKE, DTLS_UP, DTLS_CLOSED /**< by the browser */, DTLS_FAILED };
/** Take a datagram. */
enum web_dtls_state web_dtls_receive(struct web_dtls *d, const uint8_t *data, size_t len);
enum web_dtls_state web_dtls_state(const struct web_dtls *d);
void web_dtls_timer(struct web_dtls *d); /**< now and then: repeats what was lost */
/** Once it is up: the peer's certificate is the one of the fingerprint? @return 0, -E_FORBIDDEN, -E_UNSUPPORTED (no SRTP agreed) */
MUST_CHECK int web_dtls_keys(struct web_dtls *d, const uint8_t fingerprint[32], struct web_dtls_keys *ret);

/* ---- the leg --------------------------------------------------------------------------------- */

struct web {
	struct media *media;
	struct web_dtls_identity identity;
	struct sa addresses[6];
	size_t n_addresses;
	struct list legs;
	struct tmr timer;
};

struct web_leg {
	struct leg leg; /**< first */
	struct le le;
	struct web *web;
	struct web_sdp offer;
	char ufrag[9], pwd[25];
	uint64_t session;
	unsigned version;
	int pt;
	struct sa checked[WEB_CHECKED];
	unsigned n_checked;
	struct sa peer; /**< nominated, or whom DTLS came from */
	bool nominated;
	struct web_dtls *dtls;
	bool up;	     /**< keys are in the port */
	bool may_start_over; /**< after a second offer: a new handshake is welcome */
	bool answered;	     /**< LEG_ANSWERED was told */
	uint64_t until_ms;   /**< give up when not up by then */
	struct tmr tell;
	bool tell_answered, tell_ended;
	const char *end_reason;
};

/** A datagram that is STUN. @return true: the browser has chosen this address now */
bool web_ice(struct web_leg *l, const struct sa *from, uint8_t *data, size_t len);
bool web_checked(const struct web_leg *l, const struct sa *from);

#endif
