#include "test.h"

#include "http/hub.h"

/* A stream without a connection: it is never suspended here, because there is something to read. */
static size_t read_all(struct stream *s, char *out, size_t size, size_t step)
{
	size_t n = 0;

	while (s->n) {
		ssize_t got = stream_read(s, n, out + n, n + step < size ? step : size - n);

		assert_true(got > 0);
		n += (size_t)got;
	}
	return n;
}

static void put(struct stream *s, int64_t id, const char *data)
{
	struct sse_msg *m = sse_msg_new(id, "test", str_of(data));

	stream_put(s, m);
	sse_msg_unref(m);
}

static void messages_in_order_in_any_pieces(void **state)
{
	static const char want[] =
		"id: 1\nevent: test\ndata: {\"a\":1}\n\nid: 2\nevent: test\ndata: {}\n\n";

	for (size_t step = 1; step < 70; step += 3) {
		struct stream *s = stream_new(NULL);
		char out[256];

		put(s, 1, "{\"a\":1}");
		put(s, 2, "");
		assert_int_equal(read_all(s, out, sizeof(out), step), sizeof(want) - 1);
		assert_memory_equal(out, want, sizeof(want) - 1);
		stream_free(s);
	}
}

static void a_line_end_in_the_data_does_not_end_the_event(void **state)
{
	struct sse_msg *m = sse_msg_new(3, "test", STR("{\n\n\"a\":\r1}"));

	assert_null(memmem(m->text, m->len - 2, "\n\n", 2));
	assert_int_equal(m->len, strlen("id: 3\nevent: test\ndata: {  \"a\": 1}\n\n"));
	sse_msg_unref(m);
}

static void a_slow_reader_is_cut_off_and_gets_what_was_queued(void **state)
{
	struct stream *s = stream_new(NULL);
	char out[64];

	for (int i = 1; i <= STREAM_QUEUE + 10; i++)
		put(s, i, "{}");
	assert_true(s->ended);
	assert_int_equal(s->n, STREAM_QUEUE);
	while (s->n)
		assert_true(stream_read(s, 0, out, sizeof(out)) > 0);
	assert_int_equal(stream_read(s, 0, out, sizeof(out)), MHD_CONTENT_READER_END_OF_STREAM);
	stream_free(s);
}

static void a_person_is_addressed(void **state)
{
	struct stream *s = stream_new(NULL);
	struct address to = {.id = 9, .org_id = 5, .person_id = 7};

	s->who.id = 7;
	assert_true(stream_wants(s, &to));
	s->who.id = 8;
	assert_false(stream_wants(s, &to));
	stream_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_in_order_in_any_pieces),
		cmocka_unit_test(a_line_end_in_the_data_does_not_end_the_event),
		cmocka_unit_test(a_slow_reader_is_cut_off_and_gets_what_was_queued),
		cmocka_unit_test(a_person_is_addressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
