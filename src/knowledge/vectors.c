#include "knowledge/vectors.h"

#include <math.h>

#include "base/memory.h"

#define OVERSAMPLE 16
#define WIDE (VECTOR_DIM + OVERSAMPLE)
#define ITERATIONS 2
#define NO_COLUMN UINT32_MAX

/** The sparse matrix, rows are documents: values are stored with the index's occurrences. */
struct matrix {
	const struct index *ix;
	uint32_t *column; /**< list → column, NO_COLUMN when too rare */
	size_t columns;
	float *values; /**< one an occurrence, rows of length 1 */
};

static float term_value(const struct occurrence *o, float idf)
{
	unsigned tf = (unsigned)o->tf[FIELD_TEXT] + o->tf[FIELD_HEADINGS] + o->tf[FIELD_TITLE];

	return (1 + logf((float)tf)) * idf;
}

static void matrix_init(struct matrix *m, const struct index *ix, unsigned min_df)
{
	m->ix = ix;
	m->column = mem_new(mem_product(ix->n_lists + 1, sizeof(uint32_t)));
	m->values = mem_new(mem_product(ix->doc_starts[ix->n_docs] + 1, sizeof(float)));
	m->columns = 0;
	for (size_t l = 0; l < ix->n_lists; l++) {
		uint64_t df = ix->starts[l + 1] - ix->starts[l];

		m->column[l] = df >= min_df && df < ix->n_docs / 3 + 2 ? (uint32_t)m->columns++ : NO_COLUMN;
	}
	for (size_t d = 0; d < ix->n_docs; d++) {
		float sum = 0;

		for (uint64_t i = ix->doc_starts[d]; i < ix->doc_starts[d + 1]; i++) {
			const struct occurrence *o = &ix->occurrences[i];

			m->values[i] = m->column[o->list] == NO_COLUMN ? 0 : term_value(o, ix->idf[o->list]);
			sum += m->values[i] * m->values[i];
		}
		for (uint64_t i = ix->doc_starts[d]; sum > 0 && i < ix->doc_starts[d + 1]; i++)
			m->values[i] /= sqrtf(sum);
	}
}

/** out (columns × WIDE) = Aᵀ A in. */
static void multiply(const struct matrix *m, const float *in, float *out)
{
	const struct index *ix = m->ix;

	memset(out, 0, m->columns * WIDE * sizeof(float));
	for (size_t d = 0; d < ix->n_docs; d++) {
		float row[WIDE] = {0};

		for (uint64_t i = ix->doc_starts[d]; i < ix->doc_starts[d + 1]; i++) {
			uint32_t c = m->column[ix->occurrences[i].list];
			const float *from = in + (size_t)c * WIDE;

			if (c == NO_COLUMN)
				continue;
			for (int k = 0; k < WIDE; k++)
				row[k] += m->values[i] * from[k];
		}
		for (uint64_t i = ix->doc_starts[d]; i < ix->doc_starts[d + 1]; i++) {
			uint32_t c = m->column[ix->occurrences[i].list];
			float *to = out + (size_t)c * WIDE;

			if (c == NO_COLUMN)
				continue;
			for (int k = 0; k < WIDE; k++)
				to[k] += m->values[i] * row[k];
		}
	}
}

/** Modified Gram-Schmidt, with the columns transposed for contiguous sums. */
static void orthonormalise(float *v, size_t rows)
{
	float *t = mem_new(mem_product(rows, WIDE * sizeof(float)));

	for (size_t r = 0; r < rows; r++)
		for (size_t k = 0; k < WIDE; k++)
			t[k * rows + r] = v[r * WIDE + k];
	for (size_t k = 0; k < WIDE; k++) {
		float *own = t + k * rows;
		double norm = 0;

		for (size_t j = 0; j < k; j++) {
			const float *other = t + j * rows;
			float dot = 0;

			for (size_t r = 0; r < rows; r++)
				dot += own[r] * other[r];
			for (size_t r = 0; r < rows; r++)
				own[r] -= dot * other[r];
		}
		for (size_t r = 0; r < rows; r++)
			norm += (double)own[r] * own[r];
		for (size_t r = 0; norm > 0 && r < rows; r++)
			own[r] /= (float)sqrt(norm);
	}
	for (size_t r = 0; r < rows; r++)
		for (size_t k = 0; k < WIDE; k++)
			v[r * WIDE + k] = t[k * rows + r];
	free(t);
}

static void fill_random(float *v, size_t n)
{
	uint64_t state = UINT64_C(0x9E3779B97F4A7C15);

	for (size_t i = 0; i < n; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		v[i] = (float)((double)(state >> 11) / 9007199254740992.0) - 0.5f;
	}
}

static int by_term(const void *a, const void *b)
{
	term_t x = *(const term_t *)a, y = *(const term_t *)b;

	return x < y ? -1 : x > y;
}

static void quantise(const float *row, int8_t *out, float *ret_scale)
{
	float max = 0;

	for (int k = 0; k < VECTOR_DIM; k++)
		max = fmaxf(max, fabsf(row[k]));
	*ret_scale = max / 127;
	for (int k = 0; k < VECTOR_DIM; k++)
		out[k] = max > 0 ? (int8_t)lrintf(row[k] / *ret_scale) : 0;
}

/** Keep the leading dimensions, terms in rising order. */
static struct term_vectors *vectors_keep(const struct matrix *m, const float *basis)
{
	struct term_vectors *v = MEM_NEW(struct term_vectors);
	struct pair {
		term_t term;
		uint32_t list;
	} *order = mem_new(mem_product(m->columns + 1, sizeof(*order)));
	size_t n = 0;

	for (uint32_t l = 0; l < m->ix->n_lists; l++)
		if (m->column[l] != NO_COLUMN)
			order[n++] = (struct pair){m->ix->term_of[l], l};
	qsort(order, n, sizeof(*order), by_term);
	v->n = n;
	v->terms = mem_new(mem_product(n + 1, sizeof(term_t)));
	v->weights = mem_new(mem_product(n + 1, sizeof(float)));
	v->scales = mem_new(mem_product(n + 1, sizeof(float)));
	v->coords = mem_new(mem_product(n + 1, VECTOR_DIM));
	for (size_t i = 0; i < n; i++) {
		v->terms[i] = order[i].term;
		v->weights[i] = m->ix->idf[order[i].list];
		quantise(basis + (size_t)m->column[order[i].list] * WIDE, v->coords + i * VECTOR_DIM, &v->scales[i]);
	}
	free(order);
	return v;
}

struct term_vectors *vectors_learn(const struct index *ix, unsigned min_df)
{
	struct term_vectors *v;
	struct matrix m;
	float *basis, *next;

	matrix_init(&m, ix, min_df);
	basis = mem_new(mem_product(m.columns + 1, WIDE * sizeof(float)));
	next = mem_new(mem_product(m.columns + 1, WIDE * sizeof(float)));
	fill_random(basis, m.columns * WIDE);
	for (int i = 0; i <= ITERATIONS; i++) {
		float *swap = basis;

		multiply(&m, basis, next);
		orthonormalise(next, m.columns);
		basis = next;
		next = swap;
	}
	v = vectors_keep(&m, basis);
	free(basis);
	free(next);
	free(m.column);
	free(m.values);
	return v;
}

void vectors_free(struct term_vectors *v)
{
	if (!v)
		return;
	free(v->terms);
	free(v->weights);
	free(v->coords);
	free(v->scales);
	free(v);
}

static bool find_term(const struct term_vectors *v, term_t term, size_t *ret)
{
	const term_t *at = v->n ? bsearch(&term, v->terms, v->n, sizeof(term_t), by_term) : NULL;

	if (!at)
		return false;
	*ret = (size_t)(at - v->terms);
	return true;
}

static void add_row(const struct term_vectors *v, size_t row, float weight, float sum[VECTOR_DIM])
{
	const int8_t *coords = v->coords + row * VECTOR_DIM;

	weight *= v->scales[row];
	for (int k = 0; k < VECTOR_DIM; k++)
		sum[k] += weight * (float)coords[k];
}

static void make_unit(float v[VECTOR_DIM])
{
	float norm = 0;

	for (int k = 0; k < VECTOR_DIM; k++)
		norm += v[k] * v[k];
	norm = sqrtf(norm);
	for (int k = 0; norm > 0 && k < VECTOR_DIM; k++)
		v[k] /= norm;
}

void vectors_of_text(const struct term_vectors *v, struct str text, float ret[VECTOR_DIM])
{
	struct term_scan scan = term_scan(text);
	struct term_at at;
	size_t row;

	memset(ret, 0, VECTOR_DIM * sizeof(float));
	while (term_next(&scan, &at))
		if (find_term(v, at.term, &row))
			add_row(v, row, v->weights[row], ret);
	make_unit(ret);
}

int8_t *vectors_of_docs(const struct term_vectors *v, const struct index *ix)
{
	uint32_t *rows = mem_new(mem_product(ix->n_lists + 1, sizeof(*rows)));
	int8_t *out = mem_new(mem_product(ix->n_docs + 1, VECTOR_DIM));

	for (size_t l = 0; l < ix->n_lists; l++) {
		size_t row;

		rows[l] = find_term(v, ix->term_of[l], &row) ? (uint32_t)row : NO_COLUMN;
	}
	for (size_t d = 0; d < ix->n_docs; d++) {
		float sum[VECTOR_DIM] = {0};

		for (uint64_t i = ix->doc_starts[d]; i < ix->doc_starts[d + 1]; i++) {
			const struct occurrence *o = &ix->occurrences[i];

			if (rows[o->list] != NO_COLUMN)
				add_row(v, rows[o->list], term_value(o, v->weights[rows[o->list]]), sum);
		}
		make_unit(sum);
		for (int k = 0; k < VECTOR_DIM; k++)
			out[d * VECTOR_DIM + (size_t)k] = (int8_t)lrintf(sum[k] * 127);
	}
	free(rows);
	return out;
}
