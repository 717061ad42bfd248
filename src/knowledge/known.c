#include "knowledge/known.h"

#include <math.h>

#include "base/map.h"
#include "base/memory.h"

#define EM_ROUNDS 6
#define KEEP_PROBABILITY 0.01f
#define MAX_TERMS 512
#define RIDGE 4.0

/* ---- questions ------------------------------------------------------------------------------ */

static int by_term(const void *a, const void *b)
{
	term_t x = *(const term_t *)a, y = *(const term_t *)b;

	return x < y ? -1 : x > y;
}

/** Distinct terms, rising. */
static size_t distinct_terms(struct str text, term_t out[MAX_TERMS])
{
	struct term_scan scan = term_scan(text);
	struct term_at at;
	size_t n = 0, kept = 0;

	while (n < MAX_TERMS && term_next(&scan, &at))
		out[n++] = at.term;
	qsort(out, n, sizeof(*out), by_term);
	for (size_t i = 0; i < n; i++)
		if (!i || out[i] != out[i - 1])
			out[kept++] = out[i];
	return kept;
}

struct gathered {
	VEC(uint32_t) term_starts, name_starts;
	VEC(term_t) terms;
	VEC(article_name_t) names;
};

static void gather(struct gathered *g, const struct labelled *q)
{
	term_t terms[MAX_TERMS];
	size_t n = distinct_terms(q->question, terms);

	VEC_ADD(&g->term_starts, (uint32_t)g->terms.n);
	VEC_ADD(&g->name_starts, (uint32_t)g->names.n);
	for (size_t i = 0; i < n; i++)
		VEC_ADD(&g->terms, terms[i]);
	for (size_t i = 0; i < q->n_names; i++)
		VEC_ADD(&g->names, q->names[i]);
}

static void keep_questions(struct known *k, const struct labelled *q, size_t n, const uint8_t *fold, uint8_t exclude)
{
	struct gathered g = {0};

	for (size_t i = 0; i < n; i++)
		if (!fold || fold[i] != exclude)
			gather(&g, &q[i]);
	k->n = g.term_starts.n;
	VEC_ADD(&g.term_starts, (uint32_t)g.terms.n);
	VEC_ADD(&g.name_starts, (uint32_t)g.names.n);
	k->term_starts = g.term_starts.at;
	k->terms = g.terms.at;
	k->name_starts = g.name_starts.at;
	k->names = g.names.at;
}

/* ---- translation: IBM model 1 (Brown et al. 1993), expectation maximisation ------------------ */

/** A pair (question, one of its articles) with the slots of its term pairs in the table. */
struct pair_table {
	VEC(struct translation) cells;	/**< distinct (from, to), sorted */
	VEC(double) counts;
};

static int by_cell(const void *a, const void *b)
{
	const struct translation *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to < y->to ? -1 : x->to > y->to;
}

/** Documents of the question's articles: one of each name, the newest that the corpus holds. */
static bool article_doc(const struct corpus *c, article_name_t name, uint32_t *ret)
{
	size_t from, to = corpus_find(c, name, &from);

	if (from == to)
		return false;
	*ret = c->by_name[from].doc;
	for (size_t i = from; i < to; i++)
		if (c->articles[c->by_name[i].doc].year > c->articles[*ret].year)
			*ret = c->by_name[i].doc;
	return true;
}

/** Words that say something: not in more than a tenth of the articles. */
static bool telling(const struct index *ix, uint32_t list)
{
	return ix->starts[list + 1] - ix->starts[list] < ix->n_docs / 10 + 2;
}

static void add_cells(struct pair_table *t, const struct index *ix, const term_t *terms, size_t n, uint32_t doc)
{
	for (uint64_t o = ix->doc_starts[doc]; o < ix->doc_starts[doc + 1]; o++) {
		const struct occurrence *occ = &ix->occurrences[o];

		if (!occ->tf[FIELD_TEXT] || !telling(ix, occ->list))
			continue;
		for (size_t i = 0; i < n; i++)
			VEC_ADD(&t->cells, ((struct translation){terms[i], ix->term_of[occ->list], 1.0f}));
	}
}

static void sort_cells(struct pair_table *t)
{
	size_t kept = 0;

	qsort(t->cells.at, t->cells.n, sizeof(t->cells.at[0]), by_cell);
	for (size_t i = 0; i < t->cells.n; i++)
		if (!i || by_cell(&t->cells.at[i], &t->cells.at[kept - 1]) != 0)
			t->cells.at[kept++] = t->cells.at[i];
	t->cells.n = kept;
}

/** Position of (from, to) in the sorted cells. */
static size_t cell_of(const struct pair_table *t, term_t from, term_t to)
{
	struct translation key = {from, to, 0};
	const struct translation *at = bsearch(&key, t->cells.at, t->cells.n, sizeof(key), by_cell);

	return (size_t)(at - t->cells.at);
}

static void expect(struct pair_table *t, const struct index *ix, const term_t *terms, size_t n, uint32_t doc)
{
	size_t slots[MAX_TERMS];

	for (uint64_t o = ix->doc_starts[doc]; o < ix->doc_starts[doc + 1]; o++) {
		const struct occurrence *occ = &ix->occurrences[o];
		double sum = 0;

		if (!occ->tf[FIELD_TEXT] || !telling(ix, occ->list))
			continue;
		for (size_t i = 0; i < n; i++) {
			slots[i] = cell_of(t, terms[i], ix->term_of[occ->list]);
			sum += t->cells.at[slots[i]].p;
		}
		for (size_t i = 0; sum > 0 && i < n; i++)
			t->counts.at[slots[i]] += t->cells.at[slots[i]].p / sum;
	}
}

static void maximise(struct pair_table *t)
{
	for (size_t i = 0, end; i < t->cells.n; i = end) {
		double sum = 0;

		for (end = i; end < t->cells.n && t->cells.at[end].from == t->cells.at[i].from; end++)
			sum += t->counts.at[end];
		for (size_t j = i; j < end; j++) {
			t->cells.at[j].p = sum > 0 ? (float)(t->counts.at[j] / sum) : 0;
			t->counts.at[j] = 0;
		}
	}
}

typedef void (*pair_fn)(struct pair_table *, const struct index *, const term_t *, size_t, uint32_t doc);

static void each_pair(struct pair_table *t, const struct known *k, const struct corpus *c, pair_fn fn)
{
	for (size_t q = 0; q < k->n; q++) {
		const term_t *terms = k->terms + k->term_starts[q];
		size_t n = k->term_starts[q + 1] - k->term_starts[q];
		uint32_t doc;

		for (uint32_t a = k->name_starts[q]; a < k->name_starts[q + 1]; a++)
			if (article_doc(c, k->names[a], &doc))
				fn(t, c->index, terms, n, doc);
	}
}

uint16_t translation_pack(float p)
{
	return (uint16_t)lrintf(p * UINT16_MAX);
}

float translation_unpack(uint16_t packed)
{
	return (float)packed / UINT16_MAX;
}

static void learn_translations(struct known *k, const struct corpus *c)
{
	struct pair_table t = {0};
	size_t kept = 0;

	each_pair(&t, k, c, add_cells);
	sort_cells(&t);
	for (size_t i = 0; i < t.cells.n; i++)
		VEC_ADD(&t.counts, 0);
	for (int round = 0; round < EM_ROUNDS; round++) {
		each_pair(&t, k, c, expect);
		maximise(&t);
	}
	for (size_t i = 0; i < t.cells.n; i++) {
		if (t.cells.at[i].p < KEEP_PROBABILITY)
			continue;
		t.cells.at[kept] = t.cells.at[i];
		t.cells.at[kept].p = translation_unpack(translation_pack(t.cells.at[i].p));
		kept++;
	}
	VEC_FREE(&t.counts);
	k->translations = t.cells.at;
	k->n_translations = kept;
}

/* ---- ridge map ------------------------------------------------------------------------------ */

/** Solve X·A = B for X with A symmetric positive definite (k×k, row major), by Cholesky; A and B are spent. */
static void solve_right(double *a, double *b, int k)
{
	for (int j = 0; j < k; j++) { /* A = L Lᵀ, L in the lower half */
		for (int i = j; i < k; i++) {
			double sum = a[i * k + j];

			for (int m = 0; m < j; m++)
				sum -= a[i * k + m] * a[j * k + m];
			a[i * k + j] = i == j ? sqrt(sum) : sum / a[j * k + j];
		}
	}
	for (int row = 0; row < k; row++) {
		double *x = b + row * k;

		for (int i = 0; i < k; i++) {
			for (int m = 0; m < i; m++)
				x[i] -= a[i * k + m] * x[m];
			x[i] /= a[i * k + i];
		}
		for (int i = k - 1; i >= 0; i--) {
			for (int m = i + 1; m < k; m++)
				x[i] -= a[m * k + i] * x[m];
			x[i] /= a[i * k + i];
		}
	}
}

static void add_outer(double *sum, const float *x, const float *y)
{
	for (int i = 0; i < VECTOR_DIM; i++)
		for (int j = 0; j < VECTOR_DIM; j++)
			sum[i * VECTOR_DIM + j] += (double)x[i] * y[j];
}

/** M minimises Σ |M q − d|² + λ |M − I|². */
static void learn_map(struct known *k, const struct corpus *c, const struct term_vectors *v, const int8_t *doc_vectors,
		      const struct labelled *questions, size_t n, const uint8_t *fold, uint8_t exclude)
{
	double *a = mem_new(sizeof(double) * VECTOR_DIM * VECTOR_DIM), *b = mem_new(sizeof(double) * VECTOR_DIM * VECTOR_DIM);

	for (int i = 0; i < VECTOR_DIM; i++)
		a[i * VECTOR_DIM + i] = b[i * VECTOR_DIM + i] = RIDGE;
	for (size_t q = 0; q < n; q++) {
		float question[VECTOR_DIM], article[VECTOR_DIM];
		uint32_t doc;

		if (fold && fold[q] == exclude)
			continue;
		vectors_of_text(v, questions[q].question, question);
		for (size_t i = 0; i < questions[q].n_names; i++) {
			if (!article_doc(c, questions[q].names[i], &doc))
				continue;
			for (int j = 0; j < VECTOR_DIM; j++)
				article[j] = (float)doc_vectors[(size_t)doc * VECTOR_DIM + (size_t)j] / 127;
			add_outer(a, question, question);
			add_outer(b, article, question);
		}
	}
	solve_right(a, b, VECTOR_DIM);
	for (int i = 0; i < VECTOR_DIM * VECTOR_DIM; i++)
		k->map[i] = (float)b[i];
	free(a);
	free(b);
}

struct known *known_learn(const struct corpus *c, const struct term_vectors *v, const int8_t *doc_vectors,
			  const struct labelled *questions, size_t n, const uint8_t *fold, uint8_t exclude)
{
	struct known *k = MEM_NEW(struct known);

	keep_questions(k, questions, n, fold, exclude);
	learn_translations(k, c);
	learn_map(k, c, v, doc_vectors, questions, n, fold, exclude);
	return k;
}

void known_free(struct known *k)
{
	if (!k)
		return;
	free(k->term_starts);
	free(k->terms);
	free(k->name_starts);
	free(k->names);
	free(k->translations);
	free(k);
}
