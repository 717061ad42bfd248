/**
 * @file prompts.h  What callers hear: a recorded WAV, or the text spoken by espeak-ng.
 *
 * Texts stand in hotline.yaml (`prompts:`), a text a language. DIR/profile/prompts/NAME.LANG.wav, when there, is played instead of
 * the spoken text; an upload over HTTP puts it there. Spoken ones are kept in DIR/prompts/ by the hash of voice and text,
 * so that a start makes only what is new. Any WAV of 4–96 kHz, mono or stereo, becomes 8 kHz A-law of even loudness.
 * A queue's music that isn't recorded is its text and a tune of 24 s. Numbers (positions in the queue, minutes) are spoken from pieces: digits and 十, 百.
 *
 * A set is immutable; a change builds a new one, running calls keep theirs by reference.
 */
#ifndef LEXLINE_VOICE_PROMPTS_H
#define LEXLINE_VOICE_PROMPTS_H

#include "voice/hotline.h"
#include "voice/media.h"

struct prompts;

/** Read or speak everything the hotline names. Off the voice thread: seconds at the first start. @return 0, -E_CONFIG (espeak-ng missing, bad WAV: says which file) */
MUST_CHECK int prompts_load(const char *data_dir, const struct hotline *h, struct prompts **ret, struct fault *f);
/**
 * Write a recording (A-law), or take it away (@p alaw NULL); heard after the next prompts_load().
 * @return 0, as prompts_may_change(), -E_DISK_FULL, -E_IO
 */
MUST_CHECK int prompts_keep(const char *data_dir, const struct hotline *h, const char *name, const char *lang, const struct buf *alaw, struct fault *f);
/** @return 0, -E_NOT_FOUND (no such prompt, or the hotline doesn't speak this language) */
MUST_CHECK int prompts_may_change(const struct hotline *h, const char *name, const char *lang, struct fault *f);
struct prompts *prompts_ref(struct prompts *p);
void prompts_unref(struct prompts *p); /**< NULL is fine */
/** The language's text, or the hotline's first language's; NULL: no such prompt. */
const struct prompt *prompts_get(const struct prompts *p, const char *name, const char *lang);
/** Pieces that say a number, 0 … 999. @return how many were put into @p ret (at most @p max) */
size_t prompts_number(const struct prompts *p, const char *lang, unsigned n, const struct prompt **ret, size_t max);
/** All of a prompt with @p n where its text has {number}, {position} or {minutes}. @return how many pieces, 0: no such prompt */
size_t prompts_say(const struct prompts *p, const char *name, const char *lang, unsigned n, const struct prompt **ret, size_t max);
/** Go through all, by language. @return their number */
size_t prompts_each(const struct prompts *p, void (*fn)(const char *name, const char *lang, unsigned ms, bool recorded, void *arg), void *arg);
/** What is heard of a prompt, without the numbers in it, as A-law; appended. False: the hotline has none such in this language. */
bool prompts_sound(const struct prompts *p, const char *name, const char *lang, struct buf *ret_alaw);
/** A prompt's text in a language; NULL: none. */
const char *prompt_text(const struct hotline_prompt *p, const char *lang);

#endif
