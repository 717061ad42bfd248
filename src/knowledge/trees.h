/**
 * @file trees.h  Gradient boosted trees that order the candidates of a question (LambdaMART).
 *
 * Burges, "From RankNet to LambdaRank to LambdaMART" (2010): pairwise logistic gradients weighted by the change of
 * nDCG@10, trees grown leaf by leaf on histograms of 64 quantile bins. Deterministic.
 */
#ifndef LEXLINE_TREES_H
#define LEXLINE_TREES_H

#include "base/common.h"

#define TREE_LEAVES 8
#define TREE_NODES (2 * TREE_LEAVES - 1)

struct tree {
	int n; /**< nodes */
	struct tree_node {
		int16_t feature; /**< -1: a leaf */
		int16_t left;	 /**< right = left + 1 */
		float split;	 /**< value ≤ split goes left */
		float value;	 /**< of a leaf */
	} nodes[TREE_NODES];
};

struct trees {
	size_t n;
	struct tree *at;
};

struct training {
	size_t n_features, n_rows;
	const float *rows;	   /**< n_rows × n_features */
	const uint8_t *relevant;   /**< a row each */
	const uint32_t *groups;	   /**< first row of each question; n_groups + 1 */
	size_t n_groups;
};

struct trees *trees_learn(const struct training *t, unsigned rounds, float rate);
void trees_free(struct trees *t);
/** For @p n rows, one behind the other: the sum of all trees. */
void trees_score_all(const struct trees *t, const float *rows, size_t n_features, size_t n, float *ret);

#endif
