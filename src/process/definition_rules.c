/* Conditions and effects: the closed vocabulary of docs/processes.md. */
#include "process/definition.h"

static const char *const cond_keys[] = {
	"field", "is",	    "not",  "in",    "gt",	  "lt",	      "given",	 "state",
	"all",	 "any",	    "none", "actor", "actor_not", "children", "process", "clock",
	"tasks", "consent", "op",   "with",  "else",	  NULL};

/** A list of maps, or one map standing for a list of one. */
static size_t entries(struct parser *p, const struct ynode *n, const struct ynode *one[1],
		      const struct ynode *const **ret)
{
	if (!n)
		return 0;
	one[0] = n;
	*ret = n->kind == Y_SEQ ? (const struct ynode *const *)n->kids : one;
	return n->kind == Y_SEQ ? n->n_kids : 1;
}

/* ---- conditions --------------------------------------------------------------------------- */

/** Numbers of conditions: money in yuan as in the form, dates and instants as the store counts
 * them. */
static int64_t number_of(struct parser *p, const struct ynode *n, const struct field_def *f)
{
	int64_t v = 0;

	if (f && f->type == F_DATE && date_parse(n->text, &v) == 0)
		return v;
	if (f && f->type == F_TIME && time_parse(n->text, &v) == 0)
		return v;
	v = yaml_int(n, INT64_MIN / 100, INT64_MAX / 100, 0, p->r);
	return f && f->type == F_MONEY ? v * 100 : v;
}

static void check_values(struct parser *p, const struct ynode *n, const struct cond *c)
{
	const struct field_def *f = c->field >= 0 ? &p->d->fields[c->field] : NULL;

	for (const char **v = c->values; f && f->n_choices && *v; v++) {
		bool known = false;

		for (size_t i = 0; i < f->n_choices; i++)
			known |= strcmp(f->choices[i].value, *v) == 0;
		if (!known)
			yreport_add(p->r, n, "'%s' is no choice of field '%s'", *v, f->name);
	}
}

static void parse_comparison(struct parser *p, const struct ynode *n, struct cond *c)
{
	static const struct {
		const char *key;
		enum cond_kind kind;
	} kinds[] = {{"is", C_FIELD_IS}, {"in", C_FIELD_IS}, {"not", C_FIELD_NOT},
		     {"gt", C_FIELD_GT}, {"lt", C_FIELD_LT}, {"given", C_FIELD_GIVEN}};
	const struct field_def *f;
	size_t found = 0, count;

	c->field = parse_field_ref(p, yaml_get(n, "field"));
	f = c->field >= 0 ? &p->d->fields[c->field] : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct ynode *v = yaml_get(n, kinds[i].key);

		if (!v)
			continue;
		found++;
		c->kind = kinds[i].kind;
		if (c->kind == C_FIELD_GIVEN)
			c->yes = yaml_bool(v, true, p->r);
		else if (c->kind == C_FIELD_GT || c->kind == C_FIELD_LT)
			c->number = number_of(p, v, f);
		else
			c->values = yaml_list(p->a, v, &count, p->r);
		if (c->values)
			check_values(p, v, c);
	}
	if (found != 1)
		yreport_add(p->r, n, "a comparison has one of is, not, in, gt, lt, given");
	if (f && f->sealed && c->kind != C_FIELD_GIVEN)
		yreport_add(p->r, n, "a sealed field can only be asked whether it is given");
}

static void parse_clock_cond(struct parser *p, const struct ynode *n, struct cond *c)
{
	c->kind = C_CLOCK;
	c->clock = parse_clock_ref(p, yaml_get(n, "clock"));
	c->status = (enum clock_status)yaml_enum(yaml_get(n, "is"), clock_status_names,
						 CLOCK_RUNNING, p->r);
}

static void parse_children_cond(struct parser *p, const struct ynode *n, struct cond *c)
{
	static const char *const what[] = {"ended", "any", NULL};

	c->kind = yaml_enum(yaml_get(n, "children"), what, 0, p->r) ? C_CHILDREN_ANY
								    : C_CHILDREN_ENDED;
	c->name = yaml_text(yaml_get(n, "process"), NULL, p->r);
}

static void parse_actor_cond(struct parser *p, const struct ynode *n, struct cond *c)
{
	const struct ynode *not = yaml_get(n, "actor_not");
	struct who_list who = parse_who(p, not ? not : yaml_get(n, "actor"));

	c->kind = not ? C_ACTOR_NOT : C_ACTOR;
	if (who.n == 1)
		c->who = who.at[0];
	else
		yreport_add(p->r, n, "'actor:' names one");
}

static void parse_combination(struct parser *p, const struct ynode *n, enum cond_kind kind,
			      struct cond *c)
{
	struct conds kids = parse_conds(p, n);

	c->kind = kind;
	c->kids = kids.at;
	c->n_kids = kids.n;
}

static void parse_op_cond(struct parser *p, const struct ynode *n, struct cond *c)
{
	c->kind = C_OP;
	c->name = yaml_text(yaml_get(n, "op"), NULL, p->r);
	c->params = parse_params(p, yaml_get(n, "with"), &c->n_params);
}

static void parse_cond(struct parser *p, const struct ynode *n, struct cond *c)
{
	static const char *const done[] = {"done", NULL};

	*c = (struct cond){.field = -1, .clock = -1, .at = n};
	if (n->kind != Y_MAP) {
		yreport_add(p->r, n, "a condition is a map such as {field: phone, given: yes}");
		return;
	}
	yaml_only(n, cond_keys, p->r);
	c->otherwise = parse_label(p, yaml_get(n, "else"));
	if (yaml_get(n, "field"))
		parse_comparison(p, n, c);
	else if (yaml_get(n, "clock"))
		parse_clock_cond(p, n, c);
	else if (yaml_get(n, "children"))
		parse_children_cond(p, n, c);
	else if (yaml_get(n, "actor") || yaml_get(n, "actor_not"))
		parse_actor_cond(p, n, c);
	else if (yaml_get(n, "all"))
		parse_combination(p, yaml_get(n, "all"), C_ALL, c);
	else if (yaml_get(n, "any"))
		parse_combination(p, yaml_get(n, "any"), C_ANY, c);
	else if (yaml_get(n, "none"))
		parse_combination(p, yaml_get(n, "none"), C_NONE, c);
	else if (yaml_get(n, "op"))
		parse_op_cond(p, n, c);
	else if (yaml_get(n, "state")) {
		c->kind = C_STATE;
		c->states = parse_states(p, yaml_get(n, "state"));
	} else if (yaml_get(n, "tasks")) {
		c->kind = C_TASKS_DONE;
		yaml_enum(yaml_get(n, "tasks"), done, 0, p->r);
	} else if (yaml_get(n, "consent")) {
		c->kind = C_CONSENT;
		c->name = yaml_text(yaml_get(n, "consent"), "", p->r);
		p->d->uses_consent = true;
	} else {
		yreport_add(p->r, n, "this is no condition");
	}
}

struct conds parse_conds(struct parser *p, const struct ynode *n)
{
	const struct ynode *one[1];
	const struct ynode *const *at = NULL;
	size_t count = entries(p, n, one, &at);
	struct conds conds = {.at = ARENA_ARRAY(p->a, struct cond, count + 1), .n = count};

	for (size_t i = 0; i < count; i++)
		parse_cond(p, at[i], &conds.at[i]);
	return conds;
}

/* ---- effects ------------------------------------------------------------------------------ */

static const char *const channels[] = {"inbox", "mail", "sms", "webhook", NULL};

static const char *channel_of(struct parser *p, const struct ynode *n)
{
	int i = yaml_enum(n, channels, -1, p->r);

	return i < 0 ? NULL : channels[i];
}

static void parse_notify(struct parser *p, const struct ynode *n, struct effect *e)
{
	static const char *const keys[] = {"to", "phrase", "channel", NULL};

	e->kind = FX_NOTIFY;
	yaml_only(n, keys, p->r);
	e->to = parse_who(p, yaml_get(n, "to"));
	e->phrase = yaml_text(yaml_get(n, "phrase"), NULL, p->r);
	e->channel = channel_of(p, yaml_get(n, "channel"));
	if (!e->to.n)
		yreport_add(p->r, n, "notify needs 'to:'");
	if (!e->phrase)
		yreport_add(p->r, n, "notify needs 'phrase:'");
}

static void parse_prefer(struct parser *p, const struct ynode *n, struct effect *e)
{
	static const char *const names[] = {"last_for_client", "first_asker", "least_load", NULL};
	size_t count = 0;
	const char **words = yaml_list(p->a, n, &count, p->r);

	if (count > MAX_PREFER)
		yreport_add(p->r, n, "prefer has %d words at most", MAX_PREFER);
	for (size_t i = 0; i < count && e->n_prefer < MAX_PREFER; i++) {
		size_t k = 0;

		while (names[k] && strcmp(names[k], words[i]) != 0)
			k++;
		if (names[k] || strchr(words[i], '.'))
			e->prefer[e->n_prefer++] =
				(struct prefer){(enum prefer_kind)k, names[k] ? NULL : words[i]};
		else
			yreport_add(p->r, n,
				    "'%s': prefer is last_for_client, first_asker, least_load or "
				    "an operation",
				    words[i]);
	}
}

static void assign_map(struct parser *p, const struct ynode *n, struct effect *e)
{
	static const char *const keys[] = {"person", "role", "skill", "prefer", "not", NULL};
	const struct ynode *person = yaml_get(n, "person"), *role = yaml_get(n, "role");

	yaml_only(n, keys, p->r);
	e->to.at = ARENA_NEW(p->a, struct who);
	e->to.n = 1;
	if (person)
		*e->to.at = (struct who){.kind = WHO_FIELD, .field = parse_field_ref(p, person)};
	else
		*e->to.at = (struct who){
			.kind = WHO_ROLE, .role = yaml_text(role, NULL, p->r), .field = -1};
	if (!person == !role)
		yreport_add(p->r, n, "assign has a person or a role");
	if (person && e->to.at->field >= 0 && p->d->fields[e->to.at->field].type != F_PERSON)
		yreport_add(p->r, person, "field '%.*s' doesn't hold a person",
			    STR_FMT(person->text));
	if (yaml_get(n, "skill"))
		e->field = parse_field_ref(p, yaml_get(n, "skill"));
	parse_prefer(p, yaml_get(n, "prefer"), e);
	e->except = parse_who(p, yaml_get(n, "not"));
}

static void parse_assign_to(struct parser *p, const struct ynode *n, struct effect *e)
{
	e->kind = FX_ASSIGN;
	if (n->kind == Y_MAP) {
		assign_map(p, n, e);
		return;
	}
	e->to = parse_who(p, n);
	if (e->to.n != 1 || e->to.at[0].kind == WHO_CLIENT || e->to.at[0].kind == WHO_ANYONE ||
	    e->to.at[0].kind == WHO_SYSTEM)
		yreport_add(p->r, n,
			    "assign is actor, creator, first_asker, assignee, nobody or {role: …}");
}

static struct copy *parse_copies(struct parser *p, const struct ynode *n, bool back, size_t *ret_n)
{
	size_t count = n && n->kind == Y_MAP ? n->n_kids : 0;
	struct copy *copies = ARENA_ARRAY(p->a, struct copy, count + 1);

	for (size_t i = 0; i < count; i++) {
		struct ynode key = {.kind = Y_SCALAR,
				    .file = n->kids[i]->file,
				    .line = n->kids[i]->key_line,
				    .text = str_of(n->kids[i]->key)};

		copies[i].ours = parse_field_ref(p, back ? &key : n->kids[i]);
		copies[i].child = back ? yaml_text(n->kids[i], "", p->r) : n->kids[i]->key;
	}
	*ret_n = count;
	return copies;
}

static void parse_open(struct parser *p, const struct ynode *n, struct effect *e)
{
	static const char *const keys[] = {"process", "copy", "back", "then", NULL};
	size_t count;
	const char **then;

	e->kind = FX_OPEN;
	yaml_only(n, keys, p->r);
	e->process = yaml_text(yaml_get(n, "process"), NULL, p->r);
	if (!e->process)
		yreport_add(p->r, n, "open needs 'process:'");
	e->copies = parse_copies(p, yaml_get(n, "copy"), false, &e->n_copies);
	e->backs = parse_copies(p, yaml_get(n, "back"), true, &e->n_backs);
	if (yaml_get(n, "then")) {
		then = parse_actions(p, yaml_get(n, "then"));
		for (count = 0; then[count]; count++)
			;
		e->then = count == 1 ? then[0] : NULL;
		if (count != 1)
			yreport_add(p->r, n, "'then:' names one action");
	}
}

static void record_ledger(struct parser *p, const struct ynode *n, struct effect *e)
{
	e->kind = FX_LEDGER;
	e->ledger = yaml_text(yaml_get(n, "ledger"), "", p->r);
	e->word = yaml_text(yaml_get(n, "kind"), "note", p->r);
	e->text = parse_label(p, yaml_get(n, "text"));
	e->person = parse_who(p, yaml_get(n, "person"));
}

static void record_field(struct parser *p, const struct ynode *n, struct effect *e)
{
	const struct ynode *value = yaml_get(n, "value"), *add = yaml_get(n, "add");
	const struct field_def *f;

	e->kind = FX_FIELD;
	e->field = parse_field_ref(p, yaml_get(n, "field"));
	f = e->field >= 0 ? &p->d->fields[e->field] : NULL;
	e->value = yaml_text(value, NULL, p->r);
	e->add = yaml_int(add, INT64_MIN, INT64_MAX, 0, p->r);
	e->set = value ? SET_VALUE : add ? SET_ADD : yaml_get(n, "now") ? SET_NOW : SET_ACTOR;
	if (!f)
		return;
	if (f->sealed)
		yreport_add(p->r, n, "record can't write a sealed field");
	if (e->set == SET_ADD && f->type != F_INT && f->type != F_MONEY)
		yreport_add(p->r, n, "'add:' needs a field of type int or money");
	if (e->set == SET_NOW && f->type != F_DATE && f->type != F_TIME)
		yreport_add(p->r, n, "'now:' needs a field of type date or time");
	if (e->set == SET_ACTOR && f->type != F_PERSON)
		yreport_add(p->r, n, "record of a field has value, add, now or actor (a person)");
}

static void parse_record(struct parser *p, const struct ynode *n, struct effect *e)
{
	static const char *const ledger[] = {"ledger", "kind", "text", "person", NULL};
	static const char *const event[] = {"event", NULL};
	static const char *const field[] = {"field", "value", "add", "now", "actor", NULL};
	static const char *const op[] = {"op", "with", NULL};

	if (yaml_get(n, "ledger")) {
		yaml_only(n, ledger, p->r);
		record_ledger(p, n, e);
	} else if (yaml_get(n, "event")) {
		yaml_only(n, event, p->r);
		e->kind = FX_EVENT;
		e->text = parse_label(p, yaml_get(n, "event"));
	} else if (yaml_get(n, "field")) {
		yaml_only(n, field, p->r);
		record_field(p, n, e);
	} else if (yaml_get(n, "op")) {
		yaml_only(n, op, p->r);
		e->kind = FX_OP;
		e->op = yaml_text(yaml_get(n, "op"), "", p->r);
		e->params = parse_params(p, yaml_get(n, "with"), &e->n_params);
	} else {
		yreport_add(p->r, n, "record is of a ledger, an event, a field or an op");
	}
}

static void parse_deliver(struct parser *p, const struct ynode *n, struct effect *e)
{
	static const char *const keys[] = {"field", "to", "channel", "phrase", NULL};

	e->kind = FX_DELIVER;
	yaml_only(n, keys, p->r);
	e->field = parse_field_ref(p, yaml_get(n, "field"));
	e->to = parse_who(p, yaml_get(n, "to"));
	if (!e->to.n) {
		e->to.at[0] = (struct who){.kind = WHO_CLIENT, .field = -1};
		e->to.n = 1;
	}
	e->channel = channel_of(p, yaml_get(n, "channel"));
	e->phrase = yaml_text(yaml_get(n, "phrase"), NULL, p->r);
	if (e->field < 0)
		yreport_add(p->r, n, "deliver needs 'field:'");
}

static void parse_clock_effect(struct parser *p, const struct ynode *n, struct effect *e)
{
	static const char *const verbs[] = {"start",   "stop",	 "pause", "resume",
					    "restart", "extend", NULL};
	static const char *const keys[] = {"start",   "stop",	"pause", "resume",
					   "restart", "extend", "by",	 NULL};
	const struct ynode *by = yaml_get(n, "by");
	size_t found = 0;

	e->kind = FX_CLOCK;
	yaml_only(n, keys, p->r);
	for (size_t i = 0; verbs[i]; i++)
		if (yaml_get(n, verbs[i])) {
			found++;
			e->verb = (enum clock_verb)i;
			e->clock = parse_clock_ref(p, yaml_get(n, verbs[i]));
		}
	if (found != 1)
		yreport_add(p->r, n,
			    "clock has one of start, stop, pause, resume, restart, extend");
	if ((e->verb == CLOCK_EXTEND) != (by != NULL)) {
		yreport_add(p->r, n, "'by:' belongs to extend");
		return;
	}
	if (by && definition_field(p->d, by->text) >= 0)
		e->by_field = definition_field(p->d, by->text);
	else if (by)
		parse_period(p, by, &e->by);
}

static void parse_task(struct parser *p, const struct ynode *n, struct effect *e)
{
	static const char *const keys[] = {"what", "who", "until", NULL};

	e->kind = FX_TASK;
	yaml_only(n, keys, p->r);
	e->text = parse_label(p, yaml_get(n, "what"));
	e->to = parse_who(p, yaml_get(n, "who"));
	e->until = yaml_get(n, "until") ? parse_actions(p, yaml_get(n, "until")) : NULL;
	if (!e->text.zh || e->to.n != 1)
		yreport_add(p->r, n, "task needs 'what:' and one 'who:'");
}

static void parse_require(struct parser *p, const struct ynode *n, struct effect *e)
{
	e->kind = FX_REQUIRE;
	e->conds = parse_conds(p, n);
}

static const struct effect_word {
	const char *word;
	void (*parse)(struct parser *p, const struct ynode *n, struct effect *e);
} effect_words[] = {
	{"notify", parse_notify},   {"assign", parse_assign_to}, {"open", parse_open},
	{"record", parse_record},   {"deliver", parse_deliver},	 {"clock", parse_clock_effect},
	{"require", parse_require}, {"task", parse_task},
};

static void parse_effect(struct parser *p, const struct ynode *n, struct effect *e)
{
	static const char *const keys[] = {"notify", "assign",	"open", "record", "deliver",
					   "clock",  "require", "task", "when",	  NULL};
	size_t found = 0;

	*e = (struct effect){.at = n, .field = -1, .clock = -1, .by_field = -1};
	if (n->kind != Y_MAP) {
		yreport_add(p->r, n,
			    "an effect is a map such as {notify: {to: client, phrase: …}}");
		return;
	}
	yaml_only(n, keys, p->r);
	e->when = parse_conds(p, yaml_get(n, "when"));
	for (size_t i = 0; i < ARRAY_SIZE(effect_words); i++) {
		const struct ynode *body = yaml_get(n, effect_words[i].word);

		if (!body)
			continue;
		found++;
		effect_words[i].parse(p, body, e);
	}
	if (found != 1)
		yreport_add(p->r, n, "each effect stands in an entry of its own");
}

struct effects parse_effects(struct parser *p, const struct ynode *n)
{
	const struct ynode *one[1];
	const struct ynode *const *at = NULL;
	size_t count = entries(p, n, one, &at);
	struct effects fx = {.at = ARENA_ARRAY(p->a, struct effect, count + 1), .n = count};

	for (size_t i = 0; i < count; i++)
		parse_effect(p, at[i], &fx.at[i]);
	return fx;
}

struct effect *parse_assign(struct parser *p, const struct ynode *n)
{
	struct effect *e;

	if (!n)
		return NULL;
	e = ARENA_NEW(p->a, struct effect);
	*e = (struct effect){.at = n, .field = -1, .clock = -1, .by_field = -1};
	parse_assign_to(p, n, e);
	return e;
}
