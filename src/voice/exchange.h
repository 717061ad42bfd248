/**
 * @file exchange.h  What the files of the exchange share: calls, desks, and who does what. Voice thread only.
 *
 *     exchange.c        its life; calls come in; the timer; what the queue engine says
 *     exchange_flow.c   carries out the commands of the flow: play, queue, voicemail …
 *     exchange_talk.c   from the answer to the hang-up: hold, hand-over, consultation, outgoing calls
 *     exchange_desk.c   operators: signing in, their browser or telephone, ringing
 *     exchange_view.c   all of it as JSON, and telling the console
 *     wall.c            the day's figures
 *
 * A call lives from its first leg to book_ended(); desks live as long as their person is signed in or has a browser leg.
 */
#ifndef LEXLINE_VOICE_EXCHANGE_H
#define LEXLINE_VOICE_EXCHANGE_H

#include "base/json.h"
#include "base/thread.h"
#include "voice/acd.h"
#include "voice/book.h"
#include "voice/flow.h"
#include "voice/leg.h"
#include "voice/prompts.h"

struct exchange;
struct desk;

enum phase {
	PHASE_ASKING,	 /**< who calls? the book is asked, the caller hears it ring */
	PHASE_FLOW,	 /**< prompts, menus */
	PHASE_QUEUED,	 /**< waits, or rings at an operator */
	PHASE_DIALLING,	 /**< we call: an outgoing call, a call-back, the flow's transfer */
	PHASE_TALKING,
	PHASE_VOICEMAIL,
	PHASE_PARKED,	 /**< a call-back that waits: nobody holds the line */
	PHASE_OVER,	 /**< its legs are being taken down */
};

struct phone_call {
	struct phone_call *next;
	struct exchange *x;
	struct call_record rec;
	enum phase phase;
	struct leg *caller;	   /**< the outside party, also of an outgoing call; NULL: not (yet) there */
	bool caller_up;		   /**< answered */
	struct flow flow;
	struct flow_command cmd;
	const char *lang;
	struct desk *desk;	   /**< who talks, or dials */
	struct leg *guest;	   /**< consulted outside number, or the party a call was handed to */
	struct desk *guest_desk;   /**< consulted colleague */
	bool guest_up, conference, consulting;
	struct bridge *bridge;
	struct tape *tape;
	bool recording_due;	   /**< the notice was played: record from the first frame that comes */
	int parts;		   /**< tapes so far */
	int64_t timeout_ms;	   /**< monotonic; INT64_MAX: none */
	int64_t held_since_ms;	   /**< 0: not on hold */
	int64_t lost_since_ms;	   /**< its operator's browser is gone */
	int64_t caller_lost_ms;	   /**< the caller's browser is gone */
	struct caller_facts facts;
	bool offered_callback, known;
	const char *said;	   /**< name of the prompt being played; for the portal */
	char token[65];		   /**< of a caller's browser; "" */
	bool keep_parked;	   /**< the caller hung up, but is to be called back */
};

struct desk {
	struct desk *next;
	struct exchange *x;
	int64_t person_id, org_id;
	char name[80];
	struct leg *browser;	/**< opened once a shift */
	bool browser_up, muted;
	struct leg *phone;	/**< INVITE to the desk phone, of the call that rings or talks */
	bool phone_up;		/**< … picked up */
	struct phone_call *ringing;	/**< rings here (from the queue, or to be consulted) */
	struct phone_call *talking;	/**< in it as operator, as guest, or as supervisor */
	bool consulted;		/**< … as guest */
	enum side supervising;	/**< SIDE_LISTEN, SIDE_WHISPER, SIDE_GUEST; SIDE_CALLER: not */
	int64_t wanted_call;	/**< to be supervised as `wanted_side` once the desk phone is picked up; 0 */
	enum side wanted_side;
	int64_t ring_until_ms;	/**< of a consultation's ring */
	bool dirty;		/**< the console is to be told */
};

struct exchange {
	struct env *env;
	struct voice *voice;
	const struct hotline *hotline;
	const struct voice_config *config;
	struct prompts *prompts;
	VEC(struct prompts *) old_prompts; /**< may still be heard in some call */
	struct media *media;
	struct signalling *signalling;
	struct web *web;
	struct tapes *tapes;
	struct book *book;
	struct acd *acd;
	struct wall *wall;
	struct map *phones;	/**< user → struct phone_account */
	struct pool *teller;	/**< carries live events to the streams: their locks are not for the voice thread */
	int64_t org_id;
	struct phone_call *calls;
	unsigned n_calls;
	struct desk *desks;
	VEC(struct acd_action) actions; /**< said by the engine, to be carried out once it has returned */
	bool settling, draining;
	struct tmr timer;
	int64_t wall_told_ms;
	bool wall_dirty;
};

/* ---- exchange.c ------------------------------------------------------------------------------ */

struct exchange_options {
	struct env *env;
	struct voice *voice;
	const struct hotline *hotline;
	const struct voice_config *config;
	struct prompts *prompts; /**< one reference is taken over */
	struct media *media;
	struct tapes *tapes;
	struct book *book;
	struct wall *wall;
	int64_t org_id;
};
MUST_CHECK int exchange_new(const struct exchange_options *o, struct exchange **ret, struct fault *f);
/** Ends every call at once, writes them down. Signalling and web go first to be told of no more calls. */
void exchange_free(struct exchange *x);
void exchange_drain(struct exchange *x);
int exchange_incoming(struct leg *l, const struct incoming *in, void *exchange); /**< incoming_handler */
void exchange_phone(int64_t person_id, bool there, void *exchange);		  /**< signalling_options.phone */
void exchange_trunk(const char *name, const char *state, const char *reason, void *exchange);

int64_t mono_ms(void);
struct phone_call *phone_call_new(struct exchange *x, enum call_direction d);
struct phone_call *phone_call_find(struct exchange *x, int64_t id);
/** The last word: legs down, tape ended, book told, freed. @p reason for the record. */
void phone_call_over(struct phone_call *c, enum call_outcome o, const char *reason);
void call_event(struct phone_call *c, int64_t person_id, const char *kind, const char *detail);
/** Carry out what the queue engine said. After every call into it. */
void exchange_settle(struct exchange *x);

/* ---- exchange_flow.c --------------------------------------------------------------------------- */

void call_start_flow(struct phone_call *c);
void call_report(struct phone_call *c, enum flow_event_kind e, char key); /**< how the last command went; the next is carried out */
void call_key(struct phone_call *c, char key);			     /**< the caller pressed one */
void call_timeout(struct phone_call *c);
void call_wait_in_queue(struct phone_call *c);			     /**< music, over and over */
void call_say_in_queue(struct phone_call *c, const char *prompt);	     /**< once, then the music again */
void call_say_position(struct phone_call *c, const struct acd_action *a);
void exchange_set_prompts(struct exchange *x, struct prompts *p); /**< takes the reference over */
void call_offer_callback(struct phone_call *c);
void call_park(struct phone_call *c);
void call_say(struct phone_call *c, const char *prompt, play_done done); /**< one prompt in the caller's language; done at once when there is none */
void call_record(struct phone_call *c);				     /**< start the tape on whatever the caller is in */
const struct prompt *call_prompt(const struct phone_call *c, const char *name);

/* ---- exchange_talk.c ----------------------------------------------------------------------------- */

void talk_begin(struct phone_call *c, struct desk *d); /**< caller and operator hear each other */
void talk_end(struct phone_call *c, bool survey);	 /**< the operator is out of it; the caller goes on in the flow, or it is over */
void talk_caller_gone(struct phone_call *c, const struct leg_event *e);
void talk_lost(struct phone_call *c, bool lost);	 /**< the operator's browser or telephone vanished, or is back */
void talk_tick(struct phone_call *c, int64_t now_ms);
void talk_guest_ended(struct phone_call *c);
void caller_event(struct leg *l, const struct leg_event *e, void *call);
void guest_event(struct leg *l, const struct leg_event *e, void *call);
/** Requests of operators. @return 0 or a negative error described in @p f */
struct target {
	int64_t person_id;
	const char *skill, *queue, *number; /**< NULL: not this */
};
MUST_CHECK int talk_hold(struct desk *d, bool hold, struct fault *f);
MUST_CHECK int talk_mute(struct desk *d, bool mute, struct fault *f);
MUST_CHECK int talk_keys(struct desk *d, const char *keys, struct fault *f);
MUST_CHECK int talk_hang_up(struct desk *d, int64_t call_id, struct fault *f);
MUST_CHECK int talk_transfer(struct desk *d, const struct target *t, struct fault *f);
MUST_CHECK int talk_consult(struct desk *d, const struct target *t, struct fault *f);
MUST_CHECK int talk_join(struct desk *d, struct fault *f);
MUST_CHECK int talk_complete(struct desk *d, struct fault *f);
MUST_CHECK int talk_back(struct desk *d, struct fault *f);
MUST_CHECK int talk_dial(struct desk *d, const char *number, int64_t case_id, int64_t callback_of, struct fault *f);
void talk_desk_is_there(struct phone_call *c); /**< who dials has picked up the desk phone: now the other side */
void talk_dial_caller(struct phone_call *c, struct desk *d); /**< a call-back's operator is there: now the caller */
MUST_CHECK int talk_supervise(struct desk *d, struct phone_call *c, enum side side, struct fault *f);
void talk_stop_supervising(struct desk *d);

/* ---- exchange_desk.c ------------------------------------------------------------------------------- */

struct desk *desk_find(struct exchange *x, int64_t person_id);
struct desk *desk_get(struct exchange *x, int64_t person_id, int64_t org_id, const char *name);
struct port *desk_port(struct desk *d); /**< of its telephone's call, or its browser; NULL: neither */
void desk_ring(struct exchange *x, const struct acd_action *a);
void desk_stop_ring(struct exchange *x, const struct acd_action *a);
/** It can't be rung, or won't answer: back to the queue. */
void desk_refuse(struct desk *d, const char *why);
MUST_CHECK int desk_answer(struct desk *d, int64_t call_id, struct fault *f);
void desk_release(struct desk *d); /**< out of its call; its telephone's leg is taken down, its browser stays */
MUST_CHECK int desk_media(struct desk *d, struct str sdp, char **ret_sdp, struct fault *f);
void desk_hang_up_media(struct desk *d);
void desk_free_all(struct exchange *x);
/** HA1 of a desk phone, from memory; NULL: unknown. */
const char *desk_phone_ha1(struct exchange *x, const char *user, int64_t *ret_person_id);
void desk_set_phone(struct exchange *x, const char *user, const char *ha1, int64_t person_id); /**< ha1 "": forget */
void desk_tick(struct desk *d, int64_t now_ms);
/** Ring the desk phone of who dials from the console. */
MUST_CHECK int desk_ring_to_dial(struct desk *d, struct fault *f);
/** Ring the desk phone so that its owner can supervise. @return 0, -E_CONFLICT (no telephone there either) */
MUST_CHECK int desk_ring_to_supervise(struct desk *d, struct phone_call *c, enum side side, struct fault *f);

/* ---- exchange_view.c ---------------------------------------------------------------------------------- */

void view_desk(struct exchange *x, int64_t person_id, struct jw *w); /**< GET /api/line */
void view_wall(struct exchange *x, struct jw *w);
void view_targets(struct exchange *x, int64_t but, struct jw *w);
void view_portal(const struct phone_call *c, struct jw *w);
void view_call(const struct phone_call *c, const struct desk *d, struct jw *w);
void view_changed(struct exchange *x, struct desk *d); /**< NULL: only the wallboard */
void view_flush(struct exchange *x);		       /**< tell whom it concerns; from the timer and after requests */
void view_start(struct exchange *x);
void view_stop(struct exchange *x);
const char *operator_state_name(enum acd_operator_state s);

/* ---- wall.c ------------------------------------------------------------------------------------------- */

struct wall *wall_new(const struct hotline *h, const struct zone *zone);
void wall_free(struct wall *w);
/** Today's figures so far, from the records. In a read. @return 0 or a negative error */
MUST_CHECK int wall_recall(struct wall *w, struct tx *tx, int64_t org_id, int64_t now_ms);
/** Count a finished call of today. */
void wall_count(struct wall *w, const struct call_record *c, int short_abandon_s, int service_level_s, int64_t now_ms);
void wall_today(struct wall *w, int64_t now_ms, struct jw *out);

#endif
