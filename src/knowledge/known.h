/**
 * @file known.h  What answered questions teach: which articles lawyers cited for which words.
 *
 * Learned from labelled questions; keeps terms and article names only, no text. Independent of a
 * corpus: names that a corpus doesn't hold are passed over.
 */
#ifndef LEXLINE_KNOWN_H
#define LEXLINE_KNOWN_H

#include "knowledge/corpus.h"
#include "knowledge/vectors.h"

/** A question with the articles that lawyers found apt. Not owned. */
struct labelled {
	struct str question;
	const article_name_t *names;
	size_t n_names;
};

struct known {
	size_t n; /**< questions */
	uint32_t *term_starts;	/**< n + 1 */
	term_t *terms;		/**< distinct terms of each question */
	uint32_t *name_starts;	/**< n + 1 */
	article_name_t *names;
	size_t n_translations;
	struct translation { /**< IBM model 1: P(statute term | lay term), sorted by `from` */
		term_t from, to;
		float p;
	} *translations;
	float map[VECTOR_DIM * VECTOR_DIM]; /**< ridge regression: question's vector → its articles' */
};

/** Probabilities are kept in 16 bits, in the file and, so that nothing depends on it, in memory too. */
uint16_t translation_pack(float p);
float translation_unpack(uint16_t packed);

/** @param exclude  leave out questions with fold[i] == exclude; fold NULL: keep all */
struct known *known_learn(const struct corpus *c, const struct term_vectors *v, const int8_t *doc_vectors,
			  const struct labelled *questions, size_t n, const uint8_t *fold, uint8_t exclude);
void known_free(struct known *k);

#endif
