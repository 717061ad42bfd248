#include "check.h"

#include "base/memory.h"

static void pieces_are_zeroed_and_aligned(void **state)
{
	struct arena *a = arena_new();

	for (size_t size = 0; size < 5000; size += 37) {
		unsigned char *p = arena_alloc(a, size);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		if (size)
			memset(p, 0xAA, size);
	}
	arena_free(a);
}

static void pieces_do_not_overlap(void **state)
{
	struct arena *a = arena_new();
	unsigned char *p[300];

	for (int i = 0; i < 300; i++)
		p[i] = memset(arena_alloc(a, (size_t)i * 17 + 1), i & 255, (size_t)i * 17 + 1);
	for (int i = 0; i < 300; i++)
		for (int k = 0; k <= i * 17; k++)
			assert_int_equal(p[i][k], i & 255);
	arena_free(a);
}

static void reset_forgets_and_zeroes_again(void **state)
{
	struct arena *a = arena_new();

	for (int round = 0; round < 3; round++) {
		unsigned char *small = arena_alloc(a, 100), *big = arena_alloc(a, 1 << 20);

		for (int i = 0; i < 100; i++)
			assert_int_equal(small[i], 0);
		assert_int_equal(big[(1 << 20) - 1], 0);
		memset(small, 1, 100);
		memset(big, 1, 1 << 20);
		arena_reset(a);
	}
	arena_free(a);
}

static void text_helpers_copy(void **state)
{
	struct arena *a = arena_new();
	char from[] = "律线 Lexline";

	assert_string_equal(arena_strdup(a, from), from);
	assert_ptr_not_equal(arena_strdup(a, from), from);
	assert_null(arena_strdup(a, NULL));
	assert_string_equal(arena_strndup(a, from, 6), "律线");
	assert_string_equal(arena_printf(a, "%s-%d", "P", 20), "P-20");
	assert_int_equal(strlen(arena_printf(a, "%9000s", "x")), 9000);
	arena_free(a);
}

static void array_overflow_is_caught(void **state)
{
	assert_int_equal(mem_product(3, 7), 21);
	assert_int_equal(mem_product(0, SIZE_MAX), 0);
}

RUN(cmocka_unit_test(pieces_are_zeroed_and_aligned), cmocka_unit_test(pieces_do_not_overlap),
    cmocka_unit_test(reset_forgets_and_zeroes_again), cmocka_unit_test(text_helpers_copy),
    cmocka_unit_test(array_overflow_is_caught))
