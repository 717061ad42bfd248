/**
 * @file linear.h  Logistic regression over the candidates of a question: what an article's features say by themselves.
 *
 * Features are standardised among the candidates of one question, so that only differences between them count. Fitted by Newton's
 * method with a ridge; deterministic. Beside boosted trees (trees.h), which see thresholds and combinations, it errs differently: the
 * sum of both logits ranks better than either.
 */
#ifndef LEXLINE_LINEAR_H
#define LEXLINE_LINEAR_H

#include "base/common.h"

#define LINEAR_MAX 48 /**< features */

struct training {
	size_t n_features, n_rows;
	const float *rows;	 /**< n_rows × n_features */
	const uint8_t *relevant; /**< a row each */
	const uint32_t *groups;	 /**< first row of each question; n_groups + 1 */
	size_t n_groups;
};

struct linear {
	float weights[LINEAR_MAX];
	float bias;
};

/** @param t  at most LINEAR_MAX features */
void linear_learn(const struct training *t, struct linear *ret);
/** The logit of each of the @p n candidates of one question. */
void linear_score_all(const struct linear *l, const float *rows, size_t n_features, size_t n, float *ret);

#endif
