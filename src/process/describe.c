/* A definition as the API shows it, written once when it is parsed. */
#include "process/definition.h"

void jw_label(struct jw *w, struct label l)
{
	if (!l.zh && !l.en) {
		jw_null(w);
		return;
	}
	jw_obj(w);
	jw_kcstr(w, "zh", l.zh);
	jw_kcstr(w, "en", l.en);
	jw_obj_end(w);
}

static void klabel(struct jw *w, const char *key, struct label l)
{
	jw_key(w, key);
	jw_label(w, l);
}

static void write_field(struct jw *w, const struct field_def *f)
{
	jw_obj(w);
	jw_kcstr(w, "name", f->name);
	jw_kcstr(w, "type", field_type_names[f->type]);
	klabel(w, "label", f->label);
	klabel(w, "help", f->help);
	jw_kbool(w, "required", f->required);
	jw_kbool(w, "sealed", f->sealed);
	if (f->max != INT64_MAX)
		jw_kint(w, "max", f->max);
	if (f->min != INT64_MIN)
		jw_kint(w, "min", f->min);
	if (f->dflt)
		jw_kcstr(w, "default", f->dflt);
	jw_key(w, "choices");
	jw_arr(w);
	for (size_t i = 0; i < f->n_choices; i++) {
		jw_obj(w);
		jw_kcstr(w, "value", f->choices[i].value);
		klabel(w, "label", f->choices[i].label);
		jw_obj_end(w);
	}
	jw_arr_end(w);
	jw_obj_end(w);
}

static void write_form(struct jw *w, const struct definition *d, const struct form_def *form)
{
	jw_key(w, "form");
	jw_arr(w);
	for (size_t i = 0; i < form->n; i++) {
		jw_obj(w);
		jw_kcstr(w, "field", d->fields[form->at[i].field].name);
		jw_kbool(w, "required", form->at[i].required);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static const char *who_word(const struct who *who)
{
	static const char *const words[] = {[WHO_ASSIGNEE] = "assignee",
					    [WHO_CREATOR] = "creator",
					    [WHO_FIRST_ASKER] = "first_asker",
					    [WHO_CLIENT] = "client",
					    [WHO_ANYONE] = "anyone",
					    [WHO_SYSTEM] = "system",
					    [WHO_ACTOR] = "actor",
					    [WHO_NOBODY] = "nobody",
					    [WHO_FIELD] = "field"};

	return who->kind == WHO_ROLE ? who->role : words[who->kind];
}

static void write_who(struct jw *w, const char *key, struct who_list who)
{
	jw_key(w, key);
	jw_arr(w);
	for (size_t i = 0; i < who.n; i++)
		jw_cstr(w, who_word(&who.at[i]));
	jw_arr_end(w);
}

static void write_state_set(struct jw *w, const char *key, const struct definition *d, uint64_t set)
{
	jw_key(w, key);
	jw_arr(w);
	for (size_t i = 0; i < d->n_states; i++)
		if (set >> i & 1)
			jw_cstr(w, d->states[i].name);
	jw_arr_end(w);
}

static void write_state(struct jw *w, const struct definition *d, size_t i)
{
	static const char *const kinds[] = {"start", "open", "wait", "end"};
	enum state_kind kind = d->states[i].kind;

	jw_obj(w);
	jw_kcstr(w, "name", d->states[i].name);
	klabel(w, "label", d->states[i].label);
	jw_kcstr(w, "kind", kinds[i == 0 && kind == STATE_OPEN ? STATE_START : kind]);
	jw_obj_end(w);
}

static void write_action(struct jw *w, const struct definition *d, const struct action_def *a)
{
	jw_obj(w);
	jw_kcstr(w, "name", a->name);
	klabel(w, "label", a->label);
	write_state_set(w, "from", d, a->from);
	jw_kcstr(w, "to", a->to >= 0 ? d->states[a->to].name : NULL);
	write_who(w, "by", a->by);
	write_form(w, d, &a->form);
	klabel(w, "confirm", a->confirm);
	jw_kbool(w, "primary", a->primary);
	jw_kbool(w, "reason", a->reason);
	jw_obj_end(w);
}

static void write_clock(struct jw *w, const struct clock_def *c)
{
	jw_obj(w);
	jw_kcstr(w, "name", c->name);
	klabel(w, "label", c->label);
	jw_kcstr(w, "within", c->within_text);
	jw_kcstr(w, "calendar", c->calendar);
	jw_kcstr(w, "source", c->source);
	jw_obj_end(w);
}

static void write_review(struct jw *w, const struct definition *d, const struct review_def *v)
{
	jw_obj(w);
	jw_kcstr(w, "name", v->name);
	klabel(w, "label", v->label);
	jw_kcstr(w, "state", d->states[v->state].name);
	jw_kcstr(w, "order", v->together ? "together" : "sequence");
	jw_key(w, "steps");
	jw_arr(w);
	for (size_t i = 0; i < v->n_steps; i++) {
		jw_obj(w);
		klabel(w, "label", v->steps[i].label);
		jw_kcstr(w, "role", who_word(&v->steps[i].who));
		jw_kint(w, "need", v->steps[i].need);
		jw_kint(w, "of", v->steps[i].of);
		jw_obj_end(w);
	}
	jw_arr_end(w);
	jw_kcstr(w, "pass", d->states[v->pass.to].name);
	jw_kcstr(w, "fail", d->states[v->fail.to].name);
	jw_obj_end(w);
}

static void write_rules(struct jw *w, const struct definition *d)
{
	jw_key(w, "states");
	jw_arr(w);
	for (size_t i = 0; i < d->n_states; i++)
		write_state(w, d, i);
	jw_arr_end(w);
	jw_key(w, "actions");
	jw_arr(w);
	for (size_t i = 0; i < d->n_actions; i++)
		write_action(w, d, &d->actions[i]);
	jw_arr_end(w);
	jw_key(w, "create");
	jw_obj(w);
	write_form(w, d, &d->create.form);
	write_who(w, "by", d->create.by);
	jw_obj_end(w);
	jw_key(w, "clocks");
	jw_arr(w);
	for (size_t i = 0; i < d->n_clocks; i++)
		write_clock(w, &d->clocks[i]);
	jw_arr_end(w);
	jw_key(w, "reviews");
	jw_arr(w);
	for (size_t i = 0; i < d->n_reviews; i++)
		write_review(w, d, &d->reviews[i]);
	jw_arr_end(w);
}

/** Keep what was written in the definition, begin again. */
static struct str keep(struct definition *d, struct jw *w, struct buf *b)
{
	struct str s = {arena_strndup(d->arena, b->p ? b->p : "", b->len), b->len};

	buf_clear(b);
	jw_begin(w, b);
	return s;
}

void definition_describe(struct definition *d)
{
	CLEANUP(buf_free) struct buf b = {0};
	struct jw w;

	jw_begin(&w, &b);
	jw_label(&w, d->label);
	d->label_json = keep(d, &w, &b);
	d->state_label_json = ARENA_ARRAY(d->arena, struct str, d->n_states);
	for (size_t i = 0; i < d->n_states; i++) {
		jw_label(&w, d->states[i].label);
		d->state_label_json[i] = keep(d, &w, &b);
	}
	jw_arr(&w);
	for (size_t i = 0; i < d->n_fields; i++)
		write_field(&w, &d->fields[i]);
	jw_arr_end(&w);
	d->fields_json = keep(d, &w, &b);
	for (size_t i = 0; i < d->n_actions; i++) {
		struct action_def *a = &d->actions[i];

		jw_obj(&w);
		jw_kcstr(&w, "name", a->name);
		klabel(&w, "label", a->label);
		jw_kcstr(&w, "to", a->to >= 0 ? d->states[a->to].name : NULL);
		write_form(&w, d, &a->form);
		klabel(&w, "confirm", a->confirm);
		jw_kbool(&w, "primary", a->primary);
		jw_kbool(&w, "reason", a->reason);
		a->json = keep(d, &w, &b); /* left open: enabled and why follow */
	}
	jw_obj(&w);
	jw_kcstr(&w, "name", d->name);
	jw_key(&w, "label");
	jw_raw(&w, d->label_json);
	jw_kcstr(&w, "source", d->source);
	jw_kcstr(&w, "hash", d->hash);
	jw_key(&w, "fields");
	jw_raw(&w, d->fields_json);
	write_rules(&w, d);
	d->json = keep(d, &w, &b); /* left open: may_create follows */
}
