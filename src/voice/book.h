/**
 * @file book.h  What a call leaves behind: its record, its events, its case, alarms; and what must be known before it rings.
 *
 * The voice thread posts facts and goes on; the book thread writes them by operations of modules/calls, in order, each idempotent. While the
 * database is away they wait in memory (bounded) and in a sealed journal, DIR/tapes/calls.journal, from which a restart goes on: a call
 * is never refused because a table can't be written. Answers to questions come back on the voice thread by voice_ask().
 */
#ifndef LEXLINE_VOICE_BOOK_H
#define LEXLINE_VOICE_BOOK_H

#include "voice/hotline.h"
#include "voice/tape.h"
#include "voice/voice.h"

struct book;

/** How a call ended, as it stands in the record. */
enum call_outcome { CALL_RUNNING, CALL_ANSWERED, CALL_ABANDONED, CALL_VOICEMAIL, CALL_CALLBACK_ASKED, CALL_CLOSED /**< out of hours */,
	CALL_OVERFLOW, CALL_FAILED, CALL_MENU /**< hung up in the menu */ };
enum call_direction { CALL_IN, CALL_OUT, CALL_CALLBACK };

/** All that is known of one call: each fact posts a whole new copy, the newest wins. Strings ≤ 120 bytes. */
struct call_record {
	int64_t id, org_id;
	enum call_direction direction;
	char caller[24], called[24]; /**< E.164; the caller's number is sealed in the row */
	char hotline[40], queue[40], lang[4], trunk[40];
	bool browser;
	int64_t client_id, case_id, operator_id, callback_of;
	int64_t began_ms, queued_ms, rang_ms, answered_ms, ended_ms; /**< wall clock; 0: didn't happen */
	int64_t hold_ms;
	enum call_outcome outcome;
	char end_reason[24], disposition[40];
	char process[40];	/**< of the case that a message opens; "": the hotline's. Not in the row */
	int rating;		/**< survey; 0: none */
	int refused, transfers; /**< operators who didn't take it; hand-overs */
};
/** A line of the call's history: "menu 2", "queued", "rang", "answered", "held", "transferred", "supervisor_listens" … */
struct call_event {
	int64_t call_id, at_ms, person_id;
	char kind[32];
	char detail[120]; /**< JSON object without personal data, or "" */
};

struct caller_facts {
	int64_t client_id, last_operator, open_case_id;
	bool known, member;
	char tier[16], lang[4];
};
typedef void (*caller_known)(int64_t call_id, const struct caller_facts *facts, void *arg); /**< on the voice thread */

MUST_CHECK int book_open(struct env *env, struct voice *v, const struct hotline *h, struct book **ret, struct fault *f);
void book_close(struct book *b); /**< writes what it can, keeps the rest in the journal */

/** Ask who calls; the answer comes within 400 ms or as "unknown". From the voice thread. */
void book_ask_caller(struct book *b, int64_t call_id, const char *number, const char *hotline, caller_known fn, void *arg);
void book_call(struct book *b, const struct call_record *c); /**< from the voice thread; never blocks */
void book_event(struct book *b, const struct call_event *e);
/** The operator took the call: the case of the hotline's process is opened in that person's name, and the pop is sent to that person only (V08). */
void book_answered(struct book *b, const struct call_record *c);
/** The call is over and everything of it told: one work order per call, a voicemail's case (V03), the last facts. */
void book_ended(struct book *b, const struct call_record *c);
/** Presence of an operator: "signed_in", "ready", "paused"/reason, "talking", "wrap_up", "signed_out" (V10). */
void book_presence(struct book *b, int64_t person_id, const char *state, const char *reason, int64_t at_ms);
/** Goes to the supervision ledger and to the supervisors, once per kind, subject and occasion: "vacant", "left_post", "unanswered", "pause_limit", "recording_stopped", "trunk_down" … */
void book_alarm(struct book *b, const char *kind, int64_t person_id, const char *subject, int64_t at_ms);
/** tapes_options.pressed and .alarm */
int book_pressed(const struct pressing *p, void *book, struct fault *f);
void book_tape_alarm(const char *kind, int64_t call_id, void *book);

#endif
