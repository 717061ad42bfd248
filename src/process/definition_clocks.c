/* Clocks and reviews of a definition. */
#include "process/definition.h"

static const char *const clock_keys[] = {"label",      "source",   "starts", "stops",  "pauses",
					 "within",     "calendar", "warn",   "warned", "breached",
					 "start_when", "window",   NULL};
static const char *const review_keys[] = {"label", "state", "order", "steps", "pass", "fail", NULL};

/* ---- clocks ------------------------------------------------------------------------------- */

/** "within:" by the value of a choice, or up to the date in a field. */
static void parse_within_field(struct parser *p, const struct ynode *n, struct clock_def *c)
{
	const struct field_def *f;

	c->within_field = parse_field_ref(p, yaml_get(n, "field"));
	f = c->within_field >= 0 ? &p->d->fields[c->within_field] : NULL;
	if (!f)
		return;
	c->cases = ARENA_ARRAY(p->a, struct within_case, n->n_kids);
	for (size_t i = 0; i < n->n_kids; i++) {
		const struct ynode *k = n->kids[i];
		bool known = false;

		if (strcmp(k->key, "field") == 0)
			continue;
		for (size_t j = 0; j < f->n_choices; j++)
			known |= strcmp(f->choices[j].value, k->key) == 0;
		if (!known)
			yreport_add(p->r, k, "'%s' is no choice of field '%s'", k->key, f->name);
		c->cases[c->n_cases].value = k->key;
		if (parse_period(p, k, &c->cases[c->n_cases].period))
			c->n_cases++;
	}
	if (f->type == F_CHOICE && c->n_cases < f->n_choices)
		yreport_add(p->r, n, "'within:' needs a period for each choice of '%s'", f->name);
	if (f->type != F_CHOICE && f->type != F_DATE && f->type != F_TIME)
		yreport_add(p->r, n, "'within:' goes by a field of type choice, date or time");
}

static void parse_within(struct parser *p, const struct ynode *n, struct clock_def *c)
{
	c->within_field = -1;
	if (!n) {
		yreport_add(p->r, c->at, "clock '%s' needs 'within:'", c->name);
	} else if (n->kind == Y_MAP) {
		parse_within_field(p, n, c);
	} else if (parse_period(p, n, &c->within)) {
		c->within_text = period_format(p->a, &c->within);
	}
}

static void parse_starts(struct parser *p, const struct ynode *n, struct clock_def *c)
{
	static const char *const keys[] = {"create", "action", "state", NULL};

	if (n)
		yaml_only(n, keys, p->r);
	c->starts_create = yaml_bool(yaml_get(n, "create"), false, p->r);
	c->start_actions = parse_actions(p, yaml_get(n, "action"));
	c->start_states = parse_states(p, yaml_get(n, "state"));
}

static void parse_stops(struct parser *p, const struct ynode *stops, const struct ynode *pauses,
			struct clock_def *c)
{
	static const char *const keys[] = {"action", "state", NULL};

	if (stops)
		yaml_only(stops, keys, p->r);
	if (pauses)
		yaml_only(pauses, keys + 1, p->r);
	c->stop_actions = parse_actions(p, yaml_get(stops, "action"));
	c->stop_states = parse_states(p, yaml_get(stops, "state"));
	c->pause_states = parse_states(p, yaml_get(pauses, "state"));
}

static void parse_warn(struct parser *p, const struct ynode *n, struct clock_def *c)
{
	size_t count = 0;
	const char **texts = yaml_list(p->a, n, &count, p->r);

	c->warn = ARENA_ARRAY(p->a, struct period, count + 1);
	for (size_t i = 0; i < count; i++) {
		struct str s = str_of(texts[i]), end = STR(" before");
		struct fault f = {0};

		if (s.len > end.len && memcmp(s.p + s.len - end.len, end.p, end.len) == 0)
			s.len -= end.len;
		if (period_parse(s, &c->warn[c->n_warn], &f) < 0)
			yreport_add(p->r, n, "%s", f.detail);
		else
			c->n_warn++;
	}
}

static void parse_clock(struct parser *p, struct clock_def *c, const struct ynode *n)
{
	c->at = n;
	yaml_only(n, clock_keys, p->r);
	c->label = parse_label(p, yaml_get(n, "label"));
	if (!c->label.zh)
		yreport_add(p->r, n, "clock '%s' needs a label", c->name);
	c->source = yaml_text(yaml_get(n, "source"), NULL, p->r);
	c->window = yaml_bool(yaml_get(n, "window"), false, p->r);
	c->calendar = yaml_text(yaml_get(n, "calendar"), p->d->calendar, p->r);
	parse_starts(p, yaml_get(n, "starts"), c);
	parse_stops(p, yaml_get(n, "stops"), yaml_get(n, "pauses"), c);
	c->start_when = parse_conds(p, yaml_get(n, "start_when"));
	parse_within(p, yaml_get(n, "within"), c);
	parse_warn(p, yaml_get(n, "warn"), c);
	c->warned = parse_effects(p, yaml_get(n, "warned"));
	c->breached = parse_effects(p, yaml_get(n, "breached"));
	c->warned_default = !yaml_get(n, "warned");
	c->breached_default = !yaml_get(n, "breached");
}

void parse_clocks(struct parser *p, const struct ynode *n)
{
	for (size_t i = 0; i < p->d->n_clocks; i++)
		parse_clock(p, &p->d->clocks[i], n->kids[i]);
}

/* ---- reviews ------------------------------------------------------------------------------ */

static void parse_step(struct parser *p, const struct ynode *n, struct review_step *s)
{
	static const char *const keys[] = {"label", "role", "need", "of", "not", NULL};
	struct who_list who = parse_who(p, yaml_get(n, "role"));

	s->at = n;
	yaml_only(n, keys, p->r);
	s->label = parse_label(p, yaml_get(n, "label"));
	if (who.n == 1)
		s->who = who.at[0];
	else
		yreport_add(p->r, n, "a step needs one 'role:'");
	s->except = parse_who(p, yaml_get(n, "not"));
	s->need = (int)yaml_int(yaml_get(n, "need"), 1, 99, 1, p->r);
	s->of = (int)yaml_int(yaml_get(n, "of"), 1, 99, s->need, p->r);
	if (s->of < s->need)
		yreport_add(p->r, n, "%d of %d can't be reached", s->need, s->of);
}

static void parse_outcome(struct parser *p, const struct ynode *of, const char *key,
			  struct review_outcome *o)
{
	static const char *const keys[] = {"to", "effects", NULL};
	const struct ynode *n = yaml_get(of, key);

	o->to = -1;
	if (!n || !yaml_get(n, "to")) {
		yreport_add(p->r, of, "a review needs '%s: {to: STATE}'", key);
		return;
	}
	yaml_only(n, keys, p->r);
	o->to = parse_state_ref(p, yaml_get(n, "to"));
	o->effects = parse_effects(p, yaml_get(n, "effects"));
}

/** The two verdict actions: who may vote is decided by the step that is open, see review.c. */
static void describe_verdict(struct parser *p, struct review_def *v, struct action_def *a)
{
	size_t n = 0;

	a->label = a->verdict == VERDICT_APPROVE ? (struct label){"同意", "Approve"}
						 : (struct label){"不同意", "Reject"};
	a->from = v->state >= 0 ? UINT64_C(1) << v->state : 0;
	a->primary = a->verdict == VERDICT_APPROVE;
	a->by.at = ARENA_ARRAY(p->a, struct who, v->n_steps + 1);
	for (size_t i = 0; i < v->n_steps; i++)
		a->by.at[n++] = v->steps[i].who;
	a->by.n = n;
	a->form.at = ARENA_NEW(p->a, struct form_item);
	a->form.n = 1;
	a->form.at[0] = (struct form_item){p->d->opinion, a->verdict == VERDICT_REJECT};
}

static void parse_review(struct parser *p, struct review_def *v, const struct ynode *n, int index)
{
	static const char *const orders[] = {"sequence", "together", NULL};
	const struct ynode *steps = yaml_get(n, "steps");

	v->name = n->key;
	v->at = n;
	yaml_only(n, review_keys, p->r);
	v->label = parse_label(p, yaml_get(n, "label"));
	v->state = -1;
	if (yaml_get(n, "state"))
		v->state = parse_state_ref(p, yaml_get(n, "state"));
	else
		yreport_add(p->r, n, "review '%s' needs 'state:'", v->name);
	v->together = yaml_enum(yaml_get(n, "order"), orders, 0, p->r) == 1;
	if (!steps || steps->kind != Y_SEQ || !steps->n_kids || steps->n_kids > 16) {
		yreport_add(p->r, n, "review '%s' needs 'steps:', a list of 1 to 16", v->name);
		return;
	}
	v->n_steps = steps->n_kids;
	v->steps = ARENA_ARRAY(p->a, struct review_step, v->n_steps);
	for (size_t i = 0; i < v->n_steps; i++)
		parse_step(p, steps->kids[i], &v->steps[i]);
	parse_outcome(p, n, "pass", &v->pass);
	parse_outcome(p, n, "fail", &v->fail);
	for (size_t i = 0; i < p->d->n_actions; i++) {
		struct action_def *a = &p->d->actions[i];

		if (a->review != index)
			continue;
		describe_verdict(p, v, a);
		if (a->verdict == VERDICT_APPROVE)
			v->approve = (int)i;
		else
			v->reject = (int)i;
	}
}

void parse_reviews(struct parser *p, const struct ynode *n)
{
	p->d->n_reviews = n ? n->n_kids : 0;
	p->d->reviews = ARENA_ARRAY(p->a, struct review_def, p->d->n_reviews + 1);
	for (size_t i = 0; i < p->d->n_reviews; i++)
		parse_review(p, &p->d->reviews[i], n->kids[i], (int)i);
	for (size_t i = 0; i < p->d->n_reviews; i++)
		for (size_t j = 0; j < i; j++)
			if (p->d->reviews[i].state >= 0 &&
			    p->d->reviews[i].state == p->d->reviews[j].state)
				yreport_add(p->r, p->d->reviews[i].at,
					    "state '%s' has a review already",
					    p->d->states[p->d->reviews[i].state].name);
}
