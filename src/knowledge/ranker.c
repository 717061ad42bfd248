#include "knowledge/ranker.h"

#include <math.h>
#include <pthread.h>

#include "base/map.h"
#include "base/memory.h"

_Static_assert(RANK_FEATURES <= LINEAR_MAX, "every feature has a weight");

#define MAX_TERMS 256
#define TOP_WORDS 260
#define TOP_TRANSLATED 160
#define TOP_LATENT 120
#define TOP_KNOWN 100
#define NEIGHBOURS 40 /**< known questions looked at */
#define NOT_PLACED 999
#define FIRST_TREES \
	3 /**< a third of the trees looks at all candidates, the others at the best of them: */
#define KEEP_BEYOND 120	       /**< as many more than are asked for */
#define LEAST_TRANSLATED 0.02f /**< words that weigh less are left out */
#define NO_LIST UINT32_MAX
#define FILTER_BITS \
	65536 /**< by the low bits of a list: most words of an article are not the question's */
#define LATENT_SCALE 4096.0f /**< whole numbers make the sum over all articles twice as fast */

/** A known question holds this term with this weight (unit length over the question). */
struct posting {
	term_t term;
	uint32_t question;
	float weight;
};

struct ranker {
	const struct corpus *c;
	const struct term_vectors *v;
	const int8_t *doc_vectors;
	const struct known *k;
	const struct trees *trees;
	struct posting *postings; /**< by term */
	size_t n_postings;
	uint32_t *translation_lists; /**< posting list of each translation's word, NO_LIST if the
					corpus lacks it */
	struct scratch_pool *pool;
	float *law_prior;     /**< log(1 + times cited), a law each */
	float *article_prior; /**< the same, a document each */
};

/** Room for one question; kept for the next, because fresh memory costs more than the search. */
struct scratch {
	float *words, *translated, *latent, *near_sum, *near_max, *tilted; /**< a document each */
	float *law_near, *law_words;
	float *mark, *weights; /**< a list each; all 0 between questions */
	uint16_t *place;
	struct scratch *next;
};

struct scratch_pool {
	pthread_mutex_t lock; /**< guards `spare` */
	struct scratch *spare;
};

/* ---- what known questions say about this corpus ---------------------------------------------- */

/** A term the corpus doesn't know is the rarest. */
static float weight_of(const struct corpus *c, term_t term)
{
	float idf = index_weight(c->index, term);

	return idf > 0 ? idf : logf((float)c->n + 1);
}

static int by_posting(const void *a, const void *b)
{
	const struct posting *x = a, *y = b;

	if (x->term != y->term)
		return x->term < y->term ? -1 : 1;
	return x->question < y->question ? -1 : x->question > y->question;
}

static void index_questions(struct ranker *r)
{
	const struct known *k = r->k;

	r->postings = mem_new(mem_product(k->term_starts[k->n] + 1, sizeof(*r->postings)));
	for (uint32_t q = 0; q < k->n; q++) {
		float norm = 0;

		for (uint32_t i = k->term_starts[q]; i < k->term_starts[q + 1]; i++) {
			float w = weight_of(r->c, k->terms[i]);

			norm += w * w;
		}
		for (uint32_t i = k->term_starts[q]; i < k->term_starts[q + 1]; i++)
			r->postings[r->n_postings++] = (struct posting){
				k->terms[i], q, weight_of(r->c, k->terms[i]) / sqrtf(norm)};
	}
	qsort(r->postings, r->n_postings, sizeof(*r->postings), by_posting);
}

static void count_citations(struct ranker *r)
{
	const struct known *k = r->k;

	r->law_prior = mem_new(mem_product(r->c->n_laws + 1, sizeof(float)));
	r->article_prior = mem_new(mem_product(r->c->n + 1, sizeof(float)));
	for (uint32_t a = 0; a < k->name_starts[k->n]; a++) {
		size_t from, to = corpus_find(r->c, k->names[a], &from);

		for (size_t i = from; i < to; i++) {
			uint32_t doc = r->c->by_name[i].doc;

			r->article_prior[doc]++;
			r->law_prior[r->c->articles[doc].law]++;
		}
	}
	for (size_t i = 0; i < r->c->n; i++)
		r->article_prior[i] = log1pf(r->article_prior[i]);
	for (size_t i = 0; i < r->c->n_laws; i++)
		r->law_prior[i] = log1pf(r->law_prior[i]);
}

static void find_translations(struct ranker *r)
{
	const struct known *k = r->k;

	r->translation_lists = mem_new(mem_product(k->n_translations + 1, sizeof(uint32_t)));
	for (size_t i = 0; i < k->n_translations; i++)
		if (!index_find(r->c->index, k->translations[i].to, &r->translation_lists[i]))
			r->translation_lists[i] = NO_LIST;
}

struct ranker *ranker_new(const struct corpus *c, const struct term_vectors *v,
			  const int8_t *doc_vectors, const struct known *k,
			  const struct trees *trees)
{
	struct ranker *r = MEM_NEW(struct ranker);

	*r = (struct ranker){.c = c, .v = v, .doc_vectors = doc_vectors, .k = k, .trees = trees};
	r->pool = MEM_NEW(struct scratch_pool);
	pthread_mutex_init(&r->pool->lock, NULL);
	index_questions(r);
	count_citations(r);
	find_translations(r);
	return r;
}

static float *floats(size_t n)
{
	return mem_new(mem_product(n + 1, sizeof(float)));
}

static struct scratch *scratch_new(const struct corpus *c)
{
	struct scratch *s = MEM_NEW(struct scratch);

	s->words = floats(c->n * 6);
	s->law_near = floats(c->n_laws * 2);
	s->mark = floats(c->index->n_lists);
	s->weights = floats(c->index->n_lists);
	s->place = mem_new(mem_product(c->n + 1, sizeof(uint16_t)));
	s->translated = s->words + c->n;
	s->latent = s->translated + c->n;
	s->near_sum = s->latent + c->n;
	s->near_max = s->near_sum + c->n;
	s->tilted = s->near_max + c->n;
	s->law_words = s->law_near + c->n_laws;
	return s;
}

static void scratch_free(struct scratch *s)
{
	free(s->words);
	free(s->law_near);
	free(s->mark);
	free(s->weights);
	free(s->place);
	free(s);
}

static struct scratch *scratch_take(const struct ranker *r)
{
	struct scratch *s;

	pthread_mutex_lock(&r->pool->lock);
	s = r->pool->spare;
	if (s)
		r->pool->spare = s->next;
	pthread_mutex_unlock(&r->pool->lock);
	if (!s)
		return scratch_new(r->c);
	memset(s->words, 0, r->c->n * 5 * sizeof(float));
	memset(s->law_near, 0, r->c->n_laws * 2 * sizeof(float));
	return s;
}

static void scratch_give(const struct ranker *r, struct scratch *s)
{
	pthread_mutex_lock(&r->pool->lock);
	s->next = r->pool->spare;
	r->pool->spare = s;
	pthread_mutex_unlock(&r->pool->lock);
}

void ranker_free(struct ranker *r)
{
	if (!r)
		return;
	while (r->pool->spare) {
		struct scratch *next = r->pool->spare->next;

		scratch_free(r->pool->spare);
		r->pool->spare = next;
	}
	pthread_mutex_destroy(&r->pool->lock);
	free(r->pool);
	free(r->translation_lists);
	free(r->postings);
	free(r->law_prior);
	free(r->article_prior);
	free(r);
}

/* ---- one question --------------------------------------------------------------------------- */

struct mark {
	float weight; /**< idf of a term of the question, 0: none */
	bool single;
};

/** Scratch for one question; arrays are a document, a law or a list each. */
struct question {
	const struct ranker *r;
	int64_t day;
	term_t terms[MAX_TERMS];
	size_t n_terms;
	struct scratch *s;
	float *words, *translated, *latent, *near_sum, *near_max; /**< of the scratch */
	float *law_near, *law_words;
	float *mark; /**< a list each: idf when the question holds it */
	uint64_t filter[FILTER_BITS / 64];
	float mass_single, mass_pair; /**< idf of all its terms */
	float vector[VECTOR_DIM], mapped[VECTOR_DIM];
	struct candidates *out;
	uint16_t *place; /**< a document each: candidate + 1 */
};

static void read_terms(struct question *q, struct str text)
{
	struct term_scan scan = term_scan(text);
	struct term_at at;

	while (q->n_terms < MAX_TERMS && term_next(&scan, &at)) {
		bool seen = false;

		for (size_t i = 0; i < q->n_terms; i++)
			seen |= q->terms[i] == at.term;
		if (!seen)
			q->terms[q->n_terms++] = at.term;
	}
}

static void score_words(struct question *q)
{
	const struct index *ix = q->r->c->index;
	uint32_t list;

	for (size_t i = 0; i < q->n_terms; i++) {
		float weight = weight_of(q->r->c, q->terms[i]);

		*(term_is_single(q->terms[i]) ? &q->mass_single : &q->mass_pair) += weight;
		if (!index_find(ix, q->terms[i], &list))
			continue;
		q->mark[list] = ix->idf[list];
		q->filter[list % FILTER_BITS / 64] |= UINT64_C(1) << list % 64;
		index_add_list(ix, list, 1, q->words);
	}
}

/** Place of the first translation of a term. */
static size_t translations_of(const struct known *k, term_t term)
{
	size_t low = 0, high = k->n_translations;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (k->translations[mid].from < term)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/** Words that lawyers' articles hold when clients use these: Σ P(w | q) · idf(q). */
static void score_translated(struct question *q)
{
	const struct index *ix = q->r->c->index;
	const struct known *k = q->r->k;
	float *weights = q->s->weights;
	VEC(uint32_t) lists = {0};

	for (size_t i = 0; i < q->n_terms; i++) {
		float weight = weight_of(q->r->c, q->terms[i]);
		size_t t = translations_of(k, q->terms[i]);

		for (; t < k->n_translations && k->translations[t].from == q->terms[i]; t++) {
			uint32_t list = q->r->translation_lists[t];

			if (list == NO_LIST)
				continue;
			if (weights[list] <= 0)
				VEC_ADD(&lists, list);
			weights[list] += k->translations[t].p * weight;
		}
	}
	for (size_t i = 0; i < lists.n; i++) {
		if (weights[lists.at[i]] > LEAST_TRANSLATED)
			index_add_list(ix, lists.at[i], weights[lists.at[i]], q->translated);
		weights[lists.at[i]] = 0;
	}
	VEC_FREE(&lists);
}

/** out[d] = whole · docs[d]; whole numbers, so that every processor gives the same. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_THREAD__) && \
	!defined(__clang__)
__attribute__((target_clones("avx2", "default"), optimize("O3")))
#endif
static void
latent_dots(const int16_t whole[VECTOR_DIM], const int8_t *docs, size_t n, float *out)
{
	for (size_t d = 0; d < n; d++) {
		int32_t dot = 0;

		for (int i = 0; i < VECTOR_DIM; i++)
			dot += whole[i] * docs[d * VECTOR_DIM + (size_t)i];
		out[d] = (float)dot / (127 * LATENT_SCALE);
	}
}

static void score_latent(struct question *q, struct str text)
{
	const struct ranker *r = q->r;
	int16_t whole[VECTOR_DIM];
	float norm = 0;

	vectors_of_text(r->v, text, q->vector);
	for (int i = 0; i < VECTOR_DIM; i++) {
		for (int j = 0; j < VECTOR_DIM; j++)
			q->mapped[i] += r->k->map[i * VECTOR_DIM + j] * q->vector[j];
		norm += q->mapped[i] * q->mapped[i];
	}
	for (int i = 0; norm > 0 && i < VECTOR_DIM; i++)
		q->mapped[i] /= sqrtf(norm);
	for (int i = 0; i < VECTOR_DIM; i++)
		whole[i] = (int16_t)lrintf(q->mapped[i] * LATENT_SCALE);
	latent_dots(whole, r->doc_vectors, r->c->n, q->latent);
}

struct near {
	float similarity;
	uint32_t question;
};

static int nearest_first(const void *a, const void *b)
{
	const struct near *x = a, *y = b;

	if (x->similarity != y->similarity)
		return x->similarity < y->similarity ? 1 : -1;
	return x->question < y->question ? -1 : x->question > y->question;
}

static size_t near_questions(const struct question *q, struct near *near)
{
	const struct ranker *r = q->r;
	float norm = 0;

	for (uint32_t i = 0; i < r->k->n; i++)
		near[i] = (struct near){0, i};
	for (size_t i = 0; i < q->n_terms; i++) {
		float weight = weight_of(r->c, q->terms[i]);
		size_t low = 0, high = r->n_postings;

		norm += weight * weight;
		while (low < high) {
			size_t mid = (low + high) / 2;

			if (r->postings[mid].term < q->terms[i])
				low = mid + 1;
			else
				high = mid;
		}
		for (; low < r->n_postings && r->postings[low].term == q->terms[i]; low++)
			near[r->postings[low].question].similarity +=
				weight * r->postings[low].weight;
	}
	for (uint32_t i = 0; norm > 0 && i < r->k->n; i++)
		near[i].similarity /= sqrtf(norm);
	qsort(near, r->k->n, sizeof(*near), nearest_first);
	return r->k->n < NEIGHBOURS ? r->k->n : NEIGHBOURS;
}

static void score_near(struct question *q)
{
	const struct known *k = q->r->k;
	const struct corpus *c = q->r->c;
	struct near *near = mem_new(mem_product(k->n + 1, sizeof(*near)));
	size_t n = near_questions(q, near);

	for (size_t i = 0; i < n; i++) {
		float s = near[i].similarity;

		for (uint32_t a = k->name_starts[near[i].question];
		     a < k->name_starts[near[i].question + 1]; a++) {
			size_t from, to = corpus_find(c, k->names[a], &from);

			for (; from < to; from++) {
				uint32_t doc = c->by_name[from].doc;

				q->near_sum[doc] += s * s;
				q->near_max[doc] = fmaxf(q->near_max[doc], s);
				q->law_near[c->articles[doc].law] += s * s;
			}
		}
	}
	free(near);
}

/* ---- the pool ------------------------------------------------------------------------------- */

static bool in_force(const struct question *q, size_t doc)
{
	const struct index_doc *d = &q->r->c->index->docs[doc];

	return d->valid_from <= q->day && q->day < d->valid_to;
}

/** The best @p limit by @p scores join the pool; their rank is noted in column @p feature. */
static void propose(struct question *q, const float *scores, size_t limit, int feature)
{
	struct index_hit *hits = mem_new(mem_product(limit, sizeof(*hits)));
	size_t n = index_pick(q->r->c->index, scores, q->day, hits, limit);

	for (size_t i = 0; i < n; i++) {
		uint32_t doc = hits[i].doc;

		if (!q->place[doc]) {
			if (q->out->n == RANK_POOL)
				break;
			q->out->docs[q->out->n] = doc;
			q->place[doc] = (uint16_t)++q->out->n;
			memset(q->out->rows[q->out->n - 1], 0, sizeof(q->out->rows[0]));
			for (int f = 28; f <= 31; f++)
				q->out->rows[q->out->n - 1][f] = NOT_PLACED;
		}
		q->out->rows[q->place[doc] - 1][feature] = (float)i;
	}
	free(hits);
}

static float best_of(const struct question *q, const float *scores)
{
	float best = 1e-6f;

	for (size_t i = 0; i < q->out->n; i++)
		best = fmaxf(best, scores[q->out->docs[i]]);
	return best;
}

/* ---- features ------------------------------------------------------------------------------- */

/** BM25 parts by field and by single characters or pairs, and how much of the question is covered.
 */
static void describe_words(const struct question *q, uint32_t doc, float *row)
{
	const struct index *ix = q->r->c->index;
	float part[FIELD_COUNT][2] = {{0}}, covered[2] = {0};

	for (uint64_t o = ix->doc_starts[doc]; o < ix->doc_starts[doc + 1]; o++) {
		const struct occurrence *occ = &ix->occurrences[o];
		float weight;
		bool single;

		if (!(q->filter[occ->list % FILTER_BITS / 64] >> occ->list % 64 & 1) ||
		    (weight = q->mark[occ->list]) <= 0)
			continue;
		single = term_is_single(ix->term_of[occ->list]);
		covered[single] += weight;
		for (size_t f = 0; f < FIELD_COUNT; f++) {
			float length = (float)ix->lengths[doc * FIELD_COUNT + f];
			float tf =
				(float)occ->tf[f] / (1 - BM25_B + BM25_B * length / ix->average[f]);

			if (occ->tf[f])
				part[f][single] += weight * tf / (BM25_K1 + tf);
		}
	}
	row[2] = part[FIELD_TEXT][0];
	row[3] = part[FIELD_TEXT][1];
	row[4] = part[FIELD_TITLE][0];
	row[5] = part[FIELD_HEADINGS][0];
	row[6] = part[FIELD_TITLE][1] + part[FIELD_HEADINGS][1];
	row[7] = covered[1] / (q->mass_single + 1e-6f);
	row[8] = covered[0] / (q->mass_pair + 1e-6f);
	row[9] = (row[2] + row[3]) / (q->mass_single + q->mass_pair + 1e-6f);
}

static float dot_question(const struct question *q, uint32_t doc)
{
	const int8_t *v = q->r->doc_vectors + (size_t)doc * VECTOR_DIM;
	float dot = 0;

	for (int i = 0; i < VECTOR_DIM; i++)
		dot += q->vector[i] * (float)v[i];
	return dot / 127;
}

static float beside(const struct question *q, uint32_t doc)
{
	const struct corpus *c = q->r->c;
	float best = 0;

	if (doc > 0 && c->articles[doc - 1].law == c->articles[doc].law)
		best = q->words[doc - 1];
	if (doc + 1 < c->n && c->articles[doc + 1].law == c->articles[doc].law)
		best = fmaxf(best, q->words[doc + 1]);
	return best;
}

static void describe(struct question *q, size_t at, float best_words, float best_translated,
		     const float *section_best)
{
	const struct corpus *c = q->r->c;
	uint32_t doc = q->out->docs[at];
	const struct article *a = &c->articles[doc];
	float *row = q->out->rows[at];

	row[0] = q->words[doc];
	row[1] = q->words[doc] / best_words;
	describe_words(q, doc, row);
	row[10] = q->translated[doc];
	row[11] = q->translated[doc] / best_translated;
	row[12] = q->near_max[doc];
	row[13] = q->near_sum[doc];
	row[14] = q->law_near[a->law];
	row[15] = dot_question(q, doc);
	row[16] = q->latent[doc];
	row[17] = q->r->law_prior[a->law];
	row[18] = q->r->article_prior[doc];
	row[19] = a->kind;
	row[20] = a->year;
	row[21] = a->position;
	row[22] = (float)c->index->lengths[doc * FIELD_COUNT + FIELD_TEXT];
	row[23] = (float)q->n_terms;
	row[24] = q->law_words[a->law];
	row[25] = section_best[a->section];
	row[26] = beside(q, doc) / best_words;
	row[27] = (float)c->index->lengths[doc * FIELD_COUNT + FIELD_TITLE];
	row[32] = q->law_near[a->law] > 0 ? q->near_sum[doc] / q->law_near[a->law] : 0;
	row[33] = row[1] + row[11] + row[16] + 2 * row[12];
}

/** Of each law: the mean of its three best candidates by words. */
static void sum_laws(struct question *q, float best)
{
	const struct corpus *c = q->r->c;
	float *top = floats(c->n_laws * 3);

	for (size_t i = 0; i < q->out->n; i++) {
		float *t = top + (size_t)c->articles[q->out->docs[i]].law * 3;
		float s = q->words[q->out->docs[i]] / best;

		for (int j = 0; j < 3; j++) {
			if (s > t[j]) {
				float swap = t[j];

				t[j] = s;
				s = swap;
			}
		}
	}
	for (size_t l = 0; l < c->n_laws; l++)
		q->law_words[l] = (top[l * 3] + top[l * 3 + 1] + top[l * 3 + 2]) / 3;
	free(top);
}

static void describe_all(struct question *q)
{
	const struct corpus *c = q->r->c;
	float best_words = best_of(q, q->words), best_translated = best_of(q, q->translated);
	float *section_best = floats(c->n_sections);

	sum_laws(q, best_words);
	for (size_t i = 0; i < q->out->n; i++) {
		uint32_t section = c->articles[q->out->docs[i]].section;

		section_best[section] =
			fmaxf(section_best[section], q->words[q->out->docs[i]] / best_words);
	}
	for (size_t i = 0; i < q->out->n; i++)
		describe(q, i, best_words, best_translated, section_best);
	free(section_best);
}

static void question_open(struct question *q, const struct ranker *r, int64_t day,
			  struct candidates *out)
{
	*q = (struct question){.r = r, .day = day, .out = out};
	out->n = 0;
	q->s = scratch_take(r);
	q->words = q->s->words;
	q->translated = q->s->translated;
	q->latent = q->s->latent;
	q->near_sum = q->s->near_sum;
	q->near_max = q->s->near_max;
	q->law_near = q->s->law_near;
	q->law_words = q->s->law_words;
	q->mark = q->s->mark;
	q->place = q->s->place;
}

static void question_close(struct question *q)
{
	uint32_t list;

	for (size_t i = 0; i < q->n_terms; i++)
		if (index_find(q->r->c->index, q->terms[i], &list))
			q->mark[list] = 0;
	for (size_t i = 0; i < q->out->n; i++)
		q->place[q->out->docs[i]] = 0;
	scratch_give(q->r, q->s);
}

/** Law prior tilts the words' proposals, so that common laws are not crowded out. */
static void propose_words(struct question *q)
{
	const struct corpus *c = q->r->c;
	float *tilted = q->s->tilted, best = 1e-6f;

	for (size_t d = 0; d < c->n; d++)
		best = in_force(q, d) ? fmaxf(best, q->words[d]) : best;
	for (size_t d = 0; d < c->n; d++)
		tilted[d] = q->words[d] > 0 ? q->words[d] / best +
						      0.05f * q->r->law_prior[c->articles[d].law]
					    : 0;
	propose(q, tilted, TOP_WORDS, 28);
}

void ranker_candidates(const struct ranker *r, struct str text, int64_t day, struct candidates *ret)
{
	struct question q;

	question_open(&q, r, day, ret);
	read_terms(&q, text);
	score_words(&q);
	score_translated(&q);
	score_latent(&q, text);
	score_near(&q);
	propose_words(&q);
	propose(&q, q.near_sum, TOP_KNOWN, 31);
	propose(&q, q.translated, TOP_TRANSLATED, 29);
	propose(&q, q.latent, TOP_LATENT, 30);
	describe_all(&q);
	question_close(&q);
}

static int best_hit_first(const void *a, const void *b)
{
	const struct index_hit *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->doc < y->doc ? -1 : x->doc > y->doc;
}

/** Candidates in the order of what these trees say, best first; their rows move with them. */
static void order_by(const struct trees *trees, struct candidates *pool, size_t n,
		     struct index_hit *hits)
{
	struct candidates *ordered = mem_new(sizeof(*ordered));
	float scores[RANK_POOL];

	trees_score_all(trees, pool->rows[0], RANK_FEATURES, n, scores);
	for (size_t i = 0; i < n; i++) /* the place in the pool stands in for the id meanwhile */
		hits[i] = (struct index_hit){(int64_t)i, pool->docs[i], hits[i].score + scores[i]};
	qsort(hits, n, sizeof(hits[0]), best_hit_first);
	for (size_t i = 0; i < n; i++) {
		ordered->docs[i] = pool->docs[hits[i].id];
		memcpy(ordered->rows[i], pool->rows[hits[i].id], sizeof(ordered->rows[i]));
	}
	memcpy(pool->docs, ordered->docs, n * sizeof(pool->docs[0]));
	memcpy(pool->rows, ordered->rows, n * sizeof(pool->rows[0]));
	free(ordered);
}

size_t ranker_search(const struct ranker *r, struct str question, int64_t day,
		     struct index_hit *hits, size_t limit)
{
	struct trees first = {.n = r->trees->n / FIRST_TREES, .at = r->trees->at};
	struct trees rest = {.n = r->trees->n - first.n, .at = r->trees->at + first.n};
	float scores[RANK_POOL];
	struct candidates *pool = mem_new(sizeof(*pool));
	struct index_hit all[RANK_POOL] = {{0}};
	size_t n, kept = limit + KEEP_BEYOND;

	ranker_candidates(r, question, day, pool);
	linear_score_all(&r->trees->linear, pool->rows[0], RANK_FEATURES, pool->n, scores);
	for (size_t i = 0; i < pool->n; i++)
		all[i].score = scores[i];
	order_by(&first, pool, pool->n, all);
	order_by(&rest, pool, pool->n < kept ? pool->n : kept, all);
	n = pool->n < limit ? pool->n : limit;
	for (size_t i = 0; i < n; i++)
		hits[i] = (struct index_hit){r->c->index->docs[all[i].doc].id, all[i].doc,
					     all[i].score};
	free(pool);
	return n;
}
