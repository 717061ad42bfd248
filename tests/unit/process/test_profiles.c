/* Every process of the modules and the built-in profiles, and every profile.yaml, is read without a finding. */
#include "test.h"

#include "base/assets.h"
#include "base/file.h"
#include "process/definition.h"
#include "process/profile.h"

static struct arena *arena;

static int set_up(void **state)
{
	setenv("LEXLINE_ROOT", getenv("LEXLINE_SOURCE"), 1);
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_free(arena);
	return 0;
}

static bool ends(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && !strcmp(path + n - m, end);
}

static size_t parse_all(const char *prefix)
{
	const struct asset **assets;
	size_t n = asset_list(arena, prefix, &assets), count = 0;

	for (size_t i = 0; i < n; i++) {
		struct yreport report = {0};
		struct definition *d = NULL;

		if (!strstr(assets[i]->path, "/processes/") || !ends(assets[i]->path, ".yaml"))
			continue;
		if (definition_parse(assets[i]->data, assets[i]->path, &d, &report) < 0)
			fail_msg("%s", report.text.p);
		assert_non_null(d->source); /* the document it follows */
		definition_free(d);
		count++;
	}
	return count;
}

static void every_process_is_read(void **state)
{
	assert_true(parse_all("modules/") >= 7);
	assert_true(parse_all("profiles/") >= 5);
}

static void every_profile_is_read(void **state)
{
	const char **names = profile_names(arena);
	size_t n = 0;

	for (; names[n]; n++) {
		struct yreport report = {0};
		struct profile *p = NULL;

		if (profile_load(arena, names[n], &p, &report) < 0)
			fail_msg("%s", report.text.p);
		assert_string_equal(p->name, names[n]);
		assert_true(p->n_people >= 3);
	}
	assert_true(n >= 3);
}

static void mistakes_in_a_profile_are_told_with_their_line(void **state)
{
	char dir[] = "/tmp/lexline-profile-XXXXXX";
	struct yreport report = {0};
	struct profile *p = NULL;
	struct fault f = {0};

	assert_non_null(mkdtemp(dir));
	assert_int_equal(file_write(path_join(arena, dir, "profile.yaml"),
				    STR("name: x\nzone: Mars/Base\norganisations:\n  - {name: A}\n  - {name: B}\n"
					"people:\n  - {name: li, org: C, roles: [operator]}\n  - {name: wu}\nrolls: []\n"),
				    0600, &f),
			 0);
	assert_int_equal(profile_load(arena, dir, &p, &report), -E_CONFIG);
	assert_non_null(strstr(report.text.p, "profile.yaml:9: "));
	assert_non_null(strstr(report.text.p, "did you mean 'roles'"));
	assert_non_null(strstr(report.text.p, "Mars/Base"));
	assert_non_null(strstr(report.text.p, "no organisation 'C'"));
	assert_non_null(strstr(report.text.p, "'wu' needs a role"));
	assert_non_null(strstr(report.text.p, "one organisation is on top"));
	yreport_free(&report);
	assert_int_equal(file_remove_tree(dir, &f), 0);
}

static void a_profile_is_copied_whole(void **state)
{
	char dir[] = "/tmp/lexline-profile-XXXXXX";
	struct yreport report = {0};
	struct profile *p = NULL;
	struct fault f = {0};

	assert_non_null(mkdtemp(dir));
	assert_int_equal(profile_copy("hunan-12348", dir, &f), 0);
	assert_int_equal(profile_load(arena, dir, &p, &report), 0);
	assert_true(file_exists(path_join(arena, dir, "processes/consultation.yaml")));
	assert_int_equal(profile_copy("no-such", dir, &f), -E_NOT_FOUND);
	assert_int_equal(file_remove_tree(dir, &f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_process_is_read),
		cmocka_unit_test(every_profile_is_read),
		cmocka_unit_test(mistakes_in_a_profile_are_told_with_their_line),
		cmocka_unit_test(a_profile_is_copied_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
