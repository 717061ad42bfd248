/*
 * How fast documents are set:  bench-documents [seconds] [threads]
 *
 * The same contract of about ten pages, with contents, a table and the place of a cross-page seal, once by
 * one thread (milliseconds each) and then by several (documents a second).
 */
#include <pthread.h>
#include <stdio.h>

#include "base/time.h"
#include "document/model.h"

#define CLAUSES 21
#define TEXT                                                                                                             \
	"甲方因生产经营需要，向乙方借款人民币壹拾万元整（￥100,000.00），借款期限自2026年5月9日起至2027年5月8日止；乙方同意" \
	"按照《中华人民共和国民法典》第六百六十七条、第六百七十九条的规定出借，年利率不超过合同成立时一年期贷款市场报价利率的四倍。" \
	"任何一方违反本条约定的，应当赔偿对方因此受到的损失，包括实现债权的律师费、诉讼费、保全费和鉴定费。"

static void add_table(struct doc *d)
{
	struct block *b = doc_add(d, BLOCK_TABLE, 0);
	struct table *t = b->table = ARENA_NEW(d->arena, struct table);

	t->columns = 3;
	t->rows = 25;
	t->head_rows = 1;
	t->cells = ARENA_ARRAY(d->arena, struct cell, t->rows * 3);
	t->widths = ARENA_ARRAY(d->arena, double, 3);
	for (size_t i = 0; i < t->rows * 3; i++) {
		t->widths[i % 3] = 1.0 / 3;
		t->cells[i].runs = runs_of(d->arena, str_of(arena_printf(d->arena, "第%zu期", i)), 0);
	}
}

static struct doc *contract(struct arena *a)
{
	struct doc *d = doc_new(a, document_layout(STR("contract")));

	d->title = d->header = STR("借款合同");
	d->cross_seal = true;
	doc_add(d, BLOCK_TITLE, 0)->runs = runs_of(a, STR("借款合同"), 0);
	doc_add(d, BLOCK_CONTENTS, 0);
	doc_add(d, BLOCK_BREAK, 0);
	for (unsigned i = 1; i <= CLAUSES; i++) {
		struct block *b = doc_add(d, BLOCK_HEADING, 0);

		b->level = 1;
		b->number_kind = NUM_ARTICLE;
		b->number = i;
		b->number_label = number_text(a, NUM_ARTICLE, i);
		b->runs = runs_of(a, STR("双方的权利和义务"), 0);
		for (int k = 0; k < 2; k++)
			doc_add(d, BLOCK_PARA, 0)->runs = runs_of(a, STR(TEXT), 0);
	}
	add_table(d);
	return d;
}

struct measured {
	int64_t until_us;
	int64_t best_us;
	int pages, count, failed;
	size_t bytes;
};

static void *make_many(void *arg)
{
	struct measured *r = arg;

	while (time_monotonic_us() < r->until_us) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		CLEANUP(buf_free) struct buf pdf = {0};
		CLEANUP(doc_freep) struct doc *d = contract(a);
		struct fault f = {0};
		int64_t from = time_monotonic_us(), took;

		if (document_pdf(d, &pdf, &r->pages, &f) < 0) {
			fprintf(stderr, "%s\n", f.detail);
			r->failed++;
			break;
		}
		took = time_monotonic_us() - from;
		r->bytes = pdf.len;
		if (r->count == 0)
			printf("the first of a thread: %.1f ms\n", (double)took / 1000);
		else if (!r->best_us || took < r->best_us)
			r->best_us = took;
		r->count++;
	}
	return NULL;
}

static int measure(int threads, double seconds)
{
	struct measured runs[64] = {0};
	pthread_t ids[64];
	int count = 0, failed = 0;

	for (int i = 0; i < threads; i++) {
		runs[i].until_us = time_monotonic_us() + (int64_t)(seconds * 1e6);
		if (pthread_create(&ids[i], NULL, make_many, &runs[i]) != 0)
			return 1;
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		count += runs[i].count;
		failed += runs[i].failed;
	}
	printf("%d thread%s: %d pages, %zu KB; %.1f ms each on average, %.1f at best; %.1f documents/s\n", threads,
	       threads == 1 ? "" : "s", runs[0].pages, runs[0].bytes >> 10, seconds * 1000 * threads / (count ? count : 1),
	       (double)runs[0].best_us / 1000, count / seconds);
	return failed > 0;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 5;
	long threads = argc > 2 ? strtol(argv[2], NULL, 10) : 2;

	if (seconds <= 0 || threads < 1 || threads > 64) {
		fprintf(stderr, "usage: bench-documents [seconds] [threads 1–64]\n");
		return 2;
	}
	return measure(1, seconds) || measure((int)threads, seconds);
}
