/**
 * @file ranker.h  Candidates for a question, described by features and put in a learned order (K02).
 *
 * BM25F, translation, known questions and the latent map each propose candidates; every one is described by
 * RANK_FEATURES numbers; boosted trees and a logistic regression, their logits added, order them. Without a model, BM25F alone ranks.
 */
#ifndef LEXLINE_RANKER_H
#define LEXLINE_RANKER_H

#include "knowledge/known.h"
#include "knowledge/trees.h"

#define RANK_FEATURES 34
#define RANK_POOL 640 /**< most candidates of a question */

/** What was learned, tied to one corpus. Immutable; any number of threads. */
struct ranker;

/** Nothing is taken over: corpus, vectors, doc_vectors, known and trees (may be NULL: not yet learned) must outlive it. */
struct ranker *ranker_new(const struct corpus *c, const struct term_vectors *v, const int8_t *doc_vectors,
			  const struct known *k, const struct trees *trees);
void ranker_free(struct ranker *r);

struct candidates {
	size_t n;
	uint32_t docs[RANK_POOL];
	float rows[RANK_POOL][RANK_FEATURES];
};

/** The pool of a question on a day, in no order. */
void ranker_candidates(const struct ranker *r, struct str question, int64_t day, struct candidates *ret);

/** Best first. @return count */
size_t ranker_search(const struct ranker *r, struct str question, int64_t day, struct index_hit *hits, size_t limit);

#endif
