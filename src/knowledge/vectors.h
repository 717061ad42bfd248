/**
 * @file vectors.h  A latent map of terms: directions in which the statutes' words go together.
 *
 * Latent semantic analysis: the leading right singular vectors of the article × term matrix (log tf · idf,
 * rows of length 1) by a randomised subspace iteration (Halko, Martinsson, Tropp 2011, alg. 4.4).
 * Deterministic: same articles, same bytes.
 */
#ifndef LEXLINE_VECTORS_H
#define LEXLINE_VECTORS_H

#include "knowledge/index_inner.h"

#define VECTOR_DIM 128

struct term_vectors {
	size_t n;
	term_t *terms;	/**< rising */
	float *weights; /**< idf of each when it was learned */
	int8_t *coords; /**< n × VECTOR_DIM, each row its own scale */
	float *scales;
};

/** Terms in at least @p min_df articles. */
struct term_vectors *vectors_learn(const struct index *ix, unsigned min_df);
void vectors_free(struct term_vectors *v);

/** Sum of the terms' vectors weighted by (1 + log tf) · weight, of length 1 (or all 0). */
void vectors_of_text(const struct term_vectors *v, struct str text, float ret[VECTOR_DIM]);
/** All documents of an index, as int8 of length 127: n × VECTOR_DIM; malloc. */
int8_t *vectors_of_docs(const struct term_vectors *v, const struct index *ix);

#endif
