/* Tiers, grants, organisations (T02, S01); one-time codes. */
#include <liboath/oath.h>

#include "world.h"
#include "support/temp_store.h"

static struct world w;
static struct person head, op, director;
static char json[1024];

static int open_world(enum db_kind kind)
{
	world_open(&w, kind);
	world_person(&w, &head, w.province, "head", "supervisor");
	world_person(&w, &op, w.province, "op", "operator");
	world_person(&w, &director, w.province, "boss", "director");
	return 0;
}

ON_BOTH(open_world)

static int close_world(void **state)
{
	world_close(&w);
	return 0;
}

#define CALL(who, op_name, ...) \
	(snprintf(json, sizeof(json), __VA_ARGS__), world_call(&w, (who).token, op_name, json))
#define ID(p) (long long)(p).id

static void nobody_gives_a_role_above_their_own(void **state)
{
	assert_int_equal(CALL(head, "people.create", "{\"name\":\"newt\",\"roles\":[\"admin\"]}"),
			 -E_FORBIDDEN);
	assert_int_equal(CALL(head, "people.create", "{\"name\":\"newt\",\"roles\":[\"nothing\"]}"),
			 -E_NOT_FOUND);
	assert_int_equal(CALL(op, "people.create", "{\"name\":\"newt\",\"roles\":[]}"),
			 -E_FORBIDDEN);
	assert_contains(fault.detail, "supervisor");
	assert_int_equal(CALL(head, "people.create",
			      "{\"name\":\"newt\",\"roles\":[\"operator\",\"lawyer\"]}"),
			 0);
	assert_int_equal(strlen(reply_text("password")), 24);
	assert_int_equal(CALL(head, "people.create", "{\"name\":\"NEWT\"}"), -E_EXISTS);
	assert_string_equal(fault.field, "name");
}

static void nobody_changes_whoever_stands_above(void **state)
{
	assert_int_equal(
		CALL(head, "people.update", "{\"id\":\"%lld\",\"roles\":[]}", ID(director)),
		-E_FORBIDDEN);
	assert_int_equal(CALL(head, "people.reset_password", "{\"id\":\"%lld\"}", ID(director)),
			 -E_FORBIDDEN);
	assert_int_equal(CALL(director, "people.update",
			      "{\"id\":\"%lld\",\"skills\":[\"labour\"]}", ID(head)),
			 0);
}

static void nobody_locks_themselves_out(void **state)
{
	assert_int_equal(
		CALL(head, "people.update", "{\"id\":\"%lld\",\"roles\":[\"operator\"]}", ID(head)),
		-E_CONFLICT);
	assert_int_equal(
		CALL(head, "people.update", "{\"id\":\"%lld\",\"active\":false}", ID(head)),
		-E_CONFLICT);
	assert_int_equal(
		CALL(head, "role.set_grant",
		     "{\"name\":\"supervisor\",\"op\":\"role.set_grant\",\"allow\":false}"),
		-E_CONFLICT);
}

static void a_new_role_takes_effect_at_once(void **state)
{
	assert_int_equal(CALL(op, "audit.list", "{}"), -E_FORBIDDEN);
	assert_int_equal(CALL(head, "people.update",
			      "{\"id\":\"%lld\",\"roles\":[\"operator\",\"auditor\"]}", ID(op)),
			 0);
	assert_int_equal(CALL(op, "audit.list", "{}"), 0);
	assert_int_equal(CALL(head, "people.update", "{\"id\":\"%lld\",\"active\":false}", ID(op)),
			 0);
	assert_int_equal(CALL(op, "me.show", "{}"), -E_UNAUTHORIZED);
	assert_int_equal(world_sign_in(&w, &op, op.password, NULL), -E_BAD_LOGIN);
}

static void a_stale_version_is_refused(void **state)
{
	assert_int_equal(CALL(head, "people.update",
			      "{\"id\":\"%lld\",\"lang\":\"en\",\"version\":1}", ID(op)),
			 0);
	assert_int_equal(CALL(head, "people.update",
			      "{\"id\":\"%lld\",\"lang\":\"zh\",\"version\":1}", ID(op)),
			 -E_STALE);
}

static void a_grant_changes_what_a_role_may_do(void **state)
{
	struct person county_op;

	world_person(&w, &county_op, w.county, "cop", "operator");
	assert_int_equal(CALL(op, "audit.access_log", "{}"), -E_FORBIDDEN);
	assert_int_equal(CALL(head, "role.set_grant",
			      "{\"name\":\"operator\",\"op\":\"audit.access_log\",\"allow\":true}"),
			 0);
	assert_int_equal(CALL(op, "audit.access_log", "{}"), 0);
	/* what the upper level grants holds below, until the lower changes it */
	assert_int_equal(CALL(county_op, "audit.access_log", "{}"), 0);
	assert_int_equal(CALL(head, "role.set_grant",
			      "{\"name\":\"operator\",\"op\":\"audit.access_log\",\"allow\":null}"),
			 0);
	assert_int_equal(CALL(op, "audit.access_log", "{}"), -E_FORBIDDEN);
}

static void nobody_grants_what_they_may_not_do(void **state)
{
	assert_int_equal(CALL(head, "role.set_grant",
			      "{\"name\":\"operator\",\"op\":\"org.create_org\",\"allow\":true}"),
			 -E_FORBIDDEN);
	assert_int_equal(CALL(head, "role.set_grant",
			      "{\"name\":\"admin\",\"op\":\"audit.list\",\"allow\":false}"),
			 -E_FORBIDDEN);
	assert_int_equal(CALL(head, "role.set_grant",
			      "{\"name\":\"operator\",\"op\":\"feed.publish\",\"allow\":true}"),
			 -E_NOT_FOUND);
}

static void a_role_of_ones_own_does_what_it_is_based_on(void **state)
{
	struct person p;

	assert_int_equal(
		CALL(head, "role.create_role",
		     "{\"name\":\"night\",\"label\":{\"zh\":\"夜班\",\"en\":\"Night\"},\"tier\":20,"
		     "\"based_on\":[\"operator\"]}"),
		0);
	world_person(&w, &p, w.province, "owl", "night");
	assert_int_equal(CALL(p, "client.list", "{}"), 0);
	assert_int_equal(CALL(head, "role.set_grant",
			      "{\"name\":\"night\",\"op\":\"client.list\",\"allow\":false}"),
			 0);
	assert_int_equal(CALL(p, "client.list", "{}"), -E_FORBIDDEN);
	assert_int_equal(CALL(op, "client.list", "{}"), 0);
	assert_int_equal(CALL(head, "role.delete_role", "{\"name\":\"night\"}"), -E_CONFLICT);
	assert_int_equal(CALL(head, "role.delete_role", "{\"name\":\"operator\"}"), -E_CONFLICT);
	assert_int_equal(CALL(head, "role.create_role",
			      "{\"name\":\"super\",\"label\":{\"zh\":\"超\",\"en\":\"S\"},\"tier\":"
			      "80,\"based_on\":[]}"),
			 -E_FORBIDDEN);
}

static void organisations_see_themselves_and_below(void **state)
{
	struct person county_head, stranger;

	world_person(&w, &county_head, w.county, "chead", "supervisor");
	world_person(&w, &stranger, w.other, "other", "supervisor");
	assert_int_equal(CALL(head, "people.get", "{\"id\":\"%lld\"}", ID(county_head)), 0);
	assert_int_equal(CALL(county_head, "people.get", "{\"id\":\"%lld\"}", ID(head)),
			 -E_NOT_FOUND);
	assert_int_equal(CALL(stranger, "people.get", "{\"id\":\"%lld\"}", ID(op)), -E_NOT_FOUND);
	assert_int_equal(
		CALL(stranger, "people.update", "{\"id\":\"%lld\",\"lang\":\"en\"}", ID(op)),
		-E_NOT_FOUND);
	assert_int_equal(CALL(stranger, "people.create", "{\"name\":\"spy\",\"org_id\":\"%lld\"}",
			      (long long)w.county),
			 -E_NOT_FOUND);
	assert_int_equal(CALL(head, "org.tree", "{}"), 0);
	assert_int_equal(json_array_size(json_object_get(reply, "items")), 2);
	assert_int_equal(CALL(director, "org.create_org",
			      "{\"parent_id\":\"%lld\",\"name\":\"所\"}", (long long)w.county),
			 0);
	assert_int_equal(CALL(county_head, "org.tree", "{}"), 0);
	assert_int_equal(json_array_size(json_object_get(reply, "items")), 2);
	assert_int_equal(CALL(director, "org.create_org", "{\"parent_id\":\"%lld\",\"name\":\"x\"}",
			      (long long)w.other),
			 -E_NOT_FOUND);
}

static void a_branch_moves_with_all_below(void **state)
{
	int64_t office;
	struct person p;

	assert_int_equal(CALL(director, "org.create_org", "{\"name\":\"市\"}"), 0);
	office = reply_id("id");
	world_person(&w, &p, office, "city", "supervisor");
	assert_int_equal(CALL(p, "org.tree", "{}"), 0);
	assert_int_equal(json_array_size(json_object_get(reply, "items")), 1);
	assert_int_equal(CALL(director, "org.update_org",
			      "{\"id\":\"%lld\",\"parent_id\":\"%lld\"}", (long long)w.county,
			      (long long)office),
			 0);
	assert_int_equal(CALL(p, "org.tree", "{}"), 0);
	assert_int_equal(json_array_size(json_object_get(reply, "items")), 2);
	assert_int_equal(CALL(director, "org.update_org",
			      "{\"id\":\"%lld\",\"parent_id\":\"%lld\"}", (long long)office,
			      (long long)w.county),
			 -E_CONFLICT);
}

/* ---- one-time codes ----------------------------------------------------------------------- */

static void code_at(const char *base32, int64_t ms, char ret[7])
{
	char *secret;
	size_t len;

	assert_int_equal(oath_base32_decode(base32, strlen(base32), &secret, &len), OATH_OK);
	assert_int_equal(oath_totp_generate(secret, len, ms / 1000, 30, 0, 6, ret), OATH_OK);
	free(secret);
}

static void one_time_codes_are_asked_for_and_used_once(void **state)
{
	char secret[64], code[7];

	world_now_ms = time_now_ms();
	assert_int_equal(CALL(op, "me.totp", "{}"), 0);
	snprintf(secret, sizeof(secret), "%s", reply_text("secret"));
	assert_contains(reply_text("uri"), "otpauth://totp/Lexline:op?secret=");
	assert_contains(reply_text("svg"), "<svg ");
	assert_int_equal(world_sign_in(&w, &op, op.password, NULL), 0); /* not confirmed yet */
	assert_int_equal(CALL(op, "me.totp_confirm", "{\"otp\":\"000000\"}"), -E_INVALID);
	code_at(secret, world_now_ms, code);
	assert_int_equal(CALL(op, "me.totp_confirm", "{\"otp\":\"%s\"}", code), 0);
	assert_int_equal(world_sign_in(&w, &op, op.password, NULL), -E_OTP_REQUIRED);
	assert_int_equal(world_sign_in(&w, &op, op.password, code),
			 -E_BAD_LOGIN); /* used to confirm */
	world_now_ms += 30000;
	code_at(secret, world_now_ms, code);
	assert_int_equal(world_sign_in(&w, &op, "wrong", code), -E_BAD_LOGIN);
	assert_int_equal(world_sign_in(&w, &op, op.password, code), 0);
	assert_int_equal(world_sign_in(&w, &op, op.password, code),
			 -E_BAD_LOGIN); /* a second time */
	assert_int_equal(CALL(op, "me.totp_remove", "{\"password\":\"wrong\"}"), -E_INVALID);
	assert_int_equal(CALL(op, "me.totp_remove", "{\"password\":\"%s\"}", op.password), 0);
	assert_int_equal(world_sign_in(&w, &op, op.password, NULL), 0);
}

static void an_administrator_sees_a_lock_and_opens_it(void **state)
{
	for (int i = 0; i < 5; i++)
		assert_int_equal(world_sign_in(&w, &op, "wrong", NULL), -E_BAD_LOGIN);
	assert_int_equal(CALL(head, "people.get", "{\"id\":\"%lld\"}", ID(op)), 0);
	assert_true(json_is_string(json_object_get(reply, "locked_until")));
	assert_int_equal(CALL(head, "people.unlock", "{\"id\":\"%lld\"}", ID(op)), 0);
	assert_int_equal(world_sign_in(&w, &op, op.password, NULL), 0);
}

#define T(name)                                                          \
	cmocka_unit_test_setup_teardown(name, open_sqlite, close_world), \
		cmocka_unit_test_setup_teardown(name, open_pg, close_world)
RUN(T(nobody_gives_a_role_above_their_own), T(nobody_changes_whoever_stands_above),
    T(nobody_locks_themselves_out), T(a_new_role_takes_effect_at_once),
    T(a_stale_version_is_refused), T(a_grant_changes_what_a_role_may_do),
    T(nobody_grants_what_they_may_not_do), T(a_role_of_ones_own_does_what_it_is_based_on),
    T(organisations_see_themselves_and_below), T(a_branch_moves_with_all_below),
    T(one_time_codes_are_asked_for_and_used_once), T(an_administrator_sees_a_lock_and_opens_it))
