/* The audit chain (T03, T04): whatever is changed in it is found. */
#include <sqlite3.h>

#include "trust/audit.h"
#include "world.h"

static struct world w;
static struct person op;

static int open_world(void **state)
{
	world_open(&w, DB_SQLITE);
	world_person(&w, &op, w.province, "op", "operator");
	for (int i = 0; i < 5; i++)
		assert_int_equal(world_call(&w, op.token, "me.presence", "{\"presence\":\"here\"}"),
				 0);
	return 0;
}

static int close_world(void **state)
{
	world_close(&w);
	return 0;
}

static int verify(struct audit_finding *ret)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&w.env);

	return audit_verify(w.env.db, ctx, ret);
}

/* Behind the engine's back: another program writes to the file. */
static void tamper(const char *sql)
{
	char path[128], *err = NULL;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/cases.db", w.dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &err) != SQLITE_OK)
		fail_msg("%s: %s", sql, err);
	assert_true(sqlite3_changes(db) > 0);
	sqlite3_close(db);
}

static void an_untouched_chain_is_whole(void **state)
{
	struct audit_finding f;

	assert_int_equal(verify(&f), 0);
	assert_true(f.entries >= 5);
	assert_int_equal(f.seq, 0);
}

static void each_changed_column_is_found(void **state)
{
	static const char *const columns[] = {"at",	    "actor_id",	  "org_id",
					      "session_id", "subject_id", "reveal"};
	static const char *const texts[] = {"ip", "action", "subject", "detail"};
	struct audit_finding f;
	char sql[200];

	for (size_t i = 0; i < ARRAY_SIZE(columns) + ARRAY_SIZE(texts); i++) {
		const char *col =
			i < ARRAY_SIZE(columns) ? columns[i] : texts[i - ARRAY_SIZE(columns)];
		const char *plus = i < ARRAY_SIZE(columns) ? "+ 1" : "|| 'x'";
		const char *back = i < ARRAY_SIZE(columns) ? "- 1" : NULL;

		snprintf(sql, sizeof(sql),
			 "UPDATE audit SET %s = coalesce(%s, '') %s WHERE id = (SELECT audit_id "
			 "FROM audit_link WHERE seq = 3)",
			 col, col, plus);
		tamper(sql);
		assert_int_equal(verify(&f), -E_CORRUPT);
		assert_int_equal(f.seq, 3);
		if (back)
			snprintf(sql, sizeof(sql),
				 "UPDATE audit SET %s = %s %s WHERE id = (SELECT audit_id FROM "
				 "audit_link WHERE seq = 3)",
				 col, col, back);
		else
			snprintf(sql, sizeof(sql),
				 "UPDATE audit SET %s = substr(%s, 1, length(%s) - 1) WHERE id = "
				 "(SELECT audit_id FROM audit_link WHERE seq = 3)",
				 col, col, col);
		tamper(sql);
		if (verify(&f) != 0 && strcmp(col, "ip") != 0)
			fail_msg("%s: putting it back should mend the chain: %s", col, f.what);
		if (strcmp(col, "ip") == 0) /* NULL became '' */
			tamper("UPDATE audit SET ip = NULL WHERE ip = ''");
	}
}

static void a_removed_entry_is_found(void **state)
{
	struct audit_finding f;

	tamper("DELETE FROM audit WHERE id = (SELECT audit_id FROM audit_link WHERE seq = 4)");
	assert_int_equal(verify(&f), -E_CORRUPT);
	assert_int_equal(f.seq, 4);
}

static void a_removed_link_is_found(void **state)
{
	struct audit_finding f;

	tamper("DELETE FROM audit_link WHERE seq = 2");
	assert_int_equal(verify(&f), -E_CORRUPT);
	assert_int_equal(f.seq, 2);
}

static void an_entry_slipped_in_is_found(void **state)
{
	struct audit_finding f;

	tamper("INSERT INTO audit SELECT id - 1, at, actor_id, org_id, session_id, ip, action, "
	       "subject, subject_id, detail, "
	       "reveal FROM audit ORDER BY id LIMIT 1");
	assert_int_equal(verify(&f), -E_CORRUPT);
	assert_contains(f.what, "without a link");
}

static void swapped_entries_are_found(void **state)
{
	struct audit_finding f;

	tamper("CREATE TEMP TABLE k AS SELECT seq, audit_id FROM audit_link; "
	       "UPDATE audit_link SET audit_id = -seq WHERE seq IN (2, 3); "
	       "UPDATE audit_link SET audit_id = (SELECT k.audit_id FROM k WHERE k.seq = 5 - "
	       "audit_link.seq) "
	       "WHERE seq IN (2, 3)");
	assert_int_equal(verify(&f), -E_CORRUPT);
	assert_int_equal(f.seq, 2);
}

/* A batch that fails leaves no gap, and the clock stepping back no disorder. */
static int fail_after_entry(struct tx *tx, void *arg)
{
	struct audit_entry e = {.action = "test", .detail = STR("{}")};
	int r = audit_add(tx, &e);

	return r < 0 ? r : ctx_fail(tx_ctx(tx), E_CONFLICT, NULL, "on purpose");
}

static void a_failed_write_leaves_no_entry(void **state)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&w.env);
	struct audit_finding before, after;

	assert_int_equal(verify(&before), 0);
	assert_int_equal(db_write_wait(w.env.db, ctx, fail_after_entry, NULL), -E_CONFLICT);
	assert_int_equal(world_call(&w, op.token, "me.presence", "{\"presence\":\"off\"}"), 0);
	assert_int_equal(verify(&after), 0);
	assert_int_equal(after.entries, before.entries + 1);
}

/* ---- PostgreSQL --------------------------------------------------------------------------- */

static int open_pg(void **state)
{
	world_open(&w, DB_POSTGRES);
	world_person(&w, &op, w.province, "op", "operator");
	return 0;
}

static int run_link(struct tx *tx, void *arg)
{
	return audit_link(tx, NULL);
}

static void the_leaseholder_links_on_postgresql(void **state)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&w.env);
	struct audit_finding f;

	for (int i = 0; i < 300; i++)
		assert_int_equal(world_call(&w, op.token, "me.presence", "{\"presence\":\"here\"}"),
				 0);
	assert_int_equal(db_write_wait(w.env.db, ctx, run_link, NULL), 0);
	assert_int_equal(verify(&f), 0);
	assert_true(f.entries >= 300);
}

static void the_log_reads_newest_first_from_both_stores(void **state)
{
	struct person head;
	json_t *items;

	world_person(&w, &head, w.province, "head", "supervisor");
	assert_int_equal(world_call(&w, op.token, "client.create", "{\"name\":\"钱七\"}"), 0);
	assert_int_equal(world_call(&w, op.token, "me.presence", "{\"presence\":\"away\"}"), 0);
	assert_int_equal(world_call(&w, head.token, "audit.list", "{\"limit\":2}"), 0);
	items = json_object_get(reply, "items");
	assert_int_equal(json_array_size(items), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(items, 0), "action")),
			    "me.presence");
	assert_string_equal(json_string_value(json_object_get(json_array_get(items, 1), "action")),
			    "client.create");
	assert_string_equal(json_string_value(json_object_get(json_array_get(items, 1), "store")),
			    "clients");
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(json_array_get(items, 1), "actor"), "name")),
			    "op");
	assert_null(strstr(reply_dump(), "钱七"));
	assert_int_equal(world_call(&w, head.token, "audit.verify", "{}"), 0);
	assert_true(json_is_true(json_object_get(reply, "ok")));
	assert_int_equal(world_call(&w, op.token, "audit.list", "{}"), -E_FORBIDDEN);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
RUN(T(an_untouched_chain_is_whole), T(each_changed_column_is_found), T(a_removed_entry_is_found),
    T(a_removed_link_is_found), T(an_entry_slipped_in_is_found), T(swapped_entries_are_found),
    T(a_failed_write_leaves_no_entry),
    cmocka_unit_test_setup_teardown(the_leaseholder_links_on_postgresql, open_pg, close_world),
    T(the_log_reads_newest_first_from_both_stores))
