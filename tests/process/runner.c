/*
 * Scenarios of processes: tables that a lawyer can read, carried out by the engine itself.
 *
 *     test_scenarios [--db sqlite|postgres] FILE.yaml …
 *
 * Format: tests/process/README.md. Every scenario has a fresh organisation on one fresh store; the
 * clock is the table's, nothing sleeps. Prints a line a scenario and "N passed, N failed".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail
#undef skip

#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "process/process.h"
#include "process/kase.h"
#include "support/process_world.h"

#define PEOPLE_MAX 64
#define CASES_MAX 32

struct player {
	const char *name;
	int64_t id, org_id;
	const char **roles;
};

struct named_case {
	const char *name;
	int64_t id;
};

/* The world of one scenario, and what the last step left. */
struct stage {
	struct process_world world;
	struct env *env;
	struct arena *a;
	struct player people[PEOPLE_MAX];
	size_t n_people;
	struct named_case cases[CASES_MAX];
	size_t n_cases;
	int64_t now_ms, seen_message, seen_entry, current;
	int err; /**< of the last step */
	struct fault fault;
	json_t *view;
	const struct ynode *step;
	const struct player *as;
	struct buf complaint; /**< what differed */
};

static int passed, failed;
static const char *root;

/* ---- complaints -------------------------------------------------------------------------------
 */

static void complain(struct stage *s, const char *fmt, ...) PRINTF(2, 3);
static void complain(struct stage *s, const char *fmt, ...)
{
	va_list ap;

	buf_printf(&s->complaint, "    %s:%d: ", s->step ? s->step->file : "",
		   s->step ? s->step->line : 0);
	va_start(ap, fmt);
	buf_vprintf(&s->complaint, fmt, ap);
	va_end(ap);
	buf_addc(&s->complaint, '\n');
}

static const char *text_of(const struct ynode *map, const char *key)
{
	struct ynode *n = yaml_get(map, key);

	return n && n->kind == Y_SCALAR ? n->text.p : NULL;
}

static void die(const char *what, const struct fault *f)
{
	fprintf(stderr, "%s: %s\n", what, f ? f->detail : "");
	exit(2);
}

/* ---- the world ---------------------------------------------------------------------------------
 */

static void plant_person(struct stage *s, const char *name, int64_t org, const char **roles,
			 const char **skills)
{
	struct player *p = &s->people[s->n_people++];

	if (s->n_people == PEOPLE_MAX)
		die("too many people", NULL);
	*p = (struct player){name, process_world_person(&s->world, name, org, roles, skills), org,
			     roles};
}

static void read_people(struct stage *s, const struct ynode *people, int64_t province,
			int64_t county)
{
	CLEANUP(yreport_free) struct yreport r = {0};

	for (size_t i = 0; people && i < people->n_kids; i++) {
		const struct ynode *n = people->kids[i];
		const char *org = text_of(n, "org");
		size_t count;

		plant_person(
			s, n->key, org && strcmp(org, "above") == 0 ? province : county,
			yaml_list(s->a, n->kind == Y_MAP ? yaml_get(n, "roles") : n, &count, &r),
			yaml_list(s->a, n->kind == Y_MAP ? yaml_get(n, "skills") : NULL, &count,
				  &r));
	}
}

static void load_processes(struct stage *s, const struct ynode *list)
{
	CLEANUP(yreport_free) struct yreport r = {0};
	struct fault f = {0};
	const char **paths;
	size_t n = 0;

	paths = yaml_list(s->a, list, &n, &r);
	for (size_t i = 0; i < n; i++) {
		struct str text;

		if (file_read(s->a, path_join(s->a, root, paths[i]), 1 << 20, &text, &f) < 0 ||
		    process_lib_add(s->env->process, text, paths[i], &f) < 0)
			die(paths[i], &f);
	}
}

static void people_of_scenario(struct stage *s, const struct ynode *file,
			       const struct ynode *scenario)
{
	int64_t province, county;
	const char *profile = text_of(file, "profile");

	s->n_people = s->n_cases = 0;
	province = process_world_org(&s->world, 0, "above");
	county = process_world_org(&s->world, province, "office");
	process_world_calendars(&s->world, county, profile ? profile : "demo");
	/* Names are unique in an installation: each scenario has its own people. */
	read_people(s, yaml_get(file, "people"), province, county);
	read_people(s, yaml_get(scenario, "people"), province, county);
}

/* ---- time -------------------------------------------------------------------------------------
 */

/** Every clock that rings on the way rings at its own instant. */
static void go_to(struct stage *s, int64_t at_ms)
{
	int64_t next = 0;

	while (true) {
		CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(s->env);
		CLEANUP(db_read_endp) struct tx *tx = NULL;
		int err;

		if (db_read(s->env->db, ctx, &tx) < 0)
			die("reading", &ctx->fault);
		err = tx_int(tx, "case.clock_next", NO_ARGS, &next);
		db_read_end(tx);
		tx = NULL;
		if (err == -E_NOT_FOUND || next > at_ms)
			break;
		if (scheduler_turn(s->env->process, next > s->now_ms ? next : s->now_ms, &next) <
		    0) {
			complain(s, "a clock couldn't be carried out");
			break;
		}
	}
	s->now_ms = at_ms;
}

/* ---- steps -------------------------------------------------------------------------------------
 */

static const struct player *player(struct stage *s, const char *name)
{
	for (size_t i = 0; name && i < s->n_people; i++)
		if (strcmp(s->people[i].name, name) == 0)
			return &s->people[i];
	return NULL;
}

static struct ctx *ctx_as(struct stage *s, const struct player *p)
{
	struct ctx *ctx = ctx_new_system(s->env);

	ctx->now_ms = s->now_ms;
	ctx->lang = LANG_ZH;
	if (p)
		ctx->actor = (struct actor){
			.id = p->id, .org_id = p->org_id, .name = p->name, .roles = p->roles};
	return ctx;
}

static json_t *person_value(struct stage *s, const char *text)
{
	const struct player *p = player(s, text);
	char id[32];

	if (!p)
		return json_string(text);
	snprintf(id, sizeof(id), "%lld", (long long)p->id);
	return json_string(id);
}

/** A table's value by the field's type: people are named, yes and no are yes and no. */
static json_t *value_of(struct stage *s, const struct field_def *f, const struct ynode *n)
{
	json_t *list;
	int64_t v;

	if (n->kind == Y_SEQ) {
		list = json_array();
		for (size_t i = 0; i < n->n_kids; i++)
			json_array_append_new(list, value_of(s, f, n->kids[i]));
		return list;
	}
	if (f && f->type == F_PERSON)
		return person_value(s, n->text.p);
	if (f && f->type == F_BOOL)
		return json_boolean(str_is(n->text, "yes") || str_is(n->text, "true"));
	if (f && (f->type == F_INT || f->type == F_MONEY) && str_to_int(n->text, &v) == 0)
		return json_integer(v);
	return json_stringn(n->text.p, n->text.len);
}

static json_t *fields_of(struct stage *s, const struct definition *d, const struct ynode *with)
{
	json_t *fields = json_object();

	for (size_t i = 0; with && i < with->n_kids; i++) {
		const struct ynode *n = with->kids[i];
		int f = d ? definition_field(d, str_of(n->key)) : -1;

		json_object_set_new(fields, n->key, value_of(s, f >= 0 ? &d->fields[f] : NULL, n));
	}
	return fields;
}

struct job {
	struct stage *s;
	const char *action;
	const struct definition *d; /**< of a creation */
	struct form form;
	int64_t case_id;
	json_t *view;
};

static int run_job(struct tx *tx, void *arg)
{
	struct job *job = arg;
	CLEANUP(kase_freep) struct kase *k = NULL;
	CLEANUP(buf_free) struct buf b = {0};
	struct jw w;
	int err;

	if (job->d)
		err = process_create(tx, job->d, &job->form, &k);
	else if (strcmp(job->action, "edit") == 0)
		err = process_edit(tx, job->case_id, &job->form, &k);
	else
		err = process_act(tx, job->case_id, str_of(job->action), &job->form, &k);
	if (err < 0)
		return err;
	job->case_id = k->id;
	jw_begin(&w, &b);
	if ((err = process_view(k, &w)) < 0)
		return err;
	json_decref(job->view);
	job->view = NULL;
	return json_parse(buf_str(&b), &job->view, &tx_ctx(tx)->fault);
}

static void look(struct stage *s, const struct player *as)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_as(s, as);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(kase_freep) struct kase *k = NULL;
	CLEANUP(buf_free) struct buf b = {0};
	struct jw w;

	json_decref(s->view);
	s->view = NULL;
	if (db_read(s->env->db, ctx, &tx) < 0)
		die("reading", &ctx->fault);
	s->err = process_load(tx, s->current, &k);
	if (s->err == 0) {
		jw_begin(&w, &b);
		s->err = process_view(k, &w);
	}
	s->fault = ctx->fault;
	if (s->err == 0 && json_parse(buf_str(&b), &s->view, &s->fault) < 0)
		complain(s, "the view is no JSON: %s", s->fault.detail);
}

/** "on: NAME" a case by the name it was created under; "on: child:PROCESS" the last child of the
 * current one. */
static void choose_case(struct stage *s, const char *on)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(s->env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;

	if (!on)
		return;
	for (size_t i = 0; i < s->n_cases; i++)
		if (strcmp(s->cases[i].name, on) == 0) {
			s->current = s->cases[i].id;
			return;
		}
	if (strncmp(on, "child:", 6) != 0) {
		complain(s, "there is no case '%s'", on);
		return;
	}
	if (db_read(s->env->db, ctx, &tx) < 0 ||
	    tx_int(tx, "test.last_child",
		   ARGS(A_INT("parent_id", s->current), A_TEXT("process", on + 6)),
		   &s->current) < 0)
		complain(s, "there is no %s", on);
	else if (s->n_cases < CASES_MAX)
		s->cases[s->n_cases++] = (struct named_case){on, s->current};
}

static const struct definition *definition_of_current(struct stage *s)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(s->env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(kase_freep) struct kase *k = NULL;

	if (db_read(s->env->db, ctx, &tx) < 0 || kase_load(tx, s->current, false, &k) < 0)
		return NULL;
	return k->d;
}

static void act(struct stage *s, const struct ynode *step)
{
	const char *create = text_of(step, "create"), *action = text_of(step, "do"),
		   *version = text_of(step, "version");
	const struct definition *d =
		create ? process_find(s->env->process, str_of(create)) : definition_of_current(s);
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_as(s, s->as);
	json_t *fields = fields_of(s, d, yaml_get(step, "with"));
	struct job job = {.s = s, .action = action, .d = create ? d : NULL, .case_id = s->current};

	if (create && !d)
		complain(s, "there is no process '%s'", create);
	job.form = (struct form){.fields = fields,
				 .note = str_of(text_of(step, "note")),
				 .version = version ? strtoll(version, NULL, 10) : 0};
	if (text_of(step, "client"))
		job.form.client_id = strtoll(text_of(step, "client"), NULL, 10);
	if (text_of(step, "consents")) {
		CLEANUP(yreport_free) struct yreport r = {0};
		size_t n;

		job.form.consents = yaml_list(s->a, yaml_get(step, "consents"), &n, &r);
	}
	s->err = db_write_wait(s->env->db, ctx, run_job, &job);
	s->fault = ctx->fault;
	json_decref(fields);
	if (s->err == 0) {
		json_decref(s->view);
		s->view = job.view;
		s->current = job.case_id;
		if (create && s->n_cases < CASES_MAX)
			s->cases[s->n_cases++] = (struct named_case){
				text_of(step, "case") ? text_of(step, "case") : create,
				job.case_id};
	} else {
		json_decref(job.view);
	}
}

/* ---- what is expected
 * ----------------------------------------------------------------------------- */

static void expect_text(struct stage *s, const char *what, const char *is, const char *want)
{
	if (!is || strcmp(is, want) != 0)
		complain(s, "%s is %s, expected %s", what, is ? is : "missing", want);
}

static const char *member(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(obj, key));
}

static const json_t *by_name(const json_t *list, const char *name)
{
	const json_t *found = NULL, *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item) if (member(item, "name") &&
							strcmp(member(item, "name"), name) == 0)
		found = item;
	return found;
}

static void expect_clock(struct stage *s, const struct ynode *n)
{
	const json_t *c = by_name(json_object_get(s->view, "clocks"), n->key);
	const char *status = c ? member(c, "status") : "never",
		   *due = c ? member(c, "due_at") : NULL;
	int64_t want, is = 0;

	if (time_parse(n->text, &want) < 0) {
		expect_text(s, n->key, status, n->text.p);
		return;
	}
	if (!due || time_parse(str_of(due), &is) < 0 || is != want)
		complain(s, "clock '%s' is due %s, expected %s", n->key,
			 due ? time_format(s->a, is, s->env->zone) : "never", n->text.p);
}

static void expect_actions(struct stage *s, const struct ynode *n, bool can)
{
	CLEANUP(yreport_free) struct yreport r = {0};
	size_t count = 0;
	const char **names = n->kind == Y_MAP ? NULL : yaml_list(s->a, n, &count, &r);

	for (size_t i = 0; i < (names ? count : n->n_kids); i++) {
		const char *name = names ? names[i] : n->kids[i]->key;
		const json_t *a = by_name(json_object_get(s->view, "actions"), name);
		bool enabled = a && json_is_true(json_object_get(a, "enabled"));
		const char *why =
			a ? member(json_object_get(a, "why"), "zh") : "no such action here";

		if (enabled != can)
			complain(s, "action '%s' is %spossible%s%s", name, enabled ? "" : "not ",
				 enabled ? "" : ": ", enabled ? "" : why);
		else if (!names && (!why || !strstr(why, n->kids[i]->text.p)))
			complain(s, "action '%s' is refused with '%s', expected '%s'", name,
				 why ? why : "", n->kids[i]->text.p);
	}
}

static void expect_error(struct stage *s, const struct ynode *expect)
{
	const char *code = text_of(expect, "error"), *why = text_of(expect, "why"),
		   *field = text_of(expect, "field");
	const struct error_info *info = error_info(s->err);

	if (!code) {
		if (s->err < 0)
			complain(s, "%s: %s %s", info->code, s->fault.detail, s->fault.field);
		return;
	}
	if (s->err == 0)
		complain(s, "it was done, expected %s", code);
	else
		expect_text(s, "the error", info->code, code);
	if (why && !strstr(s->fault.detail, why))
		complain(s, "the reason is '%s', expected '%s'", s->fault.detail, why);
	if (field)
		expect_text(s, "the field at fault", s->fault.field, field);
}

static const char *name_of_person(struct stage *s, int64_t id)
{
	for (size_t i = 0; i < s->n_people; i++)
		if (s->people[i].id == id)
			return s->people[i].name;
	return "?";
}

/** All that came since the last step, in their order: "case_assigned li", "sms told client". */
static const char *messages_since(struct stage *s)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(s->env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *r = NULL;
	CLEANUP(buf_free) struct buf b = {0};
	int err;

	if (db_read(s->env->db, ctx, &tx) < 0 ||
	    tx_op(tx, "test.messages", ARGS(A_INT("after", s->seen_message)), &r) < 0)
		die("messages", &ctx->fault);
	while ((err = rows_next(r)) > 0) {
		struct str channel = rows_text(r, 1);

		s->seen_message = rows_int(r, 0);
		buf_printf(&b, "%s%.*s %s%s", b.len ? ", " : "", STR_FMT(rows_text(r, 4)),
			   str_is(channel, "inbox") ? ""
						    : arena_printf(s->a, "%.*s ", STR_FMT(channel)),
			   rows_int(r, 2)   ? name_of_person(s, rows_int(r, 2))
			   : rows_int(r, 3) ? "client"
					    : "address");
	}
	return arena_strdup(s->a, b.p ? b.p : "");
}

static const char *entries_since(struct stage *s)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(s->env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *r = NULL;
	CLEANUP(buf_free) struct buf b = {0};
	int err;

	if (db_read(s->env->db, ctx, &tx) < 0 ||
	    tx_op(tx, "test.entries", ARGS(A_INT("after", s->seen_entry)), &r) < 0)
		die("entries", &ctx->fault);
	while ((err = rows_next(r)) > 0) {
		s->seen_entry = rows_int(r, 0);
		buf_printf(&b, "%s%.*s/%.*s", b.len ? ", " : "", STR_FMT(rows_text(r, 1)),
			   STR_FMT(rows_text(r, 2)));
		if (rows_int(r, 3))
			buf_printf(&b, " %s", name_of_person(s, rows_int(r, 3)));
	}
	return arena_strdup(s->a, b.p ? b.p : "");
}

static const char *joined(struct stage *s, const struct ynode *n)
{
	CLEANUP(yreport_free) struct yreport r = {0};
	CLEANUP(buf_free) struct buf b = {0};
	size_t count;
	const char **list = yaml_list(s->a, n, &count, &r);

	for (size_t i = 0; i < count; i++)
		buf_printf(&b, "%s%s", b.len ? ", " : "", list[i]);
	return arena_strdup(s->a, b.p ? b.p : "");
}

static void expect_field(struct stage *s, const struct ynode *n)
{
	const json_t *v = json_object_get(json_object_get(s->view, "fields"), n->key);
	char *text = NULL;

	if (json_is_string(v)) {
		const struct player *p = player(s, n->text.p);
		const char *want = p ? arena_printf(s->a, "%lld", (long long)p->id) : n->text.p;

		expect_text(s, n->key, json_string_value(v), want);
		return;
	}
	if (json_is_object(v)) {
		expect_text(s, n->key, member(v, "hint"), n->text.p);
		return;
	}
	if (json_is_boolean(v)) {
		expect_text(s, n->key, json_is_true(v) ? "yes" : "no", n->text.p);
		return;
	}
	text = v ? json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	expect_text(s, n->key, text ? text : "empty", n->text.p);
	free(text);
}

static void expect_child(struct stage *s, const struct ynode *n)
{
	const json_t *list = json_object_get(s->view, "children"), *c;
	size_t i, found = 0;

	json_array_foreach((json_t *)list, i, c)
	{
		const char *label = member(json_object_get(c, "state_label"), "zh");

		found += label && strcmp(label, n->text.p) == 0;
	}
	if (!found)
		complain(s, "no child is '%s'", n->text.p);
}

static void expect_events(struct stage *s, const struct ynode *n)
{
	CLEANUP(yreport_free) struct yreport r = {0};
	const json_t *list = json_object_get(s->view, "timeline"), *e;
	size_t count, i;
	const char **kinds = yaml_list(s->a, n, &count, &r);

	for (; *kinds; kinds++) {
		bool found = false;

		json_array_foreach((json_t *)list, i, e) found |=
			member(e, "kind") && strcmp(member(e, "kind"), *kinds) == 0;
		if (!found)
			complain(s, "the timeline has no '%s'", *kinds);
	}
}

static void expect_one(struct stage *s, const struct ynode *n)
{
	const char *k = n->key;

	if (strcmp(k, "state") == 0)
		expect_text(s, "the state", member(s->view, "state"), n->text.p);
	else if (strcmp(k, "assignee") == 0)
		expect_text(s, "the assignee",
			    json_is_null(json_object_get(s->view, "assignee"))
				    ? "nobody"
				    : member(json_object_get(s->view, "assignee"), "name"),
			    n->text.p);
	else if (strcmp(k, "title") == 0 || strcmp(k, "number") == 0 ||
		 strcmp(k, "assignee_role") == 0)
		expect_text(s, k, member(s->view, k), n->text.p);
	else if (strcmp(k, "ended") == 0)
		expect_text(s, k, json_is_true(json_object_get(s->view, "ended")) ? "yes" : "no",
			    n->text.p);
	else if (strcmp(k, "clocks") == 0)
		for (size_t i = 0; i < n->n_kids; i++)
			expect_clock(s, n->kids[i]);
	else if (strcmp(k, "fields") == 0)
		for (size_t i = 0; i < n->n_kids; i++)
			expect_field(s, n->kids[i]);
	else if (strcmp(k, "can") == 0 || strcmp(k, "cannot") == 0)
		expect_actions(s, n, strcmp(k, "can") == 0);
	else if (strcmp(k, "child") == 0)
		expect_child(s, n);
	else if (strcmp(k, "events") == 0)
		expect_events(s, n);
	else if (strcmp(k, "messages") != 0 && strcmp(k, "ledger") != 0 &&
		 strcmp(k, "error") != 0 && strcmp(k, "why") != 0 && strcmp(k, "field") != 0)
		complain(s, "a table can't expect '%s'", k);
}

static void expect(struct stage *s, const struct ynode *n)
{
	const char *messages = messages_since(s), *entries = entries_since(s);

	expect_error(s, n);
	if (yaml_get(n, "messages"))
		expect_text(s, "messages", messages, joined(s, yaml_get(n, "messages")));
	if (yaml_get(n, "ledger"))
		expect_text(s, "ledger", entries, joined(s, yaml_get(n, "ledger")));
	for (size_t i = 0; n && i < n->n_kids; i++)
		expect_one(s, n->kids[i]);
}

/* ---- scenarios
 * ---------------------------------------------------------------------------------------- */

static void check_keys(struct stage *s, const struct ynode *step)
{
	static const char *const keys[] = {"at",     "as",	 "create", "do",     "on",
					   "with",   "note",	 "case",   "expect", "version",
					   "client", "consents", "look",   NULL};
	CLEANUP(yreport_free) struct yreport r = {0};

	yaml_only(step, keys, &r);
	if (r.n)
		complain(s, "%s", r.text.p);
}

static void run_step(struct stage *s, const struct ynode *step)
{
	const char *at = text_of(step, "at"), *as = text_of(step, "as");
	int64_t at_ms;

	s->step = step;
	check_keys(s, step);
	if (at && time_parse(str_of(at), &at_ms) < 0)
		complain(s, "'at: %s' is no instant", at);
	else if (at && at_ms < s->now_ms)
		complain(s, "time runs backwards");
	else if (at)
		go_to(s, at_ms);
	if (as && !player(s, as))
		complain(s, "there is no person '%s'", as);
	s->as = as ? player(s, as) : s->as;
	choose_case(s, text_of(step, "on"));
	s->err = 0;
	if (text_of(step, "create") || text_of(step, "do"))
		act(s, step);
	else
		look(s, s->as);
	expect(s, yaml_get(step, "expect"));
}

static void run_scenario(struct stage *s, const struct ynode *file, const struct ynode *scenario)
{
	const struct ynode *steps = yaml_get(scenario, "steps");
	const char *name = text_of(scenario, "name");

	buf_clear(&s->complaint);
	s->now_ms = 0;
	s->as = NULL;
	people_of_scenario(s, file, scenario);
	for (size_t i = 0; steps && i < steps->n_kids && !s->complaint.len; i++)
		run_step(s, steps->kids[i]);
	if (s->complaint.len || !steps || !steps->n_kids) {
		failed++;
		printf("FAIL %s\n%s", name, s->complaint.p ? s->complaint.p : "    no steps\n");
	} else {
		passed++;
		printf("ok   %s\n", name);
	}
	json_decref(s->view);
	s->view = NULL;
}

static void run_file(const char *path, enum db_kind kind)
{
	struct stage *s = calloc(1, sizeof(*s));
	struct ynode *file;
	struct fault f = {0};
	const struct ynode *list;

	s->a = arena_new();
	if (yaml_load(s->a, path, &file, &f) < 0)
		die(path, &f);
	list = yaml_get(file, "scenarios");
	for (size_t i = 0; list && i < list->n_kids; i++) {
		/* A store each: names are unique there, and nothing of one reaches the next. */
		process_world_open(&s->world, kind);
		s->env = s->world.env;
		load_processes(s, yaml_get(file, "processes"));
		run_scenario(s, file, list->kids[i]);
		process_world_close(&s->world);
	}
	buf_free(&s->complaint);
	arena_free(s->a);
	free(s);
}

int main(int argc, char **argv)
{
	enum db_kind kind = DB_SQLITE;

	root = getenv("LEXLINE_SOURCE") ? getenv("LEXLINE_SOURCE") : ".";
	setenv("LEXLINE_ROOT", root, 1);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--db") == 0 && i + 1 < argc)
			kind = strcmp(argv[++i], "postgres") == 0 ? DB_POSTGRES : DB_SQLITE;
		else
			run_file(argv[i], kind);
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed || !passed;
}
