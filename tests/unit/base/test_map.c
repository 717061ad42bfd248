#include "check.h"

#include "base/map.h"

static void put_get_replace_delete(void **state)
{
	struct map *m = map_new();
	int one = 1, two = 2;

	assert_null(map_get(m, STR("a")));
	assert_null(map_put(m, STR("a"), &one));
	assert_ptr_equal(map_put(m, STR("a"), &two), &one);
	assert_ptr_equal(map_get(m, STR("a")), &two);
	assert_int_equal(map_count(m), 1);
	assert_ptr_equal(map_del(m, STR("a")), &two);
	assert_null(map_del(m, STR("a")));
	assert_int_equal(map_count(m), 0);
	map_free(m, NULL);
}

static void keys_are_bytes(void **state)
{
	struct map *m = map_new();
	int v[4];

	map_put(m, STR(""), &v[0]);
	map_put(m, STR("\0"), &v[1]);
	map_put(m, STR("\0\0"), &v[2]);
	map_put(m, STR_NULL, &v[3]); /* as the empty key */
	assert_int_equal(map_count(m), 3);
	assert_ptr_equal(map_get(m, STR("")), &v[3]);
	assert_ptr_equal(map_get(m, STR("\0\0")), &v[2]);
	map_free(m, NULL);
}

static void keys_are_copied(void **state)
{
	struct map *m = map_new();
	char key[] = "case";
	int v;

	map_put(m, str_of(key), &v);
	key[0] = 'X';
	assert_ptr_equal(map_get(m, STR("case")), &v);
	map_free(m, NULL);
}

/* Against a plain array, with removals in between. */
static void many_keys_in_order(void **state)
{
	static int values[5000];
	struct map *m = map_new();
	size_t pos = 0;
	struct str key;
	void *value;
	int next = 1;
	char text[16];

	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "k%d", i);
		map_put(m, str_of(text), &values[i]);
		if (i % 2 == 0) {
			snprintf(text, sizeof(text), "k%d", i);
			assert_ptr_equal(map_del(m, str_of(text)), &values[i]);
		}
	}
	assert_int_equal(map_count(m), 2500);
	while (map_next(m, &pos, &key, &value)) {
		snprintf(text, sizeof(text), "k%d", next);
		assert_str(key, text);
		assert_ptr_equal(value, &values[next]);
		next += 2;
	}
	assert_int_equal(next, 5001);
	map_free(m, NULL);
}

/* Putting and removing for ever must not fill the table with dead slots. */
static void churn_keeps_working(void **state)
{
	struct map *m = map_new();
	char text[16];
	int v;

	for (int i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		map_put(m, str_of(text), &v);
		assert_ptr_equal(map_del(m, str_of(text)), &v);
	}
	assert_int_equal(map_count(m), 0);
	map_free(m, NULL);
}

static void values_are_released(void **state)
{
	struct map *m = map_new();

	map_put(m, STR("a"), strdup("x"));
	map_put(m, STR("b"), strdup("y"));
	free(map_del(m, STR("a")));
	map_free(m, free); /* the leak checker sees the rest */
	map_free(NULL, free);
}

static void vectors_grow(void **state)
{
	VEC(int) v = {0};

	for (int i = 0; i < 1000; i++)
		VEC_ADD(&v, i * i);
	assert_int_equal(v.n, 1000);
	assert_int_equal(v.at[999], 999 * 999);
	VEC_FREE(&v);
	assert_null(v.at);
}

RUN(cmocka_unit_test(put_get_replace_delete), cmocka_unit_test(keys_are_bytes), cmocka_unit_test(keys_are_copied),
    cmocka_unit_test(many_keys_in_order), cmocka_unit_test(churn_keeps_working),
    cmocka_unit_test(values_are_released), cmocka_unit_test(vectors_grow))
