/* The proof of a hotline: no caller is ever lost in it. */
#include "voice/flow.h"
#include "voice/voice.h"

#include "base/assets.h"
#include "base/file.h"
#include "process/calendar.h"
#include "process/profile.h"

/* ---- the graph of steps --------------------------------------------------------------------------- */

#define EDGES_MAX 64

struct edges {
	const struct flow_step *to[EDGES_MAX];
	size_t n;
};

static void add(struct edges *e, const struct flow_step *s)
{
	if (s && e->n < EDGES_MAX)
		e->to[e->n++] = s;
}

/** Where a call may go from here; @p keys: also where only a key leads. */
static void edges_of(const struct flow_step *s, bool keys, struct edges *e)
{
	e->n = 0;
	add(e, s->then);
	add(e, s->otherwise);
	add(e, s->open);
	add(e, s->closed);
	add(e, s->overflow);
	add(e, s->failed);
	for (size_t i = 0; i < s->n_routes; i++)
		add(e, s->routes[i].to);
	if (!keys)
		return;
	add(e, s->left);
	for (size_t i = 0; i < s->n_keys; i++)
		add(e, s->keys[i].step);
}

struct walk {
	const struct hotline *h;
	struct yreport *r;
	char *mark; /**< a step: 0 new, 1 on the way, 2 done */
};

static size_t index_of(const struct walk *w, const struct flow_step *s)
{
	return (size_t)(s - w->h->steps);
}

static void reach(struct walk *w, const struct flow_step *s)
{
	struct edges e;

	if (!s || w->mark[index_of(w, s)])
		return;
	w->mark[index_of(w, s)] = 2;
	edges_of(s, true, &e);
	for (size_t i = 0; i < e.n; i++)
		reach(w, e.to[i]);
}

/* A caller who presses nothing must come to an end. */
static void silent_circle(struct walk *w, const struct flow_step *s)
{
	struct edges e;
	char *mark = &w->mark[index_of(w, s)];

	if (*mark == 2)
		return;
	if (*mark == 1) {
		yreport_add(w->r, s->at, "a caller who presses nothing goes round in a circle through '%s'", s->name);
		return;
	}
	*mark = 1;
	edges_of(s, false, &e);
	for (size_t i = 0; i < e.n; i++)
		silent_circle(w, e.to[i]);
	*mark = 2;
}

size_t flow_check(const struct hotline *h, struct yreport *r)
{
	struct walk w = {h, r, arena_alloc(h->arena, h->n_steps + 1)};
	size_t before = r->n;

	for (size_t i = 0; i < h->n_numbers; i++)
		reach(&w, h->numbers[i].step);
	for (size_t i = 0; i < h->n_steps; i++)
		if (!w.mark[i])
			yreport_add(r, h->steps[i].at, "no call ever comes to the step '%s'", h->steps[i].name);
	memset(w.mark, 0, h->n_steps);
	for (size_t i = 0; i < h->n_steps; i++)
		silent_circle(&w, &h->steps[i]);
	return r->n - before;
}

/* ---- against the rest of the profile --------------------------------------------------------------- */

struct world {
	struct arena *a;
	const char *profile;
	const struct profile *p;
	struct calendar_set *calendars;
	const struct catalogue *ops;
	struct yreport *r;
};

static void check_calendar(const struct world *w, const struct ynode *at, const char *name)
{
	if (!calendar_set_get(w->calendars, 0, name))
		yreport_add(w->r, at, "there is no calendar '%s'", name);
}

static bool listed(const char *const *list, const char *word)
{
	for (; list && *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

/* A role of the profile may do what the built-in roles may that it is based on. */
static bool may_staff(const struct world *w, const char *role)
{
	const struct op *op = catalogue_find(w->ops, "line.ready");

	if (!op || listed(op->roles, role))
		return true;
	for (size_t i = 0; i < w->p->n_roles; i++)
		for (const char **b = w->p->roles[i].based_on; strcmp(w->p->roles[i].name, role) == 0 && *b; b++)
			if (listed(op->roles, *b))
				return true;
	return false;
}

static void check_process(const struct world *w, const struct ynode *at, const char *name)
{
	CLEANUP(yreport_free) struct yreport quiet = {0};
	const char *file = arena_printf(w->a, "processes/%s.yaml", name);
	struct ynode *n;

	if (listed(w->p->processes, name) || profile_file(w->a, w->profile, file, &n, &quiet) == 0)
		return;
	yreport_add(w->r, at, "the process '%s' isn't among the profile's", name);
}

static void check_world(const struct world *w, const struct hotline *h)
{
	const struct ynode *top = h->n_steps ? h->steps[0].at : NULL;

	check_calendar(w, top, h->calendar);
	check_process(w, top, h->process);
	for (size_t i = 0; i < h->n_steps; i++) {
		const struct flow_step *s = &h->steps[i];

		if (s->kind == FLOW_HOURS)
			check_calendar(w, s->at, s->calendar);
		if (s->kind == FLOW_VOICEMAIL)
			check_process(w, s->at, s->process);
		if (s->kind == FLOW_QUEUE && !may_staff(w, s->queue->role))
			yreport_add(w->r, s->at, "nobody with the role '%s' may take calls: the queue '%s' can't be staffed",
				    s->queue->role, s->queue->name);
	}
}

size_t voice_check_profile(const char *profile, const struct catalogue *ops, struct yreport *r)
{
	struct arena *a = arena_new();
	struct world w = {.a = a, .profile = profile, .ops = ops, .r = r};
	struct profile *p;
	struct hotline *h = NULL;
	size_t before = r->n;

	if (hotline_load(profile, &h, r) == 0 && profile_load(a, profile, &p, r) == 0 &&
	    calendar_set_load_profile(profile, &w.calendars, r) == 0) {
		w.p = p;
		flow_check(h, r);
		check_world(&w, h);
	}
	calendar_set_free(w.calendars);
	hotline_free(h);
	arena_free(a);
	return r->n - before;
}
