/**
 * @file index.h  An in-memory inverted index over short documents of three fields, ranked by BM25F.
 *
 * Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), §3.6:
 * per-field length normalisation, weighted sum of term frequencies, one saturation. Because weights are
 * fixed, a posting keeps its saturated frequency (16 bits) and a query only adds products.
 * Build once, then immutable: any number of threads may search.
 */
#ifndef LEXLINE_INDEX_H
#define LEXLINE_INDEX_H

#include "knowledge/terms.h"

enum index_field { FIELD_TITLE, FIELD_HEADINGS, FIELD_TEXT, FIELD_COUNT };

struct index_doc {
	int64_t id;
	int64_t valid_from, valid_to; /**< days, half open [from, to); searched "on a day" */
};

struct index_builder;
struct index;

struct index_builder *index_builder_new(void);
void index_builder_add(struct index_builder *b, const struct index_doc *doc, const struct str fields[FIELD_COUNT]);
/** Frees the builder. */
struct index *index_builder_finish(struct index_builder *b);
void index_free(struct index *ix);

struct index_hit {
	int64_t id;
	uint32_t doc; /**< its number in the order of adding */
	float score;
};

/**
 * Best @p limit documents valid on @p day, best first; equal scores by order of adding.
 * @return how many
 */
size_t index_search(const struct index *ix, struct str query, int64_t day, struct index_hit *hits, size_t limit);

size_t index_docs(const struct index *ix);
size_t index_bytes(const struct index *ix);
/** Weight of a term (idf), 0 when the index doesn't know it: for explaining a hit. */
float index_weight(const struct index *ix, term_t term);

#endif
