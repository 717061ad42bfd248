/**
 * @file trees.h  Gradient boosted trees that order the candidates of a question.
 *
 * Friedman, "Greedy function approximation" (2001): the logistic loss of each candidate (apt or not), trees grown leaf by leaf on
 * histograms of 64 quantile bins; a logistic regression (linear.h) stands beside them. Deterministic.
 */
#ifndef LEXLINE_TREES_H
#define LEXLINE_TREES_H

#include "knowledge/linear.h"

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
	struct linear linear; /**< stands beside them */
	size_t n;
	struct tree *at;
};

struct trees *trees_learn(const struct training *t, unsigned rounds, float rate);
void trees_free(struct trees *t);
/** For @p n rows, one behind the other: the sum of all trees, without what is linear. */
void trees_score_all(const struct trees *t, const float *rows, size_t n_features, size_t n, float *ret);

#endif
