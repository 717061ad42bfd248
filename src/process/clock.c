/* Clocks of a case (P20): started, stopped, paused; when they are due; what happens then. */
#include "process/kase.h"

int clock_latest(const struct kase *k, int def)
{
	for (size_t i = k->n_clocks; i-- > 0;)
		if (k->clocks[i].def == def)
			return (int)i;
	return -1;
}

enum clock_status clock_status_of(const struct kase *k, int def)
{
	int i = clock_latest(k, def);

	if (i < 0)
		return CLOCK_NEVER;
	if (k->clocks[i].status == CLOCK_RUNNING && k->clocks[i].breached_at)
		return CLOCK_BREACHED;
	return k->clocks[i].status;
}

static const struct calendar_set *calendars_of(const struct kase *k)
{
	return k->lib_calendars ? k->lib_calendars : calendars_current(k->ctx->env->calendars);
}

static int calendar_for(struct kase *k, const char *name, const struct calendar **ret)
{
	const struct calendar *c = calendar_set_get(calendars_of(k), k->org_id, name);

	if (!c)
		return ctx_fail(k->ctx, E_CONFIG, NULL, "there is no calendar '%s'", name);
	*ret = c;
	return 0;
}

/* ---- due times --------------------------------------------------------------------------------
 */

int clock_due(const struct calendar *cal, const char *length, bool has_remaining, int64_t remaining,
	      int64_t base_at, int64_t *ret, struct fault *f)
{
	struct period p;
	int err = period_parse(str_of(length), &p, f);

	if (err < 0)
		return err;
	if (has_remaining)
		return calendar_resume(cal, &p, remaining, base_at, ret, f);
	return calendar_due(cal, &p, base_at, ret, f);
}

/** The next instant something is to be done: a warning that lies ahead, or the end. */
static int64_t next_of(const struct clock_def *d, const struct calendar *cal, int64_t due,
		       int64_t now, bool breached)
{
	int64_t next = breached ? 0 : due;

	for (size_t i = 0; !breached && i < d->n_warn; i++) {
		int64_t at;

		if (calendar_before(cal, &d->warn[i], due, &at, NULL) == 0 && at > now && at < next)
			next = at;
	}
	return next;
}

int clock_reschedule(struct kase *k, struct clock_row *c)
{
	const struct calendar *cal;
	int err;

	if ((err = calendar_for(k, c->calendar, &cal)) < 0)
		return err;
	if (c->length && (err = clock_due(cal, c->length, c->has_remaining, c->remaining,
					  c->base_at, &c->due_at, &k->ctx->fault)) < 0)
		return err;
	c->next_at = c->def < 0 ? 0
				: next_of(&k->d->clocks[c->def], cal, c->due_at, k->ctx->now_ms,
					  c->breached_at != 0);
	c->dirty = true;
	return 0;
}

/* ---- verbs ------------------------------------------------------------------------------------
 */

/** Length of a clock by the case's fields. @return 1, 0 when the field is empty: no clock, negative
 * error */
static int length_of(struct kase *k, const struct clock_def *d, struct clock_row *c)
{
	const struct calendar *cal;
	const struct field_def *f;
	struct str value;
	int64_t day;
	int err;

	if (d->within_field < 0) {
		c->length = d->within_text;
		return 1;
	}
	f = &k->d->fields[d->within_field];
	value = json_get_str(k->fields, f->name);
	for (size_t i = 0; i < d->n_cases; i++)
		if (str_is(value, d->cases[i].value)) {
			c->length = period_format(k->arena, &d->cases[i].period);
			return 1;
		}
	if (f->type == F_TIME && value.p)
		return time_parse(value, &c->due_at) == 0;
	if (f->type != F_DATE || !value.p || date_parse(value, &day) < 0)
		return 0;
	if ((err = calendar_for(k, d->calendar, &cal)) < 0)
		return err;
	c->due_at = zone_instant(calendar_zone(cal), day, 1440);
	return 1;
}

static int start(struct kase *k, int def)
{
	const struct clock_def *d = &k->d->clocks[def];
	int now = clock_latest(k, def);
	struct clock_row row = {0}, *c;
	int r;

	if (now >= 0 && k->clocks[now].status != CLOCK_STOPPED)
		return 0;
	if ((r = length_of(k, d, &row)) <= 0)
		return r;
	c = kase_add_clock(k);
	c->def = def;
	c->status = CLOCK_RUNNING;
	c->calendar = d->calendar;
	c->started_at = c->base_at = k->ctx->now_ms;
	c->length = row.length;
	c->due_at = row.due_at;
	return clock_reschedule(k, c);
}

static void stop(struct kase *k, struct clock_row *c)
{
	c->status = CLOCK_STOPPED;
	c->stopped_at = k->ctx->now_ms;
	c->next_at = 0;
	c->dirty = true;
}

static int pause_clock(struct kase *k, struct clock_row *c)
{
	const struct calendar *cal;
	struct period p;
	int err;

	/* A date in a field doesn't wait. */
	if (c->status != CLOCK_RUNNING || !c->length || c->breached_at)
		return 0;
	if ((err = calendar_for(k, c->calendar, &cal)) < 0 ||
	    (err = period_parse(str_of(c->length), &p, &k->ctx->fault)) < 0)
		return err;
	c->remaining = calendar_remaining(cal, &p, k->ctx->now_ms, c->due_at);
	c->has_remaining = true;
	c->status = CLOCK_PAUSED;
	c->paused_at = k->ctx->now_ms;
	c->due_at = c->next_at = 0;
	c->dirty = true;
	return 0;
}

static int resume(struct kase *k, struct clock_row *c)
{
	if (c->status != CLOCK_PAUSED)
		return 0;
	c->status = CLOCK_RUNNING;
	c->paused_at = 0;
	c->base_at = k->ctx->now_ms;
	return clock_reschedule(k, c);
}

/** The extension begins where the time ends that was there before; a breach that came stays one. */
static int extend(struct kase *k, struct clock_row *c, const struct period *by)
{
	if (c->status != CLOCK_RUNNING)
		return ctx_fail(k->ctx, E_CONFLICT, NULL, "the clock isn't running");
	c->base_at = c->due_at;
	c->length = period_format(k->arena, by);
	c->has_remaining = false;
	return clock_reschedule(k, c);
}

int clock_verb_run(struct kase *k, int def, enum clock_verb verb, const struct period *by)
{
	int i = clock_latest(k, def);
	struct clock_row *c = i >= 0 ? &k->clocks[i] : NULL;

	if (verb == CLOCK_RESTART && c && c->status != CLOCK_STOPPED)
		stop(k, c);
	if (verb == CLOCK_START || verb == CLOCK_RESTART)
		return start(k, def);
	if (!c || c->status == CLOCK_STOPPED)
		return verb == CLOCK_EXTEND
			       ? ctx_fail(k->ctx, E_CONFLICT, NULL, "the clock isn't running")
			       : 0;
	switch (verb) {
	case CLOCK_STOP:
		stop(k, c);
		return 0;
	case CLOCK_PAUSE:
		return pause_clock(k, c);
	case CLOCK_RESUME:
		return resume(k, c);
	default:
		return extend(k, c, by);
	}
}

/* ---- what an action does to them ----------------------------------------------------------------
 */

static bool starts(const struct kase *k, const struct clock_def *d, const struct action_def *a,
		   bool entered)
{
	return (a == &k->d->create && d->starts_create) ||
	       (a && list_has(d->start_actions, a->name)) ||
	       (entered && (d->start_states >> k->state & 1));
}

static int follow(struct kase *k, int def, const struct action_def *a, bool entered)
{
	const struct clock_def *d = &k->d->clocks[def];
	bool paused = d->pause_states >> k->state & 1;
	int err = 0, r;

	if ((a && list_has(d->stop_actions, a->name)) ||
	    (entered && (d->stop_states >> k->state & 1)))
		err = clock_verb_run(k, def, CLOCK_STOP, NULL);
	if (err == 0 && starts(k, d, a, entered)) {
		if ((r = conds_hold(k, &d->start_when, NULL)) < 0)
			return r;
		if (r)
			err = start(k, def);
	}
	if (err == 0 && entered && d->pause_states)
		err = clock_verb_run(k, def, paused ? CLOCK_PAUSE : CLOCK_RESUME, NULL);
	return err;
}

int clocks_follow(struct kase *k, const struct action_def *a, bool entered)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < k->d->n_clocks; i++)
		err = follow(k, (int)i, a, entered);
	return err;
}

int clocks_stop_all(struct kase *k)
{
	for (size_t i = 0; i < k->n_clocks; i++)
		if (k->clocks[i].status != CLOCK_STOPPED)
			stop(k, &k->clocks[i]);
	return 0;
}

void clocks_summarise(struct kase *k)
{
	const struct clock_row *first = NULL, *paused = NULL;

	for (size_t i = 0; i < k->n_clocks; i++) {
		const struct clock_row *c = &k->clocks[i];

		if (c->status == CLOCK_RUNNING && (!first || c->due_at < first->due_at))
			first = c;
		if (c->status == CLOCK_PAUSED)
			paused = c;
	}
	k->due_at = first ? first->due_at : 0;
	if (!first)
		first = paused;
	k->due_clock = first && first->def >= 0 ? k->d->clocks[first->def].name : NULL;
	k->clock_state = !first		      ? NULL
			 : first == paused    ? "paused"
			 : first->breached_at ? "breached"
					      : "running";
}

/* ---- warnings and breaches ----------------------------------------------------------------------
 */

static int tell_default(struct kase *k, const char *phrase, bool supervisors)
{
	struct who to[2] = {{.kind = WHO_ASSIGNEE, .field = -1},
			    {.kind = WHO_ROLE, .role = "supervisor", .field = -1}};
	struct who_list list = {to, 2};

	/* Nobody is in charge: those who lead the line should know before it is too late. */
	if (!supervisors && k->assignee)
		list.n = 1;
	return notify_people(k, &list, phrase, "inbox");
}

static int record_event(struct kase *k, const char *kind, const struct clock_def *d)
{
	char *data = arena_printf(k->arena, "{\"clock\":\"%s\"}", d->name);

	return kase_event(k, kind, NULL, -1, -1, kase_label(k, d->label), str_of(data));
}

static int warn(struct kase *k, struct clock_row *c, const struct clock_def *d)
{
	int err;

	c->warned++;
	if ((err = record_event(k, "clock_warning", d)) < 0)
		return err;
	err = d->warned_default ? tell_default(k, "clock_warning", false)
				: effects_run(k, &d->warned);
	return err < 0 ? err : kase_feed(k, "clock.warning", 0, NULL);
}

static int breach(struct kase *k, struct clock_row *c, const struct clock_def *d)
{
	int err;

	c->breached_at = k->ctx->now_ms;
	if ((err = record_event(k, "clock_breach", d)) < 0 ||
	    (err = ledger_add(k, "supervision", "overdue", kase_label(k, d->label), k->assignee,
			      d->source ? d->source : k->d->source)) < 0)
		return err;
	err = d->breached_default ? tell_default(k, "clock_breach", true)
				  : effects_run(k, &d->breached);
	return err < 0 ? err : kase_feed(k, "clock.breach", 0, NULL);
}

/** The time somebody had a right is over: nobody failed, and nothing is late. */
static int close_window(struct kase *k, struct clock_row *c, const struct clock_def *d)
{
	int err;

	c->status = CLOCK_STOPPED;
	c->stopped_at = c->due_at;
	c->next_at = 0;
	if ((err = record_event(k, "clock_ended", d)) < 0)
		return err;
	return d->breached_default ? 0 : effects_run(k, &d->breached);
}

int clock_ring(struct kase *k, struct clock_row *c)
{
	const struct clock_def *d = c->def >= 0 ? &k->d->clocks[c->def] : NULL;
	size_t index = (size_t)(c - k->clocks);
	int err;

	if (!d) {
		c->next_at = 0;
		c->dirty = true;
		return 0;
	}
	if (c->due_at > k->ctx->now_ms)
		err = warn(k, c, d);
	else
		err = d->window ? close_window(k, c, d) : breach(k, c, d);
	/* Effects may have started another clock, and moved the rows. */
	c = &k->clocks[index];
	c->dirty = true;
	if (err < 0 || c->status != CLOCK_RUNNING)
		return err;
	return clock_reschedule(k, c);
}
