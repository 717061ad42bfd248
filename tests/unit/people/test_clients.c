/* Client master data: sealed, found, revealed, erased (T01, T03, T08, P22, C01). */
#include "base/file.h"
#include "people/mask.h"
#include "people/names.h"
#include "world.h"
#include "support/temp_store.h"

static struct world w;
static struct person op, head, stranger, county_op;
static char json[1024];

#define CALL(who, op_name, ...) \
	(snprintf(json, sizeof(json), __VA_ARGS__), world_call(&w, (who).token, op_name, json))

static int open_world(enum db_kind kind)
{
	world_open(&w, kind);
	world_person(&w, &op, w.province, "op", "operator");
	world_person(&w, &head, w.province, "head", "supervisor");
	world_person(&w, &stranger, w.other, "stranger", "supervisor");
	world_person(&w, &county_op, w.county, "cop", "operator");
	return 0;
}

ON_BOTH(open_world)

static int close_world(void **state)
{
	world_close(&w);
	return 0;
}

static long long wang(void)
{
	if (CALL(op, "client.create",
		 "{\"kind\":\"person\",\"name\":\"王小芳\",\"phone\":\"138 1234 "
		 "5678\",\"email\":\"xiaofang@example.cn\","
		 "\"address\":\"合肥市庐阳区\",\"former_names\":[\"王芳\"],"
		 "\"contacts\":[{\"name\":\"李四\",\"phone\":\"13900001111\",\"role\":\"丈夫\"}]"
		 "}") != 0)
		fail_msg("%s: %s", fault.field, fault.detail);
	return (long long)reply_id("id");
}

static size_t items(void)
{
	return json_array_size(json_object_get(reply, "items"));
}

static void a_client_shows_hints_only(void **state)
{
	long long id = wang();

	assert_int_equal(CALL(op, "client.show", "{\"id\":\"%lld\"}", id), 0);
	assert_string_equal(reply_text("name"), "王小芳");
	assert_string_equal(reply_text("phone_hint"), "138****5678");
	assert_string_equal(reply_text("email_hint"), "x***@example.cn");
	assert_null(strstr(reply_dump(), "13812345678"));
	assert_null(strstr(reply_dump(), "13900001111"));
}

static void a_reveal_needs_a_purpose_and_stands_in_the_access_log(void **state)
{
	long long id = wang();

	assert_int_equal(CALL(op, "client.reveal", "{\"id\":\"%lld\",\"field\":\"phone\"}", id),
			 -E_INVALID);
	assert_string_equal(fault.field, "purpose");
	assert_int_equal(CALL(op, "client.reveal",
			      "{\"id\":\"%lld\",\"field\":\"phone\",\"purpose\":\"回复咨询\"}", id),
			 0);
	assert_string_equal(reply_text("value"), "+8613812345678");
	assert_int_equal(CALL(op, "client.reveal",
			      "{\"id\":\"%lld\",\"field\":\"id_number\",\"purpose\":\"核对\"}", id),
			 -E_NOT_FOUND);
	assert_int_equal(CALL(head, "audit.access_log", "{}"), 0);
	assert_int_equal(items(), 1);
	assert_contains(reply_dump(), "client.reveal");
	assert_contains(reply_dump(), "回复咨询");
	assert_null(strstr(reply_dump(), "13812345678"));
}

static void a_client_is_found_by_telephone_and_by_name(void **state)
{
	static const char *const queries[] = {"王小芳", "王小", "wangxiaofang",
					      "wxf",	"王芳", "13812345678"};

	wang();
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		assert_int_equal(CALL(op, "client.list", "{\"q\":\"%s\"}", queries[i]), 0);
		if (items() != 1)
			fail_msg("not found by %s", queries[i]);
	}
	assert_int_equal(CALL(op, "client.list", "{\"q\":\"王大芳\"}"), 0);
	assert_int_equal(items(), 0);
	assert_int_equal(CALL(op, "client.lookup", "{\"phone\":\"+86 138-1234-5678\"}"), 0);
	assert_int_equal(items(), 1);
	assert_int_equal(CALL(op, "client.lookup", "{\"phone\":\"13900001111\"}"), 0);
	assert_int_equal(items(), 1);
}

static void other_organisations_see_nothing(void **state)
{
	long long id = wang();

	assert_int_equal(CALL(stranger, "client.show", "{\"id\":\"%lld\"}", id), -E_NOT_FOUND);
	assert_int_equal(CALL(county_op, "client.show", "{\"id\":\"%lld\"}", id), -E_NOT_FOUND);
	assert_int_equal(CALL(stranger, "client.reveal",
			      "{\"id\":\"%lld\",\"field\":\"phone\",\"purpose\":\"spy\"}", id),
			 -E_NOT_FOUND);
	assert_int_equal(CALL(stranger, "client.update", "{\"id\":\"%lld\",\"name\":\"x\"}", id),
			 -E_NOT_FOUND);
	assert_int_equal(CALL(stranger, "client.lookup", "{\"phone\":\"13812345678\"}"), 0);
	assert_int_equal(items(), 0);
	assert_int_equal(CALL(stranger, "client.conflicts", "{\"name\":\"王小芳\"}"), 0);
	assert_int_equal(items(), 0);
	assert_int_equal(CALL(stranger, "consent.add", "{\"id\":\"%lld\",\"purpose\":\"x\"}", id),
			 -E_NOT_FOUND);
}

static void the_upper_level_finds_the_lower_ones_clients(void **state)
{
	assert_int_equal(
		CALL(county_op, "client.create", "{\"name\":\"赵六\",\"phone\":\"13700002222\"}"),
		0);
	assert_int_equal(CALL(op, "client.lookup", "{\"phone\":\"13700002222\"}"), 0);
	assert_int_equal(items(), 1);
}

static void conflicts_know_former_names_forms_and_sounds(void **state)
{
	static const struct {
		const char *name, *why;
	} cases[] = {{"合肥大湖贸易有限公司", "Same name"},
		     {"合肥大湖贸易", "Same but for the legal form"},
		     {"合肥大湖贸易股份有限公司", "Same but for the legal form"},
		     {"合肥达湖贸易有限公司", "Sounds the same"},
		     {"合肥小湖商贸有限公司", "Was called so"}};

	assert_int_equal(CALL(op, "client.create",
			      "{\"kind\":\"company\",\"name\":\"合肥大湖贸易有限公司\",\"former_"
			      "names\":[\"合肥小湖商贸有限公司\"]}"),
			 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(CALL(op, "client.conflicts", "{\"name\":\"%s\"}", cases[i].name),
				 0);
		if (items() != 1)
			fail_msg("%s: %zu found", cases[i].name, items());
		assert_contains(reply_dump(), cases[i].why);
	}
	assert_int_equal(CALL(op, "client.conflicts", "{\"name\":\"合肥大湖\"}"), 0);
	assert_int_equal(items(), 0); /* a beginning is no conflict */
}

static void identity_numbers_need_a_separate_consent(void **state)
{
	long long id = wang();

	assert_int_equal(CALL(op, "client.update",
			      "{\"id\":\"%lld\",\"id_number\":\"340103199001011234\"}", id),
			 -E_INVALID);
	assert_string_equal(fault.field, "sensitive_consent");
	assert_int_equal(CALL(op, "client.update",
			      "{\"id\":\"%lld\",\"id_number\":\"340103199001011234\",\"sensitive_"
			      "consent\":\"phone\"}",
			      id),
			 0);
	assert_string_equal(reply_text("id_number_hint"), "340***1234");
	assert_int_equal(CALL(op, "client.update",
			      "{\"id\":\"%lld\",\"bank_account\":\"6222000011112222\"}", id),
			 0);
	assert_int_equal(CALL(op, "consent.add",
			      "{\"id\":\"%lld\",\"purpose\":\"sensitive\",\"given\":false,"
			      "\"channel\":\"written\"}",
			      id),
			 0);
	assert_int_equal(CALL(op, "client.update",
			      "{\"id\":\"%lld\",\"bank_account\":\"6222000011113333\"}", id),
			 -E_INVALID);
	assert_int_equal(CALL(op, "consent.consents", "{\"id\":\"%lld\"}", id), 0);
	assert_int_equal(items(), 2);
}

static void a_new_name_keeps_the_old_one(void **state)
{
	long long id = wang();

	assert_int_equal(CALL(op, "client.update",
			      "{\"id\":\"%lld\",\"name\":\"王晓芳\",\"version\":1}", id),
			 0);
	assert_int_equal(json_array_size(json_object_get(reply, "former_names")), 2);
	assert_int_equal(CALL(op, "client.conflicts", "{\"name\":\"王小芳\"}"), 0);
	assert_int_equal(items(), 1);
	assert_int_equal(
		CALL(op, "client.update", "{\"id\":\"%lld\",\"tier\":\"key\",\"version\":1}", id),
		-E_STALE);
}

static void an_erased_person_leaves_only_the_statistics(void **state)
{
	long long id = wang();

	assert_int_equal(CALL(op, "client.erase", "{\"id\":\"%lld\",\"purpose\":\"本人申请\"}", id),
			 -E_FORBIDDEN);
	assert_int_equal(
		CALL(head, "client.export", "{\"id\":\"%lld\",\"purpose\":\"本人申请\"}", id), 0);
	assert_contains(reply_dump(), "13900001111");
	assert_int_equal(
		CALL(head, "client.erase", "{\"id\":\"%lld\",\"purpose\":\"本人申请\"}", id), 0);
	assert_int_equal(CALL(op, "client.show", "{\"id\":\"%lld\"}", id), 0);
	assert_string_equal(reply_text("name"), "");
	assert_true(json_is_true(json_object_get(reply, "erased")));
	assert_int_equal(CALL(op, "client.reveal",
			      "{\"id\":\"%lld\",\"field\":\"phone\",\"purpose\":\"test\"}", id),
			 -E_NOT_FOUND);
	assert_int_equal(CALL(op, "client.list", "{\"q\":\"王小芳\"}"), 0);
	assert_int_equal(items(), 0);
	assert_int_equal(CALL(op, "client.update", "{\"id\":\"%lld\",\"name\":\"x\"}", id),
			 -E_CONFLICT);
}

/* T01, T08: whoever copies the files reads no name and no number. */
static void the_files_hold_nothing_in_clear(void **state)
{
	static const char *const words[] = {"王小芳", "13812345678", "13900001111", "xiaofang",
					    "庐阳",   "李四",	     "王芳",	    "wangxiaofang"};
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char **files;
	struct str content;
	struct fault f = {0};
	size_t n;

	wang();
	assert_int_equal(CALL(op, "client.list", "{\"q\":\"13812345678\"}"), 0);
	assert_int_equal(file_list(a, w.dir, true, &files, &n, &f), 0);
	assert_true(n >= 3);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(files[i], "master.key") == 0)
			continue;
		if (file_read(a, path_join(a, w.dir, files[i]), 64 << 20, &content, &f) < 0)
			fail_msg("%s: %s", files[i], f.detail);
		for (size_t j = 0; j < ARRAY_SIZE(words); j++)
			if (content.len &&
			    memmem(content.p, content.len, words[j], strlen(words[j])))
				fail_msg("%s holds %s in clear", files[i], words[j]);
	}
}

/* ---- names -------------------------------------------------------------------------------- */

static void names_have_their_sound(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct str pinyin, initials;

	name_sound(a, name_fold(a, STR("王 小·芳")), &pinyin, &initials);
	assert_str(pinyin, "wangxiaofang");
	assert_str(initials, "wxf");
	name_sound(a, name_fold(a, STR("ＡＢＣ律师")), &pinyin, &initials);
	assert_str(pinyin, "abclushi");
	assert_str(initials, "als");
	assert_str(name_core(name_fold(a, STR("安徽某某（集团）有限公司"))), "安徽某某");
	assert_str(name_core(STR("集团公司")), "集团公司");
}

static void masks_show_little(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	assert_string_equal(mask_phone(a, STR("+8655112345678")), "****5678");
	assert_string_equal(mask_phone(a, STR("+8612348")), "****");
	assert_string_equal(mask_name(a, STR("欧阳修")), "欧阳**");
	assert_string_equal(mask_email(a, STR("a@b")), "a***@b");
	assert_string_equal(mask_middle(a, STR("12"), 3, 4), "***");
}

#define T(name)                                                          \
	cmocka_unit_test_setup_teardown(name, open_sqlite, close_world), \
		cmocka_unit_test_setup_teardown(name, open_pg, close_world)
RUN(T(a_client_shows_hints_only), T(a_reveal_needs_a_purpose_and_stands_in_the_access_log),
    T(a_client_is_found_by_telephone_and_by_name), T(other_organisations_see_nothing),
    T(the_upper_level_finds_the_lower_ones_clients),
    T(conflicts_know_former_names_forms_and_sounds), T(identity_numbers_need_a_separate_consent),
    T(a_new_name_keeps_the_old_one), T(an_erased_person_leaves_only_the_statistics),
    cmocka_unit_test_setup_teardown(the_files_hold_nothing_in_clear, open_sqlite, close_world),
    cmocka_unit_test(names_have_their_sound), cmocka_unit_test(masks_show_little))
