/* Reading and writing, on both databases: every test runs on each. */
#include "test.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <pthread.h>

#include "base/id.h"
#include "support/temp_store.h"

static struct temp_store t;

/* ---- help --------------------------------------------------------------------------------- */

struct item {
	int64_t id;
	const char *name;
	int64_t amount;
	int result;
};

static int add(struct tx *tx, void *arg)
{
	struct item *i = arg;

	return tx_exec(
		tx, "item.add",
		ARGS(A_INT("id", i->id), A_TEXT("name", i->name), A_INT("amount", i->amount)),
		NULL);
}

static int put(int64_t id, const char *name, int64_t amount)
{
	struct item i = {id, name, amount, 0};

	return db_write_wait(t.db, t.ctx, add, &i);
}

static int64_t read_int(const char *op)
{
	struct tx *tx;
	int64_t n = -1;

	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_int(tx, op, NO_ARGS, &n), 0);
	db_read_end(tx);
	return n;
}

static int open_store(enum db_kind kind)
{
	temp_store_open(&t, kind);
	return 0;
}

ON_BOTH(open_store)

static int close_store(void **state)
{
	temp_store_close(&t);
	return 0;
}

/* ---- tests -------------------------------------------------------------------------------- */

static void rows_come_back_as_they_went_in(void **state)
{
	struct tx *tx;
	struct rows *rows;

	assert_int_equal(put(7, "灯", 3), 0);
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "item.get", ARGS(A_INT("id", 7)), &rows), 0);
	assert_int_equal(rows_columns(rows), 6);
	assert_int_equal(rows_col(rows, "amount"), 2);
	assert_int_equal(rows_col(rows, "nothing"), -1);
	assert_int_equal(rows_next(rows), 1);
	assert_int_equal(rows_int(rows, 0), 7);
	assert_string_equal(rows_dup(rows, 1), "灯");
	assert_int_equal(rows_text(rows, 1).len, 3);
	assert_true(rows_null(rows, 3));
	assert_null(rows_dup(rows, 5));
	assert_int_equal(rows_next(rows), 0);
	rows_free(rows);
	db_read_end(tx);
}

static int set_all(struct tx *tx, void *arg)
{
	static const char bytes[] = {0, 1, 'x', 0, (char)0xff};
	int64_t changed;
	int r;

	if ((r = tx_exec(tx, "item.set",
			 ARGS(A_INT("id", 7), {.name = "price", .v = {.type = V_REAL, .d = 0.25}},
			      A_BLOB("picture", ((struct str){bytes, 5})), A_TEXT("note", "备注"),
			      A_INT("amount", 9)),
			 &changed)) < 0)
		return r;
	*(int64_t *)arg = changed;
	return 0;
}

static void every_type_is_kept(void **state)
{
	struct tx *tx;
	struct rows *rows;
	int64_t changed = 0;

	assert_int_equal(put(7, "lamp", 3), 0);
	assert_int_equal(db_write_wait(t.db, t.ctx, set_all, &changed), 0);
	assert_int_equal(changed, 1);
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "item.get", ARGS(A_INT("id", 7)), &rows), 0);
	assert_int_equal(rows_next(rows), 1);
	assert_true(rows_real(rows, 3) == 0.25);
	assert_int_equal(rows_blob(rows, 4).len, 5);
	assert_memory_equal(rows_blob(rows, 4).p, "\0\1x\0\xff", 5);
	assert_string_equal(rows_dup(rows, 5), "备注");
	assert_int_equal(rows_int(rows, 2), 9);
	db_read_end(tx); /* also releases the rows */
}

static void an_absent_parameter_is_null(void **state)
{
	struct tx *tx;
	struct rows *rows;

	for (int64_t i = 1; i <= 5; i++)
		assert_int_equal(put(i, (const char *[]){"a", "b", "c", "d", "e"}[i - 1], 0), 0);
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "item.list", ARGS(A_INT("limit", 10)), &rows), 0);
	for (int i = 1; i <= 5; i++)
		assert_int_equal(rows_next(rows), 1);
	assert_int_equal(rows_next(rows), 0);
	rows_free(rows);
	assert_int_equal(tx_op(tx, "item.list", ARGS(A_INT("after", 3), A_INT("limit", 1)), &rows),
			 0);
	assert_int_equal(rows_next(rows), 1);
	assert_int_equal(rows_int(rows, 0), 4);
	assert_int_equal(rows_next(rows), 0);
	db_read_end(tx);
}

static void the_same_operation_may_run_while_its_rows_are_open(void **state)
{
	struct tx *tx;
	struct rows *outer, *inner;
	int n = 0;

	for (int64_t i = 1; i <= 3; i++)
		assert_int_equal(put(i, (const char *[]){"a", "b", "c"}[i - 1], 0), 0);
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "item.list", ARGS(A_INT("limit", 10)), &outer), 0);
	while (rows_next(outer) == 1) {
		assert_int_equal(tx_op(tx, "item.list", ARGS(A_INT("limit", 10)), &inner), 0);
		while (rows_next(inner) == 1)
			n++;
		rows_free(inner);
	}
	assert_int_equal(n, 9);
	db_read_end(tx);
}

static void who_asks_is_bound_by_the_engine_only(void **state)
{
	struct tx *tx;
	struct rows *rows;

	t.ctx->actor = (struct actor){.id = 11, .org_id = 12, .session_id = 13};
	t.ctx->now_ms = 1234567890123;
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "item.who", ARGS(A_INT("actor", 99), A_INT("now", 1)), &rows),
			 0);
	assert_int_equal(rows_next(rows), 1);
	assert_int_equal(rows_int(rows, 0), 11);
	assert_int_equal(rows_int(rows, 1), 12);
	assert_int_equal(rows_int(rows, 2), 13);
	assert_true(rows_int(rows, 3) == 1234567890123);
	db_read_end(tx);
}

static int rename_item(struct tx *tx, void *arg)
{
	struct rows *rows;
	int r;

	if ((r = tx_op(tx, "item.rename", ARGS(A_INT("id", 7), A_TEXT("name", "bulb")), &rows)) < 0)
		return r;
	if (rows_next(rows) != 1 || rows_int(rows, 0) != 7 || !str_is(rows_text(rows, 1), "bulb") ||
	    rows_next(rows) != 0)
		return -E_INTERNAL;
	return 0;
}

static void several_statements_are_one(void **state)
{
	struct tx *tx;
	struct rows *rows;

	assert_int_equal(put(7, "lamp", 3), 0);
	assert_int_equal(db_write_wait(t.db, t.ctx, rename_item, NULL), 0);
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "item.get", ARGS(A_INT("id", 7)), &rows), 0);
	assert_int_equal(rows_next(rows), 1);
	assert_string_equal(rows_dup(rows, 5), "renamed");
	db_read_end(tx);
	assert_int_equal(read_int("item.trail"), 1);
}

static void constraints_have_names(void **state)
{
	assert_int_equal(put(1, "lamp", 3), 0);
	assert_int_equal(put(2, "lamp", 3), -E_EXISTS);
	assert_string_equal(t.ctx->fault.field, "name");
	assert_int_equal(put(1, "bulb", 3), -E_EXISTS);
	assert_int_equal(put(3, "cord", -1), -E_CONFLICT);
	assert_null(strstr(t.ctx->fault.detail, "INSERT"));
	assert_null(strstr(t.ctx->fault.detail, "cord"));
	assert_int_equal(read_int("item.count"), 1);
}

/* What apply swallows still fails the transaction: PostgreSQL can do nothing else. */
static int swallow(struct tx *tx, void *arg)
{
	struct item ok = {20, "twenty", 1, 0}, twice = {1, "one", 1, 0};

	if (add(tx, &ok) < 0)
		return -E_INTERNAL;
	(void)!add(tx, &twice);
	return 0;
}

static void a_failed_statement_fails_the_transaction(void **state)
{
	assert_int_equal(put(1, "one", 1), 0);
	assert_int_equal(db_write_wait(t.db, t.ctx, swallow, NULL), -E_EXISTS);
	assert_int_equal(read_int("item.count"), 1);
}

static int refuse(struct tx *tx, void *arg)
{
	struct item i = {30, "thirty", 1, 0};

	return add(tx, &i) < 0 ? -E_INTERNAL : ctx_fail(tx_ctx(tx), E_FORBIDDEN, NULL, "no");
}

static void what_apply_refuses_leaves_nothing(void **state)
{
	assert_int_equal(db_write_wait(t.db, t.ctx, refuse, NULL), -E_FORBIDDEN);
	assert_string_equal(t.ctx->fault.detail, "no");
	assert_int_equal(read_int("item.count"), 0);
}

static void a_reading_transaction_cannot_write(void **state)
{
	struct tx *tx;

	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_exec(tx, "item.drop", ARGS(A_INT("id", 1)), NULL), -E_INTERNAL);
	db_read_end(tx);
}

static void unknown_operations_and_wrong_types_are_told(void **state)
{
	struct tx *tx;

	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "item.fly", NO_ARGS, NULL), -E_INTERNAL);
	assert_non_null(strstr(t.ctx->fault.detail, "item.fly"));
	db_read_end(tx);
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "item.get", ARGS(A_TEXT("id", "seven")), NULL), -E_INTERNAL);
	db_read_end(tx);
}

static void a_snapshot_does_not_move(void **state)
{
	struct ctx *other = ctx_new_system(&t.env);
	struct tx *tx;
	int64_t before, after;

	assert_int_equal(put(1, "one", 1), 0);
	assert_int_equal(db_read(t.db, other, &tx), 0);
	assert_int_equal(tx_int(tx, "item.count", NO_ARGS, &before), 0);
	assert_int_equal(put(2, "two", 1), 0);
	assert_int_equal(tx_int(tx, "item.count", NO_ARGS, &after), 0);
	db_read_end(tx);
	assert_int_equal(before, 1);
	assert_int_equal(after, 1);
	assert_int_equal(read_int("item.count"), 2);
	ctx_free(other);
}

/* ---- many at once ------------------------------------------------------------------------- */

struct many {
	struct ctx *ctx;
	struct item item;
	atomic_int *left;
	int order, *next; /* in which order apply came by */
};

static int add_in_order(struct tx *tx, void *arg)
{
	struct many *m = arg;

	if (tx_current() != tx || !tx_is_write(tx))
		return -E_INTERNAL;
	m->order = __atomic_fetch_add(m->next, 1, __ATOMIC_SEQ_CST);
	return add(tx, &m->item);
}

static void count_done(void *arg, int r)
{
	struct many *m = arg;

	m->item.result = r;
	atomic_fetch_sub(m->left, 1);
}

static void wait_zero(atomic_int *left)
{
	while (atomic_load(left) > 0)
		sched_yield();
}

/* Every tenth is a duplicate in the middle of a batch: it alone fails. */
static void failures_stay_alone_in_a_batch(void **state)
{
	enum { N = 600 };
	static struct many m[N];
	static char names[N][16];
	atomic_int left = N;
	int next = 0;

	for (int i = 0; i < N; i++) {
		bool bad = i % 10 == 9;

		snprintf(names[i], sizeof(names[i]), "n%d", bad ? i - 1 : i);
		m[i] = (struct many){
			ctx_new_system(&t.env), {i + 1, names[i], 1, 1}, &left, -1, &next};
		assert_int_equal(db_write(t.db, m[i].ctx, add_in_order, count_done, &m[i]), 0);
	}
	wait_zero(&left);
	for (int i = 0; i < N; i++) {
		if (db_kind(t.db) ==
		    DB_SQLITE) { /* PostgreSQL's order is that of its connections */
			assert_int_equal(m[i].item.result, i % 10 == 9 ? -E_EXISTS : 0);
			assert_int_equal(m[i].order, i);
		}
		ctx_free(m[i].ctx);
	}
	assert_int_equal(read_int("item.count"), N * 9 / 10);
	assert_int_equal(read_int("item.total"), N * 9 / 10);
}

static int read_in_done_r;
static void read_in_done(void *arg, int r)
{
	int64_t n = 0;
	struct tx *tx;
	struct ctx *ctx = ctx_new_system(&t.env);

	if (r == 0 && db_read(t.db, ctx, &tx) == 0) {
		if (tx_int(tx, "item.count", NO_ARGS, &n) < 0)
			n = -1;
		db_read_end(tx);
	}
	ctx_free(ctx);
	read_in_done_r = (int)n;
	atomic_store((atomic_int *)arg, 0);
}

static int add_forty(struct tx *tx, void *arg)
{
	struct item i = {40, "forty", 1, 0};

	return add(tx, &i);
}

static void done_comes_after_the_commit(void **state)
{
	atomic_int left = 1;

	assert_int_equal(db_write(t.db, t.ctx, add_forty, read_in_done, &left), 0);
	wait_zero(&left);
	assert_int_equal(read_in_done_r, 1);
}

static int block(struct tx *tx, void *arg)
{
	pthread_mutex_lock(arg);
	pthread_mutex_unlock(arg);
	return 0;
}

static int nothing(struct tx *tx, void *arg)
{
	return 0;
}

static void a_full_queue_refuses_at_once(void **state)
{
	static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	int r = 0;

	pthread_mutex_lock(&gate);
	for (int i = 0; i < 10000 && r == 0; i++)
		r = db_write(t.db, t.ctx, i < t.options.writers ? block : nothing, NULL, &gate);
	pthread_mutex_unlock(&gate);
	assert_int_equal(r, -E_BUSY);
}

static int on_commit(struct tx *tx, void *arg)
{
	(*(int *)arg)++;
	return tx_exec(tx, "item.mark", ARGS(A_TEXT("what", "commit")), NULL);
}

static void the_hook_runs_inside_the_batch(void **state)
{
	int calls = 0;

	if (db_kind(t.db) != DB_SQLITE)
		return;
	db_on_commit(t.db, on_commit, &calls);
	assert_int_equal(put(1, "one", 1), 0);
	db_on_commit(t.db, NULL, NULL);
	assert_int_equal(calls, 1);
	assert_int_equal(read_int("item.trail"), 1);
}

static int fifty_ids(struct tx *tx, void *arg)
{
	struct rows *rows;
	int r = tx_op(tx, "item.many_ids", NO_ARGS, &rows);

	if (r < 0)
		return r;
	if (rows_next(rows) != 1 || rows_int(rows, 0) != 50)
		return -E_INTERNAL;
	*(int64_t *)arg = rows_int(rows, 1);
	return 0;
}

static void new_ids_are_all_different(void **state)
{
	int64_t low = 0;
	char name[8];
	int64_t now = id_time_ms(id_new());

	for (int i = 1; i <= 50; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(put(i, name, 1), 0);
	}
	assert_int_equal(db_write_wait(t.db, t.ctx, fifty_ids, &low), 0);
	assert_in_range(id_time_ms(low), now - 60000, now + 60000);
}

static void a_ping_answers(void **state)
{
	struct fault f;

	assert_int_equal(db_ping(t.db, &f), 0);
}

#define BOTH(test)                                                       \
	cmocka_unit_test_setup_teardown(test, open_sqlite, close_store), \
	{                                                                \
		"pg: " #test, test, open_pg, close_store, NULL           \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(rows_come_back_as_they_went_in),
		BOTH(every_type_is_kept),
		BOTH(an_absent_parameter_is_null),
		BOTH(the_same_operation_may_run_while_its_rows_are_open),
		BOTH(who_asks_is_bound_by_the_engine_only),
		BOTH(several_statements_are_one),
		BOTH(constraints_have_names),
		BOTH(a_failed_statement_fails_the_transaction),
		BOTH(what_apply_refuses_leaves_nothing),
		BOTH(a_reading_transaction_cannot_write),
		BOTH(unknown_operations_and_wrong_types_are_told),
		BOTH(a_snapshot_does_not_move),
		BOTH(failures_stay_alone_in_a_batch),
		BOTH(done_comes_after_the_commit),
		BOTH(a_full_queue_refuses_at_once),
		BOTH(the_hook_runs_inside_the_batch),
		BOTH(new_ids_are_all_different),
		BOTH(a_ping_answers),
	};

	temp_store_init();
	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
