/* The blob store (T05, T08). */
#include "test.h"

#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sodium.h>

#include "base/file.h"
#include "store/blobs.h"
#include "store/config.h"
#include "support/temp_store.h"

#define ORG 77
#define CHUNK 65536

static struct temp_store t;
static struct config config;
static struct vault *v;
static struct blobs *b;
static struct arena *a;
static const char *dir;

/* ---- help --------------------------------------------------------------------------------- */

static int open_all(void **state)
{
	struct fault f = {0};

	a = arena_new();
	temp_store_open(&t, DB_SQLITE);
	config = (struct config){.key_file = path_join(a, t.dir, "master.key")};
	dir = path_join(a, t.dir, "blobs");
	if (vault_create_master(config.key_file, &f) < 0 || vault_open(&config, &v, &f) < 0 ||
	    vault_attach(v, t.db, &f) < 0 || blobs_open(dir, v, &b, &f) < 0)
		fail_msg("%s", f.detail);
	return 0;
}

static int close_all(void **state)
{
	blobs_close(b);
	vault_close(v);
	temp_store_close(&t);
	arena_free(a);
	return 0;
}

/* Bytes that tell where they stand. */
static void fill(uint8_t *p, size_t len, int64_t from)
{
	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)((uint64_t)(from + (int64_t)i) * 2654435761u >> 13);
}

static struct blob_info put(int64_t org_id, int64_t size, size_t step)
{
	struct blob_writer *w = NULL;
	struct blob_info info = {0};
	struct fault f = {0};
	uint8_t *piece = malloc(step);

	assert_int_equal(blob_create(b, org_id, &w, &f), 0);
	for (int64_t at = 0; at < size; at += (int64_t)step) {
		size_t n = size - at < (int64_t)step ? (size_t)(size - at) : step;

		fill(piece, n, at);
		if (blob_write(w, piece, n, &f) < 0)
			fail_msg("%s", f.detail);
	}
	if (blob_finish(w, &info, &f) < 0)
		fail_msg("%s", f.detail);
	free(piece);
	assert_int_equal(info.size, size);
	return info;
}

static struct blob_reader *get(int64_t org_id, const struct blob_info *info)
{
	struct blob_reader *r = NULL;
	struct fault f = {0};

	if (blob_open(b, org_id, info, &r, &f) < 0)
		fail_msg("%s", f.detail);
	return r;
}

static void assert_range(struct blob_reader *r, int64_t at, size_t len)
{
	uint8_t *got = malloc(len + 1), *want = malloc(len + 1);
	int64_t left = blob_size(r) - at;
	size_t expected = left <= 0 ? 0 : left < (int64_t)len ? (size_t)left : len;
	struct fault f = {0};

	assert_int_equal(blob_read(r, at, got, len, &f), (int64_t)expected);
	fill(want, expected, at);
	assert_memory_equal(got, want, expected);
	free(got);
	free(want);
}

/* Reads all. @return 0 or the error */
static int read_through(const struct blob_info *info)
{
	struct blob_reader *r = NULL;
	struct fault f = {0};
	uint8_t piece[10000];
	int64_t at = 0, n = blob_open(b, ORG, info, &r, &f);

	while (n == 0 || n == (int64_t)sizeof(piece)) {
		n = blob_read(r, at, piece, sizeof(piece), &f);
		at += n > 0 ? n : 0;
		if (n == 0)
			break;
	}
	blob_close(r);
	return n < 0 ? (int)n : 0;
}

static const char *file_of(const struct blob_info *info)
{
	return arena_printf(a, "%s/%.2s/%s", dir, info->address, info->address);
}

static size_t count(const char *folder)
{
	struct fault f = {0};
	const char **names;
	size_t n = 0;

	assert_int_equal(file_list(a, folder, true, &names, &n, &f), 0);
	return n;
}

/* ---- writing and reading ------------------------------------------------------------------ */

static void every_size_comes_back(void **state)
{
	static const int64_t sizes[] = {0,	   1,	      CHUNK - 1,     CHUNK,
					CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct blob_info info = put(ORG, sizes[i], 1000);
		struct blob_reader *r = get(ORG, &info);
		struct stat st;

		assert_int_equal(blob_size(r), sizes[i]);
		assert_range(r, 0, (size_t)sizes[i] + 5);
		blob_close(r);
		assert_int_equal(stat(file_of(&info), &st), 0);
		assert_int_equal(st.st_mode & 077, 0);
	}
	assert_int_equal(count(path_join(a, dir, "tmp")), 0);
}

static void any_range_comes_back(void **state)
{
	struct blob_info info = put(ORG, 3 * CHUNK + 17, CHUNK * 4);
	struct blob_reader *r = get(ORG, &info);
	static const int64_t starts[] = {0,
					 1,
					 CHUNK - 1,
					 CHUNK,
					 CHUNK + 1,
					 2 * CHUNK - 3,
					 3 * CHUNK,
					 3 * CHUNK + 16,
					 3 * CHUNK + 17,
					 9 * CHUNK};
	static const size_t lengths[] = {0, 1, 2, 100, CHUNK, CHUNK + 1, 5 * CHUNK};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		for (size_t k = 0; k < ARRAY_SIZE(lengths); k++)
			assert_range(r, starts[i], lengths[k]);
	blob_close(r);
}

static void the_hash_is_that_of_the_plain_bytes(void **state)
{
	struct blob_info info = put(ORG, 100000, 7777);
	uint8_t *plain = malloc(100000), hash[32];
	char hex[65];

	fill(plain, 100000, 0);
	crypto_hash_sha256(hash, plain, 100000);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	assert_string_equal(info.sha256, hex);
	free(plain);
}

static void nothing_readable_lies_on_disk(void **state)
{
	struct blob_writer *w;
	struct blob_info info;
	struct fault f = {0};
	struct str file;

	assert_int_equal(blob_create(b, ORG, &w, &f), 0);
	assert_int_equal(blob_write(w, "the secret words", 16, &f), 0);
	assert_int_equal(blob_finish(w, &info, &f), 0);
	assert_int_equal(file_read(a, file_of(&info), 100000, &file, &f), 0);
	assert_null(memmem(file.p, file.len, "secret", 6));
}

static void the_same_content_is_kept_once_in_an_organisation(void **state)
{
	struct blob_info one = put(ORG, 100000, 1000), two = put(ORG, 100000, 333),
			 other = put(ORG + 1, 100000, 1000);
	struct blob_reader *r;

	assert_string_equal(one.address, two.address);
	assert_memory_equal(one.wrapped_key, two.wrapped_key, sizeof(one.wrapped_key));
	assert_string_not_equal(one.address, other.address);
	assert_string_equal(one.sha256, other.sha256);
	assert_int_equal(count(dir), 2);
	r = get(ORG, &two);
	assert_range(r, 0, 100000);
	blob_close(r);
}

static void a_damaged_copy_is_replaced_by_the_next_upload(void **state)
{
	struct blob_info one = put(ORG, 100000, 1000), two;
	struct blob_reader *r;

	assert_int_equal(truncate(file_of(&one), 500), 0);
	two = put(ORG, 100000, 1000);
	r = get(ORG, &two);
	assert_range(r, 0, 100000);
	blob_close(r);
}

static void another_organisation_cannot_open_it(void **state)
{
	struct blob_info info = put(ORG, 1000, 1000);
	struct blob_reader *r = NULL;
	struct fault f = {0};

	assert_int_equal(blob_open(b, ORG + 1, &info, &r, &f), -E_CORRUPT);
	assert_null(r);
}

/* ---- damage ------------------------------------------------------------------------------- */

static void flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	uint8_t c;

	assert_int_equal(pread(fd, &c, 1, at), 1);
	c ^= 1;
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

static void a_flipped_bit_is_found_wherever_it_lies(void **state)
{
	struct blob_info info = put(ORG, 2 * CHUNK + 100, 1000);
	const char *path = file_of(&info);
	/* magic, chunk size, reserved, nonce, first and last cipher byte and tag of each chunk */
	static const off_t at[] = {0,
				   8,
				   12,
				   16,
				   31,
				   128,
				   128 + CHUNK - 1,
				   128 + CHUNK,
				   128 + CHUNK + 15,
				   128 + CHUNK + 16,
				   128 + 2 * (CHUNK + 16),
				   128 + 2 * (CHUNK + 16) + 99,
				   128 + 2 * (CHUNK + 16) + 115};

	assert_int_equal(read_through(&info), 0);
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		flip(path, at[i]);
		assert_int_equal(read_through(&info), -E_CORRUPT);
		flip(path, at[i]);
	}
	assert_int_equal(read_through(&info), 0);
	info.wrapped_key[40] ^= 1;
	assert_int_equal(read_through(&info), -E_CORRUPT);
}

static void a_cut_file_is_found(void **state)
{
	struct blob_info info = put(ORG, 3 * CHUNK, 1000), claims_less;
	const char *path = file_of(&info);

	/* At the border of a chunk, and the row says so too: only the mark of the last chunk tells.
	 */
	assert_int_equal(truncate(path, 128 + 2 * (CHUNK + 16)), 0);
	assert_int_equal(read_through(&info), -E_CORRUPT);
	claims_less = info;
	claims_less.size = 2 * CHUNK;
	assert_int_equal(read_through(&claims_less), -E_CORRUPT);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(read_through(&info), -E_CORRUPT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(read_through(&info), -E_CORRUPT);
}

static void exchanged_chunks_are_found(void **state)
{
	struct blob_info info = put(ORG, 3 * CHUNK, 1000);
	uint8_t *one = malloc(CHUNK + 16), *two = malloc(CHUNK + 16);
	int fd = open(file_of(&info), O_RDWR);

	assert_int_equal(pread(fd, one, CHUNK + 16, 128), CHUNK + 16);
	assert_int_equal(pread(fd, two, CHUNK + 16, 128 + CHUNK + 16), CHUNK + 16);
	assert_int_equal(pwrite(fd, two, CHUNK + 16, 128), CHUNK + 16);
	assert_int_equal(pwrite(fd, one, CHUNK + 16, 128 + CHUNK + 16), CHUNK + 16);
	close(fd);
	free(one);
	free(two);
	assert_int_equal(read_through(&info), -E_CORRUPT);
}

/* ---- life on disk ------------------------------------------------------------------------- */

static void leftovers_are_swept_but_not_a_running_upload(void **state)
{
	const char *tmp = path_join(a, dir, "tmp");
	struct blob_writer *w;
	struct blob_info info;
	struct blobs *second;
	struct fault f = {0};

	assert_int_equal(file_write(path_join(a, tmp, "1-2"), STR("left by a crash"), 0600, &f), 0);
	assert_int_equal(blob_create(b, ORG, &w, &f), 0);
	assert_int_equal(blob_write(w, "x", 1, &f), 0);
	assert_int_equal(count(tmp), 2);
	assert_int_equal(blobs_open(dir, v, &second, &f), 0);
	assert_int_equal(count(tmp), 1);
	assert_int_equal(blob_finish(w, &info, &f), 0);
	assert_int_equal(read_through(&info), 0);
	assert_int_equal(count(tmp), 0);
	blobs_close(second);
}

static void an_abandoned_upload_leaves_nothing(void **state)
{
	struct blob_writer *w;
	struct fault f = {0};

	assert_int_equal(blob_create(b, ORG, &w, &f), 0);
	assert_int_equal(blob_write(w, "x", 1, &f), 0);
	blob_abandon(w);
	blob_abandon(NULL);
	assert_int_equal(count(dir), 0);
}

static void destroyed_is_gone(void **state)
{
	struct blob_info info = put(ORG, 1000, 1000);
	const char *second = arena_printf(a, "%s/second-link", t.dir);
	struct fault f = {0};
	struct str left;

	assert_int_equal(link(file_of(&info), second), 0); /* what a disk might keep */
	assert_int_equal(blob_destroy(b, info.address, &f), 0);
	assert_int_equal(read_through(&info), -E_CORRUPT);
	assert_int_equal(file_read(a, second, 10000, &left, &f), 0);
	assert_null(memmem(left.p, left.len, info.wrapped_key + 33,
			   48)); /* its key isn't in it any more */
	assert_int_equal(blob_destroy(b, info.address, &f), 0);
	assert_int_equal(blob_destroy(b, "../../etc/passwd", &f), -E_INVALID);
}

static long resident_kb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long total = 0, pages = 0;

	assert_int_equal(fscanf(f, "%ld %ld", &total, &pages), 2);
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* 64 MB through one chunk of memory; an upload of 1 GB must stay below 20 MB. */
static void a_large_file_takes_little_memory(void **state)
{
	int64_t size = (int64_t)64 << 20;
	long before = resident_kb(), after;
	struct blob_info info = put(ORG, size, 32768);
	struct blob_reader *r = get(ORG, &info);
	bool sanitized = getenv("LEXLINE_SANITIZED") != NULL; /* it keeps memory of its own */

	for (int64_t at = 0; at < size; at += 4 << 20)
		assert_range(r, at, 100000);
	after = resident_kb();
	blob_close(r);
	assert_true(sanitized || after - before < 4096);
}

/* A file system of 1 MB, in a process of its own. @return its exit status; 77: not allowed here */
static int on_a_full_disk(void)
{
	struct blobs *small;
	struct blob_writer *w;
	struct fault f = {0};
	uint8_t piece[CHUNK] = {0};
	int r = 0;

	if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", dir, "tmpfs", 0, "size=1m") < 0)
		return 77;
	if (blobs_open(dir, v, &small, &f) < 0 || blob_create(small, ORG, &w, &f) < 0)
		return 1;
	for (int i = 0; i < 32 && r == 0; i++)
		r = blob_write(w, piece, sizeof(piece), &f);
	if (r != -E_DISK_FULL)
		return 2;
	blob_abandon(w);
	return count(dir) == 0 ? 0 : 3;
}

static void a_full_disk_is_said_clearly(void **state)
{
	struct fault f = {0};
	uint8_t key[32], wrapped[81];
	pid_t pid;
	int status;

	/* The keys first: the child has no store of its own. */
	assert_int_equal(vault_new_blob_key(v, ORG, key, wrapped, &f), 0);
	assert_int_equal(vault_prepare(v, "cases", ORG, &f), 0);
	pid = fork();
	if (pid == 0)
		_exit(on_a_full_disk());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- the register ------------------------------------------------------------------------- */

struct recording {
	struct blob_info info;
	int64_t org_id, id;
};

static int apply_record(struct tx *tx, void *arg)
{
	struct recording *rec = arg;

	return blob_record(tx, rec->org_id, &rec->info, "audio/ogg", &rec->id);
}

static void the_register_knows_each_content_once(void **state)
{
	struct recording one = {.org_id = ORG, .info = put(ORG, 1000, 100)},
			 two = {.org_id = ORG, .info = put(ORG, 1000, 10)};
	struct blob_info found = {0};
	struct tx *tx;

	assert_int_equal(db_write_wait(t.db, t.ctx, apply_record, &one), 0);
	assert_int_equal(db_write_wait(t.db, t.ctx, apply_record, &two), 0);
	assert_int_equal(one.id, two.id);
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(blob_lookup(tx, ORG, one.id, &found), 0);
	assert_string_equal(found.address, one.info.address);
	assert_string_equal(found.sha256, one.info.sha256);
	assert_int_equal(found.size, 1000);
	assert_int_equal(read_through(&found), 0);
	assert_int_equal(blob_lookup(tx, ORG + 1, one.id, &found), -E_NOT_FOUND);
	db_read_end(tx);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_size_comes_back),
		TEST(any_range_comes_back),
		TEST(the_hash_is_that_of_the_plain_bytes),
		TEST(nothing_readable_lies_on_disk),
		TEST(the_same_content_is_kept_once_in_an_organisation),
		TEST(a_damaged_copy_is_replaced_by_the_next_upload),
		TEST(another_organisation_cannot_open_it),
		TEST(a_flipped_bit_is_found_wherever_it_lies),
		TEST(a_cut_file_is_found),
		TEST(exchanged_chunks_are_found),
		TEST(leftovers_are_swept_but_not_a_running_upload),
		TEST(an_abandoned_upload_leaves_nothing),
		TEST(destroyed_is_gone),
		TEST(a_large_file_takes_little_memory),
		TEST(a_full_disk_is_said_clearly),
		TEST(the_register_knows_each_content_once),
	};
	const char *source = getenv("LEXLINE_SOURCE");

	temp_store_init();
	setenv("LEXLINE_ROOT", source ? source : ".", 1);
	return cmocka_run_group_tests_name("blobs", tests, NULL, NULL);
}
