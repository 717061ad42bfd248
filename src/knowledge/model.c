#include "knowledge/model.h"

#include <sodium.h>

#include "base/memory.h"

#define MAGIC "LXRANK02"
#define HASH_BYTES 32
#define COUNT_MAX (UINT64_C(1) << 32)

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the model's file is little endian"
#endif

void model_free(struct model *m)
{
	if (!m)
		return;
	vectors_free(m->vectors);
	known_free(m->known);
	trees_free(m->trees);
	free(m);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void put(struct buf *out, const void *p, size_t n, size_t size)
{
	static const char zeros[8];

	buf_add(out, p, n * size);
	buf_add(out, zeros, (8 - out->len % 8) % 8);
}

static void put_count(struct buf *out, uint64_t n)
{
	put(out, &n, 1, sizeof(n));
}

static void put_vectors(struct buf *out, const struct term_vectors *v)
{
	put_count(out, VECTOR_DIM);
	put_count(out, v->n);
	put(out, v->terms, v->n, sizeof(v->terms[0]));
	put(out, v->weights, v->n, sizeof(v->weights[0]));
	put(out, v->scales, v->n, sizeof(v->scales[0]));
	put(out, v->coords, v->n, VECTOR_DIM);
}

/** Translations take the most room: term pairs apart, probabilities in 16 bits. */
static void put_translations(struct buf *out, const struct known *k)
{
	CLEANUP(buf_free) struct buf from = {0}, to = {0}, p = {0};

	for (size_t i = 0; i < k->n_translations; i++) {
		uint16_t whole = translation_pack(k->translations[i].p);

		buf_add(&from, &k->translations[i].from, sizeof(term_t));
		buf_add(&to, &k->translations[i].to, sizeof(term_t));
		buf_add(&p, &whole, sizeof(whole));
	}
	put_count(out, k->n_translations);
	put(out, from.p, 1, from.len);
	put(out, to.p, 1, to.len);
	put(out, p.p, 1, p.len);
}

static void put_known(struct buf *out, const struct known *k)
{
	put_count(out, k->n);
	put_count(out, k->term_starts[k->n]);
	put_count(out, k->name_starts[k->n]);
	put(out, k->term_starts, k->n + 1, sizeof(uint32_t));
	put(out, k->terms, k->term_starts[k->n], sizeof(term_t));
	put(out, k->name_starts, k->n + 1, sizeof(uint32_t));
	put(out, k->names, k->name_starts[k->n], sizeof(article_name_t));
	put_translations(out, k);
	put(out, k->map, VECTOR_DIM * VECTOR_DIM, sizeof(float));
}

void model_write(const struct model *m, struct buf *out)
{
	uint8_t hash[HASH_BYTES];

	buf_clear(out);
	buf_add(out, MAGIC, strlen(MAGIC));
	put_vectors(out, m->vectors);
	put_known(out, m->known);
	put_count(out, RANK_FEATURES);
	put(out, &m->trees->linear, 1, sizeof(struct linear));
	put_count(out, m->trees->n);
	put(out, m->trees->at, m->trees->n, sizeof(struct tree));
	crypto_generichash(hash, sizeof(hash), (const uint8_t *)out->p, out->len, NULL, 0);
	buf_add(out, hash, sizeof(hash));
}

/* ---- reading: the file is hostile ------------------------------------------------------------ */

struct input {
	struct str rest;
	bool bad;
};

static const void *take(struct input *in, uint64_t n, size_t size)
{
	uint64_t bytes = n * size, padded = (bytes + 7) / 8 * 8;
	const void *at = in->rest.p;

	if (in->bad || n > COUNT_MAX || padded > in->rest.len) {
		in->bad = true;
		return NULL;
	}
	in->rest.p += padded;
	in->rest.len -= padded;
	return at;
}

static uint64_t take_count(struct input *in)
{
	const void *at = take(in, 1, sizeof(uint64_t));
	uint64_t n = 0;

	if (at)
		memcpy(&n, at, sizeof(n));
	in->bad |= n > COUNT_MAX;
	return in->bad ? 0 : n;
}

/** A copy of the next array, with room for one more; never NULL. */
static void *take_copy(struct input *in, uint64_t n, size_t size)
{
	const void *at = take(in, n, size);
	void *copy = mem_new(mem_product(at ? n + 1 : 1, size));

	if (at && n)
		memcpy(copy, at, n * size);
	return copy;
}

static struct term_vectors *take_vectors(struct input *in)
{
	struct term_vectors *v = MEM_NEW(struct term_vectors);

	in->bad |= take_count(in) != VECTOR_DIM;
	v->n = take_count(in);
	v->terms = take_copy(in, v->n, sizeof(v->terms[0]));
	v->weights = take_copy(in, v->n, sizeof(v->weights[0]));
	v->scales = take_copy(in, v->n, sizeof(v->scales[0]));
	v->coords = take_copy(in, v->n, VECTOR_DIM);
	for (size_t i = 1; !in->bad && i < v->n; i++)
		in->bad |= v->terms[i - 1] >= v->terms[i];
	return v;
}

/** Starts rise from 0 to @p total. */
static bool are_starts(const uint32_t *starts, uint64_t n, uint64_t total)
{
	if (starts[0] != 0 || starts[n] != total)
		return false;
	for (uint64_t i = 0; i < n; i++)
		if (starts[i] > starts[i + 1])
			return false;
	return true;
}

static void take_translations(struct input *in, struct known *k)
{
	const char *from, *to, *p;

	k->n_translations = take_count(in);
	from = take(in, k->n_translations, sizeof(term_t));
	to = take(in, k->n_translations, sizeof(term_t));
	p = take(in, k->n_translations, sizeof(uint16_t));
	if (in->bad)
		k->n_translations = 0;
	k->translations = mem_new(mem_product(k->n_translations + 1, sizeof(struct translation)));
	for (size_t i = 0; i < k->n_translations; i++) {
		uint16_t whole;

		memcpy(&k->translations[i].from, from + i * sizeof(term_t), sizeof(term_t));
		memcpy(&k->translations[i].to, to + i * sizeof(term_t), sizeof(term_t));
		memcpy(&whole, p + i * sizeof(whole), sizeof(whole));
		k->translations[i].p = translation_unpack(whole);
		in->bad |= i && k->translations[i - 1].from > k->translations[i].from;
	}
}

static struct known *take_known(struct input *in)
{
	struct known *k = MEM_NEW(struct known);
	uint64_t n_terms, n_names;
	const void *map;

	k->n = take_count(in);
	n_terms = take_count(in);
	n_names = take_count(in);
	k->term_starts = take_copy(in, k->n + 1, sizeof(uint32_t));
	k->terms = take_copy(in, n_terms, sizeof(term_t));
	k->name_starts = take_copy(in, k->n + 1, sizeof(uint32_t));
	k->names = take_copy(in, n_names, sizeof(article_name_t));
	in->bad = in->bad || !are_starts(k->term_starts, k->n, n_terms) || !are_starts(k->name_starts, k->n, n_names);
	take_translations(in, k);
	map = take(in, VECTOR_DIM * VECTOR_DIM, sizeof(float));
	if (map)
		memcpy(k->map, map, sizeof(k->map));
	return k;
}

/** A split points forward, so that every walk ends at a leaf. */
static bool is_tree(const struct tree *t)
{
	if (t->n < 1 || t->n > TREE_NODES)
		return false;
	for (int i = 0; i < t->n; i++) {
		const struct tree_node *node = &t->nodes[i];

		if (node->feature >= RANK_FEATURES || node->feature < -1)
			return false;
		if (node->feature >= 0 && (node->left <= i || node->left + 1 >= t->n))
			return false;
	}
	return true;
}

static struct trees *take_trees(struct input *in)
{
	struct trees *t = MEM_NEW(struct trees);
	const struct linear *linear;

	in->bad |= take_count(in) != RANK_FEATURES;
	linear = take(in, 1, sizeof(*linear));
	if (linear)
		t->linear = *linear;
	t->n = take_count(in);
	t->at = take_copy(in, t->n, sizeof(struct tree));
	for (size_t i = 0; !in->bad && i < t->n; i++)
		in->bad |= !is_tree(&t->at[i]);
	return t;
}

static bool hash_fits(struct str file)
{
	uint8_t hash[HASH_BYTES];

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)file.p, file.len - HASH_BYTES, NULL, 0);
	return sodium_memcmp(hash, file.p + file.len - HASH_BYTES, HASH_BYTES) == 0;
}

int model_read(struct str file, struct model **ret, struct fault *f)
{
	const size_t head = strlen(MAGIC);
	struct input in;
	struct model *m;

	if (file.len < head + HASH_BYTES || memcmp(file.p, MAGIC, head) != 0)
		return fail(f, E_CORRUPT, "", "this is no ranking model of this version; make one with 'lexline learn'");
	if (!hash_fits(file))
		return fail(f, E_CORRUPT, "", "the ranking model is damaged: its hash does not fit; restore it or learn anew");
	in = (struct input){{file.p + head, file.len - head - HASH_BYTES}, false};
	m = MEM_NEW(struct model);
	m->vectors = take_vectors(&in);
	m->known = take_known(&in);
	m->trees = take_trees(&in);
	if (in.bad || in.rest.len) {
		model_free(m);
		return fail(f, E_CORRUPT, "", "the ranking model is of another layout; make one with 'lexline learn'");
	}
	*ret = m;
	return 0;
}
