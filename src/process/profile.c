/* profile.yaml: read strictly into a struct. */
#include "process/profile.h"

#include "base/time.h"

struct reader {
	struct arena *a;
	struct profile *p;
	struct yreport *report;
};

static struct profile_label read_label(struct reader *r, const struct ynode *n, const char *dflt)
{
	static const char *const keys[] = {"zh", "en", NULL};
	struct profile_label l = {dflt, dflt};

	if (n && n->kind == Y_SCALAR) {
		l.zh = l.en = yaml_text(n, dflt, r->report);
	} else if (n) {
		yaml_only(n, keys, r->report);
		l.zh = yaml_text(yaml_get(n, "zh"), dflt, r->report);
		l.en = yaml_text(yaml_get(n, "en"), l.zh, r->report);
	}
	return l;
}

static const char *needed(struct reader *r, const struct ynode *of, const char *key)
{
	const char *text = yaml_text(yaml_get(of, key), "", r->report);

	if (!*text)
		yreport_add(r->report, of, "'%s' is missing", key);
	return text;
}

static size_t list_of(struct reader *r, const struct ynode *n)
{
	if (n && n->kind != Y_SEQ) {
		yreport_add(r->report, n, "'%s' is a list", n->key ? n->key : "this");
		return 0;
	}
	return n ? n->n_kids : 0;
}

/* ---- organisations ------------------------------------------------------------------------- */

typedef VEC(struct profile_org) org_list;

static void read_orgs(struct reader *r, const struct ynode *list, int parent, org_list *orgs)
{
	static const char *const keys[] = {"name", "kind", "below", NULL};
	size_t n = list_of(r, list);

	for (size_t i = 0; i < n; i++) {
		const struct ynode *at = list->kids[i];
		struct profile_org o = {.parent = parent};

		yaml_only(at, keys, r->report);
		o.name = needed(r, at, "name");
		o.kind = yaml_text(yaml_get(at, "kind"), "office", r->report);
		VEC_ADD(orgs, o);
		read_orgs(r, yaml_get(at, "below"), (int)orgs->n - 1, orgs);
	}
}

static int find_org(const struct profile *p, const char *name)
{
	for (size_t i = 0; i < p->n_orgs; i++)
		if (!strcmp(p->orgs[i].name, name))
			return (int)i;
	return -1;
}

static void keep_orgs(struct reader *r, const struct ynode *list)
{
	org_list orgs = {0};

	read_orgs(r, list, -1, &orgs);
	if (!orgs.n)
		yreport_add(r->report, list,
			    "a profile needs an organisation under 'organisations:'");
	r->p->orgs = orgs.n ? arena_memdup(r->a, orgs.at, orgs.n * sizeof(*orgs.at)) : NULL;
	r->p->n_orgs = orgs.n;
	VEC_FREE(&orgs);
	for (size_t i = 1; i < r->p->n_orgs; i++)
		if (r->p->orgs[i].parent < 0)
			yreport_add(r->report, list,
				    "one organisation is on top; '%s' belongs below it",
				    r->p->orgs[i].name);
}

/* ---- roles, people, words ------------------------------------------------------------------- */

static void read_roles(struct reader *r, const struct ynode *list)
{
	static const char *const keys[] = {"name", "label", "tier", "based_on", NULL};
	size_t n = list_of(r, list), count;
	struct profile_role *roles = ARENA_ARRAY(r->a, struct profile_role, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct ynode *at = list->kids[i];

		yaml_only(at, keys, r->report);
		roles[i].name = needed(r, at, "name");
		roles[i].label = read_label(r, yaml_get(at, "label"), roles[i].name);
		roles[i].tier = (int)yaml_int(yaml_get(at, "tier"), 0, 89, 20, r->report);
		roles[i].based_on = yaml_list(r->a, yaml_get(at, "based_on"), &count, r->report);
	}
	r->p->roles = roles;
	r->p->n_roles = n;
}

static void read_person(struct reader *r, const struct ynode *at, struct profile_person *p)
{
	static const char *const keys[] = {"name",   "display", "org", "roles",
					   "skills", "lang",	NULL};
	const char *org;
	size_t count;

	yaml_only(at, keys, r->report);
	p->name = needed(r, at, "name");
	p->display_name = yaml_text(yaml_get(at, "display"), p->name, r->report);
	p->lang = yaml_text(yaml_get(at, "lang"), "zh", r->report);
	p->roles = yaml_list(r->a, yaml_get(at, "roles"), &count, r->report);
	if (!count)
		yreport_add(r->report, at, "'%s' needs a role", p->name);
	p->skills = yaml_list(r->a, yaml_get(at, "skills"), &count, r->report);
	org = yaml_text(yaml_get(at, "org"), NULL, r->report);
	p->org = org ? find_org(r->p, org) : 0;
	if (p->org < 0) {
		yreport_add(r->report, at, "there is no organisation '%s' in this file", org);
		p->org = 0;
	}
}

static void read_people(struct reader *r, const struct ynode *list)
{
	size_t n = list_of(r, list);
	struct profile_person *people = ARENA_ARRAY(r->a, struct profile_person, n + 1);

	for (size_t i = 0; i < n; i++) {
		read_person(r, list->kids[i], &people[i]);
		for (size_t j = 0; j < i; j++)
			if (!strcmp(people[j].name, people[i].name))
				yreport_add(r->report, list->kids[i], "'%s' stands here twice",
					    people[i].name);
	}
	r->p->people = people;
	r->p->n_people = n;
}

static void read_ledgers(struct reader *r, const struct ynode *map)
{
	size_t n = map && map->kind == Y_MAP ? map->n_kids : 0;
	struct profile_word *words = ARENA_ARRAY(r->a, struct profile_word, n + 1);

	for (size_t i = 0; i < n; i++)
		words[i] = (struct profile_word){map->kids[i]->key,
						 read_label(r, map->kids[i], map->kids[i]->key)};
	r->p->ledgers = words;
	r->p->n_ledgers = n;
}

/* ---- the file ------------------------------------------------------------------------------ */

static void read_profile(struct reader *r, const struct ynode *root)
{
	static const char *const keys[] = {
		"name",		 "label", "source", "zone",    "processes",
		"organisations", "roles", "people", "ledgers", NULL};
	size_t count;

	yaml_only(root, keys, r->report);
	r->p->name = needed(r, root, "name");
	r->p->label = read_label(r, yaml_get(root, "label"), r->p->name);
	r->p->source = yaml_text(yaml_get(root, "source"), "", r->report);
	r->p->zone = yaml_text(yaml_get(root, "zone"), "Asia/Shanghai", r->report);
	if (!zone_get(r->p->zone))
		yreport_add(r->report, yaml_get(root, "zone"),
			    "'%s' is no time zone; write \"Asia/Shanghai\"", r->p->zone);
	r->p->processes = yaml_list(r->a, yaml_get(root, "processes"), &count, r->report);
	keep_orgs(r, yaml_get(root, "organisations"));
	read_roles(r, yaml_get(root, "roles"));
	read_people(r, yaml_get(root, "people"));
	read_ledgers(r, yaml_get(root, "ledgers"));
}

int profile_load(struct arena *a, const char *profile, struct profile **ret, struct yreport *report)
{
	struct reader r = {a, ARENA_NEW(a, struct profile), report};
	size_t before = report->n;
	struct ynode *root;
	int err = profile_file(a, profile, "profile.yaml", &root, report);

	if (err < 0)
		return err;
	read_profile(&r, root);
	if (report->n > before)
		return -E_CONFIG;
	*ret = r.p;
	return 0;
}
