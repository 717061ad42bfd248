/*
 * The functions an operation may use on either database (docs/operations.md), here for SQLite; the
 * PostgreSQL ones are in migrate_pg.c and must agree: tests/unit/store/test_db_functions.c compares
 * them.
 */
#include "store/db_sqlite.h"

#include "base/id.h"
#include "base/time.h"
#include "store/json_member.h"

static struct str text_of(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);

	return p ? (struct str){p, (size_t)sqlite3_value_bytes(v)} : STR_NULL;
}

static void result_text(sqlite3_context *c, struct str s)
{
	if (s.p)
		sqlite3_result_text64(c, s.p, s.len, SQLITE_TRANSIENT, SQLITE_UTF8);
	else
		sqlite3_result_null(c);
}

static void fn_jget(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct buf out = {0};
	struct str member = json_member(text_of(v[0]), text_of(v[1]), &out);

	result_text(c, member);
	buf_free(&out);
}

static void fn_jint(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct buf out = {0};
	struct str member = json_member(text_of(v[0]), text_of(v[1]), &out);
	int64_t i;

	if (str_is(member, "true") || str_is(member, "false"))
		sqlite3_result_int64(c, str_is(member, "true"));
	else if (member.len && member.p[0] != '+' && member.len - (member.p[0] == '-') <= 18 &&
		 str_to_int(member, &i) == 0)
		sqlite3_result_int64(c, i);
	else
		sqlite3_result_null(c);
	buf_free(&out);
}

static void fn_local_day(sqlite3_context *c, int n, sqlite3_value **v)
{
	const struct zone *z = sqlite3_user_data(c);

	if (sqlite3_value_type(v[0]) == SQLITE_NULL)
		sqlite3_result_null(c);
	else
		sqlite3_result_int64(c, zone_local_day(z, sqlite3_value_int64(v[0])));
}

static void fn_day_ms(sqlite3_context *c, int n, sqlite3_value **v)
{
	const struct zone *z = sqlite3_user_data(c);

	if (sqlite3_value_type(v[0]) == SQLITE_NULL)
		sqlite3_result_null(c);
	else
		sqlite3_result_int64(c, zone_instant(z, sqlite3_value_int64(v[0]), 0));
}

static void fn_local_date_text(sqlite3_context *c, int n, sqlite3_value **v)
{
	const struct zone *z = sqlite3_user_data(c);
	int year, month, day;
	char text[32];

	if (sqlite3_value_type(v[0]) == SQLITE_NULL) {
		sqlite3_result_null(c);
		return;
	}
	date_to_civil(zone_local_day(z, sqlite3_value_int64(v[0])), &year, &month, &day);
	snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
	result_text(c, str_of(text));
}

static void fn_id_ms(sqlite3_context *c, int n, sqlite3_value **v)
{
	if (sqlite3_value_type(v[0]) == SQLITE_NULL)
		sqlite3_result_null(c);
	else
		sqlite3_result_int64(c, id_time_ms(sqlite3_value_int64(v[0])));
}

static void fn_new_id(sqlite3_context *c, int n, sqlite3_value **v)
{
	sqlite3_result_int64(c, id_new());
}

/* As PostgreSQL's GREATEST and LEAST: NULL only when both are. Numbers or texts, not mixed. */
static void pick(sqlite3_context *c, sqlite3_value **v, int want)
{
	int a = sqlite3_value_type(v[0]), b = sqlite3_value_type(v[1]), order;

	if (a == SQLITE_NULL || b == SQLITE_NULL) {
		sqlite3_result_value(c, v[a == SQLITE_NULL]);
		return;
	}
	if (a == SQLITE_TEXT) {
		struct str x = text_of(v[0]), y = text_of(v[1]);

		order = memcmp(x.p, y.p, x.len < y.len ? x.len : y.len);
		order = order ? order : (x.len > y.len) - (x.len < y.len);
	} else if (a == SQLITE_INTEGER && b == SQLITE_INTEGER) {
		int64_t x = sqlite3_value_int64(v[0]), y = sqlite3_value_int64(v[1]);

		order = (x > y) - (x < y);
	} else {
		double x = sqlite3_value_double(v[0]), y = sqlite3_value_double(v[1]);

		order = (x > y) - (x < y);
	}
	sqlite3_result_value(c, v[order * want < 0]);
}

static void fn_greatest2(sqlite3_context *c, int n, sqlite3_value **v)
{
	pick(c, v, 1);
}

static void fn_least2(sqlite3_context *c, int n, sqlite3_value **v)
{
	pick(c, v, -1);
}

static void fn_fold(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct str s = text_of(v[0]);
	struct buf out = {0};
	char utf8[4];

	if (!s.p) {
		sqlite3_result_null(c);
		return;
	}
	buf_reserve(&out, s.len + 1);
	for (size_t pos = 0; pos < s.len;)
		buf_add(&out, utf8, utf8_put(utf8, utf8_fold(utf8_next(s, &pos))));
	result_text(c, out.p ? buf_str(&out) : STR(""));
	buf_free(&out);
}

static void group_step(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct buf *b = sqlite3_aggregate_context(c, sizeof(*b));
	struct str s = text_of(v[0]);

	if (!b || !s.p)
		return;
	if (b->p)
		buf_addc(b, ',');
	buf_reserve(b, s.len + 1); /* an empty text counts too */
	buf_add(b, s.p, s.len);
}

static void group_final(sqlite3_context *c)
{
	struct buf *b = sqlite3_aggregate_context(c, 0);

	if (!b || !b->p) {
		sqlite3_result_null(c);
		return;
	}
	result_text(c, buf_str(b));
	buf_free(b);
}

int sq_functions(sqlite3 *c, const struct zone *zone)
{
	static const struct {
		const char *name;
		int n, flags; /* what depends on the zone or makes something new isn't deterministic
			       */
		void (*run)(sqlite3_context *, int, sqlite3_value **);
	} table[] = {
		{"jget", 2, SQLITE_DETERMINISTIC, fn_jget},
		{"jint", 2, SQLITE_DETERMINISTIC, fn_jint},
		{"local_day", 1, 0, fn_local_day},
		{"day_ms", 1, 0, fn_day_ms},
		{"local_date_text", 1, 0, fn_local_date_text},
		{"id_ms", 1, SQLITE_DETERMINISTIC, fn_id_ms},
		{"greatest2", 2, SQLITE_DETERMINISTIC, fn_greatest2},
		{"least2", 2, SQLITE_DETERMINISTIC, fn_least2},
		{"fold", 1, SQLITE_DETERMINISTIC, fn_fold},
		{"new_id", 0, 0, fn_new_id},
	};
	int rc = SQLITE_OK;

	for (size_t i = 0; i < ARRAY_SIZE(table) && rc == SQLITE_OK; i++)
		rc = sqlite3_create_function_v2(c, table[i].name, table[i].n,
						SQLITE_UTF8 | SQLITE_INNOCUOUS | table[i].flags,
						(void *)zone, table[i].run, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(
			c, "group_list", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC,
			NULL, NULL, group_step, group_final, NULL);
	return rc;
}
