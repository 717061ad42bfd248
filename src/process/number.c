/*
 * Numbers of cases: 咨〔2026〕00017号.
 *
 * On SQLite the one writer takes the next number in the transaction itself: no gaps, no waiting. On
 * PostgreSQL a row that every creation raises would let them commit one after the other, so a
 * series that is busy is served from a block that this process has reserved; the rest of a block
 * is lost when the process ends. A quiet series has no gaps there either.
 */
#include "process/kase.h"

#include <pthread.h>

#define BLOCK 128
/* Creations within a second from which on a series counts as busy. */
#define BUSY 8

struct series {
	int64_t next, last; /**< of the block, empty when next > last */
	int64_t second, asked;
	bool reserving;
};

struct numbers {
	pthread_mutex_t lock;
	struct map *series;
};

struct numbers *numbers_new(void)
{
	struct numbers *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	pthread_mutex_init(&n->lock, NULL);
	n->series = map_new();
	return n;
}

void numbers_free(struct numbers *n)
{
	if (!n)
		return;
	map_free(n->series, free);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

/** Which row of number_series. */
struct row {
	struct ctx *ctx;
	int64_t org_id;
	const char *series;
	int year; /**< 0 when the text doesn't show the year: then it never begins again */
};

static struct row row_of(struct ctx *ctx, const struct definition *d, int64_t org_id)
{
	struct civil c;

	zone_local(ctx->env->zone, ctx->now_ms, &c);
	return (struct row){ctx, org_id, d->number, strstr(d->number, "{year}") ? c.year : 0};
}

static struct series *find(struct numbers *n, const struct row *w)
{
	char *key =
		arena_printf(w->ctx->arena, "%lld/%d/%s", (long long)w->org_id, w->year, w->series);
	struct series *s = map_get(n->series, str_of(key));

	if (!s) {
		s = calloc(1, sizeof(*s));
		if (!s)
			abort();
		s->last = -1;
		map_put(n->series, str_of(key), s);
	}
	return s;
}

/* ---- blocks, for PostgreSQL ---------------------------------------------------------------------
 */

/** Counts who asks; true when this caller should reserve a block now. */
static bool should_reserve(struct numbers *n, const struct row *w)
{
	int64_t second = w->ctx->now_ms / 1000;
	struct series *s;
	bool yes;

	pthread_mutex_lock(&n->lock);
	s = find(n, w);
	if (s->second != second) {
		s->second = second;
		s->asked = 0;
	}
	s->asked++;
	yes = s->asked > BUSY && s->next > s->last && !s->reserving;
	if (yes)
		s->reserving = true;
	pthread_mutex_unlock(&n->lock);
	return yes;
}

static bool from_block(struct numbers *n, const struct row *w, int64_t *ret)
{
	struct series *s;
	bool found;

	pthread_mutex_lock(&n->lock);
	s = find(n, w);
	found = s->next <= s->last;
	if (found)
		*ret = s->next++;
	pthread_mutex_unlock(&n->lock);
	return found;
}

struct reservation {
	const struct row *row;
	int64_t last;
};

static int reserve(struct tx *tx, void *arg)
{
	struct reservation *v = arg;

	return tx_int(tx, "case.number_block",
		      ARGS(A_INT("org_id", v->row->org_id), A_TEXT("series", v->row->series),
			   A_INT("year", v->row->year), A_INT("count", BLOCK)),
		      &v->last);
}

/**
 * The worker waits for a commit here, against the habit, once in BLOCK creations of a busy series;
 * the others go on with the row itself meanwhile.
 */
void number_prepare(struct ctx *ctx, const struct definition *d)
{
	struct numbers *n = process_lib_numbers(ctx->env->process);
	struct row w = row_of(ctx, d, ctx->actor.org_id);
	struct reservation v = {.row = &w};
	struct series *s;
	int err;

	if (db_kind(ctx->env->db) != DB_POSTGRES || !should_reserve(n, &w))
		return;
	err = db_write_wait(ctx->env->db, ctx, reserve, &v);
	pthread_mutex_lock(&n->lock);
	s = find(n, &w);
	s->reserving = false;
	if (err == 0) {
		s->next = v.last - BLOCK + 1;
		s->last = v.last;
	}
	pthread_mutex_unlock(&n->lock);
}

/* ---- a number ---------------------------------------------------------------------- */

/** {year}, {month}, {seq:5}. */
static const char *fill(struct kase *k, int64_t seq)
{
	CLEANUP(buf_free) struct buf b = {0};
	struct civil c;

	zone_local(k->ctx->env->zone, k->ctx->now_ms, &c);
	for (const char *p = k->d->number; *p;) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;

		if (!end) {
			buf_addc(&b, *p++);
			continue;
		}
		if (strncmp(p, "{year}", 6) == 0)
			buf_printf(&b, "%04d", c.year);
		else if (strncmp(p, "{month}", 7) == 0)
			buf_printf(&b, "%02d", c.month);
		else if (strncmp(p, "{seq:", 5) == 0)
			buf_printf(&b, "%0*lld", p[5] - '0', (long long)seq);
		else
			buf_printf(&b, "%lld", (long long)seq);
		p = end + 1;
	}
	return arena_strdup(k->arena, b.p);
}

int number_take(struct kase *k, const char **ret)
{
	struct row w = row_of(k->ctx, k->d, k->org_id);
	int64_t seq;
	int err;

	if (db_kind(tx_db(k->tx)) != DB_POSTGRES ||
	    !from_block(process_lib_numbers(k->lib), &w, &seq)) {
		err = tx_int(k->tx, "case.number_next",
			     ARGS(A_INT("org_id", w.org_id), A_TEXT("series", w.series),
				  A_INT("year", w.year)),
			     &seq);
		if (err < 0)
			return err;
	}
	*ret = fill(k, seq);
	return 0;
}
