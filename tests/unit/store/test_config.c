/* lexline.yaml: what it says is read, what it must not say is refused with its line. */
#include "test.h"

#include <stdio.h>

#include "base/file.h"
#include "store/config.h"

static struct arena *a;
static char dir[] = "/tmp/lexline-config-XXXXXX";

static int load(const char *text, struct config **ret, struct fault *f)
{
	assert_int_equal(file_write(path_join(a, dir, "lexline.yaml"), str_of(text), 0600, f), 0);
	return config_load(a, dir, ret, f);
}

static void an_empty_file_means_the_defaults(void **state)
{
	struct config *c;
	struct fault f = {0};

	if (load("profile: demo\n", &c, &f) < 0)
		fail_msg("%s", f.detail);
	assert_string_equal(c->profile, "demo");
	assert_null(c->db_url);
	assert_int_equal(c->db_connections, 16);
	assert_string_equal(c->listen, "127.0.0.1:8080");
	assert_string_equal(c->key_file, path_join(a, dir, "master.key"));
	assert_int_equal(c->node, 0);
	assert_null(c->tls_cert);
}

static void everything_can_be_said(void **state)
{
	struct config *c;
	struct fault f = {0};

	if (load("profile: demo\ndatabase: postgresql:///x\nclients_database: postgresql:///y\n"
		 "database_connections: 24\nlisten: 0.0.0.0:443\npublic_url: "
		 "https://hotline.example\n"
		 "tls: {certificate: cert.pem, key: /etc/key.pem}\nthreads: 2\nworkers: 8\nnode: "
		 "1022\n"
		 "keys: {command: show-key}\nupload_max: 1048576\noutreach: {}\npeople: {}\n",
		 &c, &f) < 0)
		fail_msg("%s", f.detail);
	assert_string_equal(c->clients_url, "postgresql:///y");
	assert_int_equal(c->db_connections, 24);
	assert_string_equal(c->tls_cert, path_join(a, dir, "cert.pem"));
	assert_string_equal(c->tls_key, "/etc/key.pem");
	assert_string_equal(c->key_command, "show-key");
	assert_int_equal(c->node, 1022);
	assert_int_equal(c->upload_max_bytes, 1048576);
}

static void mistakes_are_named_with_their_line(void **state)
{
	static const struct {
		const char *text, *finding;
	} cases[] = {
		{"profile: demo\ndatabse: postgresql:///x\n",
		 "lexline.yaml:2: unknown key 'databse'"},
		{"database: mysql://x\n", "expected postgresql://"},
		{"tls: {certificate: a.pem}\n", "both"},
		{"tls: {certificate: a.pem, key: b.pem, cipher: x}\n", "cipher"},
		{"node: 1023\n", "lexline.yaml:1"}, /* is PostgreSQL's own */
		{"profile: demo\nprofile: other\n", "lexline.yaml:2"},
		{"- a list\n", "lexline.yaml:1"},
		{"keys: {file: x, secret: y}\n", "secret"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct config *c = NULL;
		struct fault f = {0};

		assert_true(load(cases[i].text, &c, &f) < 0);
		assert_null(c);
		if (!strstr(f.detail, cases[i].finding))
			fail_msg("%s gave: %s", cases[i].text, f.detail);
	}
}

static void a_missing_file_says_what_to_do(void **state)
{
	struct config *c;
	struct fault f = {0};

	assert_int_equal(config_load(a, "/nonexistent", &c, &f), -E_CONFIG);
	assert_non_null(strstr(f.detail, "lexline init"));
}

static int setup(void **state)
{
	a = arena_new();
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fault f;

	arena_free(a);
	return file_remove_tree(dir, &f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_means_the_defaults),
		cmocka_unit_test(everything_can_be_said),
		cmocka_unit_test(mistakes_are_named_with_their_line),
		cmocka_unit_test(a_missing_file_says_what_to_do),
	};

	return cmocka_run_group_tests_name("config", tests, setup, teardown);
}
