#include "knowledge/linear.h"

#include <math.h>

#include "base/memory.h"

#define RIDGE 20.0
#define STEPS 40
#define SIZE (LINEAR_MAX + 1) /* the bias comes last */

struct spread {
	float mean[LINEAR_MAX], scale[LINEAR_MAX]; /* scale: 1 / standard deviation, 0 where all are alike */
};

static void find_spread(const float *rows, size_t n_features, size_t n, struct spread *ret)
{
	for (size_t f = 0; f < n_features; f++) {
		double sum = 0, squares = 0, mean, variance;

		for (size_t i = 0; i < n; i++)
			sum += rows[i * n_features + f];
		mean = n ? sum / (double)n : 0;
		for (size_t i = 0; i < n; i++) {
			double d = rows[i * n_features + f] - mean;

			squares += d * d;
		}
		variance = n ? squares / (double)n : 0;
		ret->mean[f] = (float)mean;
		ret->scale[f] = variance > 1e-12 ? (float)(1 / sqrt(variance)) : 0;
	}
}

static void standardise(const float *row, const struct spread *s, size_t n_features, double *ret)
{
	for (size_t f = 0; f < n_features; f++)
		ret[f] = (double)((row[f] - s->mean[f]) * s->scale[f]);
}

void linear_score_all(const struct linear *l, const float *rows, size_t n_features, size_t n, float *ret)
{
	struct spread s;

	find_spread(rows, n_features, n, &s);
	for (size_t i = 0; i < n; i++) {
		const float *row = rows + i * n_features;
		float sum = l->bias;

		for (size_t f = 0; f < n_features; f++)
			sum += l->weights[f] * (row[f] - s.mean[f]) * s.scale[f];
		ret[i] = sum;
	}
}

/* ---- learning ------------------------------------------------------------------------------- */

struct newton {
	size_t n; /* unknowns */
	double at[SIZE], gradient[SIZE], hessian[SIZE][SIZE];
};

static void add_row(struct newton *e, const double *x, bool relevant, double weight)
{
	double logit = 0, p, curve;

	for (size_t i = 0; i < e->n; i++)
		logit += e->at[i] * x[i];
	p = 1 / (1 + exp(-logit));
	curve = weight * p * (1 - p);
	for (size_t i = 0; i < e->n; i++) {
		e->gradient[i] += weight * ((relevant ? 1 : 0) - p) * x[i];
		for (size_t j = 0; j <= i; j++)
			e->hessian[i][j] += curve * x[i] * x[j];
	}
}

/* A question with many apt articles would outweigh the others. */
static double weight_of(const struct training *t, size_t group)
{
	size_t relevant = 0;

	for (uint32_t r = t->groups[group]; r < t->groups[group + 1]; r++)
		relevant += t->relevant[r];
	return relevant ? 1 / sqrt((double)relevant) : 1;
}

static void add_group(struct newton *e, const struct training *t, size_t group)
{
	uint32_t from = t->groups[group], to = t->groups[group + 1];
	double x[SIZE], weight = weight_of(t, group);
	struct spread s;

	find_spread(t->rows + (size_t)from * t->n_features, t->n_features, to - from, &s);
	x[t->n_features] = 1;
	for (uint32_t r = from; r < to; r++) {
		standardise(t->rows + (size_t)r * t->n_features, &s, t->n_features, x);
		add_row(e, x, t->relevant[r], weight);
	}
}

/* The ridge holds every weight but the bias. */
static void add_ridge(struct newton *e)
{
	for (size_t i = 0; i < e->n; i++) {
		double ridge = i + 1 < e->n ? RIDGE : 1e-6;

		e->gradient[i] -= ridge * e->at[i];
		e->hessian[i][i] += ridge;
	}
}

/* Cholesky in place, then both substitutions: the gradient becomes the step. */
static void solve(struct newton *e)
{
	for (size_t i = 0; i < e->n; i++) {
		for (size_t j = 0; j <= i; j++) {
			double sum = e->hessian[i][j];

			for (size_t k = 0; k < j; k++)
				sum -= e->hessian[i][k] * e->hessian[j][k];
			e->hessian[i][j] = i == j ? sqrt(fmax(sum, 1e-12)) : sum / e->hessian[j][j];
		}
	}
	for (size_t i = 0; i < e->n; i++) {
		for (size_t k = 0; k < i; k++)
			e->gradient[i] -= e->hessian[i][k] * e->gradient[k];
		e->gradient[i] /= e->hessian[i][i];
	}
	for (size_t i = e->n; i-- > 0;) {
		for (size_t k = i + 1; k < e->n; k++)
			e->gradient[i] -= e->hessian[k][i] * e->gradient[k];
		e->gradient[i] /= e->hessian[i][i];
	}
}

/* Far from the goal Newton's step is too long: no unknown moves by more than 1. @return the largest move */
static double take_step(struct newton *e)
{
	double largest = 0, part;

	solve(e);
	for (size_t i = 0; i < e->n; i++)
		largest = fmax(largest, fabs(e->gradient[i]));
	part = largest > 1 ? 1 / largest : 1;
	for (size_t i = 0; i < e->n; i++)
		e->at[i] += part * e->gradient[i];
	return largest;
}

static double base_logit(const struct training *t)
{
	size_t relevant = 0;

	for (size_t r = 0; r < t->n_rows; r++)
		relevant += t->relevant[r];
	return log(((double)relevant + 0.5) / ((double)(t->n_rows - relevant) + 0.5));
}

void linear_learn(const struct training *t, struct linear *ret)
{
	struct newton *e = MEM_NEW(struct newton);

	*ret = (struct linear){.bias = 0};
	e->n = t->n_features + 1;
	e->at[t->n_features] = base_logit(t);
	for (int step = 0; step < STEPS && t->n_rows; step++) {
		memset(e->gradient, 0, sizeof(e->gradient));
		memset(e->hessian, 0, sizeof(e->hessian));
		for (size_t g = 0; g < t->n_groups; g++)
			add_group(e, t, g);
		add_ridge(e);
		if (take_step(e) < 1e-6)
			break;
	}
	for (size_t f = 0; f < t->n_features; f++)
		ret->weights[f] = (float)e->at[f];
	ret->bias = (float)e->at[t->n_features];
	free(e);
}
