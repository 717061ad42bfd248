/* Sub-processes: a case opens another and may wait for it. */
#include "process/kase.h"

#define DEPTH_MAX 8

/** What the child gives back, kept with it: the parent's definition may be old by then. */
static const char *link_of(struct kase *parent, const struct effect *e)
{
	CLEANUP(buf_free) struct buf b = {0};
	struct jw w;

	jw_begin(&w, &b);
	jw_obj(&w);
	jw_key(&w, "back");
	jw_obj(&w);
	for (size_t i = 0; i < e->n_backs; i++)
		jw_kcstr(&w, parent->d->fields[e->backs[i].ours].name, e->backs[i].child);
	jw_obj_end(&w);
	if (e->then)
		jw_kcstr(&w, "then", e->then);
	jw_obj_end(&w);
	return arena_strdup(parent->arena, b.p);
}

/** Copy a value from one case to another; what is sealed there is sealed here. */
static int copy_field(struct kase *from, int source, struct kase *to, int target)
{
	const struct field_def *f = &from->d->fields[source];
	struct str plain;
	json_t *v;
	int err;

	if (!field_given(from, source))
		return 0;
	if (!f->sealed)
		return form_set(to, target, json_object_get(from->fields, f->name));
	if (!to->d->fields[target].sealed)
		return ctx_fail(to->ctx, E_CONFIG, to->d->fields[target].name,
				"a sealed field can't be copied into one that isn't");
	if ((err = field_unseal(from, source, &plain)) < 0)
		return err;
	v = json_stringn(plain.p, plain.len);
	err = form_set(to, target, v);
	json_decref(v);
	return err;
}

static int copy_all(struct kase *parent, const struct effect *e, struct kase *child)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < e->n_copies; i++) {
		int target = definition_field(child->d, str_of(e->copies[i].child));

		if (target >= 0)
			err = copy_field(parent, e->copies[i].ours, child, target);
	}
	return err;
}

int child_open(struct kase *parent, const struct effect *e)
{
	const struct definition *d = process_find(parent->lib, str_of(e->process));
	CLEANUP(kase_freep) struct kase *child = NULL;
	struct form form = {0};
	char *data;
	int err;

	if (!d)
		return ctx_fail(parent->ctx, E_CONFIG, NULL, "there is no process '%s'",
				e->process);
	if (parent->depth >= DEPTH_MAX)
		return ctx_fail(parent->ctx, E_CONFLICT, NULL,
				"cases open one another without end");
	child = kase_begin(parent->tx, d, parent->org_id);
	child->depth = parent->depth + 1;
	child->parent_id = parent->id;
	child->parent_link = link_of(parent, e);
	child->first_asker = parent->first_asker;
	child->consents = parent->consents;
	if ((err = kase_tie_client(child, parent->client_id)) < 0 ||
	    (err = copy_all(parent, e, child)) < 0 || (err = create_in(child, &form, false)) < 0)
		return err;
	parent->n_children++;
	data = arena_printf(parent->arena, "{\"case_id\":\"%lld\",\"process\":\"%s\"}",
			    (long long)child->id, d->name);
	return kase_event(parent, "opened", NULL, -1, -1, str_of(child->number), str_of(data));
}

static int take_back(struct kase *parent, struct kase *child, const json_t *link)
{
	const char *ours;
	json_t *theirs;
	int err = 0;

	json_object_foreach(json_object_get(link, "back"), ours, theirs)
	{
		int target = definition_field(parent->d, str_of(ours));
		int source = definition_field(child->d, str_of(json_string_value(theirs)));

		if (target >= 0 && source >= 0 &&
		    (err = copy_field(child, source, parent, target)) < 0)
			return err;
	}
	return err;
}

int child_ended(struct kase *k)
{
	CLEANUP(kase_freep) struct kase *parent = NULL;
	CLEANUP(json_decrefp) json_t *link = NULL;
	char *data;
	int err;

	if ((err = kase_load(k->tx, k->parent_id, true, &parent)) < 0)
		return err;
	parent->depth = k->depth + 1;
	if (k->parent_link && (err = json_parse(str_of(k->parent_link), &link, &k->ctx->fault)) < 0)
		return err;
	if (parent->ended)
		return 0;
	data = arena_printf(k->arena, "{\"case_id\":\"%lld\",\"state\":\"%s\"}", (long long)k->id,
			    k->d->states[k->state].name);
	if ((err = take_back(parent, k, link)) < 0 ||
	    (err = kase_event(parent, "child_ended", NULL, -1, -1, str_of(k->number),
			      str_of(data))) < 0)
		return err;
	if (json_get_str(link, "then").p)
		return system_act(parent, json_get_str(link, "then").p);
	if ((err = kase_save(parent)) < 0)
		return err;
	return kase_feed(parent, "case.changed", 0, NULL);
}
