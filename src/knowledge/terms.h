/**
 * @file terms.h  Text → terms: Chinese characters one by one and in pairs, words of letters and digits whole.
 *
 * Unigrams with bigrams measured best for lay wording (docs/decisions.md). Folded: full width → half,
 * upper → lower. Anything else separates.
 */
#ifndef LEXLINE_TERMS_H
#define LEXLINE_TERMS_H

#include "base/text.h"

/** Bits 0–20 a character, 21–41 its follower (0: unigram); bit 63 set: hash of a word. Never 0. */
typedef uint64_t term_t;

struct term_at {
	term_t term;
	uint32_t start, end; /**< bytes in the text */
};

struct term_scan {
	struct str text;
	size_t pos;
	uint32_t before;      /**< Chinese character just before pos, 0 if none */
	uint32_t before_at;
	struct term_at pair;  /**< to be given out next; term 0 if none */
};

struct term_scan term_scan(struct str text);
/** Unigram first, then the bigram that ends with it. */
bool term_next(struct term_scan *s, struct term_at *ret);
bool term_is_single(term_t t); /**< one Chinese character */

#endif
