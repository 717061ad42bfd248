/* Opening the room: rules of the configuration, roles, sessions. */
#include "people/people.h"

#include "people/natives.h"
#include "people/room.h"
#include "people/sessions.h"
#include "people/staff.h"

const struct native people_natives[] = {
	{"session.sign_in", sign_in_prepare, sign_in_apply, sign_in_finish},
	{"session.sign_out", NULL, sign_out_apply, sign_out_finish},
	{"me.show", NULL, me_show_apply, NULL},
	{"me.end_session", NULL, me_end_session_apply, me_end_session_finish},
	{"me.password", me_password_prepare, me_password_apply, me_changed_finish},
	{"me.totp", me_totp_prepare, me_totp_apply, me_totp_finish},
	{"me.totp_confirm", NULL, me_totp_confirm_apply, me_changed_finish},
	{"me.totp_remove", me_totp_remove_prepare, me_totp_remove_apply, me_changed_finish},
	{"people.create", people_create_prepare, people_create_apply, people_create_finish},
	{"people.update", people_update_prepare, people_update_apply, people_changed_finish},
	{"people.reset_password", people_reset_prepare, people_reset_apply, people_reset_finish},
	{"people.unlock", NULL, people_unlock_apply, NULL},
	{"role.list_roles", NULL, NULL, role_list_finish},
	{"role.create_role", role_create_prepare, role_put_apply, role_changed_finish},
	{"role.update_role", role_update_prepare, role_put_apply, role_changed_finish},
	{"role.delete_role", NULL, role_delete_apply, role_changed_finish},
	{"role.grants", NULL, role_grants_apply, NULL},
	{"role.set_grant", NULL, role_set_grant_apply, role_set_grant_finish},
	{"org.create_org", NULL, org_create_apply, org_changed_finish},
	{"org.update_org", NULL, org_update_apply, org_changed_finish},
	{"client.list", NULL, client_list_apply, NULL},
	{"client.lookup", NULL, client_lookup_apply, NULL},
	{"client.show", NULL, client_show_apply, NULL},
	{"client.create", client_create_prepare, client_create_apply, NULL},
	{"client.update", client_update_prepare, client_update_apply, NULL},
	{"client.reveal", NULL, client_reveal_apply, NULL},
	{"client.export", NULL, client_export_apply, NULL},
	{"client.erase", NULL, client_erase_apply, client_erase_finish},
	{"client.conflicts", NULL, conflicts_apply, NULL},
	{"training.typing_finish", NULL, typing_finish_apply, NULL},
	{"case.party_add", NULL, party_add_apply, NULL},
	{"case.party_list", NULL, party_list_apply, NULL},
	{"case.party_drop", NULL, party_drop_apply, NULL},
	{"client.cases", NULL, client_cases_apply, NULL},
};
const size_t people_n_natives = ARRAY_SIZE(people_natives);

static const char *const rule_keys[] = {
	"password_min",	    "lock_after",	    "lock_after_ip", "lock_seconds",
	"lock_max_minutes", "session_idle_minutes", "session_hours", NULL};

static int read_rules(const struct ynode *n, struct people_rules *ret, struct fault *f)
{
	struct yreport report = {0};
	int r = 0;

	yaml_only(n, rule_keys, &report);
	*ret = (struct people_rules){
		.password_min = (int)yaml_int(yaml_get(n, "password_min"), 8, 64, 10, &report),
		.lock_after = (int)yaml_int(yaml_get(n, "lock_after"), 3, 100, 5, &report),
		.lock_after_ip = (int)yaml_int(yaml_get(n, "lock_after_ip"), 5, 10000, 30, &report),
		.lock_ms = yaml_int(yaml_get(n, "lock_seconds"), 1, 3600, 60, &report) * 1000,
		.lock_max_ms =
			yaml_int(yaml_get(n, "lock_max_minutes"), 1, 1440, 60, &report) * 60000,
		.session_idle_ms =
			yaml_int(yaml_get(n, "session_idle_minutes"), 5, 1440, 120, &report) *
			60000,
		.session_max_ms =
			yaml_int(yaml_get(n, "session_hours"), 1, 168, 14, &report) * 3600000,
	};
	if (report.n)
		r = fail(f, E_CONFIG, "people", "%s", report.text.p);
	yreport_free(&report);
	return r;
}

int people_open(struct env *env, struct people **ret, struct fault *f)
{
	struct people *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return fail(f, E_NO_MEMORY, NULL, "no memory for the accounts");
	p->env = env;
	p->sessions = sessions_new();
	if (sodium_init() < 0 || !p->sessions) {
		people_close(p);
		return fail(f, E_INTERNAL, NULL, "the accounts could not be set up");
	}
	if ((r = read_rules(env->config ? env->config->people : NULL, &p->rules, f)) < 0 ||
	    (r = roles_open(env, &p->roles, f)) < 0 || (r = tree_copy(env, true, f)) < 0) {
		people_close(p);
		return r;
	}
	*ret = p;
	return 0;
}

void people_close(struct people *p)
{
	if (!p)
		return;
	roles_close(p->roles);
	sessions_free(p->sessions);
	free(p);
}
