#include "knowledge/explain.h"

#include "base/map.h"

#define MAX_WORDS 6
#define MAX_TERMS 512

struct span {
	uint32_t start, end; /**< bytes */
	float weight;
};

typedef VEC(struct span) spans_t;

struct term_set {
	term_t at[MAX_TERMS];
	size_t n;
};

static bool set_has(const struct term_set *set, term_t term)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->at[i] == term)
			return true;
	return false;
}

/** Pairs and words of the question; single characters only when it has nothing else. */
static void telling_terms(struct str question, struct term_set *ret)
{
	for (int singles = 0; singles < 2 && !ret->n; singles++) {
		struct term_scan scan = term_scan(question);
		struct term_at at;

		while (ret->n < MAX_TERMS && term_next(&scan, &at))
			if (term_is_single(at.term) == singles && !set_has(ret, at.term))
				ret->at[ret->n++] = at.term;
	}
}

static void find_spans(const struct index *ix, struct str question, struct str text, spans_t *spans)
{
	struct term_scan scan = term_scan(text);
	struct term_set *set = calloc(1, sizeof(*set));
	struct term_at at;

	if (!set)
		return;
	telling_terms(question, set);
	while (term_next(&scan, &at)) {
		struct span *last = spans->n ? &spans->at[spans->n - 1] : NULL;

		if (!set_has(set, at.term))
			continue;
		if (last && at.start < last->end) {
			last->end = at.end > last->end ? at.end : last->end;
			last->weight += index_weight(ix, at.term);
		} else {
			VEC_ADD(spans, ((struct span){at.start, at.end, index_weight(ix, at.term)}));
		}
	}
	free(set);
}

size_t explain_utf16(struct str text, size_t from, size_t to)
{
	size_t units = 0;

	while (from < to)
		units += utf8_next(text, &from) > 0xFFFF ? 2 : 1;
	return units;
}

static void write_marks(struct jw *w, const spans_t *spans, struct str text)
{
	size_t byte = 0, unit = 0;

	jw_arr(w);
	for (size_t i = 0; i < spans->n; i++) {
		size_t start = unit + explain_utf16(text, byte, spans->at[i].start);

		unit = start + explain_utf16(text, spans->at[i].start, spans->at[i].end);
		byte = spans->at[i].end;
		jw_arr(w);
		jw_int(w, (int64_t)start);
		jw_int(w, (int64_t)unit);
		jw_arr_end(w);
	}
	jw_arr_end(w);
}

static int heaviest_first(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static void write_words(struct jw *w, struct span *spans, size_t n, struct str text)
{
	struct str words[MAX_WORDS];
	size_t n_words = 0;

	qsort(spans, n, sizeof(spans[0]), heaviest_first);
	jw_arr(w);
	for (size_t i = 0; i < n && n_words < MAX_WORDS; i++) {
		struct str word = {text.p + spans[i].start, spans[i].end - spans[i].start};
		bool known = false;

		for (size_t k = 0; k < n_words; k++)
			known |= str_eq(words[k], word);
		if (known)
			continue;
		words[n_words++] = word;
		jw_str(w, word);
	}
	jw_arr_end(w);
}

void explain_json(struct jw *w, const struct index *ix, struct str question, struct str text)
{
	spans_t spans = {0};

	find_spans(ix, question, text, &spans);
	jw_key(w, "marks");
	write_marks(w, &spans, text);
	jw_key(w, "why");
	if (spans.n)
		write_words(w, spans.at, spans.n, text);
	else
		jw_raw(w, STR("[]"));
	VEC_FREE(&spans);
}
