#include "knowledge/learn.h"

#include <math.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "knowledge/lawtext.h"

#define MIN_DF 6
#define TREES 300
#define RATE 0.06f
#define LESSONS_FILE_MAX (256u << 20)
#define NO_FOLD 255

/* ---- reading -------------------------------------------------------------------------------- */

/** Names of the articles of one line; those that can't be read are passed over. */
static size_t read_names(struct arena *a, const json_t *relevant, article_name_t *names)
{
	size_t n = 0, i;
	const json_t *item;

	json_array_foreach(relevant, i, item) {
		char key[ARTICLE_KEY_MAX];
		size_t len;

		if (article_number(json_get_str(item, "article"), &len, key))
			names[n++] = article_name(law_title_key(a, json_get_str(item, "law")), str_of(key));
	}
	return n;
}

static bool read_lesson(struct arena *a, const json_t *line, struct labelled *ret)
{
	const json_t *relevant = json_object_get(line, "relevant");
	struct str question = json_get_str(line, "question");
	article_name_t *names = ARENA_ARRAY(a, article_name_t, json_array_size(relevant) + 1);

	*ret = (struct labelled){
		.question = {arena_strndup(a, question.p ? question.p : "", question.len), question.len},
		.names = names,
		.n_names = read_names(a, relevant, names),
	};
	return ret->question.len && ret->n_names;
}

int lessons_read(struct arena *a, struct str lines, struct lessons *ret, struct fault *f)
{
	VEC(struct labelled) lessons = {0};
	struct str line;
	int number = 0;

	*ret = (struct lessons){0};
	while (str_split(&lines, '\n', &line)) {
		CLEANUP(json_decrefp) json_t *json = NULL;
		struct labelled lesson;
		struct fault why = {0};

		number++;
		line = str_trim(line);
		if (!line.len)
			continue;
		if (json_parse(line, &json, &why) < 0) {
			VEC_FREE(&lessons);
			return fail(f, E_MALFORMED, "questions", "line %d: %s", number, why.detail);
		}
		if (read_lesson(a, json, &lesson))
			VEC_ADD(&lessons, lesson);
		else
			ret->unread++;
	}
	ret->at = lessons.at;
	ret->n = lessons.n;
	return 0;
}

void lessons_free(struct lessons *l)
{
	free(l->at);
	l->at = NULL;
	l->n = 0;
}

/* ---- learning ------------------------------------------------------------------------------- */

/** Training rows of all questions but those of the fold that is left out. */
struct table {
	VEC(float) rows;
	VEC(uint8_t) relevant;
	VEC(uint32_t) groups;
};

/** What doesn't depend on the lessons. */
struct school {
	const struct corpus *c;
	const struct lessons *l;
	int64_t day;
	struct term_vectors *vectors;
	int8_t *doc_vectors;
};

/** By the question's words, so that the order of the file doesn't matter. */
static uint8_t fold_of(struct str question, uint64_t salt)
{
	article_name_t h = article_name(question, (struct str){(const char *)&salt, sizeof(salt)});

	return (uint8_t)((h >> 32) % LEARN_FOLDS);
}

static bool is_relevant(const struct labelled *q, article_name_t name)
{
	for (size_t i = 0; i < q->n_names; i++)
		if (q->names[i] == name)
			return true;
	return false;
}

static void add_question(struct table *t, const struct school *s, const struct ranker *r, const struct labelled *q)
{
	struct candidates *pool = MEM_NEW(struct candidates);

	ranker_candidates(r, q->question, s->day, pool);
	for (size_t i = 0; i < pool->n; i++) {
		for (size_t f = 0; f < RANK_FEATURES; f++)
			VEC_ADD(&t->rows, pool->rows[i][f]);
		VEC_ADD(&t->relevant, is_relevant(q, s->c->articles[pool->docs[i]].name));
	}
	VEC_ADD(&t->groups, (uint32_t)t->relevant.n);
	free(pool);
}

/** Rows of the questions in inner fold @p inner, described by what the others taught. */
static void add_fold(struct table *t, const struct school *s, const uint8_t *folds, uint8_t inner)
{
	uint8_t *used = mem_new(s->l->n + 1);
	struct known *known;
	struct ranker *r;

	for (size_t i = 0; i < s->l->n; i++)
		used[i] = folds[i] == inner || folds[i] == NO_FOLD;
	known = known_learn(s->c, s->vectors, s->doc_vectors, s->l->at, s->l->n, used, 1);
	r = ranker_new(s->c, s->vectors, s->doc_vectors, known, NULL);
	for (size_t i = 0; i < s->l->n; i++)
		if (folds[i] == inner)
			add_question(t, s, r, &s->l->at[i]);
	ranker_free(r);
	known_free(known);
	free(used);
}

/** @param out  questions to leave out entirely; NULL: none */
static struct trees *learn_trees(const struct school *s, const uint8_t *out)
{
	uint8_t *folds = mem_new(s->l->n + 1);
	struct table t = {0};
	struct trees *trees;

	VEC_ADD(&t.groups, 0);
	for (size_t i = 0; i < s->l->n; i++)
		folds[i] = out && out[i] ? NO_FOLD : fold_of(s->l->at[i].question, 1);
	for (uint8_t inner = 0; inner < LEARN_FOLDS; inner++)
		add_fold(&t, s, folds, inner);
	trees = trees_learn(&(struct training){RANK_FEATURES, t.relevant.n, t.rows.at, t.relevant.at, t.groups.at,
					       t.groups.n - 1},
			    TREES, RATE);
	VEC_FREE(&t.rows);
	VEC_FREE(&t.relevant);
	VEC_FREE(&t.groups);
	free(folds);
	return trees;
}

static void school_open(struct school *s, const struct corpus *c, const struct lessons *l, int64_t day)
{
	*s = (struct school){.c = c, .l = l, .day = day, .vectors = vectors_learn(c->index, MIN_DF)};
	s->doc_vectors = vectors_of_docs(s->vectors, c->index);
}

struct model *model_learn(const struct corpus *c, const struct lessons *l, int64_t day)
{
	struct model *m = MEM_NEW(struct model);
	struct school s;

	school_open(&s, c, l, day);
	m->trees = learn_trees(&s, NULL);
	m->known = known_learn(c, s.vectors, s.doc_vectors, l->at, l->n, NULL, 0);
	m->vectors = s.vectors;
	free(s.doc_vectors);
	return m;
}

/* ---- validating ----------------------------------------------------------------------------- */

struct sums {
	size_t n;
	double recall_10, recall_10_squares, recall_100, mrr, mrr_squares;
};

/** Score one answer; the same article (another version of it) counts once. */
static void add_answer(struct sums *s, const struct corpus *c, const struct labelled *q, const uint32_t *docs, size_t n)
{
	size_t found_10 = 0, found_100 = 0, first = 0;
	double recall;

	for (size_t k = 0; k < q->n_names; k++) {
		for (size_t i = 0; i < n && i < 100; i++) {
			if (c->articles[docs[i]].name != q->names[k])
				continue;
			found_10 += i < 10;
			found_100++;
			if (!first || i + 1 < first)
				first = i + 1;
			break;
		}
	}
	recall = (double)found_10 / (double)q->n_names;
	s->n++;
	s->recall_10 += recall;
	s->recall_10_squares += recall * recall;
	s->recall_100 += (double)found_100 / (double)q->n_names;
	if (first && first <= 10) {
		s->mrr += 1 / (double)first;
		s->mrr_squares += 1 / (double)(first * first);
	}
}

static double error_of(double sum, double squares, double n)
{
	return n > 1 ? 1.96 * sqrt(fmax(squares / n - sum / n * sum / n, 0) / (n - 1)) : 0;
}

static struct learn_score score_of(const struct sums *s)
{
	double n = s->n ? (double)s->n : 1;

	return (struct learn_score){
		.questions = s->n,
		.recall_10 = s->recall_10 / n,
		.recall_100 = s->recall_100 / n,
		.mrr_10 = s->mrr / n,
		.recall_10_error = error_of(s->recall_10, s->recall_10_squares, n),
		.mrr_10_error = error_of(s->mrr, s->mrr_squares, n),
	};
}

static void answer(const struct school *s, const struct ranker *r, const struct labelled *q, struct sums *model, struct sums *words)
{
	struct index_hit hits[100];
	uint32_t docs[100];
	size_t n = ranker_search(r, q->question, s->day, hits, ARRAY_SIZE(hits));

	for (size_t i = 0; i < n; i++)
		docs[i] = hits[i].doc;
	add_answer(model, s->c, q, docs, n);
	n = index_search(s->c->index, q->question, s->day, hits, ARRAY_SIZE(hits));
	for (size_t i = 0; i < n; i++)
		docs[i] = hits[i].doc;
	add_answer(words, s->c, q, docs, n);
}

void learn_validate(const struct corpus *c, const struct lessons *l, int64_t day, struct learn_score *ret_model,
		    struct learn_score *ret_words)
{
	uint8_t *out = mem_new(l->n + 1);
	struct sums model = {0}, words = {0};
	struct school s;

	school_open(&s, c, l, day);
	for (uint8_t fold = 0; fold < LEARN_FOLDS; fold++) {
		struct trees *trees;
		struct known *known;
		struct ranker *r;

		for (size_t i = 0; i < l->n; i++)
			out[i] = fold_of(l->at[i].question, 0) == fold;
		trees = learn_trees(&s, out);
		known = known_learn(c, s.vectors, s.doc_vectors, l->at, l->n, out, 1);
		r = ranker_new(c, s.vectors, s.doc_vectors, known, trees);
		for (size_t i = 0; i < l->n; i++)
			if (out[i])
				answer(&s, r, &l->at[i], &model, &words);
		ranker_free(r);
		known_free(known);
		trees_free(trees);
	}
	*ret_model = score_of(&model);
	*ret_words = score_of(&words);
	vectors_free(s.vectors);
	free(s.doc_vectors);
	free(out);
}

/* ---- command line --------------------------------------------------------------------------- */

static void print_score(FILE *out, const char *name, const struct learn_score *s)
{
	fprintf(out, "%-12s R@10 %.3f ± %.3f   R@100 %.3f   MRR@10 %.3f ± %.3f\n", name, s->recall_10, s->recall_10_error,
		s->recall_100, s->mrr_10, s->mrr_10_error);
}

int learn_command(const struct corpus *c, int64_t day, const char *questions_file, const char *out_file, bool validate,
		  FILE *out, FILE *err)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf file = {0};
	struct fault f = {0};
	struct lessons lessons;
	struct model *model;
	struct str text;

	if (file_read(a, questions_file, LESSONS_FILE_MAX, &text, &f) < 0 || lessons_read(a, text, &lessons, &f) < 0) {
		fprintf(err, "lexline: %s\n", f.detail);
		return 1;
	}
	fprintf(out, "%zu questions to learn from, %zu passed over; %zu articles\n", lessons.n, lessons.unread, c->n);
	if (validate) {
		struct learn_score learned, words;

		learn_validate(c, &lessons, day, &learned, &words);
		fprintf(out, "%d-fold cross-validation:\n", LEARN_FOLDS);
		print_score(out, "words alone", &words);
		print_score(out, "learned", &learned);
	}
	model = model_learn(c, &lessons, day);
	model_write(model, &file);
	model_free(model);
	lessons_free(&lessons);
	if (file_write(out_file, buf_str(&file), 0644, &f) < 0) {
		fprintf(err, "lexline: %s\n", f.detail);
		return 1;
	}
	fprintf(out, "%s: %zu bytes\n", out_file, file.len);
	return 0;
}
