#include <unistd.h>

#include "check.h"

#include "base/assets.h"
#include "base/assets_table.h"
#include "base/file.h"

static char root[] = "/tmp/lexline-assets-XXXXXX";

/* The archive in the binary: sorted, each piece inside it and followed by a NUL. */
static void the_archive_is_sound(void **state)
{
	for (unsigned long i = 0; i < assets_count; i++) {
		assert_int_equal(assets_data[assets_rows[i].offset + assets_rows[i].len], 0);
		if (i > 0)
			assert_true(strcmp(assets_rows[i - 1].path, assets_rows[i].path) < 0);
	}
	assert_null(assets_rows[assets_count].path);
}

/* It holds what the checkout holds. */
static void the_archive_is_the_checkout(void **state)
{
	const char *source = getenv("LEXLINE_SOURCE");
	struct arena *a = arena_new();

	for (unsigned long i = 0; i < assets_count && source; i++) {
		struct str s = STR_NULL;

		if (strncmp(assets_rows[i].path, "modules/", 8) != 0)
			continue;
		assert_int_equal(file_read(a, path_join(a, source, assets_rows[i].path), 64 << 20, &s, NULL), 0);
		assert_true(str_eq(s, (struct str){assets_data + assets_rows[i].offset, assets_rows[i].len}));
	}
	arena_free(a);
}

static void put(struct arena *a, const char *path, const char *text)
{
	char *full = path_join(a, root, path);

	assert_int_equal(file_mkdirs(arena_strndup(a, full, (size_t)(strrchr(full, '/') - full)), 0700, NULL), 0);
	assert_int_equal(file_write(full, str_of(text), 0600, NULL), 0);
}

/* LEXLINE_ROOT: read at first use, so one process has one of both sources. */
static void a_checkout_replaces_the_archive(void **state)
{
	struct arena *a = arena_new();
	const struct asset **list;

	assert_non_null(mkdtemp(root));
	put(a, "modules/cases/ops/list.sql", "one");
	put(a, "modules/cases/ops/add.sql", "two");
	put(a, "modulesque/x", "not ours");
	put(a, "web/console/dist/index.html", "page");
	put(a, "web/console/src/x.ts", "not built");
	setenv("LEXLINE_ROOT", root, 1);
	assert_str(asset_get("modules/cases/ops/list.sql")->data, "one");
	assert_str(asset_get("web/console/index.html")->data, "page");
	assert_null(asset_get("web/console/src/x.ts"));
	assert_null(asset_get("../etc/passwd"));
	assert_null(asset_get("modules/cases/ops"));
	assert_int_equal(asset_list(a, "modules/", &list), 2);
	assert_string_equal(list[0]->path, "modules/cases/ops/add.sql");
	assert_int_equal(asset_list(a, "", &list), 3);
	assert_int_equal(asset_list(a, "zzz", &list), 0);
	assert_int_equal(file_remove_tree(root, NULL), 0);
	arena_free(a);
}

RUN(cmocka_unit_test(the_archive_is_sound), cmocka_unit_test(the_archive_is_the_checkout),
    cmocka_unit_test(a_checkout_replaces_the_archive))
