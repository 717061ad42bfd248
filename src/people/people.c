/* Opening the room: rules of the configuration, roles, sessions. */
#include "people/people.h"

#include "people/room.h"

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
	if ((r = read_rules(env->config ? env->config->people : NULL, &p->rules, f)) < 0 ||
	    (r = roles_open(env, &p->roles, f)) < 0) {
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
	free(p);
}
