#include "knowledge/corpus.h"

#include "base/map.h"
#include "base/memory.h"
#include "base/time.h"
#include "knowledge/lawtext.h"

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

/** Kinds that national collections of laws are sorted into; the ranking learns what each is worth. */
static const char *const kinds[] = {"", "民法典", "民法商法", "诉讼与非诉讼程序法", "社会法", "刑法", "行政法",
				    "经济法", "宪法", "宪法相关法", "行政法规", "司法解释", "部门规章"};

struct corpus_builder {
	struct index_builder *index;
	VEC(struct article) articles;
	struct map *laws, *sections; /**< text → number + 1 */
	struct map *positions;	     /**< law → articles so far */
	struct arena *arena;
};

static uint64_t hash_more(uint64_t hash, struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		hash = (hash ^ (uint8_t)s.p[i]) * FNV_PRIME;
	return hash;
}

article_name_t article_name(struct str title_key, struct str article_key)
{
	uint64_t hash = hash_more(hash_more(hash_more(FNV_BASIS, title_key), STR("\n")), article_key);

	return hash ? hash : 1;
}

struct corpus_builder *corpus_builder_new(void)
{
	struct corpus_builder *b = MEM_NEW(struct corpus_builder);

	b->index = index_builder_new();
	b->laws = map_new();
	b->sections = map_new();
	b->positions = map_new();
	b->arena = arena_new();
	return b;
}

static uint32_t number_of(struct map *m, struct str key)
{
	uintptr_t n = (uintptr_t)map_get(m, key);

	if (!n) {
		n = map_count(m) + 1;
		map_put(m, key, (void *)n);
	}
	return (uint32_t)(n - 1);
}

static uint16_t next_position(struct corpus_builder *b, struct str law)
{
	uintptr_t n = (uintptr_t)map_get(b->positions, law);

	map_put(b->positions, law, (void *)(n + 1));
	return (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX);
}

static uint16_t kind_number(struct str kind)
{
	for (size_t i = 1; i < ARRAY_SIZE(kinds); i++)
		if (str_is(kind, kinds[i]))
			return (uint16_t)i;
	return 0;
}

static int16_t year_of(int64_t day)
{
	int year, month, dom;

	if (!day || day == DAY_UNKNOWN)
		return 0;
	date_to_civil(day, &year, &month, &dom);
	return (int16_t)year;
}

void corpus_builder_add(struct corpus_builder *b, const struct article_row *row)
{
	struct index_doc doc = {row->id, row->valid_from, row->valid_to};
	struct str title_key = law_title_key(b->arena, row->law);
	char *version = arena_printf(b->arena, "%.*s\n%lld", STR_FMT(title_key), (long long)row->version_day);
	char *headings = arena_printf(b->arena, "%.*s %.*s", STR_FMT(row->part), STR_FMT(row->path));
	char *section = arena_printf(b->arena, "%s\n%s", version, headings);
	struct str fields[FIELD_COUNT] = {row->law, str_of(headings), row->body};
	struct article a = {
		.name = article_name(title_key, row->key),
		.law = number_of(b->laws, str_of(version)),
		.section = number_of(b->sections, str_of(section)),
		.kind = kind_number(row->kind),
		.year = year_of(row->version_day),
		.position = next_position(b, str_of(version)),
	};

	VEC_ADD(&b->articles, a);
	index_builder_add(b->index, &doc, fields);
	arena_reset(b->arena);
}

static int by_name(const void *a, const void *b)
{
	const struct name_at *x = a, *y = b;

	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return x->doc < y->doc ? -1 : x->doc > y->doc;
}

struct corpus *corpus_builder_finish(struct corpus_builder *b)
{
	struct corpus *c = MEM_NEW(struct corpus);

	c->n = b->articles.n;
	c->n_laws = map_count(b->laws);
	c->n_sections = map_count(b->sections);
	c->articles = b->articles.at;
	c->index = index_builder_finish(b->index);
	c->by_name = mem_new(mem_product(c->n + 1, sizeof(c->by_name[0])));
	for (size_t d = 0; d < c->n; d++)
		c->by_name[d] = (struct name_at){c->articles[d].name, (uint32_t)d};
	qsort(c->by_name, c->n, sizeof(c->by_name[0]), by_name);
	map_free(b->laws, NULL);
	map_free(b->sections, NULL);
	map_free(b->positions, NULL);
	arena_free(b->arena);
	free(b);
	return c;
}

void corpus_free(struct corpus *c)
{
	if (!c)
		return;
	index_free(c->index);
	free(c->articles);
	free(c->by_name);
	free(c);
}

size_t corpus_find(const struct corpus *c, article_name_t name, size_t *ret_from)
{
	size_t low = 0, high = c->n, to;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c->by_name[mid].name < name)
			low = mid + 1;
		else
			high = mid;
	}
	*ret_from = low;
	for (to = low; to < c->n && c->by_name[to].name == name; to++)
		;
	return to;
}
