/* Calendars in the store, and the set in force. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/id.h"
#include "process/calendar_impl.h"
#include "process/calendar_store.h"

#define KEEP_RETIRED_US (10 * 60 * 1000000LL) /* see calendars_current() */

struct calendars {
	struct env *env;
	_Atomic(struct calendar_set *) current;
	pthread_mutex_t lock; /* guards swaps and the list of retired sets */
	struct calendar_set *retired;
	calendar_recompute recompute;
};

/* ---- reading ------------------------------------------------------------------------------- */

static char *keep(struct calendar_set *s, const struct rows *rows, const char *column)
{
	struct str text = rows_text(rows, rows_col(rows, column));

	return text.p ? arena_strndup(s->arena, text.p, text.len) : NULL;
}

static bool flag(const struct rows *rows, const char *column)
{
	return rows_int(rows, rows_col(rows, column)) != 0;
}

static int read_windows(struct calendar *c, struct str text, struct fault *f)
{
	json_t *windows = NULL;
	int r = json_parse(text, &windows, f);

	if (r == 0)
		r = calendar_windows_from_json(c, windows, f);
	json_decref(windows);
	return r;
}

static int read_calendar(struct calendar_set *s, const struct rows *rows, struct fault *f)
{
	struct calendar *c = calendar_set_add(s);
	const char *zone = keep(s, rows, "zone");

	c->id = rows_int(rows, rows_col(rows, "id"));
	c->org_id = rows_int(rows, rows_col(rows, "org_id"));
	c->name = keep(s, rows, "name");
	c->base = keep(s, rows, "base");
	c->label_zh = keep(s, rows, "label_zh");
	c->label_en = keep(s, rows, "label_en");
	c->source = keep(s, rows, "source");
	c->make_up_days_run = flag(rows, "make_up_days_run");
	c->days_off_run = flag(rows, "days_off_run");
	c->windows_make_days = str_is(rows_text(rows, rows_col(rows, "working_days")), "windows");
	c->ends_at_midnight = str_is(rows_text(rows, rows_col(rows, "days_end")), "midnight");
	if (!(c->zone = zone_get(zone)))
		return fail(f, E_CONFIG, "zone", "calendar '%s': unknown time zone '%s'", c->name,
			    zone);
	return read_windows(c, rows_text(rows, rows_col(rows, "windows")), f);
}

static struct calendar *by_id(const struct calendar_set *s, int64_t id)
{
	size_t lo = 0, hi = s->list.n; /* the operation orders by id */

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (s->list.at[mid]->id == id)
			return s->list.at[mid];
		if (s->list.at[mid]->id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static int read_calendars(struct tx *tx, struct calendar_set *s)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = tx_op(tx, "calendar.all", NO_ARGS, &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0)
		if ((r = read_calendar(s, rows, &tx_ctx(tx)->fault)) < 0)
			return r;
	return r;
}

typedef VEC(struct day_mark) mark_list;

static void give_marks(struct calendar_set *s, int64_t calendar_id, mark_list *marks)
{
	struct calendar *c = by_id(s, calendar_id);

	if (c && marks->n) {
		c->marks = arena_memdup(s->arena, marks->at, marks->n * sizeof(*marks->at));
		c->n_marks = marks->n;
	}
	marks->n = 0;
}

static int read_days(struct tx *tx, struct calendar_set *s)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	mark_list marks = {0};
	int64_t calendar_id = 0;
	int r;

	if ((r = tx_op(tx, "calendar.all_days", NO_ARGS, &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		struct day_mark m = {.day = rows_int(rows, 1), .label = keep(s, rows, "label")};
		int64_t id = rows_int(rows, 0);

		m.kind = str_is(rows_text(rows, 2), "work") ? DAY_WORK : DAY_OFF;
		if (id != calendar_id)
			give_marks(s, calendar_id, &marks);
		calendar_id = id;
		VEC_ADD(&marks, m);
	}
	give_marks(s, calendar_id, &marks);
	VEC_FREE(&marks);
	return r;
}

static int read_years(struct tx *tx, struct calendar_set *s)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = tx_op(tx, "calendar.all_years", NO_ARGS, &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		struct calendar *c = by_id(s, rows_int(rows, 0));
		struct known_year *years;

		if (!c)
			continue;
		years = ARENA_ARRAY(s->arena, struct known_year, c->n_years + 1);
		if (c->n_years)
			memcpy(years, c->years, c->n_years * sizeof(*years));
		years[c->n_years++] =
			(struct known_year){(int)rows_int(rows, 1), keep(s, rows, "source")};
		c->years = years;
	}
	return r;
}

static int read_orgs(struct tx *tx, struct calendar_set *s)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	VEC(struct org_parent) orgs = {0};
	int r;

	if ((r = tx_op(tx, "calendar.org_parents", NO_ARGS, &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		struct org_parent o = {rows_int(rows, 0), rows_int(rows, 1)};

		VEC_ADD(&orgs, o);
	}
	if (orgs.n)
		s->orgs = arena_memdup(s->arena, orgs.at, orgs.n * sizeof(*orgs.at));
	s->n_orgs = orgs.n;
	VEC_FREE(&orgs);
	return r;
}

static int fill(struct tx *tx, struct calendar_set *s)
{
	int r;

	if ((r = tx_int(tx, "calendar.version", NO_ARGS, &s->version)) < 0 ||
	    (r = read_orgs(tx, s)) < 0 || (r = read_calendars(tx, s)) < 0 ||
	    (r = read_days(tx, s)) < 0 || (r = read_years(tx, s)) < 0)
		return r;
	return calendar_set_finish(s, &tx_ctx(tx)->fault);
}

int calendar_set_load(struct tx *tx, struct calendar_set **ret)
{
	struct calendar_set *s = calendar_set_new();
	int r = fill(tx, s);

	if (r < 0)
		calendar_set_free(s);
	else
		*ret = s;
	return r;
}

/* ---- the set in force ---------------------------------------------------------------------- */

static void free_retired(struct calendars *cals, int64_t before_us)
{
	struct calendar_set **at = &cals->retired;

	while (*at) {
		struct calendar_set *s = *at;

		if (s->retired_us < before_us) {
			*at = s->next_retired;
			calendar_set_free(s);
		} else {
			at = &s->next_retired;
		}
	}
}

void calendars_swap(struct calendars *cals, struct calendar_set *set)
{
	struct calendar_set *old;
	int64_t now = time_monotonic_us();

	pthread_mutex_lock(&cals->lock);
	old = atomic_load(&cals->current);
	if (old && old->version > set->version) { /* a later change was faster */
		old = set;
	} else {
		atomic_store(&cals->current, set);
	}
	if (old) {
		old->retired_us = now;
		old->next_retired = cals->retired;
		cals->retired = old;
	}
	free_retired(cals, now - KEEP_RETIRED_US);
	pthread_mutex_unlock(&cals->lock);
}

static int load_and_swap(struct calendars *cals, struct ctx *ctx)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct calendar_set *set = NULL;
	const struct calendar_set *now = atomic_load(&cals->current);
	int64_t version;
	int r;

	if ((r = db_read(cals->env->db, ctx, &tx)) < 0 ||
	    (r = tx_int(tx, "calendar.version", NO_ARGS, &version)) < 0)
		return r;
	if (now && now->version == version)
		return 0;
	if ((r = calendar_set_load(tx, &set)) == 0)
		calendars_swap(cals, set);
	return r;
}

int calendars_reload(struct calendars *cals, struct fault *f)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(cals->env);
	int r = load_and_swap(cals, ctx);

	if (r < 0 && f)
		*f = ctx->fault;
	return r;
}

int calendars_open(struct env *env, struct calendars **ret, struct fault *f)
{
	struct calendars *cals = calloc(1, sizeof(*cals));
	int r;

	if (!cals)
		return fail(f, E_NO_MEMORY, "", "no memory for the calendars");
	cals->env = env;
	pthread_mutex_init(&cals->lock, NULL);
	if ((r = calendars_reload(cals, f)) < 0) {
		calendars_close(cals);
		return r;
	}
	*ret = cals;
	return 0;
}

void calendars_close(struct calendars *cals)
{
	if (!cals)
		return;
	free_retired(cals, INT64_MAX);
	calendar_set_free(atomic_load(&cals->current));
	pthread_mutex_destroy(&cals->lock);
	free(cals);
}

const struct calendar_set *calendars_current(const struct calendars *cals)
{
	return atomic_load(&cals->current);
}

const struct calendar *calendars_get(const struct calendars *cals, int64_t org_id, const char *name)
{
	return calendar_set_get(calendars_current(cals), org_id, name);
}

void calendars_on_change(struct calendars *cals, calendar_recompute recompute)
{
	cals->recompute = recompute;
}

int calendars_recompute(struct calendars *cals, struct tx *tx, const struct calendar_set *set,
			int64_t org_id)
{
	return cals->recompute ? cals->recompute(tx, set, org_id) : 0;
}

/* ---- writing ------------------------------------------------------------------------------- */

static int insert_days(struct tx *tx, const struct calendar *c, int64_t id)
{
	int r;

	for (size_t i = 0; i < c->n_marks; i++)
		if ((r = tx_exec(tx, "calendar.store_day",
				 ARGS(A_INT("calendar_id", id), A_INT("day", c->marks[i].day),
				      A_TEXT("kind", c->marks[i].kind == DAY_WORK ? "work" : "off"),
				      A_TEXT("label", c->marks[i].label)),
				 NULL)) < 0)
			return r;
	for (size_t i = 0; i < c->n_years; i++)
		if ((r = tx_exec(tx, "calendar.store_year",
				 ARGS(A_INT("calendar_id", id), A_INT("year", c->years[i].year),
				      A_TEXT("source", c->years[i].source)),
				 NULL)) < 0)
			return r;
	return 0;
}

int calendar_insert(struct tx *tx, int64_t org_id, const struct calendar *c)
{
	CLEANUP(buf_free) struct buf windows = {0};
	int64_t id = id_new();
	struct jw w;
	int r;

	jw_begin(&w, &windows);
	calendar_windows_to_json(c, &w);
	r = tx_exec(tx, "calendar.insert",
		    ARGS(A_INT("id", id), A_INT("org_id", org_id), A_TEXT("name", c->name),
			 A_TEXT("base", c->base), A_TEXT("label_zh", c->label_zh),
			 A_TEXT("label_en", c->label_en), A_TEXT("zone", zone_name(c->zone)),
			 A_STR("windows", buf_str(&windows)),
			 A_INT("make_up_days_run", c->make_up_days_run),
			 A_INT("days_off_run", c->days_off_run),
			 A_TEXT("working_days", c->windows_make_days ? "windows" : "official"),
			 A_TEXT("days_end", c->ends_at_midnight ? "midnight" : "duty"),
			 A_TEXT("source", c->source)),
		    NULL);
	return r < 0 ? r : insert_days(tx, c, id);
}

int calendar_set_insert(struct tx *tx, int64_t org_id, const struct calendar_set *set)
{
	int r = tx_exec(tx, "calendar.bump", NO_ARGS, NULL);

	for (size_t i = 0; r >= 0 && i < set->list.n; i++)
		r = calendar_insert(tx, org_id, set->list.at[i]);
	return r;
}
