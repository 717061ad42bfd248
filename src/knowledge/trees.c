#include "knowledge/trees.h"

#include <math.h>

#include "base/memory.h"

#define BINS 64
#define MIN_ROWS 80
#define L2 5.0
#define QUESTIONS_PERCENT 70
#define FEATURES_PERCENT 50

/** Rows in bins, and what the current tree needs of each row. */
struct grower {
	const struct training *t;
	uint8_t *bins; /**< n_features × n_rows */
	float *edges;  /**< n_features × BINS: upper value of each bin */
	float *score, *gradient, *hessian;
	uint32_t *order; /**< rows of the tree's sample, those of a leaf together */
	uint32_t n_order;
	bool *use; /**< features that this tree may look at */
	uint64_t random;
};

struct histogram {
	double gradient[BINS], hessian[BINS];
	uint32_t n[BINS];
};

struct leaf {
	uint32_t from, to; /**< in order */
	int node;
	double gain; /**< of its best split; ≤ 0: none */
	int feature, bin;
};

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

/** Quantile edges of one feature, on a sample. */
static void find_edges(const struct training *t, size_t f, float *edges)
{
	size_t step = t->n_rows / 20000 + 1, n = 0;
	float *sample = mem_new(mem_product(t->n_rows / step + 1, sizeof(float)));

	for (size_t r = 0; r < t->n_rows; r += step)
		sample[n++] = t->rows[r * t->n_features + f];
	qsort(sample, n, sizeof(float), by_value);
	for (size_t b = 0; b < BINS; b++)
		edges[b] = n ? sample[(b + 1) * (n - 1) / BINS] : 0;
	edges[BINS - 1] = INFINITY;
	free(sample);
}

static uint8_t bin_of(const float *edges, float value)
{
	unsigned low = 0, high = BINS - 1;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (value <= edges[mid])
			high = mid;
		else
			low = mid + 1;
	}
	return (uint8_t)low;
}

static void put_in_bins(struct grower *g)
{
	const struct training *t = g->t;

	for (size_t f = 0; f < t->n_features; f++) {
		float *edges = g->edges + f * BINS;

		find_edges(t, f, edges);
		for (size_t r = 0; r < t->n_rows; r++)
			g->bins[f * t->n_rows + r] = bin_of(edges, t->rows[r * t->n_features + f]);
	}
}

/* ---- gradients ------------------------------------------------------------------------------ */

static void find_gradients(struct grower *g)
{
	for (size_t r = 0; r < g->t->n_rows; r++) {
		float p = 1 / (1 + expf(-g->score[r]));

		g->gradient[r] = (float)g->t->relevant[r] - p;
		g->hessian[r] = p * (1 - p);
	}
}

/* ---- one tree ------------------------------------------------------------------------------- */

static double worth(double gradient, double hessian)
{
	return gradient * gradient / (hessian + L2);
}

static void sum_bins(const struct grower *g, const struct leaf *l, size_t f, struct histogram *h)
{
	const uint8_t *bins = g->bins + f * g->t->n_rows;

	memset(h, 0, sizeof(*h));
	for (uint32_t i = l->from; i < l->to; i++) {
		uint32_t r = g->order[i];

		h->gradient[bins[r]] += g->gradient[r];
		h->hessian[bins[r]] += g->hessian[r];
		h->n[bins[r]]++;
	}
}

static void try_feature(const struct grower *g, struct leaf *l, size_t f, const struct histogram *h)
{
	double gradient = 0, hessian = 0, left_gradient = 0, left_hessian = 0;
	uint32_t left = 0;

	for (int b = 0; b < BINS; b++) {
		gradient += h->gradient[b];
		hessian += h->hessian[b];
	}
	for (int b = 0; b < BINS - 1; b++) {
		double gain;

		left_gradient += h->gradient[b];
		left_hessian += h->hessian[b];
		left += h->n[b];
		if (left < MIN_ROWS || l->to - l->from - left < MIN_ROWS)
			continue;
		gain = worth(left_gradient, left_hessian) +
		       worth(gradient - left_gradient, hessian - left_hessian) -
		       worth(gradient, hessian);
		if (gain > l->gain) {
			l->gain = gain;
			l->feature = (int)f;
			l->bin = b;
		}
	}
}

static void find_split(const struct grower *g, struct leaf *l)
{
	struct histogram h;

	l->gain = 1e-9;
	l->feature = -1;
	for (size_t f = 0; f < g->t->n_features; f++) {
		if (!g->use[f])
			continue;
		sum_bins(g, l, f, &h);
		try_feature(g, l, f, &h);
	}
}

/** Rows that go left first. @return where the right ones begin */
static uint32_t partition(struct grower *g, const struct leaf *l)
{
	const uint8_t *bins = g->bins + (size_t)l->feature * g->t->n_rows;
	uint32_t *right = mem_new(mem_product(l->to - l->from + 1, sizeof(*right)));
	uint32_t middle = l->from, n = 0;

	for (uint32_t i = l->from; i < l->to; i++) {
		if (bins[g->order[i]] <= l->bin)
			g->order[middle++] = g->order[i];
		else
			right[n++] = g->order[i];
	}
	memcpy(g->order + middle, right, n * sizeof(*right));
	free(right);
	return middle;
}

static void close_leaf(const struct grower *g, struct tree *tree, const struct leaf *l, float rate)
{
	double gradient = 0, hessian = 0;
	float value;

	for (uint32_t i = l->from; i < l->to; i++) {
		gradient += g->gradient[g->order[i]];
		hessian += g->hessian[g->order[i]];
	}
	value = rate * (float)(gradient / (hessian + L2));
	tree->nodes[l->node].feature = -1;
	tree->nodes[l->node].value = value;
}

static size_t best_leaf(const struct leaf *leaves, size_t n)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		if ((leaves[i].feature >= 0 ? leaves[i].gain : 0) >
		    (leaves[best].feature >= 0 ? leaves[best].gain : 0))
			best = i;
	return best;
}

/** True with probability @p percent / 100. */
static bool draw(struct grower *g, unsigned percent)
{
	g->random ^= g->random << 13;
	g->random ^= g->random >> 7;
	g->random ^= g->random << 17;
	return (g->random >> 33) % 100 < percent;
}

/** Each tree sees some of the questions and some of the features: the sum of them errs less. */
static void draw_sample(struct grower *g)
{
	const struct training *t = g->t;

	g->n_order = 0;
	for (size_t q = 0; q < t->n_groups; q++)
		if (draw(g, QUESTIONS_PERCENT))
			for (uint32_t r = t->groups[q]; r < t->groups[q + 1]; r++)
				g->order[g->n_order++] = r;
	for (size_t f = 0; f < t->n_features; f++)
		g->use[f] = draw(g, FEATURES_PERCENT);
}

static void grow(struct grower *g, struct tree *tree, float rate)
{
	struct leaf leaves[TREE_LEAVES];
	size_t n = 1;

	draw_sample(g);
	tree->n = 1;
	leaves[0] = (struct leaf){.from = 0, .to = g->n_order, .node = 0};
	find_split(g, &leaves[0]);
	while (n < TREE_LEAVES) {
		size_t at = best_leaf(leaves, n);
		struct leaf parent = leaves[at];
		uint32_t middle;

		if (parent.feature < 0)
			break;
		middle = partition(g, &parent);
		tree->nodes[parent.node] = (struct tree_node){
			.feature = (int16_t)parent.feature,
			.left = (int16_t)tree->n,
			.split = g->edges[(size_t)parent.feature * BINS + (size_t)parent.bin],
		};
		leaves[at] = (struct leaf){.from = parent.from, .to = middle, .node = tree->n};
		leaves[n] = (struct leaf){.from = middle, .to = parent.to, .node = tree->n + 1};
		tree->n += 2;
		find_split(g, &leaves[at]);
		find_split(g, &leaves[n++]);
	}
	for (size_t i = 0; i < n; i++)
		close_leaf(g, tree, &leaves[i], rate);
}

static float tree_value(const struct tree *tree, const float *row)
{
	const struct tree_node *nodes = tree->nodes;
	int at = 0;

	while (nodes[at].feature >= 0)
		at = nodes[at].left + (row[nodes[at].feature] > nodes[at].split);
	return nodes[at].value;
}

struct trees *trees_learn(const struct training *t, unsigned rounds, float rate)
{
	struct trees *trees = MEM_NEW(struct trees);
	struct grower g = {.t = t, .random = UINT64_C(88172645463325252)};

	g.bins = mem_new(mem_product(t->n_features, t->n_rows + 1));
	g.edges = mem_new(mem_product(t->n_features * BINS, sizeof(float)));
	g.score = mem_new(mem_product(t->n_rows + 1, sizeof(float)));
	g.gradient = mem_new(mem_product(t->n_rows + 1, sizeof(float)));
	g.hessian = mem_new(mem_product(t->n_rows + 1, sizeof(float)));
	g.order = mem_new(mem_product(t->n_rows + 1, sizeof(uint32_t)));
	g.use = mem_new(t->n_features + 1);
	put_in_bins(&g);
	linear_learn(t, &trees->linear);
	trees->at = mem_new(mem_product(rounds, sizeof(struct tree)));
	for (size_t r = 0; r < t->n_rows; r++)
		g.score[r] = trees->linear.bias;
	for (unsigned i = 0; i < rounds; i++) {
		find_gradients(&g);
		grow(&g, &trees->at[trees->n], rate);
		for (size_t r = 0; r < t->n_rows; r++)
			g.score[r] += tree_value(&trees->at[trees->n], t->rows + r * t->n_features);
		trees->n++;
	}
	free(g.bins);
	free(g.edges);
	free(g.score);
	free(g.gradient);
	free(g.hessian);
	free(g.order);
	free(g.use);
	return trees;
}

void trees_free(struct trees *t)
{
	if (!t)
		return;
	free(t->at);
	free(t);
}

/* Rows a block: they stay in the nearest cache while all trees pass over them, and each tree while
 * they do. */
#define SCORE_BLOCK 64

void trees_score_all(const struct trees *t, const float *rows, size_t n_features, size_t n,
		     float *ret)
{
	memset(ret, 0, n * sizeof(*ret));
	for (size_t from = 0; from < n; from += SCORE_BLOCK) {
		size_t to = from + SCORE_BLOCK < n ? from + SCORE_BLOCK : n;

		for (size_t i = 0; i < t->n; i++)
			for (size_t r = from; r < to; r++)
				ret[r] += tree_value(&t->at[i], rows + r * n_features);
	}
}
