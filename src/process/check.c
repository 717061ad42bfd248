/* `lexline check`: what can be proven about a definition before a case depends on it. */
#include "process/process.h"

struct proof {
	const struct definition *d;
	const struct check_world *world;
	struct yreport *r;
};

static bool is_end(const struct definition *d, int state)
{
	return d->states[state].kind == STATE_END;
}

/* ---- the graph of states ----------------------------------------------------------- */

/** Where one step leads from a state: by actions, and by the outcomes of its review. */
static uint64_t steps_from(const struct definition *d, int state)
{
	uint64_t to = 0;

	for (size_t i = 0; i < d->n_actions; i++)
		if ((d->actions[i].from >> state & 1) && d->actions[i].to >= 0)
			to |= UINT64_C(1) << d->actions[i].to;
	for (size_t i = 0; i < d->n_reviews; i++)
		if (d->reviews[i].state == state)
			to |= UINT64_C(1) << d->reviews[i].pass.to |
			      UINT64_C(1) << d->reviews[i].fail.to;
	return to;
}

static uint64_t reachable(const struct definition *d, uint64_t set)
{
	uint64_t before;

	do {
		before = set;
		for (size_t i = 0; i < d->n_states; i++)
			if (set >> i & 1)
				set |= steps_from(d, (int)i);
	} while (set != before);
	return set;
}

static uint64_t ends(const struct definition *d)
{
	uint64_t set = 0;

	for (size_t i = 0; i < d->n_states; i++)
		if (is_end(d, (int)i))
			set |= UINT64_C(1) << i;
	return set;
}

static void check_states(struct proof *p)
{
	const struct definition *d = p->d;
	uint64_t seen = reachable(d, 1), end = ends(d);

	if (!end)
		yreport_add(p->r, d->root,
			    "no state is an end (kind: end): a case could never be closed");
	for (size_t i = 0; i < d->n_states; i++) {
		const struct state_def *s = &d->states[i];

		if (!(seen >> i & 1))
			yreport_add(p->r, s->at, "state '%s' can't be reached", s->name);
		else if (is_end(d, (int)i) && steps_from(d, (int)i))
			yreport_add(p->r, s->at,
				    "state '%s' is an end, but an action leads on from it",
				    s->name);
		else if (!is_end(d, (int)i) && !(reachable(d, UINT64_C(1) << i) & end))
			yreport_add(p->r, s->at, "no end can be reached from state '%s'", s->name);
	}
}

/* ---- clocks ------------------------------------------------------------------------ */

static bool effects_start(const struct effects *fx, int clock)
{
	for (size_t i = 0; i < fx->n; i++)
		if (fx->at[i].kind == FX_CLOCK && fx->at[i].clock == clock &&
		    (fx->at[i].verb == CLOCK_START || fx->at[i].verb == CLOCK_RESTART))
			return true;
	return false;
}

static bool starts_somewhere(const struct definition *d, int clock)
{
	const struct clock_def *c = &d->clocks[clock];
	bool by_effect = effects_start(&d->create.effects, clock);

	for (size_t i = 0; i < d->n_actions; i++)
		by_effect |= effects_start(&d->actions[i].effects, clock);
	for (size_t i = 0; i < d->n_reviews; i++)
		by_effect |= effects_start(&d->reviews[i].pass.effects, clock) ||
			     effects_start(&d->reviews[i].fail.effects, clock);
	for (size_t i = 0; i < d->n_clocks; i++)
		by_effect |= effects_start(&d->clocks[i].breached, clock);
	return c->starts_create || *c->start_actions || c->start_states || by_effect;
}

static void check_clocks(struct proof *p)
{
	for (size_t i = 0; i < p->d->n_clocks; i++) {
		const struct clock_def *c = &p->d->clocks[i];

		if (!starts_somewhere(p->d, (int)i))
			yreport_add(p->r, c->at, "clock '%s' never starts", c->name);
		/* Every clock stops at an end, and one can be reached from everywhere: see
		 * check_states(). */
		if (!*c->stop_actions && !c->stop_states && !ends(p->d))
			yreport_add(p->r, c->at, "clock '%s' can't be stopped", c->name);
		if (c->stop_states & c->start_states)
			yreport_add(p->r, c->at, "clock '%s' starts and stops in the same state",
				    c->name);
		if (p->world->has_calendar && !p->world->has_calendar(p->world->arg, c->calendar))
			yreport_add(p->r, c->at, "clock '%s': there is no calendar '%s'", c->name,
				    c->calendar);
	}
}

/* ---- what is named ----------------------------------------------------------------- */

static void check_role(struct proof *p, const struct ynode *at, const char *role)
{
	if (role && p->world->has_role && !p->world->has_role(p->world->arg, role))
		yreport_add(p->r, at, "there is no role '%s'", role);
}

static void check_who(struct proof *p, const struct ynode *at, const struct who_list *who)
{
	for (size_t i = 0; i < who->n; i++)
		if (who->at[i].kind == WHO_ROLE)
			check_role(p, at, who->at[i].role);
}

static void check_op(struct proof *p, const struct ynode *at, const char *op)
{
	if (p->world->has_op && !p->world->has_op(p->world->arg, op))
		yreport_add(p->r, at, "there is no operation '%s' with 'via: process'", op);
}

static void check_conds(struct proof *p, const struct conds *conds)
{
	for (size_t i = 0; i < conds->n; i++) {
		const struct cond *c = &conds->at[i];
		struct conds kids = {c->kids, c->n_kids};

		if (c->kind == C_OP)
			check_op(p, c->at, c->name);
		if ((c->kind == C_ACTOR || c->kind == C_ACTOR_NOT) && c->who.kind == WHO_ROLE)
			check_role(p, c->at, c->who.role);
		check_conds(p, &kids);
	}
}

static const struct definition *other(const struct proof *p, const char *name)
{
	for (size_t i = 0; i < p->world->n_processes; i++)
		if (strcmp(p->world->processes[i]->name, name) == 0)
			return p->world->processes[i];
	return strcmp(p->d->name, name) == 0 ? p->d : NULL;
}

static void check_copy(struct proof *p, const struct effect *e, const struct definition *child,
		       const struct copy *c, bool back)
{
	int theirs = definition_field(child, str_of(c->child));
	const struct field_def *mine = c->ours >= 0 ? &p->d->fields[c->ours] : NULL;

	if (theirs < 0) {
		yreport_add(p->r, e->at, "process '%s' has no field '%s'", child->name, c->child);
		return;
	}
	if (mine && (back ? child->fields[theirs].sealed && !mine->sealed
			  : mine->sealed && !child->fields[theirs].sealed))
		yreport_add(p->r, e->at,
			    "a sealed field can't be copied into one that isn't ('%s')", c->child);
}

static void check_open(struct proof *p, const struct effect *e)
{
	const struct definition *child = other(p, e->process);

	if (!p->world->processes)
		return;
	if (!child) {
		yreport_add(p->r, e->at, "there is no process '%s'", e->process);
		return;
	}
	for (size_t i = 0; i < e->n_copies; i++)
		check_copy(p, e, child, &e->copies[i], false);
	for (size_t i = 0; i < e->n_backs; i++)
		check_copy(p, e, child, &e->backs[i], true);
}

static void check_effect(struct proof *p, const struct effect *e)
{
	check_conds(p, &e->when);
	check_conds(p, &e->conds);
	check_who(p, e->at, &e->to);
	check_who(p, e->at, &e->except);
	if (e->phrase && p->world->has_phrase && !p->world->has_phrase(p->world->arg, e->phrase))
		yreport_add(p->r, e->at, "there is no phrase '%s'", e->phrase);
	if (e->kind == FX_OP)
		check_op(p, e->at, e->op);
	for (size_t i = 0; i < e->n_prefer; i++)
		if (e->prefer[i].kind == PREFER_OP)
			check_op(p, e->at, e->prefer[i].op);
	if (e->kind == FX_OPEN)
		check_open(p, e);
}

static void check_effects(struct proof *p, const struct effects *fx)
{
	for (size_t i = 0; i < fx->n; i++)
		check_effect(p, &fx->at[i]);
}

/* ---- texts: nothing sealed may stand in them --------------------------------------- */

static void check_text(struct proof *p, const struct ynode *at, const char *text)
{
	static const char *const words[] = {"number", "title", "note", "state",
					    "year",   "month", "seq",  NULL};

	for (const char *s = text; s && (s = strchr(s, '{')) != NULL; s++) {
		size_t len = strcspn(s + 1, "}:");
		struct str word = {s + 1, len};
		int field = definition_field(p->d, word);
		bool known = field >= 0;

		for (size_t i = 0; words[i]; i++)
			known |= str_is(word, words[i]);
		if (!known)
			yreport_add(p->r, at, "the text names '{%.*s}', which is no field",
				    STR_FMT(word));
		else if (field >= 0 && p->d->fields[field].sealed)
			yreport_add(p->r, at, "the text shows the sealed field '%.*s'",
				    STR_FMT(word));
	}
}

static void check_texts(struct proof *p, const struct effects *fx)
{
	for (size_t i = 0; i < fx->n; i++) {
		check_text(p, fx->at[i].at, fx->at[i].text.zh);
		check_text(p, fx->at[i].at, fx->at[i].text.en);
	}
}

/* ---- actions and reviews ----------------------------------------------------------- */

static void check_action(struct proof *p, const struct action_def *a, uint64_t seen)
{
	check_who(p, a->at, &a->by);
	check_conds(p, &a->guard);
	check_effects(p, &a->effects);
	check_texts(p, &a->effects);
	if (a != &p->d->create && !(a->from & seen))
		yreport_add(p->r, a->at, "action '%s' is possible in no state that can be reached",
			    a->name);
	if (a != &p->d->create && (a->from & ends(p->d)))
		yreport_add(p->r, a->at, "action '%s' begins in an end", a->name);
}

/** A reviewer who is also excluded, and by nobody else, could never vote. */
static void check_step(struct proof *p, const struct review_step *s)
{
	check_who(p, s->at, &s->except);
	if (s->who.kind == WHO_ROLE) {
		check_role(p, s->at, s->who.role);
		return;
	}
	if (s->need > 1)
		yreport_add(p->r, s->at, "one person can't give %d votes", s->need);
	for (size_t i = 0; i < s->except.n; i++)
		if (s->except.at[i].kind == s->who.kind && s->except.at[i].field == s->who.field)
			yreport_add(p->r, s->at, "nobody could vote in this step");
}

static void check_review(struct proof *p, const struct review_def *v)
{
	for (size_t i = 0; i < v->n_steps; i++)
		check_step(p, &v->steps[i]);
	check_effects(p, &v->pass.effects);
	check_effects(p, &v->fail.effects);
	check_texts(p, &v->pass.effects);
	check_texts(p, &v->fail.effects);
	if (v->pass.to == v->state || v->fail.to == v->state)
		yreport_add(p->r, v->at, "review '%s' must lead out of its state", v->name);
}

size_t definition_check(const struct definition *d, const struct check_world *world,
			struct yreport *r)
{
	struct check_world none = {0};
	struct proof p = {d, world ? world : &none, r};
	size_t before = r->n;
	uint64_t seen = reachable(d, 1);

	check_states(&p);
	check_clocks(&p);
	check_text(&p, d->root, d->title);
	check_action(&p, &d->create, seen);
	for (size_t i = 0; i < d->n_actions; i++)
		check_action(&p, &d->actions[i], seen);
	for (size_t i = 0; i < d->n_reviews; i++)
		check_review(&p, &d->reviews[i]);
	for (size_t i = 0; i < d->n_clocks; i++) {
		check_conds(&p, &d->clocks[i].start_when);
		check_effects(&p, &d->clocks[i].warned);
		check_effects(&p, &d->clocks[i].breached);
		check_texts(&p, &d->clocks[i].warned);
		check_texts(&p, &d->clocks[i].breached);
	}
	if (d->assign)
		check_effect(&p, d->assign);
	for (const char **role = d->visible; *role; role++)
		check_role(&p, yaml_get(d->root, "visible"), *role);
	return r->n - before;
}
