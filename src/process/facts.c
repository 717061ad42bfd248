/* A case as facts to write into a document. */
#include "process/kase.h"

static json_t *text_json(struct str s)
{
	return json_stringn(s.p ? s.p : "", s.len);
}

static json_t *choice_json(const struct field_def *f, const json_t *v)
{
	for (size_t i = 0; json_is_string(v) && i < f->n_choices; i++)
		if (strcmp(f->choices[i].value, json_string_value(v)) == 0)
			return json_string(f->choices[i].label.zh);
	return json_incref((json_t *)v);
}

/* NULL: nothing to print. */
static json_t *plain_json(struct kase *k, int field)
{
	const struct field_def *f = &k->d->fields[field];
	const json_t *v = json_object_get(k->fields, f->name);
	const char *name;

	if (!v)
		return NULL;
	if (f->n_choices)
		return choice_json(f, v);
	if (f->type != F_PERSON)
		return json_incref((json_t *)v);
	name = name_person(k->tx, k->lib, kase_field_id(k, field));
	return name ? json_string(name) : NULL;
}

static int sealed_json(struct kase *k, int field, bool reveal, json_t **ret)
{
	const json_t *entry = json_object_get(k->sealed, k->d->fields[field].name);
	struct str plain;
	int err;

	*ret = NULL;
	if (!entry)
		return 0;
	if (!reveal) {
		*ret = json_pack("{s:o,s:b}", "hint", text_json(json_get_str(entry, "hint")), "sealed", 1);
		return 0;
	}
	if ((err = field_unseal(k, field, &plain)) < 0)
		return err;
	*ret = json_pack("{s:o,s:b}", "value", text_json(plain), "sealed", 1);
	return 0;
}

static int fields_json(struct kase *k, bool reveal, json_t *all)
{
	for (size_t i = 0; i < k->d->n_fields; i++) {
		json_t *v = NULL, *fact = NULL;
		int err = 0;

		if (k->d->fields[i].sealed)
			err = sealed_json(k, (int)i, reveal, &fact);
		else if ((v = plain_json(k, (int)i)))
			fact = json_pack("{s:o}", "value", v);
		if (err < 0)
			return err;
		if (fact)
			json_object_set_new(all, k->d->fields[i].name, fact);
	}
	return 0;
}

int process_facts(struct tx *tx, int64_t case_id, bool reveal, json_t **ret)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	CLEANUP(json_decrefp) json_t *all = json_object();
	json_t *fields = json_object();
	int err = process_load(tx, case_id, &k);
	const char *org;

	json_object_set_new(all, "fields", fields);
	if (err < 0 || (err = fields_json(k, reveal, fields)) < 0)
		return err;
	org = name_org(tx, k->lib, k->org_id);
	json_object_set_new(all, "org", json_string(org ? org : ""));
	json_object_set_new(all, "org_id", json_integer(k->org_id));
	json_object_set_new(all, "client_id", json_integer(k->client_id));
	json_object_set_new(all, "number", json_string(k->number));
	json_object_set_new(all, "title", json_string(k->title));
	json_object_set_new(all, "ended", json_boolean(k->ended));
	*ret = json_incref(all);
	return 0;
}

struct str process_category_label(const struct process_lib *lib, struct str value)
{
	for (size_t i = 0; i < process_count(lib); i++) {
		const struct definition *d = process_at(lib, i);
		int field = definition_field(d, STR("category"));

		for (size_t c = 0; field >= 0 && c < d->fields[field].n_choices; c++)
			if (str_is(value, d->fields[field].choices[c].value))
				return str_of(d->fields[field].choices[c].label.zh);
	}
	return value;
}
