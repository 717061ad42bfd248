#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

#include "base/file.h"
#include "base/thread.h"

static struct arena *a;
static char dir[64];

static int setup(void **state)
{
	a = arena_new();
	snprintf(dir, sizeof(dir), "/tmp/lexline-test-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fault f = {0};
	int r = file_remove_tree(dir, &f);

	arena_free(a);
	return r;
}

static const char *in(const char *name)
{
	return path_join(a, dir, name);
}

static void write_and_read(void **state)
{
	struct str s;
	struct stat st;

	assert_int_equal(file_write(in("x"), STR("a\0b"), 0600, NULL), 0);
	assert_int_equal(file_read(a, in("x"), 3, &s, NULL), 0);
	assert_int_equal(s.len, 3);
	assert_memory_equal(s.p, "a\0b\0", 4);
	assert_int_equal(stat(in("x"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void reading_fails_by_name(void **state)
{
	struct fault f = {0};
	struct str s = STR("kept");

	assert_int_equal(file_read(a, in("none"), 10, &s, &f), -E_NOT_FOUND);
	assert_contains(f.detail, in("none"));
	assert_int_equal(file_write(in("big"), STR("12345"), 0600, NULL), 0);
	assert_int_equal(file_read(a, in("big"), 4, &s, &f), -E_TOO_LARGE);
	assert_int_equal(file_read(a, dir, 10, &s, &f), -E_IO);
	assert_str(s, "kept");
}

static atomic_bool stop;

static void *rewrite(void *path)
{
	static const char *const contents[] = {"old old old old", "new new new new"};

	for (int i = 0; !atomic_load(&stop); i++)
		if (file_write(path, str_of(contents[i % 2]), 0600, NULL) < 0)
			return path;
	return NULL;
}

/* A reader sees one content or the other, whole, all the time. */
static void writing_is_atomic(void **state)
{
	char *path = path_join(a, dir, "x");
	pthread_t writer;
	void *failed;

	assert_int_equal(file_write(path, STR("old old old old"), 0600, NULL), 0);
	assert_int_equal(thread_start(&writer, "writer", rewrite, path), 0);
	for (int i = 0; i < 2000; i++) {
		struct str s = STR_NULL;

		assert_int_equal(file_read(a, path, 100, &s, NULL), 0);
		assert_true(str_is(s, "old old old old") || str_is(s, "new new new new"));
	}
	atomic_store(&stop, true);
	pthread_join(writer, &failed);
	assert_null(failed);
}

/* A file size limit stands in for a full disk: the write fails in its middle. */
static void a_failed_write_leaves_the_old_file(void **state)
{
	struct rlimit before, small;
	struct buf big = {0};
	struct fault f = {0};
	const char **names;
	struct str s;
	size_t n;
	int r;

	assert_int_equal(file_write(in("x"), STR("old"), 0600, NULL), 0);
	for (int i = 0; i < 10000; i++)
		buf_adds(&big, "0123456789");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	r = file_write(in("x"), buf_str(&big), 0600, &f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	buf_free(&big);
	assert_int_equal(r, -E_IO);
	assert_int_equal(file_read(a, in("x"), 100, &s, NULL), 0);
	assert_str(s, "old");
	assert_int_equal(file_list(a, dir, true, &names, &n, NULL), 0);
	assert_int_equal(n, 1); /* nothing half-written lies about */
}

static void a_link_is_replaced_not_followed(void **state)
{
	struct fault f = {0};
	struct str s;

	assert_int_equal(file_write(in("target"), STR("safe"), 0600, &f), 0);
	assert_int_equal(symlink(in("target"), in("link")), 0);
	assert_int_equal(file_write(in("link"), STR("x"), 0600, &f), 0);
	assert_int_equal(file_read(a, in("target"), 10, &s, &f), 0);
	assert_str(s, "safe");
	assert_int_equal(file_write("/nonexistent/x", STR("x"), 0600, &f), -E_NOT_FOUND);
}

static void folders(void **state)
{
	struct fault f = {0};

	assert_int_equal(file_mkdirs(in("a/b/c"), 0700, &f), 0);
	assert_int_equal(file_mkdirs(in("a/b/c"), 0700, &f), 0);
	assert_int_equal(file_mkdirs(in("a/b//d/"), 0700, &f), 0);
	assert_true(file_is_dir(in("a/b/d")));
	assert_int_equal(file_write(in("a/file"), STR(""), 0600, &f), 0);
	assert_true(file_mkdirs(in("a/file/x"), 0700, &f) < 0);
	assert_false(file_is_dir(in("a/file")));
	assert_true(file_exists(in("a/file")));
}

static void listing(void **state)
{
	const char **names;
	size_t n;

	assert_int_equal(file_mkdirs(in("b/sub"), 0700, NULL), 0);
	assert_int_equal(file_write(in("b/sub/2"), STR(""), 0600, NULL), 0);
	assert_int_equal(file_write(in("b/10"), STR(""), 0600, NULL), 0);
	assert_int_equal(file_write(in("a"), STR(""), 0600, NULL), 0);
	assert_int_equal(file_write(in(".hidden"), STR(""), 0600, NULL), 0);
	assert_int_equal(file_list(a, dir, false, &names, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
	assert_int_equal(file_list(a, dir, true, &names, &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_string_equal(names[1], "b/10");
	assert_string_equal(names[2], "b/sub/2");
	assert_int_equal(file_list(a, in("none"), true, &names, &n, NULL), -E_NOT_FOUND);
}

static void removing_stays_below(void **state)
{
	assert_int_equal(file_mkdirs(in("keep"), 0700, NULL), 0);
	assert_int_equal(file_write(in("keep/x"), STR(""), 0600, NULL), 0);
	assert_int_equal(file_mkdirs(in("gone/deep"), 0700, NULL), 0);
	assert_int_equal(symlink(in("keep"), in("gone/deep/link")), 0);
	assert_int_equal(file_remove_tree(in("gone"), NULL), 0);
	assert_false(file_exists(in("gone")));
	assert_true(file_exists(in("keep/x")));
	assert_int_equal(file_remove_tree(in("gone"), NULL), 0);
}

static void joining(void **state)
{
	assert_string_equal(path_join(a, "a", "b"), "a/b");
	assert_string_equal(path_join(a, "a//", "/b"), "a/b");
	assert_string_equal(path_join(a, "/", "b"), "/b");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

RUN(T(write_and_read), T(reading_fails_by_name), T(writing_is_atomic), T(a_failed_write_leaves_the_old_file),
    T(a_link_is_replaced_not_followed), T(folders), T(listing), T(removing_stays_below), T(joining))
