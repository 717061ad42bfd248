/* Signing in, lock-out, sessions (T02, T04). */
#include "world.h"

static struct world w;

static int open_world(void **state)
{
	world_open(&w, DB_SQLITE);
	return 0;
}

static int close_world(void **state)
{
	world_close(&w);
	return 0;
}

static void the_right_password_opens_a_session(void **state)
{
	struct person p;

	world_person(&w, &p, w.county, "lin", "operator");
	assert_contains(cookie, "HttpOnly; SameSite=Strict");
	assert_null(strstr(cookie, "Secure"));
	assert_true(json_is_true(json_object_get(reply, "password_must_change")));
	assert_int_equal(world_call(&w, p.token, "me.show", "{}"), 0);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(reply, "person"), "org_name")),
		"县");
	assert_int_equal(json_integer_value(json_object_get(reply, "unread")), 0);
}

static void names_are_the_same_however_typed(void **state)
{
	struct person p;

	world_person(&w, &p, w.county, "Wang", "operator");
	p.name = " ｗａｎＧ ";
	assert_int_equal(world_sign_in(&w, &p, p.password, NULL), 0);
}

static void unknown_name_and_wrong_password_look_alike(void **state)
{
	struct person p, nobody = {.name = "nobody"};
	struct fault wrong;

	world_person(&w, &p, w.county, "lin", "operator");
	assert_int_equal(world_sign_in(&w, &p, "not this one", NULL), -E_BAD_LOGIN);
	wrong = fault;
	assert_int_equal(world_sign_in(&w, &nobody, "not this one", NULL), -E_BAD_LOGIN);
	assert_string_equal(wrong.detail, fault.detail);
}

static void failures_lock_the_name_and_time_unlocks_it(void **state)
{
	struct person p, ghost = {.name = "ghost"};

	world_person(&w, &p, w.county, "lin", "operator");
	world_now_ms = time_now_ms();
	for (int i = 0; i < 5; i++) {
		assert_int_equal(world_sign_in(&w, &p, "wrong", NULL), -E_BAD_LOGIN);
		assert_int_equal(world_sign_in(&w, &ghost, "wrong", NULL), -E_BAD_LOGIN);
	}
	assert_int_equal(world_sign_in(&w, &p, p.password, NULL), -E_LOCKED);
	assert_int_equal(world_sign_in(&w, &ghost, "wrong", NULL), -E_LOCKED);
	world_now_ms += 61000;
	assert_int_equal(world_sign_in(&w, &p, "wrong", NULL), -E_BAD_LOGIN);
	world_now_ms += 61000; /* the second lock is twice as long */
	assert_int_equal(world_sign_in(&w, &p, p.password, NULL), -E_LOCKED);
	world_now_ms += 61000;
	assert_int_equal(world_sign_in(&w, &p, p.password, NULL), 0);
}

static void failures_lock_the_address(void **state)
{
	struct person p, ghost;
	char name[16];

	world_person(&w, &p, w.county, "lin", "operator");
	world_ip = "198.51.100.7";
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "g%d", i);
		ghost = (struct person){.name = name};
		assert_int_equal(world_sign_in(&w, &ghost, "wrong", NULL), -E_BAD_LOGIN);
	}
	assert_int_equal(world_sign_in(&w, &p, p.password, NULL), -E_LOCKED);
	world_ip = "192.0.2.1";
	assert_int_equal(world_sign_in(&w, &p, p.password, NULL), 0);
}

static void a_session_that_ended_is_over_at_once(void **state)
{
	struct person p;
	char json[64];

	world_person(&w, &p, w.county, "lin", "operator");
	assert_int_equal(world_call(&w, p.token, "me.sessions", "{}"), 0);
	snprintf(json, sizeof(json), "{\"id\":\"%s\"}",
		 json_string_value(json_object_get(
			 json_array_get(json_object_get(reply, "items"), 0), "id")));
	assert_int_equal(world_call(&w, p.token, "me.end_session", json), 0);
	assert_int_equal(world_call(&w, p.token, "me.show", "{}"), -E_UNAUTHORIZED);
	assert_int_equal(world_sign_in(&w, &p, p.password, NULL), 0);
	assert_int_equal(world_call(&w, p.token, "session.sign_out", "{}"), 0);
	assert_int_equal(world_call(&w, p.token, "me.show", "{}"), -E_UNAUTHORIZED);
}

static void nobody_ends_anothers_session(void **state)
{
	struct person p, q;
	char json[64];

	world_person(&w, &p, w.county, "lin", "operator");
	world_person(&w, &q, w.county, "gao", "operator");
	assert_int_equal(world_call(&w, p.token, "me.sessions", "{}"), 0);
	snprintf(json, sizeof(json), "{\"id\":\"%s\"}",
		 json_string_value(json_object_get(
			 json_array_get(json_object_get(reply, "items"), 0), "id")));
	assert_int_equal(world_call(&w, q.token, "me.end_session", json), -E_NOT_FOUND);
	assert_int_equal(world_call(&w, p.token, "me.show", "{}"), 0);
}

static void an_idle_session_and_an_old_one_end(void **state)
{
	struct person p;

	world_person(&w, &p, w.county, "lin", "operator");
	world_now_ms = time_now_ms() + 119 * 60000;
	assert_int_equal(world_call(&w, p.token, "me.show", "{}"), 0);
	world_now_ms += 119 * 60000;
	assert_int_equal(world_call(&w, p.token, "me.show", "{}"), 0);
	world_now_ms += 121 * 60000;
	assert_int_equal(world_call(&w, p.token, "me.show", "{}"), -E_UNAUTHORIZED);
	world_now_ms = 0;
	assert_int_equal(world_sign_in(&w, &p, p.password, NULL), 0);
	world_now_ms = time_now_ms() + (int64_t)14 * 3600000;
	assert_int_equal(world_call(&w, p.token, "me.show", "{}"), -E_UNAUTHORIZED);
}

static void a_new_password_ends_the_other_sessions(void **state)
{
	struct person p, elsewhere;
	char json[256];

	world_person(&w, &p, w.county, "lin", "operator");
	elsewhere = p;
	assert_int_equal(world_sign_in(&w, &p, p.password, NULL), 0);
	snprintf(json, sizeof(json), "{\"old\":\"wrong\",\"new\":\"correct horse\"}");
	assert_int_equal(world_call(&w, p.token, "me.password", json), -E_INVALID);
	assert_string_equal(fault.field, "old");
	snprintf(json, sizeof(json), "{\"old\":\"%s\",\"new\":\"password1!\"}", p.password);
	assert_int_equal(world_call(&w, p.token, "me.password", json), -E_INVALID);
	assert_string_equal(fault.field, "new");
	snprintf(json, sizeof(json), "{\"old\":\"%s\",\"new\":\"correct horse\"}", p.password);
	assert_int_equal(world_call(&w, p.token, "me.password", json), 0);
	assert_int_equal(world_call(&w, p.token, "me.show", "{}"), 0);
	assert_true(json_is_false(json_object_get(reply, "password_must_change")));
	assert_int_equal(world_call(&w, elsewhere.token, "me.show", "{}"), -E_UNAUTHORIZED);
	assert_int_equal(world_sign_in(&w, &p, p.password, NULL), -E_BAD_LOGIN);
	assert_int_equal(world_sign_in(&w, &p, "correct horse", NULL), 0);
}

static void garbage_is_no_session(void **state)
{
	static const char *const tokens[] = {"x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
					     "../../../../../../etc/passwd/////////////////"};

	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++)
		assert_int_equal(world_call(&w, tokens[i], "me.show", "{}"), -E_UNAUTHORIZED);
	assert_int_equal(world_call(&w, "", "me.show", "{}"), -E_UNAUTHORIZED);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
RUN(T(the_right_password_opens_a_session), T(names_are_the_same_however_typed),
    T(unknown_name_and_wrong_password_look_alike), T(failures_lock_the_name_and_time_unlocks_it),
    T(failures_lock_the_address), T(a_session_that_ended_is_over_at_once),
    T(nobody_ends_anothers_session), T(an_idle_session_and_an_old_one_end),
    T(a_new_password_ends_the_other_sessions), T(garbage_is_no_session))
