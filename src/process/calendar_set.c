/* Building sets of calendars, whatever they come from; looking one up for an organisation. */
#include "process/calendar_impl.h"

struct calendar_set *calendar_set_new(void)
{
	struct arena *a = arena_new();
	struct calendar_set *s = ARENA_NEW(a, struct calendar_set);

	s->arena = a;
	return s;
}

struct calendar *calendar_set_add(struct calendar_set *s)
{
	struct calendar *c = ARENA_NEW(s->arena, struct calendar);

	VEC_ADD(&s->list, c);
	return c;
}

void calendar_set_free(struct calendar_set *s)
{
	if (!s)
		return;
	VEC_FREE(&s->list);
	arena_free(s->arena);
}

size_t calendar_set_count(const struct calendar_set *s)
{
	return s->list.n;
}

const struct calendar *calendar_set_at(const struct calendar_set *s, size_t i, int64_t *ret_org_id)
{
	if (ret_org_id)
		*ret_org_id = s->list.at[i]->org_id;
	return s->list.at[i];
}

static int64_t parent_of(const struct calendar_set *s, int64_t org_id)
{
	size_t lo = 0, hi = s->n_orgs;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (s->orgs[mid].org_id == org_id)
			return s->orgs[mid].parent_id;
		if (s->orgs[mid].org_id < org_id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return 0;
}

static struct calendar *find_exact(const struct calendar_set *s, int64_t org_id, const char *name)
{
	for (size_t i = 0; i < s->list.n; i++)
		if (s->list.at[i]->org_id == org_id && !strcmp(s->list.at[i]->name, name))
			return s->list.at[i];
	return NULL;
}

const struct calendar *calendar_set_get(const struct calendar_set *s, int64_t org_id,
					const char *name)
{
	const struct calendar *c;

	for (int depth = 0; depth < 64;
	     depth++) { /* more levels than any tree of organisations has */
		if ((c = find_exact(s, org_id, name)))
			return c;
		if (org_id == 0)
			break;
		org_id = parent_of(s, org_id);
	}
	return NULL;
}

/* ---- windows ------------------------------------------------------------------------------- */

int minute_parse(struct str s, int *ret, struct fault *f)
{
	int h, m;

	if (s.len != 5 || s.p[2] != ':' || s.p[0] < '0' || s.p[0] > '9' || s.p[1] < '0' ||
	    s.p[1] > '9' || s.p[3] < '0' || s.p[3] > '9' || s.p[4] < '0' || s.p[4] > '9')
		return fail(f, E_INVALID, "windows", "a time is written \"08:30\"");
	h = (s.p[0] - '0') * 10 + s.p[1] - '0';
	m = (s.p[3] - '0') * 10 + s.p[4] - '0';
	if (m > 59 || h * 60 + m > 1440)
		return fail(f, E_INVALID, "windows",
			    "'%.5s' is no time of the day (00:00 to 24:00)", s.p);
	*ret = h * 60 + m;
	return 0;
}

int calendar_add_span(struct calendar *c, int weekday, int from, int to, struct fault *f)
{
	struct span *spans = c->spans[weekday];
	size_t n = c->n_spans[weekday], i;

	if (from >= to)
		return fail(f, E_INVALID, "windows",
			    "a window ends after it begins; write one over midnight as two");
	if (n == CALENDAR_MAX_SPANS)
		return fail(f, E_INVALID, "windows", "at most %d windows a day",
			    CALENDAR_MAX_SPANS);
	for (i = n; i > 0 && spans[i - 1].from > from; i--)
		spans[i] = spans[i - 1];
	if ((i > 0 && spans[i - 1].to > from) || (i < n && spans[i + 1].from < to))
		return fail(f, E_INVALID, "windows", "two windows of the same day overlap");
	spans[i] = (struct span){(int16_t)from, (int16_t)to};
	c->n_spans[weekday]++;
	return 0;
}

static int add_window_json(struct calendar *c, const json_t *w, struct fault *f)
{
	json_t *days = json_object_get(w, "days"), *day;
	int from, to, r;
	size_t i;

	if (!json_is_object(w) || json_object_size(w) != 3 || !json_is_array(days) ||
	    !json_array_size(days))
		return fail(f, E_INVALID, "windows",
			    "a window is {\"days\":[1,2,3],\"from\":\"08:30\",\"to\":\"11:30\"}");
	if ((r = minute_parse(json_get_str(w, "from"), &from, f)) < 0 ||
	    (r = minute_parse(json_get_str(w, "to"), &to, f)) < 0)
		return r;
	json_array_foreach(days, i, day)
	{
		json_int_t d = json_integer_value(day);

		if (!json_is_integer(day) || d < 1 || d > 7)
			return fail(f, E_INVALID, "windows", "days are 1 (Monday) to 7 (Sunday)");
		if ((r = calendar_add_span(c, (int)d, from, to, f)) < 0)
			return r;
	}
	return 0;
}

int calendar_windows_from_json(struct calendar *c, const json_t *windows, struct fault *f)
{
	json_t *w;
	size_t i;
	int r;

	memset(c->n_spans, 0, sizeof(c->n_spans));
	if (!json_is_array(windows))
		return fail(f, E_INVALID, "windows", "windows are a list");
	json_array_foreach(windows, i, w) if ((r = add_window_json(c, w, f)) < 0) return r;
	return 0;
}

static void write_time(struct jw *w, const char *key, int minute)
{
	char text[8];

	snprintf(text, sizeof(text), "%02d:%02d", minute / 60 % 100, minute % 60);
	jw_kcstr(w, key, text);
}

static bool has_span(const struct calendar *c, int weekday, struct span s)
{
	for (size_t i = 0; i < c->n_spans[weekday]; i++)
		if (c->spans[weekday][i].from == s.from && c->spans[weekday][i].to == s.to)
			return true;
	return false;
}

/* Was this window already written with an earlier weekday? */
static bool written_before(const struct calendar *c, int weekday, struct span s)
{
	for (int d = 1; d < weekday; d++)
		if (has_span(c, d, s))
			return true;
	return false;
}

/* Days that share a window stand together, as people write them. */
void calendar_windows_to_json(const struct calendar *c, struct jw *w)
{
	jw_arr(w);
	for (int weekday = 1; weekday <= 7; weekday++)
		for (size_t i = 0; i < c->n_spans[weekday]; i++) {
			struct span s = c->spans[weekday][i];

			if (written_before(c, weekday, s))
				continue;
			jw_obj(w);
			jw_key(w, "days");
			jw_arr(w);
			for (int d = weekday; d <= 7; d++)
				if (has_span(c, d, s))
					jw_int(w, d);
			jw_arr_end(w);
			write_time(w, "from", s.from);
			write_time(w, "to", s.to);
			jw_obj_end(w);
		}
	jw_arr_end(w);
}

/* ---- ready --------------------------------------------------------------------------------- */

static int compare_marks(const void *a, const void *b)
{
	const struct day_mark *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static int compare_orgs(const void *a, const void *b)
{
	const struct org_parent *x = a, *y = b;

	return (x->org_id > y->org_id) - (x->org_id < y->org_id);
}

static int check_bases(const struct calendar *c, struct fault *f)
{
	int depth = 0;

	for (const struct calendar *k = c->parent; k; k = k->parent)
		if (++depth > 4)
			return fail(f, E_CONFIG, "base",
				    "the base of calendar '%s' leads in a ring", c->name);
	return 0;
}

/* A calendar that shares the days of one with its own name means that of the level above. */
static const struct calendar *find_base(const struct calendar_set *s, const struct calendar *c)
{
	bool own_name = !strcmp(c->base, c->name);

	if (own_name && c->org_id == 0)
		return NULL;
	return calendar_set_get(s, own_name ? parent_of(s, c->org_id) : c->org_id, c->base);
}

static int finish_one(const struct calendar_set *s, struct calendar *c, struct fault *f)
{
	if (c->n_marks)
		qsort(c->marks, c->n_marks, sizeof(*c->marks), compare_marks);
	c->make_up_weekday = 0;
	for (uint8_t d = 7; d >= 1; d--)
		if (c->n_spans[d])
			c->make_up_weekday = d;
	if (c->windows_make_days && !c->make_up_weekday)
		return fail(f, E_CONFIG, "working_days",
			    "calendar '%s' takes its working days from windows but has none",
			    c->name);
	c->parent = NULL;
	if (c->base && !(c->parent = find_base(s, c)))
		return fail(f, E_CONFIG, "base",
			    "calendar '%s': there is no calendar '%s' to share days with", c->name,
			    c->base);
	return 0;
}

int calendar_set_finish(struct calendar_set *s, struct fault *f)
{
	int r;

	if (s->n_orgs)
		qsort(s->orgs, s->n_orgs, sizeof(*s->orgs), compare_orgs);
	for (size_t i = 0; i < s->list.n; i++)
		if ((r = finish_one(s, s->list.at[i], f)) < 0)
			return r;
	for (size_t i = 0; i < s->list.n; i++)
		if ((r = check_bases(s->list.at[i], f)) < 0)
			return r;
	return 0;
}
