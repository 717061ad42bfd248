/**
 * @file acd.h  The queue engine (automatic call distribution): a pure state machine. V04, V05, V10.
 *
 * No sound, no threads, no clock of its own: `now_ms` (monotonic) comes with each call, what is to be done comes back as
 * actions. One engine owns all queues of a node; it is called on the voice thread only.
 *
 * Invariants, asserted after every step in tests (a simulation of a million calls):
 *  - a call is in exactly one of: waiting, ringing at one operator, talking with one operator, gone;
 *  - an operator has at most one of: a ringing call, a talk;
 *  - of two calls that the same operator may take, the one with higher priority, then the earlier *place* is offered first;
 *  - a call-back keeps the place its caller had and jumps over nobody who was there before;
 *  - a call that waits while a fitting operator is ready is offered in the same step;
 *  - nothing stays ringing longer than ring_s, nothing waits longer than max_wait_s without overflow.
 */
#ifndef LEXLINE_VOICE_ACD_H
#define LEXLINE_VOICE_ACD_H

#include "voice/hotline.h"

struct acd;

enum acd_operator_state {
	OPERATOR_AWAY,	  /**< not signed in */
	OPERATOR_READY,
	OPERATOR_PAUSED,  /**< with a reason */
	OPERATOR_RINGING,
	OPERATOR_TALKING, /**< also outgoing calls and those not from a queue */
	OPERATOR_WRAP_UP,
};

struct acd_operator_info {
	int64_t person_id;
	const char **roles, **skills; /**< NULL-terminated; copied */
};
struct acd_call_info {
	int64_t call_id;
	const struct hotline_queue *queue;
	const char *skill;	   /**< NULL: the queue's */
	int priority;		   /**< added to the queue's (tier) */
	int64_t last_operator;	   /**< 0: none */
	int64_t only;		   /**< handed over to this person: rung whatever the role; once in vain, anybody */
	int64_t place_ms;	   /**< when it came; 0: now. A call-back or a call put back keeps its old place */
	bool callback;		   /**< nobody holds the line: the operator is rung first, then the caller is dialled */
	bool head;		   /**< put back to the head of the queue (its operator's browser is gone) */
};

enum acd_action_kind {
	ACD_RING,	/**< ring operator for call */
	ACD_STOP_RING,	/**< stop ringing operator for call */
	ACD_OVERFLOW,	/**< call waited max_wait_s: it has left the queue */
	ACD_POSITION,	/**< announce: `position` (1 = next) and `wait_s` expected */
	ACD_OFFER_CALLBACK,
	ACD_STATE,	/**< operator's state changed: to be told and written down; `state`, `reason` */
	ACD_ALARM,	/**< `reason`: "unanswered" (rang in vain), "pause_limit", "vacant" (nobody signed in), "staffed" again */
};
struct acd_action {
	enum acd_action_kind kind;
	int64_t call_id, person_id;
	int position, wait_s;
	enum acd_operator_state state;
	const char *reason;
	const struct hotline_queue *queue;
};
/** Called from within the engine's functions, in order; must not call the engine. */
typedef void (*acd_act)(const struct acd_action *a, void *arg);

struct acd *acd_new(const struct hotline *h, acd_act act, void *arg);
void acd_free(struct acd *a);

/* operators */
void acd_sign_in(struct acd *a, const struct acd_operator_info *o, int64_t now_ms); /**< paused ("signed_in") until ready */
void acd_sign_out(struct acd *a, int64_t person_id, int64_t now_ms);		    /**< a talk goes on, then away */
/** @return 0, -E_CONFLICT (talking, ringing), -E_NOT_FOUND (not signed in) */
MUST_CHECK int acd_ready(struct acd *a, int64_t person_id, int64_t now_ms);
MUST_CHECK int acd_pause(struct acd *a, int64_t person_id, const char *reason, int limit_s, int64_t now_ms);
/** Busy with something that didn't come from a queue (an outgoing call); end with acd_talk_end(). */
MUST_CHECK int acd_busy(struct acd *a, int64_t person_id, int64_t now_ms);
enum acd_operator_state acd_operator_state(const struct acd *a, int64_t person_id, const char **ret_reason, int64_t *ret_since_ms);

struct jw;
void acd_operator_skills(const struct acd *a, int64_t person_id, struct jw *w); /**< as a JSON array */
bool acd_operator_has_skill(const struct acd *a, int64_t person_id, const char *skill);

/* calls */
MUST_CHECK int acd_enter(struct acd *a, const struct acd_call_info *c, int64_t now_ms); /**< -E_EXISTS */
void acd_leave(struct acd *a, int64_t call_id, int64_t now_ms); /**< hung up, or chose something else; unknown is fine */
/** The operator took it. @return 0, -E_CONFLICT (no longer ringing there: somebody else, hung up, timed out) */
MUST_CHECK int acd_answer(struct acd *a, int64_t person_id, int64_t call_id, int64_t now_ms);
/** The operator won't: back to its place in the queue; the operator is paused ("refused"). */
void acd_refuse(struct acd *a, int64_t person_id, int64_t call_id, int64_t now_ms);
/** The talk is over (for this operator): wrap-up, then ready again. */
void acd_talk_end(struct acd *a, int64_t person_id, int64_t now_ms);
void acd_lost(struct acd *a, int64_t person_id, const char *reason, int64_t now_ms); /**< vanished while talking: paused, no wrap-up */
void acd_wrapped_up(struct acd *a, int64_t person_id, int64_t now_ms); /**< early */
/** The caller's wish: keep the place, hang up, be called. @return 0, -E_NOT_FOUND */
MUST_CHECK int acd_to_callback(struct acd *a, int64_t call_id, int64_t now_ms);

/** What is due by time. @return the monotonic ms of the next one, INT64_MAX when none */
int64_t acd_tick(struct acd *a, int64_t now_ms);
/** Duty hours began or ended: a line without staff is an alarm only while open. */
void acd_open(struct acd *a, bool open, int64_t now_ms);

struct acd_queue_view {
	int waiting, callbacks;
	int64_t longest_wait_ms;
	int ready, ringing, talking, paused, wrap_up; /**< operators who may serve it */
};
void acd_view(const struct acd *a, const struct hotline_queue *q, int64_t now_ms, struct acd_queue_view *ret);
/** 1 = next; 0: not waiting. */
int acd_position(const struct acd *a, int64_t call_id);

#endif
