/**
 * @file leg.h  One party's connection: a SIP dialog on a trunk, a desk phone, or a browser.
 *
 * The exchange sees no SIP and no SDP: it rings, answers, hangs up legs and joins their ports.
 * Life: made by signalling_dial(), by the `incoming` callback or by web_offer(); events until LEG_ENDED, which is the last; the exchange
 * then calls leg_free(). leg_hangup() always leads to LEG_ENDED, never from inside the call. All on the voice thread.
 */
#ifndef LEXLINE_VOICE_LEG_H
#define LEXLINE_VOICE_LEG_H

#include "voice/hotline.h"
#include "voice/media.h"

struct leg;
struct signalling; /**< sip.c: transports, trunks, registrar of desk phones */
struct web;  /**< web.c: browsers */

enum leg_kind { LEG_TRUNK, LEG_PHONE, LEG_BROWSER };

enum leg_event_kind {
	LEG_RINGING,  /**< outgoing: 180 */
	LEG_EARLY,    /**< outgoing: 183, its port has sound already */
	LEG_ANSWERED, /**< sound flows both ways (incoming: after leg_answer(); outgoing: 200) */
	LEG_KEY,      /**< a digit 0–9 * # A–D (RFC 4733, or INFO) */
	LEG_HELD, LEG_RESUMED, /**< the peer's own hold (re-INVITE) */
	LEG_REFERRED, /**< a desk phone transfers blindly: number */
	LEG_LOST, LEG_FOUND,   /**< no sound and no STUN for 5 s; and again */
	LEG_ENDED,    /**< reason; status of a refusal */
};
struct leg_event {
	enum leg_event_kind kind;
	char key;
	const char *number; /**< LEG_REFERRED */
	int status;	    /**< SIP status or 0 */
	const char *reason; /**< "bye", "cancelled", "refused", "busy", "no_answer", "unreachable", "lost", "local", "error" */
};
typedef void (*leg_handler)(struct leg *l, const struct leg_event *e, void *arg);

/** An INVITE of a trunk or of a desk phone, or a caller's browser; nothing was answered but 100. */
struct incoming {
	const char *called;  /**< user part as dialled, digits and + only, or a browser's hotline name */
	const char *caller;  /**< E.164 ("+8613800001234"), "" when withheld */
	const char *display; /**< display name, "" if none; not trusted */
	const char *trunk;   /**< name of the trunk; NULL for a phone or browser */
	int64_t person_id;   /**< of a desk phone or operator's browser; 0 */
	const char *call_id; /**< SIP Call-ID, for tracing */
};
/** Take it (set a handler by leg_handle()) and return 0, or a SIP status to refuse with. */
typedef int (*incoming_handler)(struct leg *l, const struct incoming *in, void *arg);

void leg_handle(struct leg *l, leg_handler h, void *arg);
enum leg_kind leg_kind(const struct leg *l);
struct port *leg_port(const struct leg *l); /**< belongs to the leg */
void leg_ring(struct leg *l);		    /**< 180 */
MUST_CHECK int leg_early(struct leg *l);    /**< 183 with sound: announcements before the answer */
MUST_CHECK int leg_answer(struct leg *l);
/** Refuse (status, e.g. 486, 503 with Retry-After), cancel or say BYE, whatever fits. */
void leg_hangup(struct leg *l, int status);
MUST_CHECK int leg_hold(struct leg *l, bool hold); /**< towards trunks that want it signalled (re-INVITE); sound: port_hold() */
void leg_free(struct leg *l);
/** A leg nobody needs any more: it says BYE and goes, with its signalling at the latest. NULL is fine. */
void leg_drop(struct leg *l, int status);

/* ---- SIP (sip.c) --------------------------------------------------------------------------- */

struct signalling_options {
	const struct voice_config *config; /**< hotline.h; lives as long */
	struct media *media;
	incoming_handler incoming;
	void *arg;
	/** Digest of a desk phone: HA1 = MD5(user:realm:password), or NULL when unknown. From memory, must not block. */
	const char *(*phone_ha1)(const char *user, int64_t *ret_person_id, void *arg);
	/** A desk phone came or went (registered, expired, gone). */
	void (*phone)(int64_t person_id, bool there, void *arg);
	/** A trunk's state changed: "up", "down" with the reason. For alarms (S03) and the wallboard. */
	void (*trunk)(const char *name, const char *state, const char *reason, void *arg);
};
MUST_CHECK int signalling_open(const struct signalling_options *o, struct signalling **ret, struct fault *f);
/** Refuse new calls with 503 and Retry-After; existing dialogs go on. */
void signalling_drain(struct signalling *s);
void signalling_close(struct signalling *s); /**< unregisters, ends what is left */

struct dial {
	const char *number;  /**< E.164 or short number; by the trunk's rules. Or NULL and */
	int64_t person_id;   /**< a registered desk phone */
	const char *from;    /**< our number to show; NULL: the trunk's own */
	const char *display; /**< for desk phones: who is calling; may be NULL */
	unsigned ring_s;     /**< give up after this; 0: 60 */
};
/** @return 0, -E_NOT_FOUND (no trunk for it, phone not registered), -E_BUSY (trunk's limit), -E_IO */
MUST_CHECK int signalling_dial(struct signalling *s, const struct dial *d, leg_handler h, void *arg, struct leg **ret, struct fault *f);
bool signalling_phone_there(const struct signalling *s, int64_t person_id);
/** What was refused since the start, by reason, and each trunk's state; JSON members for GET /api/line/trunks and /metrics. */
struct jw;
void signalling_status(const struct signalling *s, struct jw *w);

/* ---- browsers (web.c) ---------------------------------------------------------------------- */

MUST_CHECK int web_open(const struct voice_config *c, struct media *m, struct web **ret, struct fault *f);
void web_close(struct web *w);
/**
 * Answer a browser's offer. With @p again non-NULL the same leg gets a new connection (page reloaded, network changed):
 * its port, its place in a bridge and its call stay. ICE-lite, DTLS-SRTP passive, PCMA or PCMU, rtcp-mux.
 * @param[out] ret_sdp  malloc'd answer; caller frees
 * @return 0, -E_INVALID (not an offer we can answer: says why)
 */
MUST_CHECK int web_offer(struct web *w, struct leg *again, struct str sdp, leg_handler h, void *arg, struct leg **ret,
			 char **ret_sdp, struct fault *f);

#endif
