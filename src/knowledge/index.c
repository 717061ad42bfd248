#include "knowledge/index_inner.h"

#include <math.h>

#include "base/map.h"
#include "base/memory.h"

/* Measured on lay questions: small changes don't matter (docs/decisions.md). */
static const float field_weight[FIELD_COUNT] = {1.0f, 1.0f, 1.0f};

#define MAX_QUERY_TERMS 512

struct index_builder {
	struct term_table terms;
	VEC(term_t) term_of;
	VEC(struct index_doc) docs;
	VEC(struct occurrence) occurrences; /**< grouped by document */
	VEC(uint64_t) doc_starts;
	VEC(uint32_t) lengths; /**< FIELD_COUNT per document, in terms */
	VEC(uint64_t) last;    /**< per list: index + 1 of its newest occurrence */
};

/* ---- term table ----------------------------------------------------------------------------- */

static size_t term_slot(const struct term_table *t, term_t term)
{
	size_t i = (size_t)((term * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & t->mask;

	while (t->keys[i] && t->keys[i] != term)
		i = (i + 1) & t->mask;
	return i;
}

static void *array_new(size_t n, size_t size)
{
	return mem_new(mem_product(n ? n : 1, size));
}

static void term_table_init(struct term_table *t, size_t capacity)
{
	t->mask = capacity - 1;
	t->used = 0;
	t->keys = array_new(capacity, sizeof(t->keys[0]));
	t->lists = array_new(capacity, sizeof(t->lists[0]));
}

static void term_table_free(struct term_table *t)
{
	free(t->keys);
	free(t->lists);
}

static void term_table_grow(struct term_table *t)
{
	struct term_table bigger;

	term_table_init(&bigger, (t->mask + 1) * 2);
	for (size_t i = 0; i <= t->mask; i++) {
		size_t slot;

		if (!t->keys[i])
			continue;
		slot = term_slot(&bigger, t->keys[i]);
		bigger.keys[slot] = t->keys[i];
		bigger.lists[slot] = t->lists[i];
	}
	bigger.used = t->used;
	term_table_free(t);
	*t = bigger;
}

static uint32_t term_intern(struct term_table *t, term_t term)
{
	size_t slot;

	if (t->used * 2 > t->mask)
		term_table_grow(t);
	slot = term_slot(t, term);
	if (!t->keys[slot]) {
		t->keys[slot] = term;
		t->lists[slot] = (uint32_t)t->used++;
	}
	return t->lists[slot];
}

bool index_find(const struct index *ix, term_t term, uint32_t *ret_list)
{
	size_t slot = term_slot(&ix->terms, term);

	if (!ix->terms.keys[slot])
		return false;
	*ret_list = ix->terms.lists[slot];
	return true;
}

/* ---- building ------------------------------------------------------------------------------- */

struct index_builder *index_builder_new(void)
{
	struct index_builder *b = array_new(1, sizeof(*b));

	term_table_init(&b->terms, 1 << 16);
	return b;
}

static void count_term(struct index_builder *b, term_t term, enum index_field field)
{
	uint32_t list = term_intern(&b->terms, term);
	uint64_t first = b->doc_starts.at[b->doc_starts.n - 1];
	struct occurrence *o;

	if (b->last.n <= list) {
		VEC_ADD(&b->last, 0);
		VEC_ADD(&b->term_of, term);
	}
	if (b->last.at[list] <= first) {
		VEC_ADD(&b->occurrences, ((struct occurrence){.list = list}));
		b->last.at[list] = b->occurrences.n;
	}
	o = &b->occurrences.at[b->last.at[list] - 1];
	if (o->tf[field] < UINT8_MAX)
		o->tf[field]++;
}

void index_builder_add(struct index_builder *b, const struct index_doc *doc, const struct str fields[FIELD_COUNT])
{
	VEC_ADD(&b->docs, *doc);
	VEC_ADD(&b->doc_starts, b->occurrences.n);
	for (int f = 0; f < FIELD_COUNT; f++) {
		struct term_scan scan = term_scan(fields[f]);
		struct term_at at;
		uint32_t length = 0;

		for (; term_next(&scan, &at); length++)
			count_term(b, at.term, (enum index_field)f);
		VEC_ADD(&b->lengths, length);
	}
}

static void average_lengths(struct index *ix)
{
	for (int f = 0; f < FIELD_COUNT; f++) {
		double sum = 0;

		for (size_t d = 0; d < ix->n_docs; d++)
			sum += ix->lengths[d * FIELD_COUNT + (size_t)f];
		ix->average[f] = sum > 0 ? (float)(sum / (double)ix->n_docs) : 1.0f;
	}
}

/** tf' / (k1 + tf') with tf' the weighted, length-normalised sum over the fields; in 0 … 1. */
static float saturated(const struct index *ix, size_t doc, const struct occurrence *o)
{
	float tf = 0;

	for (size_t f = 0; f < FIELD_COUNT; f++) {
		float length = (float)ix->lengths[doc * FIELD_COUNT + f];

		if (o->tf[f])
			tf += field_weight[f] * (float)o->tf[f] / (1 - BM25_B + BM25_B * length / ix->average[f]);
	}
	return tf / (BM25_K1 + tf);
}

static void fill_postings(struct index *ix)
{
	uint64_t *at = array_new(ix->n_lists + 1, sizeof(*at));

	for (uint64_t i = 0; i < ix->doc_starts[ix->n_docs]; i++)
		ix->starts[ix->occurrences[i].list + 1]++;
	for (size_t l = 0; l < ix->n_lists; l++)
		ix->starts[l + 1] += ix->starts[l];
	memcpy(at, ix->starts, ix->n_lists * sizeof(*at));
	for (size_t d = 0; d < ix->n_docs; d++) {
		for (uint64_t i = ix->doc_starts[d]; i < ix->doc_starts[d + 1]; i++) {
			uint64_t slot = at[ix->occurrences[i].list]++;

			ix->doc[slot] = (uint32_t)d;
			ix->impact[slot] = (uint16_t)lrintf(saturated(ix, d, &ix->occurrences[i]) * IMPACT_SCALE);
		}
	}
	free(at);
}

static void weigh_terms(struct index *ix)
{
	for (size_t l = 0; l < ix->n_lists; l++) {
		float n = (float)ix->n_docs, df = (float)(ix->starts[l + 1] - ix->starts[l]);

		ix->idf[l] = logf(1 + (n - df + 0.5f) / (df + 0.5f));
	}
}

/** Hand the builder's arrays over. */
static void take_arrays(struct index *ix, struct index_builder *b)
{
	VEC_ADD(&b->doc_starts, b->occurrences.n);
	ix->n_docs = b->docs.n;
	ix->n_lists = b->terms.used;
	ix->terms = b->terms;
	ix->term_of = b->term_of.at;
	ix->docs = b->docs.at;
	ix->doc_starts = b->doc_starts.at;
	ix->occurrences = realloc(b->occurrences.at, (b->occurrences.n + 1) * sizeof(b->occurrences.at[0]));
	if (!ix->occurrences)
		ix->occurrences = b->occurrences.at;
	ix->lengths = b->lengths.at;
	VEC_FREE(&b->last);
	free(b);
}

struct index *index_builder_finish(struct index_builder *b)
{
	struct index *ix = array_new(1, sizeof(*ix));
	uint64_t postings = b->occurrences.n;

	take_arrays(ix, b);
	ix->starts = array_new(ix->n_lists + 1, sizeof(ix->starts[0]));
	ix->doc = array_new(postings, sizeof(ix->doc[0]));
	ix->impact = array_new(postings, sizeof(ix->impact[0]));
	ix->idf = array_new(ix->n_lists, sizeof(ix->idf[0]));
	average_lengths(ix);
	fill_postings(ix);
	weigh_terms(ix);
	return ix;
}

void index_free(struct index *ix)
{
	if (!ix)
		return;
	term_table_free(&ix->terms);
	free(ix->term_of);
	free(ix->docs);
	free(ix->doc_starts);
	free(ix->occurrences);
	free(ix->lengths);
	free(ix->starts);
	free(ix->doc);
	free(ix->impact);
	free(ix->idf);
	free(ix);
}

/* ---- searching ------------------------------------------------------------------------------ */

static bool seen_before(const term_t *terms, size_t n, term_t term)
{
	for (size_t i = 0; i < n; i++)
		if (terms[i] == term)
			return true;
	return false;
}

/** Distinct terms of the query. */
static size_t query_terms(struct str query, term_t terms[MAX_QUERY_TERMS])
{
	struct term_scan scan = term_scan(query);
	struct term_at at;
	size_t n = 0;

	while (n < MAX_QUERY_TERMS && term_next(&scan, &at))
		if (!seen_before(terms, n, at.term))
			terms[n++] = at.term;
	return n;
}

void index_add_list(const struct index *ix, uint32_t list, float weight, float *scores)
{
	weight *= ix->idf[list] / IMPACT_SCALE;

	for (uint64_t i = ix->starts[list]; i < ix->starts[list + 1]; i++)
		scores[ix->doc[i]] += weight * (float)ix->impact[i];
}

/** A heap whose root is the worst hit kept. */
static bool worse(const struct index_hit *a, const struct index_hit *b)
{
	return a->score < b->score || (a->score == b->score && a->doc > b->doc);
}

static void sift_down(struct index_hit *heap, size_t n, size_t i)
{
	for (;;) {
		size_t worst = i, left = 2 * i + 1, right = left + 1;
		struct index_hit swap;

		if (left < n && worse(&heap[left], &heap[worst]))
			worst = left;
		if (right < n && worse(&heap[right], &heap[worst]))
			worst = right;
		if (worst == i)
			return;
		swap = heap[i];
		heap[i] = heap[worst];
		heap[worst] = swap;
		i = worst;
	}
}

static void heap_offer(struct index_hit *heap, size_t *n, size_t limit, struct index_hit hit)
{
	if (*n < limit) {
		heap[(*n)++] = hit;
		if (*n == limit)
			for (size_t i = limit / 2 + 1; i-- > 0;)
				sift_down(heap, limit, i);
	} else if (worse(&heap[0], &hit)) {
		heap[0] = hit;
		sift_down(heap, limit, 0);
	}
}

static int best_first(const void *a, const void *b)
{
	const struct index_hit *x = a, *y = b;

	return worse(x, y) ? 1 : worse(y, x) ? -1 : 0;
}

size_t index_pick(const struct index *ix, const float *scores, int64_t day, struct index_hit *hits, size_t limit)
{
	size_t n = 0;

	for (size_t d = 0; d < ix->n_docs; d++) {
		const struct index_doc *doc = &ix->docs[d];

		if (scores[d] > 0 && doc->valid_from <= day && day < doc->valid_to)
			heap_offer(hits, &n, limit, (struct index_hit){doc->id, (uint32_t)d, scores[d]});
	}
	qsort(hits, n, sizeof(hits[0]), best_first);
	return n;
}

size_t index_search(const struct index *ix, struct str query, int64_t day, struct index_hit *hits, size_t limit)
{
	term_t terms[MAX_QUERY_TERMS];
	size_t n_terms = query_terms(query, terms), n;
	float *scores;
	uint32_t list;

	if (!n_terms || !limit || !ix->n_docs)
		return 0;
	scores = array_new(ix->n_docs, sizeof(*scores));
	for (size_t i = 0; i < n_terms; i++)
		if (index_find(ix, terms[i], &list))
			index_add_list(ix, list, 1, scores);
	n = index_pick(ix, scores, day, hits, limit);
	free(scores);
	return n;
}

size_t index_docs(const struct index *ix)
{
	return ix->n_docs;
}

size_t index_bytes(const struct index *ix)
{
	uint64_t postings = ix->starts[ix->n_lists];

	return postings * (sizeof(ix->doc[0]) + sizeof(ix->impact[0]) + sizeof(ix->occurrences[0])) +
	       (ix->terms.mask + 1) * (sizeof(term_t) + sizeof(uint32_t)) + ix->n_docs * (sizeof(ix->docs[0]) + FIELD_COUNT * sizeof(uint32_t) + sizeof(uint64_t)) +
	       ix->n_lists * (sizeof(term_t) + sizeof(uint64_t) + sizeof(float));
}

float index_weight(const struct index *ix, term_t term)
{
	uint32_t list;

	return index_find(ix, term, &list) ? ix->idf[list] : 0;
}
