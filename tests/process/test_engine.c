/* What tables can't say: pinned definitions, exactly one breach, changed calendars, numbers under
 * load. */
#include "check.h"

#include <pthread.h>

#include "process/kase.h"
#include "support/process_world.h"

#define CASES 60
#define THREADS 8
#define EACH 40
#define NINE INT64_C(1780362000000) /* Tuesday 2026-06-02 09:00 in Shanghai */
#define HOUR INT64_C(3600000)

static struct process_world w;
static int64_t org, wang;
static const char *operator_roles[] = {"operator", NULL};

static int open_world(enum db_kind kind)
{
	static const char *supervisor[] = {"supervisor", NULL};

	process_world_open(&w, kind);
	org = process_world_org(&w, 0, "office");
	process_world_calendars(&w, org, "demo");
	wang = process_world_person(&w, "wang", org, operator_roles, NULL);
	process_world_person(&w, "zhao", org, supervisor, NULL);
	process_world_load(&w, "tests/process/definitions/helper.yaml");
	process_world_load(&w, "tests/process/definitions/trial.yaml");
	return 0;
}

static int open_sqlite(void **state)
{
	return open_world(DB_SQLITE);
}

static int open_postgres(void **state)
{
	return open_world(DB_POSTGRES);
}

static int close_world(void **state)
{
	process_world_close(&w);
	return 0;
}

/* ---- creating and acting ----------------------------------------------------------------------
 */

struct job {
	const char *action; /* NULL: create */
	int64_t id;
	char state[32];
};

static int run(struct tx *tx, void *arg)
{
	struct job *job = arg;
	struct kase *k = NULL;
	json_t *fields = job->action ? json_pack("{s:s}", "answer", "答")
				     : json_pack("{s:s, s:s}", "question", "问", "kind", "labour");
	struct form form = {.fields = fields};
	int err;

	if (job->action)
		err = process_act(tx, job->id, str_of(job->action), &form, &k);
	else
		err = process_create(tx, process_find(tx_ctx(tx)->env->process, STR("trial")),
				     &form, &k);
	if (err == 0) {
		job->id = k->id;
		snprintf(job->state, sizeof(job->state), "%s", k->d->states[k->state].name);
	}
	kase_free(k);
	json_decref(fields);
	return err;
}

static struct job act(int64_t id, const char *action, int64_t now_ms)
{
	struct ctx *ctx = process_world_ctx(&w, wang, org, operator_roles, now_ms);
	struct job job = {.action = action, .id = id};

	if (!action)
		number_prepare(ctx, process_find(w.env->process, STR("trial")));
	if (db_write_wait(w.env->db, ctx, run, &job) < 0)
		fail_msg("%s: %s", action ? action : "create", ctx->fault.detail);
	ctx_free(ctx);
	return job;
}

static int64_t ask(const char *op, const struct arg *args, size_t n, int col)
{
	struct ctx *ctx = ctx_new_system(w.env);
	struct tx *tx;
	struct rows *r;
	int64_t v;

	assert_int_equal(db_read(w.env->db, ctx, &tx), 0);
	assert_int_equal(tx_op(tx, op, args, n, &r), 0);
	assert_int_equal(rows_next(r), 1);
	v = rows_int(r, col);
	rows_free(r);
	db_read_end(tx);
	ctx_free(ctx);
	return v;
}

/* ---- tests
 * ---------------------------------------------------------------------------------------- */

static void a_running_case_keeps_the_definition_it_was_opened_with(void **state)
{
	struct fault f = {0};
	struct job old = act(0, NULL, NINE), new;
	const struct definition *d = process_find(w.env->process, STR("trial"));
	char *text = strndup(d->canonical.p, d->canonical.len),
	     *at = strstr(text, "\"to\":\"answered\"");

	/* "answer" now closes at once */
	assert_non_null(at);
	memcpy(at, "\"to\":\"closed\"  ", 15);
	assert_int_equal(process_lib_add(w.env->process, str_of(text), "changed", &f), 0);
	new = act(0, NULL, NINE);
	assert_string_equal(act(old.id, "answer", NINE + 1).state, "answered");
	assert_string_equal(act(new.id, "answer", NINE + 1).state, "closed");
	free(text);
}

static void after_a_restart_old_definitions_come_from_the_store(void **state)
{
	struct job old = act(0, NULL, NINE);

	process_world_restart(&w);
	assert_null(process_find(w.env->process, STR("trial")));
	assert_string_equal(act(old.id, "answer", NINE + 1).state, "answered");
}

static void *turn(void *arg)
{
	int64_t next;

	assert_int_equal(scheduler_turn(w.env->process, *(int64_t *)arg, &next), 0);
	return NULL;
}

static void p20_a_breach_happens_once_whoever_sees_it(void **state)
{
	pthread_t threads[4];
	int64_t before = ask("test.count_ledger", ARGS(A_TEXT("ledger", "supervision")), 0);
	int64_t at = NINE + 2 * HOUR, next;

	for (int i = 0; i < CASES; i++)
		act(0, NULL, NINE);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, turn, &at), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(scheduler_turn(w.env->process, at, &next), 0);
	assert_true(next > at);
	assert_int_equal(
		ask("test.count_ledger", ARGS(A_TEXT("ledger", "supervision")), 0) - before, CASES);
	before = ask("test.count_ledger", ARGS(A_TEXT("ledger", "supervision")), 0);
	assert_int_equal(scheduler_turn(w.env->process, at + HOUR, &next), 0);
	assert_int_equal(ask("test.count_ledger", ARGS(A_TEXT("ledger", "supervision")), 0),
			 before);
}

static struct calendar_set *all_off_but_thursdays(void)
{
	static const char yaml[] = "calendars:\n"
				   "  duty:\n"
				   "    label: {zh: 值班, en: Duty}\n"
				   "    zone: Asia/Shanghai\n"
				   "    working_days: windows\n"
				   "    windows: [{days: [thu], from: \"09:00\", to: \"12:00\"}]\n";
	struct yreport r = {0};
	struct fault f = {0};
	struct ynode *root;
	struct calendar_set *set;

	assert_int_equal(yaml_parse(w.a, str_of(yaml), "calendar.yaml", &root, &f), 0);
	if (calendar_set_from_yaml(root, "Asia/Shanghai", &set, &r) < 0)
		fail_msg("%s", r.text.p);
	return set;
}

static int recompute(struct tx *tx, void *arg)
{
	return clocks_recompute(tx, arg, 0);
}

static void p20_a_changed_calendar_moves_running_clocks(void **state)
{
	struct ctx *ctx = process_world_ctx(&w, 0, 0, NULL, NINE);
	struct calendar_set *set = all_off_but_thursdays();
	struct job job = act(0, NULL, NINE);
	int64_t before, after;

	act(job.id, "answer", NINE); /* starts "settle": 2 working days */
	before = ask("test.clock_of", ARGS(A_INT("case_id", job.id)), 0);
	assert_int_equal(before, NINE + 48 * HOUR + HOUR * 17 / 2); /* Thursday 17:30 */
	assert_int_equal(db_write_wait(w.env->db, ctx, recompute, set), 0);
	after = ask("test.clock_of", ARGS(A_INT("case_id", job.id)), 0);
	assert_int_equal(after,
			 NINE + (2 + 7) * 24 * HOUR + 3 * HOUR); /* the second Thursday, 12:00 */
	assert_int_equal(ask("case.brief", ARGS(A_INT("id", job.id)), 0), job.id);
	calendar_set_free(set);
	ctx_free(ctx);
}

static void *create_many(void *arg)
{
	for (int i = 0; i < EACH; i++)
		act(0, NULL, NINE);
	return NULL;
}

static void numbers_are_unique_under_load_and_without_gaps_on_sqlite(void **state)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, create_many, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(ask("test.numbers", NO_ARGS, 0), THREADS * EACH);
	assert_int_equal(ask("test.numbers", NO_ARGS, 1), THREADS * EACH);
	if (db_kind(w.env->db) == DB_SQLITE)
		assert_int_equal(ask("test.numbers", NO_ARGS, 2), THREADS * EACH);
}

#define BOTH(f)                                                         \
	{#f " (SQLite)", f, open_sqlite, close_world, NULL},            \
	{                                                               \
#f " (PostgreSQL)", f, open_postgres, close_world, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_running_case_keeps_the_definition_it_was_opened_with),
		BOTH(after_a_restart_old_definitions_come_from_the_store),
		BOTH(p20_a_breach_happens_once_whoever_sees_it),
		BOTH(p20_a_changed_calendar_moves_running_clocks),
		BOTH(numbers_are_unique_under_load_and_without_gaps_on_sqlite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
