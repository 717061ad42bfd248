/* Keys, sealed values and blind indexes (T01, T08), on both databases. */
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/blobs.h"
#include "store/config.h"
#include "store/vault.h"
#include "support/temp_store.h"

#define ORG 77
#define PHONE STR("+8613800138000")

static struct temp_store cases, clients;
static struct config config;
static struct vault *v;
static struct arena *a;

/* ---- help --------------------------------------------------------------------------------- */

static void open_store(struct temp_store *t, enum db_kind kind, const char *name)
{
	struct fault f = {0};

	temp_store_prepare(t, kind);
	t->options.name = name;
	if (db_open(&t->options, t->ops, &t->db, &f) < 0 || db_migrate(t->db, &f) < 0)
		fail_msg("%s: %s", name, f.detail);
	t->env.db = t->db;
}

static struct vault *open_vault(void)
{
	struct vault *ret = NULL;
	struct fault f = {0};

	if (vault_open(&config, &ret, &f) < 0 || vault_attach(ret, cases.db, &f) < 0 ||
	    vault_attach(ret, clients.db, &f) < 0)
		fail_msg("%s", f.detail);
	return ret;
}

static int open_all(enum db_kind kind)
{
	struct fault f = {0};

	a = arena_new();
	open_store(&cases, kind, "cases");
	open_store(&clients, kind, "clients");
	config = (struct config){.key_file = path_join(a, cases.dir, "master.key")};
	assert_int_equal(vault_create_master(config.key_file, &f), 0);
	v = open_vault();
	return 0;
}

ON_BOTH(open_all)

static int close_all(void **state)
{
	vault_close(v);
	temp_store_close(&cases);
	temp_store_close(&clients);
	arena_free(a);
	return 0;
}

static struct str seal(struct vault *with, int64_t org_id, const char *bound_to, struct str plain)
{
	struct fault f = {0};
	struct str s = {0};

	if (vault_seal(with, "clients", org_id, SEAL_FIELD, bound_to, plain, a, &s, &f) < 0)
		fail_msg("%s", f.detail);
	return s;
}

static int unseal(struct vault *with, int64_t org_id, const char *bound_to, struct str sealed,
		  struct str *ret)
{
	struct fault f = {0};

	return vault_unseal(with, "clients", org_id, SEAL_FIELD, bound_to, sealed, a, ret, &f);
}

static void assert_opens(struct vault *with, int64_t org_id, struct str sealed, struct str plain)
{
	struct str back = {0};

	assert_int_equal(unseal(with, org_id, "client.phone", sealed, &back), 0);
	assert_true(str_eq(back, plain));
}

static int64_t key_id(struct str sealed)
{
	int64_t id = 0;

	for (int i = 1; i <= 8; i++)
		id = id << 8 | (uint8_t)sealed.p[i];
	return id;
}

static size_t current_keys(struct temp_store *t, int64_t org_id)
{
	struct tx *tx;
	struct rows *rows;
	size_t n = 0;

	assert_int_equal(db_read(t->db, t->ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "vault.key_all", NO_ARGS, &rows), 0);
	while (rows_next(rows) > 0)
		n += rows_int(rows, rows_col(rows, "org_id")) == org_id &&
		     rows_null(rows, rows_col(rows, "retired_at"));
	rows_free(rows);
	db_read_end(tx);
	return n;
}

/* ---- values ------------------------------------------------------------------------------- */

static void what_is_sealed_opens_again(void **state)
{
	static const char bytes[] = {0, 1, 0, (char)0xff};
	struct str binary = {bytes, sizeof(bytes)};
	struct str one = seal(v, ORG, "client.phone", PHONE),
		   two = seal(v, ORG, "client.phone", PHONE);

	assert_int_equal(one.len, PHONE.len + 49);
	assert_false(str_eq(one, two)); /* the same value twice doesn't look the same */
	assert_null(memmem(one.p, one.len, "138", 3));
	assert_opens(v, ORG, one, PHONE);
	assert_opens(v, ORG, seal(v, ORG, "client.phone", STR("")), STR(""));
	assert_opens(v, ORG, seal(v, ORG, "client.phone", binary), binary);
}

static void any_changed_byte_is_found(void **state)
{
	struct str s = seal(v, ORG, "client.phone", PHONE), back = STR("untouched");

	for (size_t i = 0; i < s.len; i++) {
		char *bad = arena_memdup(a, s.p, s.len);

		bad[i] ^= 1;
		assert_int_equal(unseal(v, ORG, "client.phone", (struct str){bad, s.len}, &back),
				 -E_CORRUPT);
	}
	for (size_t len = 0; len < s.len; len++)
		assert_int_equal(unseal(v, ORG, "client.phone", (struct str){s.p, len}, &back),
				 -E_CORRUPT);
	assert_true(str_is(back, "untouched"));
}

static void a_value_opens_only_where_it_belongs(void **state)
{
	struct str s = seal(v, ORG, "client.phone", PHONE),
		   other = seal(v, ORG + 1, "client.phone", PHONE), back;
	struct fault f = {0};

	assert_int_equal(unseal(v, ORG, "client.name", s, &back), -E_CORRUPT);
	assert_int_equal(unseal(v, ORG + 1, "client.phone", s, &back), -E_CORRUPT);
	assert_int_equal(unseal(v, ORG, "client.phone", other, &back), -E_CORRUPT);
	assert_int_equal(
		vault_unseal(v, "clients", ORG, SEAL_SECRET, "client.phone", s, a, &back, &f),
		-E_CORRUPT);
	assert_int_equal(vault_unseal(v, "cases", ORG, SEAL_FIELD, "client.phone", s, a, &back, &f),
			 -E_CORRUPT);
}

static void indexes_are_equal_only_for_equals(void **state)
{
	uint8_t one[16], two[16], context[16], org[16], border[16], border2[16];
	struct fault f = {0};

	assert_int_equal(vault_index(v, "clients", ORG, "phone", PHONE, one, &f), 0);
	assert_int_equal(vault_index(v, "clients", ORG, "phone", PHONE, two, &f), 0);
	assert_int_equal(vault_index(v, "clients", ORG, "name", PHONE, context, &f), 0);
	assert_int_equal(vault_index(v, "clients", ORG + 1, "phone", PHONE, org, &f), 0);
	assert_memory_equal(one, two, 16);
	assert_memory_not_equal(one, context, 16);
	assert_memory_not_equal(one, org, 16);
	assert_int_equal(vault_index(v, "clients", ORG, "ab", STR("c"), border, &f), 0);
	assert_int_equal(vault_index(v, "clients", ORG, "a", STR("bc"), border2, &f), 0);
	assert_memory_not_equal(border, border2, 16);
}

static void the_stores_have_keys_of_their_own(void **state)
{
	uint8_t one[16], two[16];
	struct fault f = {0};

	assert_int_equal(vault_prepare(v, "cases", ORG, &f), 0);
	assert_int_equal(vault_prepare(v, "clients", ORG, &f), 0);
	assert_int_equal(current_keys(&cases, ORG), 4);
	assert_int_equal(current_keys(&clients, ORG), 4);
	assert_int_equal(vault_index(v, "clients", ORG, "phone", PHONE, one, &f), 0);
	assert_int_equal(vault_index(v, "cases", ORG, "phone", PHONE, two, &f), 0);
	assert_memory_not_equal(one, two, 16);
}

static void keys_outlive_the_process(void **state)
{
	struct str s = seal(v, ORG, "client.phone", PHONE);

	vault_close(v);
	v = open_vault();
	assert_opens(v, ORG, s, PHONE);
	assert_int_equal(key_id(seal(v, ORG, "client.phone", PHONE)), key_id(s));
}

static void another_process_finds_a_key_made_meanwhile(void **state)
{
	struct vault *other = open_vault();
	struct str s = seal(v, ORG, "client.phone", PHONE);

	assert_opens(other, ORG, s, PHONE);
	assert_int_equal(key_id(seal(other, ORG, "client.phone", PHONE)), key_id(s));
	vault_close(other);
}

/* ---- inside transactions ------------------------------------------------------------------ */

struct sealing {
	struct vault *v;
	int64_t org_id;
	struct str sealed;
	int result; /* what apply returns when all went well */
};

static int apply_seal(struct tx *tx, void *arg)
{
	struct sealing *s = arg;
	struct fault f = {0};
	int r = vault_seal(s->v, "clients", s->org_id, SEAL_FIELD, "client.phone", PHONE,
			   tx_ctx(tx)->arena, &s->sealed, &f);

	return r < 0 ? r : s->result;
}

static void a_writer_makes_the_key_it_lacks(void **state)
{
	struct sealing s = {.v = v, .org_id = ORG};

	assert_int_equal(db_write_wait(clients.db, clients.ctx, apply_seal, &s), 0);
	assert_int_equal(current_keys(&clients, ORG), 1);
	assert_opens(v, ORG, s.sealed, PHONE);
	vault_close(v);
	v = open_vault();
	assert_opens(v, ORG, s.sealed, PHONE);
}

static void a_key_of_a_transaction_that_failed_is_not_used(void **state)
{
	struct sealing lost = {.v = v, .org_id = ORG, .result = -E_CONFLICT};
	struct str s, back;

	assert_int_equal(db_write_wait(clients.db, clients.ctx, apply_seal, &lost), -E_CONFLICT);
	assert_int_equal(current_keys(&clients, ORG), 0);
	s = seal(v, ORG, "client.phone", PHONE);
	assert_int_not_equal(key_id(s), key_id(lost.sealed));
	assert_int_equal(unseal(v, ORG, "client.phone", lost.sealed, &back), -E_CORRUPT);
	vault_close(v);
	v = open_vault();
	assert_opens(v, ORG, s, PHONE);
}

static int apply_across(struct tx *tx, void *arg)
{
	struct sealing *s = arg;
	struct fault f = {0};

	return vault_seal(s->v, "cases", s->org_id, SEAL_FIELD, "x", PHONE, tx_ctx(tx)->arena,
			  &s->sealed, &f);
}

static void across_stores_a_key_is_prepared_first(void **state)
{
	struct sealing s = {.v = v, .org_id = ORG};
	struct fault f = {0};

	assert_int_equal(db_write_wait(clients.db, clients.ctx, apply_across, &s), -E_INTERNAL);
	assert_int_equal(vault_prepare(v, "cases", ORG, &f), 0);
	assert_int_equal(db_write_wait(clients.db, clients.ctx, apply_across, &s), 0);
}

#define RACERS 8

static void *race(void *arg)
{
	struct sealing *s = arg;
	struct arena *own = arena_new();
	struct fault f = {0};
	struct ctx *ctx = ctx_new_system(&clients.env);

	if (s->result) /* half of them from within a transaction */
		s->result = db_write_wait(clients.db, ctx, apply_seal,
					  &(struct sealing){.v = s->v, .org_id = s->org_id});
	if (s->result == 0)
		s->result = vault_seal(s->v, "clients", s->org_id, SEAL_FIELD, "client.phone",
				       PHONE, own, &s->sealed, &f);
	ctx_free(ctx);
	if (s->result == 0)
		s->sealed = (struct str){memcpy(malloc(s->sealed.len), s->sealed.p, s->sealed.len),
					 s->sealed.len};
	arena_free(own);
	return NULL;
}

static void many_first_uses_make_one_key(void **state)
{
	struct sealing s[RACERS];
	pthread_t threads[RACERS];

	for (int i = 0; i < RACERS; i++) {
		s[i] = (struct sealing){.v = v, .org_id = ORG, .result = i % 2};
		assert_int_equal(pthread_create(&threads[i], NULL, race, &s[i]), 0);
	}
	for (int i = 0; i < RACERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(current_keys(&clients, ORG), 1);
	vault_close(v);
	v = open_vault();
	for (int i = 0; i < RACERS; i++) {
		assert_int_equal(s[i].result, 0);
		assert_opens(v, ORG, s[i].sealed, PHONE);
		free((char *)s[i].sealed.p);
	}
}

/* ---- rotation ----------------------------------------------------------------------------- */

static void rotation_seals_with_new_keys_and_reads_with_old(void **state)
{
	struct str old = seal(v, ORG, "client.phone", PHONE), new;
	uint8_t before[16], after[16];
	struct fault f = {0};

	assert_int_equal(vault_index(v, "clients", ORG, "phone", PHONE, before, &f), 0);
	assert_int_equal(vault_rotate(v, false, &f), 0);
	new = seal(v, ORG, "client.phone", PHONE);
	assert_int_not_equal(key_id(old), key_id(new));
	assert_opens(v, ORG, old, PHONE);
	assert_int_equal(vault_index(v, "clients", ORG, "phone", PHONE, after, &f), 0);
	assert_memory_equal(before, after, 16); /* look-ups still find */
	vault_close(v);
	v = open_vault();
	assert_opens(v, ORG, old, PHONE);
	assert_opens(v, ORG, new, PHONE);
}

static struct str key_text(void)
{
	struct fault f = {0};
	struct str s;

	assert_int_equal(file_read(a, config.key_file, 1000, &s, &f), 0);
	return s;
}

static size_t files_named_master(void)
{
	struct fault f = {0};
	const char **names;
	size_t n, found = 0;

	assert_int_equal(file_list(a, cases.dir, false, &names, &n, &f), 0);
	for (size_t i = 0; i < n; i++)
		found += !strncmp(names[i], "master.key", 10);
	return found;
}

static void a_new_master_key_takes_over(void **state)
{
	struct str s = seal(v, ORG, "client.phone", PHONE), before = key_text();
	struct fault f = {0};

	assert_int_equal(vault_rotate(v, true, &f), 0);
	assert_false(str_eq(before, key_text()));
	assert_int_equal(files_named_master(), 2); /* the former one stays, for older backups */
	assert_opens(v, ORG, s, PHONE);
	vault_close(v);
	v = open_vault();
	assert_opens(v, ORG, s, PHONE);
}

/* As if the process had died between the two stores. */
static void an_interrupted_rotation_goes_on(void **state)
{
	struct str s = seal(v, ORG, "client.phone", PHONE);
	char *next = arena_printf(a, "%s.next", config.key_file);
	struct fault f = {0};

	vault_close(v);
	assert_int_equal(vault_create_master(next, &f), 0);
	v = open_vault();
	assert_opens(v, ORG, s, PHONE);
	assert_int_equal(vault_rotate(v, true, &f), 0);
	assert_false(file_exists(next));
	assert_int_equal(files_named_master(), 2);
	vault_close(v);
	v = open_vault();
	assert_opens(v, ORG, s, PHONE);
}

#define MANY 450 /* more than two pages */

struct registered {
	struct blob_info info;
	int64_t id;
};

static int apply_register(struct tx *tx, void *arg)
{
	struct registered *reg = arg;
	int r = 0;

	for (int i = 0; i < MANY && r == 0; i++)
		r = blob_record(tx, ORG, &reg[i].info, "text/plain", &reg[i].id);
	return r;
}

static struct blob_info registered(int64_t id)
{
	struct blob_info info = {0};
	struct tx *tx;

	assert_int_equal(db_read(cases.db, cases.ctx, &tx), 0);
	assert_int_equal(blob_lookup(tx, ORG, id, &info), 0);
	db_read_end(tx);
	return info;
}

/* T08: after this nothing needs the old key any more. */
static void old_values_are_sealed_again(void **state)
{
	struct registered *reg = calloc(MANY, sizeof(*reg));
	uint8_t key[32], again[32];
	struct fault f = {0};
	int64_t n = 0;

	for (int i = 0; i < MANY; i++) {
		snprintf(reg[i].info.address, sizeof(reg[i].info.address), "%064x", i);
		assert_int_equal(vault_new_blob_key(v, ORG, key, reg[i].info.wrapped_key, &f), 0);
	}
	assert_int_equal(db_write_wait(cases.db, cases.ctx, apply_register, reg), 0);
	assert_int_equal(vault_reseal(v, cases.ops, cases.db, &n, &f), 0);
	assert_int_equal(n, 0); /* all of them are current */
	assert_int_equal(vault_rotate(v, false, &f), 0);
	assert_int_equal(vault_reseal(v, cases.ops, cases.db, &n, &f), 0);
	assert_int_equal(n, MANY);
	for (int i = 0; i < MANY; i++) {
		struct blob_info now = registered(reg[i].id);

		assert_memory_not_equal(now.wrapped_key + 1, reg[i].info.wrapped_key + 1,
					8); /* another key */
		assert_int_equal(vault_open_blob_key(v, ORG, reg[i].info.wrapped_key, key, &f), 0);
		assert_int_equal(vault_open_blob_key(v, ORG, now.wrapped_key, again, &f), 0);
		assert_memory_equal(key, again, 32);
	}
	assert_int_equal(vault_reseal(v, cases.ops, cases.db, &n, &f), 0);
	assert_int_equal(n, 0);
	free(reg);
}

/* ---- the master key ----------------------------------------------------------------------- */

static void expect_refused(const char *piece)
{
	struct vault *bad = NULL;
	struct fault f = {0};

	assert_int_equal(vault_open(&config, &bad, &f), -E_CONFIG);
	assert_null(bad);
	if (!strstr(f.detail, piece))
		fail_msg("'%s' lacks '%s'", f.detail, piece);
}

static void a_bad_key_file_is_refused_with_the_remedy(void **state)
{
	struct fault f = {0};

	assert_int_equal(vault_create_master(config.key_file, &f), -E_EXISTS);
	assert_int_equal(chmod(config.key_file, 0640), 0);
	expect_refused("chmod 600");
	assert_int_equal(file_write(config.key_file, STR("not a key"), 0600, &f), 0);
	expect_refused("holds no master key");
	assert_int_equal(file_write(config.key_file, STR(""), 0600, &f), 0);
	expect_refused("holds no master key");
	assert_int_equal(unlink(config.key_file), 0);
	expect_refused("lexline init");
}

static void another_master_key_opens_nothing(void **state)
{
	struct vault *other = NULL;
	struct fault f = {0};

	seal(v, ORG, "client.phone", PHONE);
	config.key_file = path_join(a, clients.dir, "other.key");
	assert_int_equal(vault_create_master(config.key_file, &f), 0);
	assert_int_equal(vault_open(&config, &other, &f), 0);
	assert_int_equal(vault_attach(other, clients.db, &f), -E_CONFIG);
	assert_non_null(strstr(f.detail, "isn't here"));
	vault_close(other);
}

static void the_key_may_come_from_elsewhere(void **state)
{
	struct str s = seal(v, ORG, "client.phone", PHONE), text = str_trim(key_text());
	char *key = arena_strndup(a, text.p, text.len);
	struct fault f = {0};

	vault_close(v);
	config = (struct config){.key_command = arena_printf(a, "cat %s", config.key_file)};
	v = open_vault();
	assert_opens(v, ORG, s, PHONE);
	assert_int_equal(vault_rotate(v, true, &f), -E_CONFIG);
	assert_non_null(strstr(f.detail, "LEXLINE_MASTER_KEY_NEXT"));
	vault_close(v);
	config = (struct config){.key_command = "false"};
	expect_refused("failed");
	setenv("LEXLINE_MASTER_KEY", key, 1);
	v = open_vault();
	assert_opens(v, ORG, s, PHONE);
	unsetenv("LEXLINE_MASTER_KEY");
}

static int apply_spoil(struct tx *tx, void *arg)
{
	static const char junk[73] = {1};

	return tx_exec(tx, "vault.key_rewrap",
		       ARGS(A_INT("id", *(int64_t *)arg), A_STR("master", STR("")),
			    A_BLOB("wrapped", ((struct str){junk, sizeof(junk)}))),
		       NULL);
}

static void a_changed_data_key_is_noticed_at_start(void **state)
{
	int64_t id = key_id(seal(v, ORG, "client.phone", PHONE));
	struct vault *other = NULL;
	struct fault f = {0};

	assert_int_equal(db_write_wait(clients.db, clients.ctx, apply_spoil, &id), 0);
	assert_int_equal(vault_open(&config, &other, &f), 0);
	assert_int_not_equal(vault_attach(other, clients.db, &f), 0);
	vault_close(other);
}

#define BOTH(test)                                                     \
	cmocka_unit_test_setup_teardown(test, open_sqlite, close_all), \
		cmocka_unit_test_setup_teardown(test, open_pg, close_all)
#define SQLITE(test) cmocka_unit_test_setup_teardown(test, open_sqlite, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(what_is_sealed_opens_again),
		SQLITE(any_changed_byte_is_found),
		SQLITE(a_value_opens_only_where_it_belongs),
		SQLITE(indexes_are_equal_only_for_equals),
		BOTH(the_stores_have_keys_of_their_own),
		BOTH(keys_outlive_the_process),
		BOTH(another_process_finds_a_key_made_meanwhile),
		BOTH(a_writer_makes_the_key_it_lacks),
		BOTH(a_key_of_a_transaction_that_failed_is_not_used),
		BOTH(across_stores_a_key_is_prepared_first),
		BOTH(many_first_uses_make_one_key),
		BOTH(rotation_seals_with_new_keys_and_reads_with_old),
		BOTH(a_new_master_key_takes_over),
		SQLITE(an_interrupted_rotation_goes_on),
		BOTH(old_values_are_sealed_again),
		SQLITE(a_bad_key_file_is_refused_with_the_remedy),
		SQLITE(another_master_key_opens_nothing),
		SQLITE(the_key_may_come_from_elsewhere),
		SQLITE(a_changed_data_key_is_noticed_at_start),
	};
	const char *source = getenv("LEXLINE_SOURCE");

	temp_store_init();
	setenv("LEXLINE_ROOT", source ? source : ".", 1);
	return cmocka_run_group_tests_name("vault", tests, NULL, NULL);
}
