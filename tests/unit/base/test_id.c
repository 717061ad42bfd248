#include "check.h"

#include "base/id.h"
#include "base/thread.h"
#include "base/time.h"

#define THREADS 4
#define EACH 50000

static int64_t ids[THREADS][EACH];

static void *draw(void *arg)
{
	for (int i = 0; i < EACH; i++)
		((int64_t *)arg)[i] = id_new();
	return NULL;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void rising_in_each_thread_and_unique_in_all(void **state)
{
	pthread_t threads[THREADS];

	for (int t = 0; t < THREADS; t++)
		assert_int_equal(thread_start(&threads[t], "draw", draw, ids[t]), 0);
	for (int t = 0; t < THREADS; t++)
		pthread_join(threads[t], NULL);
	for (int t = 0; t < THREADS; t++)
		for (int i = 1; i < EACH; i++)
			assert_true(ids[t][i] > ids[t][i - 1]);
	qsort(ids, (size_t)THREADS * EACH, sizeof(int64_t), by_value);
	for (int i = 1; i < THREADS * EACH; i++)
		assert_true(ids[0][0] > 0 && (&ids[0][0])[i] != (&ids[0][0])[i - 1]);
}

static void carries_its_instant_and_node(void **state)
{
	int64_t before = time_now_ms(), id;

	id_set_node(1023);
	id = id_new();
	assert_true(id_time_ms(id) >= before);
	assert_int_equal(id >> 12 & 1023, 1023);
	id_set_node(0);
}

static void ids_of_a_past_instant_rise_and_tell_it(void **state)
{
	int64_t at = 1778286600000, one = id_new_at(at), two = id_new_at(at), three = id_new_at(at + 5);

	assert_int_equal(id_time_ms(one), at);
	assert_true(one < two && two < three);
	assert_int_equal(id_time_ms(three), at + 5);
	assert_true(id_new_at(at) > three);
	assert_true(id_new() > three);
	assert_true(id_new_at(0) > three);
}

static void bounds_of_an_instant(void **state)
{
	int64_t at = 1778286600000;

	assert_int_equal(id_time_ms(id_at_ms(at)), at);
	assert_int_equal(id_time_ms(id_at_ms(at) - 1), at - 1);
	assert_int_equal(id_at_ms(0), 0);
	assert_int_equal(id_at_ms(INT64_MIN / 2), 0);
	assert_true(id_at_ms(INT64_MAX / 2) > 0);
}

RUN(cmocka_unit_test(rising_in_each_thread_and_unique_in_all), cmocka_unit_test(carries_its_instant_and_node),
    cmocka_unit_test(ids_of_a_past_instant_rise_and_tell_it), cmocka_unit_test(bounds_of_an_instant))
