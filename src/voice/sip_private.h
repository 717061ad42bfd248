/**
 * @file sip_private.h  The signalling from inside: its parts share these structures, nobody else includes this.
 *
 * libre gives transports, transactions, messages and SDP. Dialogs are ours (sip_dialog.c): libre's know neither
 * session timers nor UPDATE, PRACK, a flow through a NAT or a second 200 of a forking proxy.
 *
 *     sip.c         opens, closes, hands each message to whom it concerns
 *     guard.c       who may speak to us, and how fast; counts what is refused
 *     trunk.c       registrations, pings, states; which trunk a number goes out by
 *     phones.c      registrar of desk phones
 *     sip_in.c      INVITE of others    sip_out.c  INVITE of ours    sip_mid.c  what comes inside a dialog
 *     sip_call.c    what calls of both directions share: hanging up, reliable answers, session timers
 *     sip_sdp.c     offers and answers  sip_digest.c  both sides of digest    sip_number.c  numbers
 */
#ifndef LEXLINE_VOICE_SIP_PRIVATE_H
#define LEXLINE_VOICE_SIP_PRIVATE_H

#include <netdb.h>

#include "base/metrics.h"
#include "store/phone.h"
#include "voice/leg_private.h"

#define SIP_ALLOW "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO, REFER, NOTIFY, REGISTER"
#define SIP_MIN_SE 90	   /**< s; RFC 4028 §5: not less */
#define SIP_SE 1800	   /**< s; what we propose */
#define SIP_URI_MAX 256
#define SIP_NUMBER_MAX 32

struct trunk;
struct registrar;
struct guard;
struct call;

/* ---- guard.c ------------------------------------------------------------------------------- */

enum refusal {
	REFUSED_FOREIGN,   /**< a source nobody listed */
	REFUSED_FLOOD,	   /**< more than the source may */
	REFUSED_MALFORMED,
	REFUSED_SPOOFED,   /**< inside a dialog, but not from whom it is with, or with wrong tags */
	REFUSED_DIGEST,	   /**< wrong credentials */
	REFUSED_LOCKED,	   /**< too many wrong ones before */
	REFUSED_FULL,	   /**< call limits */
	REFUSED_DRAINING,
	REFUSED_N
};
struct network {
	struct sa base;
	int bits;
};
/** "10.0.0.0/8", "2001:db8::/32", or a single address. @return 0, -E_INVALID */
MUST_CHECK int network_parse(struct str text, struct network *ret);
bool network_has(const struct network *n, const struct sa *a);
/** Loopback, RFC 1918, RFC 4193, link-local: not reached by way of our public address. */
bool address_is_loopback(const struct sa *a);
bool address_is_private(const struct sa *a);

struct guard *guard_new(int per_source_s);
void guard_free(struct guard *g);
/**
 * A token of the source's bucket. IPv6 sources are counted by /64. A trunk brings everybody's calls by one address, so it
 * may bring ten times as many.
 */
bool guard_admits(struct guard *g, const struct sa *src, bool trunk);
void guard_refused(struct guard *g, enum refusal why);
uint64_t guard_count(const struct guard *g, enum refusal why);
const char *refusal_name(enum refusal why);

enum source_kind { SOURCE_NONE, SOURCE_TRUNK, SOURCE_PHONE, SOURCE_DEMO };
struct source {
	enum source_kind kind;
	struct sip *sip;   /**< stack it came in by: a reply must leave by the same */
	struct trunk *trunk;
	int64_t person_id; /**< SOURCE_PHONE: whose; 0 before its digest was checked */
};

/* ---- sip.c --------------------------------------------------------------------------------- */

struct stack { /**< one of libre's, and our ears in it */
	struct signalling *s;
	struct sip *sip;
	struct sip_lsnr *requests, *responses;
};

struct signalling {
	struct signalling_options o;
	const struct voice_config *config;
	struct stack main;
	struct tls *tls;
	struct guard *guard;
	struct trunk *trunks;
	size_t n_trunks;
	struct registrar *registrar;
	struct hash *calls; /**< struct call by Call-ID */
	int n_calls;
	uint64_t offered, dialled; /**< INVITEs taken, INVITEs sent */
	struct sa external; /**< zeroed: none */
	bool draining, closing;
	struct {
		struct udp_sock *sock;
		struct udp_helper *helper;
	} watched[16];
};
MUST_CHECK int stack_open(struct stack *st, struct signalling *s);
MUST_CHECK int stack_listen(struct stack *st);
void stack_close(struct stack *st);
MUST_CHECK int tls_open(struct signalling *s, struct fault *f);
/** The address that @p peer sees when we speak from @p local. */
struct sa signalling_address(const struct signalling *s, const struct sa *local, const struct sa *peer);
/** Where replies to this message would be addressed from: "sip:user@host:port;transport=…" without the angles. */
void signalling_contact(const struct signalling *s, const struct sa *local, const struct sa *peer,
			enum sip_transp tp, const char *user, char *out, size_t size);
/** A NUL-terminated copy, cut to size. */
char *pl_copy(char *out, size_t size, const struct pl *pl);
bool sip_option(const struct sip_msg *msg, enum sip_hdrid id, const char *option);

/* ---- sip_number.c -------------------------------------------------------------------------- */

/** Digits and a leading + of a user part ("+86-138…;phone-context=…"), "" when there is something else in it. */
void number_clean(const struct pl *user, char out[SIP_NUMBER_MAX]);
void number_national(const char *number, const char *country, char out[SIP_NUMBER_MAX]);
void number_of_uri(const struct uri *uri, char out[SIP_NUMBER_MAX]);
struct caller {
	char number[SIP_NUMBER_MAX]; /**< E.164, an extension's digits, or "" */
	char display[64];
	char called[SIP_NUMBER_MAX];
};
void number_of_call(const struct sip_msg *msg, const struct source *from, struct caller *ret);
/** "+86138…" as the trunk's peer wants it: unchanged; masked for the log: "+86138****00". */
void number_masked(const char *number, char out[SIP_NUMBER_MAX]);

/* ---- sip_sdp.c ----------------------------------------------------------------------------- */

enum srtp_policy { SRTP_NEVER, SRTP_MAY, SRTP_MUST };
struct talk { /**< the session description of one call */
	struct sdp_session *session;
	struct sdp_media *audio;
	enum srtp_policy policy;
	enum port_srtp srtp;	/**< agreed */
	int tag;		/**< of the crypto line agreed */
	uint8_t tx_key[2][44];	/**< ours: CM, GCM */
	uint8_t rx_key[44];
	struct {
		int tag, suite;
	} lines[2];		/**< a=crypto lines of ours */
	int n_lines;
	bool keys;		/**< tx_key was made */
	bool agreed;		/**< an offer was answered once */
};
MUST_CHECK int talk_open(struct talk *t, const struct sa *address, uint16_t port, enum srtp_policy policy,
			 bool offer_srtp);
void talk_close(struct talk *t); /**< wipes keys */
MUST_CHECK int talk_offer(struct talk *t, struct mbuf **ret);
/** Take theirs. @return 0, -E_INVALID (unreadable), -E_UNSUPPORTED (no common codec, protection refused) */
MUST_CHECK int talk_take(struct talk *t, const struct pl *sdp, bool offer);
MUST_CHECK int talk_answer(struct talk *t, struct mbuf **ret);
void talk_direction(struct talk *t, bool hold);
bool talk_held(const struct talk *t); /**< by them */
MUST_CHECK int talk_apply(struct talk *t, struct port *p);
/** The SDP in a message: its body, or a part of multipart/mixed. False: none. */
bool talk_of_message(const struct sip_msg *msg, struct pl *ret);

/* ---- sip_digest.c -------------------------------------------------------------------------- */

struct challenge { /**< the last one of a peer */
	char realm[128], nonce[256], opaque[128];
	bool proxy, sha256, qop, known, stale;
	bool accepted; /**< our answer to it was taken once */
	uint32_t nc;
};
/** Remember the challenge of a 401/407. False when it can't be answered, or our answer was refused already. */
bool challenge_take(struct challenge *c, const struct sip_msg *msg);
/** "Authorization: …\r\n", or nothing when none is known. */
int challenge_print(struct mbuf *mb, struct challenge *c, const char *user, const char *password, const char *method,
		    const char *uri);
struct nonces {
	uint8_t key[16];
	uint64_t last_ms; /**< no two are the same, though made in one millisecond */
};
enum digest_result { DIGEST_NONE, DIGEST_OK, DIGEST_STALE, DIGEST_WRONG };
void nonce_make(struct nonces *n, const struct sa *src, char out[64]);
/** DIGEST_OK, DIGEST_STALE (challenge again), DIGEST_NONE (not the shape of ours) */
enum digest_result nonce_check(const struct nonces *n, const struct sa *src, const struct pl *nonce);

/* ---- sip_dialog.c -------------------------------------------------------------------------- */

struct dialog {
	char *call_id, *local_tag, *remote_tag;
	char *local, *remote;	/**< values of From and To, with tags */
	char *target;		/**< their Contact */
	struct mbuf *routes;	/**< "Route: …" lines, or NULL */
	char next_hop[SIP_URI_MAX]; /**< where the request goes by */
	bool fixed_hop;		/**< the flow of a phone or the trunk's address: don't follow Contact or Route */
	uint32_t local_seq, remote_seq;
};
MUST_CHECK int dialog_of_request(struct dialog *d, const struct sip_msg *msg);
MUST_CHECK int dialog_new(struct dialog *d, const char *target, const char *from, const char *to, const char *next_hop);
/** Their tag, Contact and route of a response to our INVITE. */
MUST_CHECK int dialog_of_response(struct dialog *d, const struct sip_msg *msg);
void dialog_refresh_target(struct dialog *d, const struct sip_msg *msg);
bool dialog_has(const struct dialog *d, const struct sip_msg *msg);
void dialog_release(struct dialog *d);

/* ---- calls --------------------------------------------------------------------------------- */

enum call_state {
	CALL_INVITED,	/**< in: asked; out: INVITE sent, nothing but 100 came */
	CALL_EARLY,
	CALL_UP,	/**< 200 sent or received */
	CALL_LEAVING,	/**< CANCEL sent, its final response not come */
	CALL_OVER,
};
struct reliable { /**< a 200 to INVITE, or a 1xx with 100rel, repeated until it is confirmed */
	struct mbuf *mb;
	struct sa dst;
	struct tmr tmr;
	uint32_t seq;	   /**< CSeq of the INVITE */
	unsigned wait_ms, waited_ms;
	struct call *call;
};
struct call {
	struct leg leg; /**< first */
	struct le he;
	struct signalling *s;
	struct sip *sip;    /**< requests of ours leave by it */
	struct sip *sip_in; /**< theirs came in by it: so do replies leave */
	struct trunk *trunk;
	int64_t person_id;
	bool outgoing;
	enum call_state state;
	struct dialog d;
	struct talk talk;
	struct sa peer;	 /**< where its signalling comes from */
	enum sip_transp tp;
	void *sock;
	char contact[SIP_URI_MAX];

	struct sip_strans *st;	 /**< their INVITE, not finally answered */
	struct sip_msg *invite;	 /**< … and the message of it */
	bool offer_in_ack;	 /**< we offered in the 200: their answer comes with ACK */
	bool answered_sdp;	 /**< the offer of this INVITE was answered, in 183 */
	struct reliable ok, early;
	bool want_100rel;
	uint32_t rseq, rseq_first;

	struct sip_request *req; /**< our INVITE, not finally answered */
	char *uri;		 /**< its target */
	char *from_extra;	 /**< P-Preferred-Identity line, or NULL */
	uint32_t invite_seq;	 /**< CSeq of our last INVITE */
	struct challenge challenge;
	unsigned tries;		 /**< 401, 407, 422 answered */
	struct tmr ring_tmr;
	bool rang, early_told, timed_out;
	bool orphan;		 /**< freed by the exchange, waits for its final response */
	uint32_t early_rseq;

	struct tmr session_tmr;
	uint32_t session_s;	 /**< 0: no timer */
	bool we_refresh, peer_timer;
	uint32_t min_se;
	bool held;		 /**< they hold */
	bool told;		 /**< LEG_ANSWERED was */

	struct tmr end_tmr;
	int end_status;
	const char *end_reason;
};
struct call *call_new(struct signalling *s, struct sip *sip, enum leg_kind kind);
MUST_CHECK int call_hash(struct call *c);
struct call *call_find(struct signalling *s, const struct sip_msg *msg);
struct call *call_find_id(struct signalling *s, const struct pl *call_id);
/** End it, telling the exchange from the loop. */
void call_over(struct call *c, int status, const char *reason);
void call_bye(struct call *c);
const char *call_reason(int status);
MUST_CHECK int call_open_port(struct call *c, const struct sa *local, enum srtp_policy policy, bool offer_srtp);
MUST_CHECK int call_apply(struct call *c); /**< what was agreed goes to the port; tells hold and resume */
int call_request(struct call *c, struct sip_request **ret, const char *method, sip_resp_h *h, void *arg, const char *headers,
		 struct mbuf *body);
int call_request_typed(struct call *c, struct sip_request **ret, const char *method, sip_resp_h *h, void *arg,
		       const char *headers, const char *type, struct mbuf *body);
int call_reinvite(struct call *c);
/** ACK and BYE to the second 200 of a fork. */
void call_end_fork(struct call *c, const struct sip_msg *msg);
void call_ack(struct call *c, const struct sip_msg *msg);
void reliable_start(struct reliable *r, struct call *c, struct mbuf *mb, uint32_t seq);
void reliable_stop(struct reliable *r);
/** 200 to their INVITE with the answer or our offer; starts repeating it. */
int call_answer_invite(struct call *c);
/* Session timers */
MUST_CHECK int session_offered(struct call *c, const struct sip_msg *msg); /**< 0, or 422 */
void session_headers(const struct call *c, const struct sip_msg *request, char *out, size_t size);
void session_agreed(struct call *c, const struct sip_msg *response);
void session_start(struct call *c);

extern const struct leg_ops call_ops;
void call_in(struct signalling *s, const struct source *from, const struct sip_msg *msg);
void call_in_ring(struct call *c);
int call_in_early(struct call *c);
int call_in_answer(struct call *c);
void call_in_refuse(struct call *c, int status);
void call_out_cancel(struct call *c);
void call_mid(struct call *c, const struct sip_msg *msg);
void call_ack_received(struct call *c, const struct sip_msg *msg);
/** A 200 that no transaction waits for: repeated (ACK again) or of another branch (ACK and BYE). */
bool call_stray_response(struct signalling *s, const struct sip_msg *msg);

/* ---- trunk.c ------------------------------------------------------------------------------- */

struct trunk {
	const struct voice_trunk *c;
	struct signalling *s;
	struct stack own;	/**< for TLS: there its certificate is checked by its name */
	struct sip *sip;	/**< its own or the main one */
	struct tls *tls;
	char host[128];
	uint16_t port;
	struct sa address;	/**< resolved; zeroed: not yet */
	struct network *allow;
	size_t n_allow;
	int calls;
	bool up;
	char reason[64];
	struct sip_request *req; /**< REGISTER or OPTIONS under way */
	struct tmr tmr;		 /**< next REGISTER */
	struct tmr ping_tmr;
	struct sip_request *ping;
	struct challenge challenge;
	char *call_id, *tag;
	uint32_t seq;
	unsigned tries, failures;
	uint32_t expires_s;
	uint64_t since;
	struct gaicb look_up;	 /**< of its name */
	struct addrinfo hints;
	struct tmr resolve_tmr;
	bool resolving;
};
#define TRUNK_NETWORKS 64
MUST_CHECK int trunks_open(struct signalling *s, struct fault *f);
void trunks_close(struct signalling *s);
struct trunk *trunk_of_source(struct signalling *s, const struct sa *src, const struct pl *user);
/** By prefix, up, not full. @return 0, -E_NOT_FOUND, -E_BUSY */
MUST_CHECK int trunk_for_number(struct signalling *s, const char *number, struct trunk **ret);
/** Its own stack for TLS, see sip_tls.c. */
MUST_CHECK int trunk_transport_open(struct trunk *t, struct fault *f);
void trunk_transport_close(struct trunk *t);
const char *trunk_domain(const struct trunk *t);
void trunk_hop(const struct trunk *t, char out[SIP_URI_MAX]);
enum sip_transp trunk_transport(const struct trunk *t);

/* ---- phones.c ------------------------------------------------------------------------------ */

struct binding { /**< the newest contact of a person */
	int64_t person_id;
	struct sa peer;
	enum sip_transp tp;
	char contact[SIP_URI_MAX];
	char user[64];
};
MUST_CHECK int registrar_open(struct signalling *s, struct registrar **ret);
void registrar_close(struct registrar *r);
void registrar_register(struct registrar *r, const struct sip_msg *msg);
/** Digest of an INVITE, checked; otherwise it has been challenged or dropped. */
bool registrar_authenticates(struct registrar *r, const struct sip_msg *msg, int64_t *ret_person_id);
bool registrar_knows(const struct registrar *r, const struct sa *src, bool port); /**< by address */
const struct binding *registrar_find(const struct registrar *r, int64_t person_id);
size_t registrar_count(const struct registrar *r);

#endif
