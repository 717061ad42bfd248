/*
 * The demo's weeks before today, lived through by the engine: every step is an operation carried
 * out through the gate by the person it names, with the clock set to that moment; the scheduler
 * takes its turns in between. What would lie in the future stays undone: those are the open cases.
 */
#include "people/gate.h"
#include "people/people.h"
#include "process/demo.h"
#include "process/process.h"
#include "process/profile.h"
#include "store/db.h"

#define MAX_STEPS 16
/* The last case came in a little before now, so that the desk isn't empty and clocks still run. */
#define LAST_BEFORE_MS (10 * 60 * 1000LL)

struct person {
	const char *name;
	int64_t id, org_id;
	const char **roles;
};

struct step {
	const char *by, *action, *note; /**< action NULL: a note in the timeline */
	struct period after;
	const struct ynode *with;
};

struct story {
	const char *name;
	struct step steps[MAX_STEPS];
	size_t n;
};

struct demo_case {
	const struct ynode *node;
	const struct story *story;
	int64_t at, id;
	const char *id_text;
	size_t next;  /**< step */
	json_t *view; /**< as the last step left it */
};

struct demo {
	struct env *env;
	struct arena *a;
	struct yreport report;
	const struct calendar *calendar;
	int64_t now_ms;
	VEC(struct person) people;
	VEC(struct story) stories;
	VEC(struct demo_case) cases;
	struct map *clients; /**< key → id as text */
	struct fault *fault;
};

/* ---- the file ------------------------------------------------------------------------------ */

static const char *text_of(struct demo *d, const struct ynode *map, const char *key,
			   const char *dflt)
{
	return yaml_text(yaml_get(map, key), dflt, &d->report);
}

static void read_step(struct demo *d, const struct ynode *n, struct step *s)
{
	static const char *const keys[] = {"after", "by", "do", "note", "with", NULL};
	struct fault f = {0};

	yaml_only(n, keys, &d->report);
	s->by = text_of(d, n, "by", "assignee");
	s->action = text_of(d, n, "do", NULL);
	s->note = text_of(d, n, "note", NULL);
	s->with = yaml_get(n, "with");
	if (!s->action == !s->note && !s->action)
		yreport_add(&d->report, n, "a step has do: ACTION or note: TEXT");
	if (period_parse(str_of(text_of(d, n, "after", "")), &s->after, &f) < 0)
		yreport_add(&d->report, n, "%s", f.detail);
}

static void read_stories(struct demo *d, const struct ynode *map)
{
	for (size_t i = 0; map && i < map->n_kids; i++) {
		const struct ynode *n = map->kids[i];
		struct story s = {.name = n->key};

		for (size_t j = 0; n->kind == Y_SEQ && j < n->n_kids && j < MAX_STEPS; j++)
			read_step(d, n->kids[j], &s.steps[s.n++]);
		VEC_ADD(&d->stories, s);
	}
}

static const struct story *find_story(const struct demo *d, const char *name)
{
	for (size_t i = 0; i < d->stories.n; i++)
		if (!strcmp(d->stories.at[i].name, name))
			return &d->stories.at[i];
	return NULL;
}

static void read_cases(struct demo *d, const struct ynode *list)
{
	static const char *const keys[] = {"story", "by", "process", "client", "fields", NULL};

	for (size_t i = 0; list && i < list->n_kids; i++) {
		struct demo_case c = {.node = list->kids[i]};
		const char *story = text_of(d, c.node, "story", "");

		yaml_only(c.node, keys, &d->report);
		if (!(c.story = find_story(d, story)))
			yreport_add(&d->report, c.node, "there is no story '%s'", story);
		VEC_ADD(&d->cases, c);
	}
}

/*
 * The cases come in one after the other during the duty hours of the last days, ever closer: the
 * square leaves most of the open ones to yesterday and today.
 */
static int spread(struct demo *d, int64_t days)
{
	int64_t until = (d->now_ms - LAST_BEFORE_MS) / 1000 * 1000, from = until, duty;
	size_t n = d->cases.n;
	int r;

	for (int64_t i = 0; i < days;)
		if (calendar_working_day(d->calendar, zone_local_day(calendar_zone(d->calendar),
								     from -= 86400000)))
			i++;
	duty = calendar_working_ms(d->calendar, from, until);
	for (size_t i = 0; i < n; i++) {
		int64_t left = (int64_t)(n - i), of = (int64_t)(n + 1);
		int64_t minutes = duty / 60000 * (of * of - left * left) / (of * of);
		struct period p = {PERIOD_WORKING_MINUTES, (int32_t)(minutes ? minutes : 1)};

		if ((r = calendar_due(d->calendar, &p, from, &d->cases.at[i].at, d->fault)) < 0)
			return r;
		/* seconds that look like life */
		d->cases.at[i].at -= (int64_t)(i * 7919 % 55) * 1000;
	}
	return 0;
}

/* ---- people and clients -------------------------------------------------------------------- */

static int read_org(struct tx *tx, struct person *p)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r = tx_op(tx, "account.by_id", ARGS(A_INT("id", p->id)), &rows);

	if (r < 0 || (r = rows_next(rows)) < 0)
		return r;
	p->org_id = rows_int(rows, rows_col(rows, "org_id"));
	return 0;
}

static int find_people(struct demo *d, const struct profile *profile)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(d->env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < profile->n_people; i++) {
		struct person p = {.name = profile->people[i].name,
				   .roles = profile->people[i].roles};

		if ((r = people_find(ctx, p.name, &p.id)) == 0)
			VEC_ADD(&d->people, p);
	}
	if (r >= 0)
		r = db_read(d->env->db, ctx, &tx);
	for (size_t i = 0; r >= 0 && i < d->people.n; i++)
		r = read_org(tx, &d->people.at[i]);
	if (r < 0)
		*d->fault = ctx->fault;
	return r;
}

static const struct person *person_by(const struct demo *d, const char *name, int64_t id)
{
	for (size_t i = 0; i < d->people.n; i++)
		if (name ? !strcmp(d->people.at[i].name, name) : d->people.at[i].id == id)
			return &d->people.at[i];
	return NULL;
}

/* ---- one request --------------------------------------------------------------------------- */

struct request {
	const char *method, *path;
	const struct person *who;
	int64_t at;
	json_t *body; /**< taken over */
};

static int bind(struct demo *d, struct call *call, const struct request *q)
{
	struct ctx *ctx = call->ctx;
	struct arg args[8];
	size_t n = 0;
	const char *allow;
	int r = catalogue_route(d->env->ops, q->method, str_of(q->path), &call->op, args, &n,
				ctx->arena, &allow);

	if (r < 0)
		return ctx_fail(ctx, E_CONFIG, NULL, "there is no operation %s %s", q->method,
				q->path);
	return op_bind(call, args, n, q->body);
}

static int send(struct demo *d, struct ctx *ctx, const struct request *q, json_t **ret)
{
	struct call call = {.ctx = ctx, .body = q->body};
	int r;

	ctx->now_ms = q->at;
	ctx->actor = (struct actor){.id = q->who->id,
				    .org_id = q->who->org_id,
				    .name = q->who->name,
				    .roles = q->who->roles};
	if ((r = bind(d, &call, q)) == 0)
		r = gate_call_wait(&call);
	if (r == 0)
		r = json_parse(buf_str(&call.reply.body), ret, &ctx->fault);
	call_release(&call);
	return r;
}

/* The reply is the caller's. A refusal is an error of demo.yaml: it names the line. */
static int request(struct demo *d, const struct request *q, const struct ynode *at, json_t **ret)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(d->env);
	int r = send(d, ctx, q, ret);

	json_decref(q->body);
	if (r < 0)
		fail(d->fault, (enum error) - r, ctx->fault.field, "%s:%d: %s %s as %s: %s",
		     at->file, at->line, q->method, q->path, q->who->name, ctx->fault.detail);
	return r;
}

/* ---- values -------------------------------------------------------------------------------- */

/* "{answer}" stands for that field of the case; "person:xu" and "client:li" for an id. */
static json_t *value_of(struct demo *d, const struct demo_case *c, const char *text)
{
	size_t len = strlen(text);
	const struct person *p;

	if (len > 2 && text[0] == '{' && text[len - 1] == '}') {
		char *name = arena_strndup(d->a, text + 1, len - 2);
		const char *own =
			yaml_text(yaml_get(yaml_get(c->node, "fields"), name), NULL, &d->report);

		if (own)
			text = own;
		else
			yreport_add(&d->report, c->node, "this case has no text '%s'", name);
	}
	if (!strncmp(text, "person:", 7) && (p = person_by(d, text + 7, 0)))
		return json_string(arena_printf(d->a, "%lld", (long long)p->id));
	if (!strncmp(text, "client:", 7) && map_get(d->clients, str_of(text + 7)))
		return json_string(map_get(d->clients, str_of(text + 7)));
	return json_string(text);
}

static const struct field_def *field_of(const struct definition *def, const char *name)
{
	int i = definition_field(def, str_of(name));

	return i < 0 ? NULL : &def->fields[i];
}

static json_t *typed(struct demo *d, const struct demo_case *c, const struct field_def *f,
		     const struct ynode *n)
{
	const char *text = yaml_text(n, "", &d->report);
	struct period p;
	int64_t due;

	if (f->type == F_BOOL)
		return json_boolean(!strcmp(text, "yes"));
	if (f->type == F_DATE && period_parse(str_of(text), &p, NULL) == 0 &&
	    calendar_due(d->calendar, &p, c->at, &due, NULL) == 0)
		return json_string(
			date_format(d->a, zone_local_day(calendar_zone(d->calendar), due)));
	return value_of(d, c, text);
}

/* The fields a form asks for, out of a map; others (texts kept for later steps) are left out. */
static json_t *fields_for(struct demo *d, const struct demo_case *c, const struct definition *def,
			  const struct form_def *form, const struct ynode *map)
{
	json_t *out = json_object();

	for (size_t i = 0; map && i < map->n_kids; i++) {
		const struct field_def *f = field_of(def, map->kids[i]->key);
		bool asked = false;

		for (size_t j = 0; f && form && j < form->n; j++)
			asked |= &def->fields[form->at[j].field] == f;
		if (asked)
			json_object_set_new(out, f->name, typed(d, c, f, map->kids[i]));
	}
	return out;
}

/* ---- clients ------------------------------------------------------------------------------- */

static int add_client(struct demo *d, const struct ynode *n, int64_t at)
{
	struct request q = {"POST", "/api/clients",
			    person_by(d, yaml_text(yaml_get(n, "by"), "", &d->report), 0), at,
			    json_object()};
	json_t *reply = NULL;
	const char *id;
	int r;

	if (!q.who) {
		json_decref(q.body);
		return fail(d->fault, E_CONFIG, "by", "%s:%d: a client needs by: NAME", n->file,
			    n->line);
	}
	for (size_t i = 0; i < n->n_kids; i++)
		if (strcmp(n->kids[i]->key, "by"))
			json_object_set_new(q.body, n->kids[i]->key,
					    json_string(yaml_text(n->kids[i], "", &d->report)));
	if ((r = request(d, &q, n, &reply)) < 0)
		return r;
	id = json_string_value(json_object_get(reply, "id"));
	map_put(d->clients, str_of(n->key), arena_strdup(d->a, id ? id : ""));
	json_decref(reply);
	return 0;
}

static int add_clients(struct demo *d, const struct ynode *map)
{
	int64_t first = d->cases.n ? d->cases.at[0].at : d->now_ms;
	int r = 0;

	for (size_t i = 0; r == 0 && map && i < map->n_kids; i++)
		r = add_client(d, map->kids[i], first - 3600000);
	return r;
}

/* ---- cases --------------------------------------------------------------------------------- */

static const struct definition *definition_of(struct demo *d, const struct demo_case *c)
{
	return process_find(d->env->process,
			    str_of(text_of(d, c->node, "process", "consultation")));
}

static int take_view(struct demo *d, struct demo_case *c, json_t *view)
{
	json_decref(c->view);
	c->view = view;
	if (c->id_text)
		return 0;
	c->id_text = arena_strdup(d->a, json_string_value(json_object_get(view, "id")));
	return str_to_int(str_of(c->id_text), &c->id);
}

static int open_case(struct demo *d, struct demo_case *c)
{
	const struct definition *def = definition_of(d, c);
	const char *client = text_of(d, c->node, "client", NULL);
	struct request q = {"POST", "/api/cases", person_by(d, text_of(d, c->node, "by", ""), 0),
			    c->at, NULL};
	json_t *view = NULL;
	int r;

	if (!def || !q.who || (client && !map_get(d->clients, str_of(client))))
		return fail(d->fault, E_CONFIG, "", "%s:%d: no such process, person or client",
			    c->node->file, c->node->line);
	q.body = json_object();
	json_object_set_new(q.body, "process", json_string(def->name));
	json_object_set_new(q.body, "fields",
			    fields_for(d, c, def, &def->create.form, yaml_get(c->node, "fields")));
	if (client)
		json_object_set_new(q.body, "client_id",
				    json_string(map_get(d->clients, str_of(client))));
	r = request(d, &q, c->node, &view);
	return r < 0 ? r : take_view(d, c, view);
}

static const struct person *who_acts(struct demo *d, const struct demo_case *c, const char *by)
{
	const char *role = !strcmp(by, "taker")	     ? "created_by"
			   : !strcmp(by, "assignee") ? "assignee"
						     : NULL;
	int64_t id = 0;

	if (!role)
		return person_by(d, by, 0);
	if (str_to_int(json_get_str(json_object_get(c->view, role), "id"), &id) < 0)
		return NULL;
	return person_by(d, NULL, id);
}

static int do_step(struct demo *d, struct demo_case *c, const struct step *s, int64_t at)
{
	const struct definition *def = definition_of(d, c);
	const struct action_def *action =
		s->action ? definition_action(def, str_of(s->action)) : NULL;
	struct request q = {"POST", NULL, who_acts(d, c, s->by), at, NULL};
	json_t *view = NULL;
	int r;

	if (!q.who || (s->action && !action))
		return fail(d->fault, E_CONFIG, "",
			    "%s:%d: step '%s' of this story has no such person or action",
			    c->node->file, c->node->line, s->action ? s->action : "note");
	q.body = json_object();
	if (!s->action) {
		q.path = arena_printf(d->a, "/api/cases/%s/notes", c->id_text);
		json_object_set_new(q.body, "text", value_of(d, c, s->note));
	} else {
		q.path = arena_printf(d->a, "/api/cases/%s/actions/%s", c->id_text, s->action);
		json_object_set_new(q.body, "fields",
				    fields_for(d, c, def, &action->form, s->with));
		if (s->note)
			json_object_set_new(q.body, "note", value_of(d, c, s->note));
	}
	if ((r = request(d, &q, c->node, &view)) < 0)
		return r;
	if (s->action)
		return take_view(d, c, view);
	json_decref(view);
	return 0;
}

/* ---- time passes --------------------------------------------------------------------------- */

/* When the case's next step happens: INT64_MAX when there is none. */
static int64_t next_at(struct demo *d, const struct demo_case *c)
{
	int64_t at;

	if (!c->id_text)
		return c->at;
	if (c->next >= c->story->n ||
	    calendar_due(d->calendar, &c->story->steps[c->next].after, c->at, &at, NULL) < 0)
		return INT64_MAX;
	return at;
}

static struct demo_case *soonest(struct demo *d, int64_t *ret_at)
{
	struct demo_case *best = NULL;

	*ret_at = d->now_ms;
	for (size_t i = 0; i < d->cases.n; i++) {
		int64_t at = next_at(d, &d->cases.at[i]);

		if (at < *ret_at) {
			*ret_at = at;
			best = &d->cases.at[i];
		}
	}
	return best;
}

/* Warnings and breaches up to @p until happen at their own instants. */
static int ring_until(struct demo *d, int64_t *next_ring, int64_t until)
{
	int r = 0;

	while (r == 0 && *next_ring <= until) {
		int64_t at = *next_ring;

		r = scheduler_turn(d->env->process, at, next_ring);
		if (*next_ring <= at)
			break;
	}
	return r;
}

static int live(struct demo *d)
{
	int64_t at, next_ring, now;
	struct demo_case *c;
	int r = 0;

	while (r == 0 && (c = soonest(d, &at))) {
		/* One look at the clocks before each step: what became due since the last one rings
		 * now. */
		if ((r = scheduler_turn(d->env->process, d->cases.at[0].at, &next_ring)) < 0 ||
		    (r = ring_until(d, &next_ring, at)) < 0)
			break;
		if (!c->id_text) {
			r = open_case(d, c);
		} else {
			r = do_step(d, c, &c->story->steps[c->next++], at);
			c->at = at;
		}
	}
	now = d->now_ms;
	if (r == 0 && (r = scheduler_turn(d->env->process, d->cases.at[0].at, &next_ring)) == 0)
		r = ring_until(d, &next_ring, now);
	return r;
}

/* ---- all of it ----------------------------------------------------------------------------- */

static int check_file(struct demo *d)
{
	if (!d->report.n)
		return 0;
	return fail(d->fault, E_CONFIG, "demo", "%s", d->report.text.p);
}

static int prepare(struct demo *d, const char *profile, const struct ynode *root)
{
	static const char *const keys[] = {"days", "calendar", "clients", "stories", "cases", NULL};
	struct profile *p = NULL;
	int r;

	yaml_only(root, keys, &d->report);
	read_stories(d, yaml_get(root, "stories"));
	read_cases(d, yaml_get(root, "cases"));
	if (profile_load(d->a, profile, &p, &d->report) < 0 || (r = check_file(d)) < 0)
		return check_file(d);
	if ((r = find_people(d, p)) < 0)
		return r;
	if (!d->people.n || !d->cases.n)
		return fail(d->fault, E_CONFIG, "demo",
			    "demo.yaml needs people in profile.yaml and cases");
	d->calendar = calendars_get(d->env->calendars, d->people.at[0].org_id,
				    text_of(d, root, "calendar", "duty"));
	if (!d->calendar)
		return fail(d->fault, E_CONFIG, "demo", "demo.yaml: there is no such calendar");
	if ((r = spread(d, yaml_int(yaml_get(root, "days"), 1, 200, 20, &d->report))) < 0)
		return r;
	return add_clients(d, yaml_get(root, "clients"));
}

static void release(struct demo *d)
{
	for (size_t i = 0; i < d->cases.n; i++)
		json_decref(d->cases.at[i].view);
	VEC_FREE(&d->people);
	VEC_FREE(&d->stories);
	VEC_FREE(&d->cases);
	map_free(d->clients, NULL);
	yreport_free(&d->report);
	arena_free(d->a);
}

int demo_load_at(struct env *env, const char *profile, int64_t now_ms, struct fault *f)
{
	struct demo d = {.env = env, .now_ms = now_ms, .fault = f};
	struct ynode *root = NULL;
	int r;

	d.a = arena_new();
	d.clients = map_new();
	r = profile_file(d.a, profile, "demo.yaml", &root, &d.report);
	if (r == -E_NOT_FOUND)
		r = 0; /* not the demo */
	else if (r < 0)
		r = check_file(&d);
	else if ((r = prepare(&d, profile, root)) == 0 && (r = live(&d)) == 0)
		r = check_file(&d);
	release(&d);
	return r;
}

int demo_load(struct env *env, const char *profile, struct fault *f)
{
	return demo_load_at(env, profile, time_now_ms(), f);
}
