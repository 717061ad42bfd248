/**
 * @file voice.h  The telephone exchange: real calls in, operators' browsers and desk phones, everything
 * recorded under seal. Requirements V01–V11, V14, V15, T08.
 *
 * How the room is built (arrows point down; nobody below knows those above):
 *
 *     voice.c          starts and stops it; the voice thread; requests from other threads
 *     line*.c          what people ask of the line over HTTP (natives of modules/calls)
 *     exchange*.c      one call from INVITE to survey: walks the flow, obeys the queue engine, joins legs
 *     flow.c  acd.c    pure: the interpreter of hotline.yaml; the queue engine. No sound, no clock, no database
 *     book*.c          what must be kept: call records, events, cases, alarms; its own thread
 *     sip*.c  web*.c   legs: SIP dialogs (trunks, desk phones), browsers (ICE-lite, DTLS-SRTP)
 *     media*.c         ports, bridges, the 20 ms tick; prompts; tapes (recording)
 *     hotline*.c       hotline.yaml and its proof; voice: of lexline.yaml
 *
 * Threads. The *voice thread* runs libre's loop: signalling, RTP, the tick. It never touches disk, database
 * or HTTP (measured: gaps of up to a second). It talks to the others only by queues:
 *   - voice_ask(): a function to run on the voice thread (libre's mqueue wakes it);
 *   - tapes: a lock-free ring to the tape thread;
 *   - book: a bounded queue of facts to the book thread, which answers questions by voice_ask().
 * Everything in leg.h, media.h and acd.h is called on the voice thread only, unless it says otherwise.
 */
#ifndef LEXLINE_VOICE_H
#define LEXLINE_VOICE_H

#include <stdio.h>

#include "base/yaml.h"
#include "store/op.h"

struct voice;

struct voice_options {
	const char **sip; /**< --sip HOST:PORT[;transport=udp|tcp|tls], besides lexline.yaml; NULL-terminated or NULL */
};

/**
 * Start the exchange: read hotline.yaml and `voice:` of the configuration, prepare prompts, finish what a crash
 * left (tapes, unwritten call records), open the sockets, register with the trunks. `voice: {}` without any address to
 * listen on still serves browsers. With neither --sip nor `voice:`, or no hotline.yaml, there is no line: *ret is NULL.
 * @return 0, -E_CONFIG (findings with file:line), -E_CONFLICT (port taken), -E_IO
 */
MUST_CHECK int voice_start(struct env *env, const struct voice_options *o, struct voice **ret, struct fault *f);
/** No new calls from now on (503 with Retry-After; browsers are told); waits for the running ones. @return calls cut off */
unsigned voice_drain(struct voice *v, int64_t patience_ms);
/** A line for each address that takes calls: "sip:127.0.0.1:5060;transport=udp". */
void voice_announce(const struct voice *v, FILE *out);
/** How long a restart waits for calls (`drain_s`). */
int64_t voice_patience_ms(const struct voice *v);
/** Ends what still runs, writes it down, releases everything. NULL is fine. */
void voice_stop(struct voice *v);

/** Run @p fn(arg) on the voice thread, soon. From any thread. False when it is stopping: fn never runs. */
bool voice_ask(struct voice *v, void (*fn)(void *arg), void *arg);
/** The same and wait for the end of it. Not from the voice thread. False when it is stopping. */
bool voice_ask_wait(struct voice *v, void (*fn)(void *arg), void *arg);

/** The book opened or found the case of a running call. On the voice thread. */
void voice_call_has_case(struct voice *v, int64_t call_id, int64_t case_id);

/** For `lexline check`: hotline.yaml of a profile against its calendars, roles, processes, prompts. @return findings added */
size_t voice_check_profile(const char *profile, const struct catalogue *ops, struct yreport *r);

/** Natives of modules/calls. */
extern const struct native voice_natives[];
extern const size_t voice_n_natives;

#endif
