/**
 * @file index_inner.h  What the ranking sees of the index; nobody else includes it.
 */
#ifndef LEXLINE_INDEX_INNER_H
#define LEXLINE_INDEX_INNER_H

#include "knowledge/index.h"

/** One term in one document. */
struct occurrence {
	uint32_t list;
	uint8_t tf[FIELD_COUNT]; /**< capped at 255 */
};

/** Open addressing: term → number of its posting list. */
struct term_table {
	term_t *keys;
	uint32_t *lists;
	size_t mask, used;
};

struct index {
	struct term_table terms;
	struct index_doc *docs;
	size_t n_docs;
	size_t n_lists;
	term_t *term_of;   /**< list → its term */
	uint64_t *starts;  /**< n_lists + 1 */
	uint32_t *doc;	   /**< postings: document numbers, rising within a list */
	uint16_t *impact;  /**< beside it: saturated frequency × IMPACT_SCALE */
	float *idf;
	uint64_t *doc_starts; /**< n_docs + 1 */
	struct occurrence *occurrences; /**< grouped by document */
	uint32_t *lengths;    /**< FIELD_COUNT per document, in terms */
	float average[FIELD_COUNT];
};

#define IMPACT_SCALE 65535.0f
#define BM25_K1 1.5f
#define BM25_B 0.75f

bool index_find(const struct index *ix, term_t term, uint32_t *ret_list);
/** scores[d] += weight · idf · saturated frequency, for all documents of the list. */
void index_add_list(const struct index *ix, uint32_t list, float weight, float *scores);
/** Best first by score > 0, valid on the day. */
size_t index_pick(const struct index *ix, const float *scores, int64_t day, struct index_hit *hits, size_t limit);

#endif
