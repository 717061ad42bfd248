/**
 * @file flow.h  The interpreter of a hotline's steps: pure. Events in, one command at a time out.
 *
 * A call is at one step. flow_next() says what the exchange shall do now; when that is done the exchange reports how it
 * went. No sound, no clock, no database here: time comes as an argument, what must be looked up is asked by command.
 *
 * Steps of hotline.yaml (docs/line.md has the reference; one kind a step, unknown keys are errors):
 *   say: [prompt, …]                       then: STEP
 *   hours: CALENDAR                        open: STEP, closed: STEP           (V02)
 *   record: PROMPT                         then: STEP                         (V07: the notice, then the tape)
 *   menu: [prompt, …]  keys: {1: STEP, …}  timeout_s, tries, otherwise: STEP  (V04)
 *   language: PROMPT  keys: {1: zh, 2: en} then: STEP
 *   route: [{tier: [key], to: STEP}, {member: yes, …}, {known: no, …}, {caller: "+86551", …}, {lang: en, …}]  otherwise: STEP
 *   queue: NAME                            overflow: STEP, left: STEP (a key pressed while waiting), then: STEP (after the talk: survey)
 *   transfer: NUMBER                       failed: STEP
 *   voicemail: PROMPT  max_s, process      then: STEP                         (V03)
 *   survey: PROMPT  keys: {1: 5, …}        then: STEP                         (V11)
 *   hangup: PROMPT or nothing
 */
#ifndef LEXLINE_VOICE_FLOW_H
#define LEXLINE_VOICE_FLOW_H

#include "voice/hotline.h"

/** What is known of a caller, looked up once at the start; all may be unknown. */
struct flow_caller {
	const char *number; /**< E.164 or "" */
	bool known, member;
	const char *tier;   /**< "strategic", "key", "ordinary" or NULL */
	const char *lang;   /**< chosen or known */
};

struct flow {
	const struct hotline *hotline;
	const struct flow_step *at; /**< NULL: ended */
	struct flow_caller caller;
	int tries;		    /**< of this menu */
	unsigned steps;		    /**< guard against circles that say nothing: at most 200, then hang up */
};

enum flow_command_kind {
	DO_PLAY,	/**< prompts[]; keys matter when `keys`: report FLOW_EV_KEY, or FLOW_EV_PLAYED, or FLOW_EV_TIMEOUT after timeout_s of silence */
	DO_ASK_HOURS,	/**< calendar: report FLOW_EV_YES / FLOW_EV_NO */
	DO_RECORD,	/**< the notice was played: start the tape; report FLOW_EV_DONE */
	DO_QUEUE,	/**< queue: report FLOW_EV_OVERFLOW, _LEFT, _CLOSED or, after the talk, _DONE */
	DO_TRANSFER,	/**< number: FLOW_EV_DONE, _FAILED */
	DO_VOICEMAIL,	/**< prompts[], max_s: FLOW_EV_DONE */
	DO_RATE,	/**< the survey's value: keep it; FLOW_EV_DONE */
	DO_HANGUP,
};
struct flow_command {
	enum flow_command_kind kind;
	const char *prompts[8]; /**< names */
	size_t n_prompts;
	bool keys, barge_in;
	int timeout_s, max_s, value;
	const char *calendar, *number, *process;
	const struct hotline_queue *queue;
};
enum flow_event_kind {
	FLOW_EV_KEY, FLOW_EV_PLAYED, FLOW_EV_TIMEOUT, FLOW_EV_YES, FLOW_EV_NO, FLOW_EV_DONE, FLOW_EV_FAILED, FLOW_EV_OVERFLOW, FLOW_EV_LEFT,
	FLOW_EV_CLOSED,
};

/** Start at the step of the number called. The first command is in @p ret. */
void flow_begin(struct flow *fl, const struct hotline *h, const struct hotline_number *n, const struct flow_caller *c, struct flow_command *ret);
/** Report how the last command went; the next is in @p ret. */
void flow_next(struct flow *fl, enum flow_event_kind e, char key, struct flow_command *ret);
/** Every menu ends, every step is reached, every name exists, no circle without a say. @return findings added */
size_t flow_check(const struct hotline *h, struct yreport *r);

#endif
