#include "document/gather.h"

#include <stdio.h>

#include "base/time.h"
#include "people/facts.h"
#include "process/process.h"
#include "store/vault.h"

void gathered_free(struct gathered *g)
{
	json_decref(g->values);
	json_decref(g->facts);
	json_decref(g->client);
	*g = (struct gathered){0};
}

/* ---- the answers of earlier documents ------------------------------------------------------- */

static int earlier_of(struct tx *tx, const struct rows *rows, json_t *all)
{
	struct ctx *ctx = tx_ctx(tx);
	char bound_to[64];
	struct str plain;
	CLEANUP(json_decrefp) json_t *one = NULL;
	int r;

	snprintf(bound_to, sizeof(bound_to), "document.answers/%lld", (long long)rows_int(rows, 0));
	if ((r = vault_unseal(ctx->env->vault, "cases", rows_int(rows, 1), SEAL_FIELD, bound_to, rows_blob(rows, 2), ctx->arena,
			      &plain, &ctx->fault)) < 0 ||
	    (r = json_parse(plain, &one, &ctx->fault)) < 0)
		return r;
	json_object_update_missing(all, one); /* the newest first */
	return 0;
}

static int earlier(struct tx *tx, int64_t case_id, json_t **ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	json_t *all = json_object();
	int r = tx_op(tx, "document.earlier", ARGS(A_INT("case_id", case_id)), &rows);

	while (r >= 0 && (r = rows_next(rows)) > 0)
		r = earlier_of(tx, rows, all);
	if (r < 0) {
		json_decref(all);
		return r;
	}
	*ret = all;
	return 0;
}

/* ---- one value from one source -------------------------------------------------------------- */

struct gatherer {
	struct tx *tx;
	struct ctx *ctx;
	const struct template *t;
	struct gathered *g;
	json_t *earlier;
	const json_t *answers;
};

static json_t *text(const char *s)
{
	return s && s[0] ? json_string(s) : NULL;
}

static json_t *today(struct gatherer *w)
{
	return json_string(date_format(w->ctx->arena, zone_local_day(w->ctx->env->zone, w->ctx->now_ms)));
}

/* {"value": …} or {"hint": …, "sealed": true} */
static json_t *from_fact(const json_t *fact, bool sealed_source, struct found *found, bool *revealed)
{
	json_t *value = json_object_get(fact, "value");
	bool sealed = sealed_source || json_is_true(json_object_get(fact, "sealed"));

	if (!fact)
		return NULL;
	found->sealed |= sealed;
	if (!value) {
		found->hint = json_string_value(json_object_get(fact, "hint"));
		return NULL;
	}
	*revealed |= sealed;
	return json_incref(value);
}

static json_t *from_case(struct gatherer *w, const char *name, struct found *found)
{
	json_t *fields = json_object_get(w->g->facts, "fields");

	if (strcmp(name, "number") == 0 || strcmp(name, "title") == 0)
		return json_incref(json_object_get(w->g->facts, name));
	return from_fact(json_object_get(fields, name), false, found, &w->g->revealed_case);
}

static json_t *from_client(struct gatherer *w, const char *name, struct found *found)
{
	bool open = strcmp(name, "name") == 0 || strcmp(name, "kind") == 0;

	return from_fact(json_object_get(w->g->client, name), !open, found, &w->g->revealed_client);
}

static json_t *from_source(struct gatherer *w, const char *source, struct found *found)
{
	if (strncmp(source, "client.", 7) == 0)
		return from_client(w, source + 7, found);
	if (strncmp(source, "case.", 5) == 0)
		return from_case(w, source + 5, found);
	if (strcmp(source, "org.name") == 0)
		return json_incref(json_object_get(w->g->facts, "org"));
	if (strcmp(source, "person.name") == 0)
		return text(w->g->person);
	return strcmp(source, "today") == 0 ? today(w) : NULL;
}

/* ---- one field ------------------------------------------------------------------------------ */

static bool is_nothing(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_string(v) && !json_string_length(v)) ||
	       (json_is_array(v) && !json_array_size(v));
}

/* Values come in the types of others: a number as text, a choice by its label. */
static json_t *fitting(const struct tfield *f, json_t *v)
{
	struct fault unused = {0};
	json_t *fit = NULL;

	if (is_nothing(v))
		goto end;
	if (tfield_check(f, v, &unused) == 0) {
		fit = json_incref(v);
	} else if (json_is_integer(v) && (f->type == TF_TEXT || f->type == TF_LONG_TEXT)) {
		fit = json_sprintf("%lld", (long long)json_integer_value(v));
	} else if (json_is_string(v) && f->type == TF_CHOICE) {
		for (size_t i = 0; i < f->n_choices && !fit; i++)
			if (strcmp(f->choices[i].label.zh, json_string_value(v)) == 0)
				fit = json_string(f->choices[i].value);
	} else if (json_is_string(v) && f->type == TF_TEXT && strchr(json_string_value(v), '\n')) {
		fit = json_string(json_string_value(v));
		for (char *c = (char *)json_string_value(fit); *c; c++)
			*c = *c == '\n' ? ' ' : *c;
	}
end:
	json_decref(v);
	return fit;
}

static json_t *from_sources(struct gatherer *w, const struct tfield *f, struct found *found)
{
	for (const char **s = f->from; s && *s; s++) {
		struct found here = {.in = FOUND_SOURCE, .source = *s};
		json_t *v = fitting(f, from_source(w, *s, &here));

		if (v || here.hint) {
			*found = here;
			return v;
		}
	}
	return NULL;
}

static json_t *find_value(struct gatherer *w, const struct tfield *f, struct found *found)
{
	json_t *v;

	/* An answer that is there, even an empty one, is what somebody wants. */
	if ((v = json_object_get(w->answers, f->name)) && !json_is_null(v)) {
		found->in = FOUND_ANSWER;
		return is_nothing(v) ? NULL : json_incref(v);
	}
	if ((v = fitting(f, json_incref(json_object_get(w->earlier, f->name))))) {
		*found = (struct found){.in = FOUND_EARLIER, .sealed = f->sealed};
		return v;
	}
	if ((v = from_sources(w, f, found)) || found->hint)
		return v;
	if ((v = fitting(f, tfield_default(f))))
		found->in = FOUND_DEFAULT;
	return v;
}

static void gather_fields(struct gatherer *w)
{
	w->g->values = json_object();
	w->g->found = ARENA_ARRAY(w->ctx->arena, struct found, w->t->n_fields + 1);
	for (size_t i = 0; i < w->t->n_fields; i++) {
		json_t *v = find_value(w, &w->t->fields[i], &w->g->found[i]);

		if (v)
			json_object_set_new(w->g->values, w->t->fields[i].name, v);
	}
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int read_client(struct gatherer *w, bool reveal)
{
	struct ctx *ctx = w->ctx;
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r;

	if (!w->g->client_id)
		return 0;
	if ((r = db_read(ctx->env->clients, ctx, &tx)) < 0)
		return r;
	r = client_facts(tx, w->g->client_id, reveal, &w->g->client);
	/* Erased, or of an organisation that isn't the caller's: the case is still his. */
	return r == -E_NOT_FOUND ? 0 : r;
}

static const char *person_name(struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;

	if (tx_op(tx, "case.person_name", ARGS(A_INT("id", tx_ctx(tx)->actor.id)), &rows) < 0 || rows_next(rows) <= 0)
		return NULL;
	return rows_dup(rows, 0);
}

int gather(struct tx *tx, const struct template *t, int64_t case_id, const json_t *answers, bool reveal, struct gathered *ret)
{
	struct gatherer w = {.tx = tx, .ctx = tx_ctx(tx), .t = t, .g = ret, .answers = answers};
	int r;

	*ret = (struct gathered){0};
	if ((answers && (r = template_check_values(t, answers, &w.ctx->fault)) < 0) ||
	    (r = process_facts(tx, case_id, reveal, &ret->facts)) < 0)
		return r;
	ret->org_id = json_get_int(ret->facts, "org_id", 0);
	ret->client_id = json_get_int(ret->facts, "client_id", 0);
	ret->person = person_name(tx);
	if ((r = read_client(&w, reveal)) < 0 || (r = earlier(tx, case_id, &w.earlier)) < 0) {
		gathered_free(ret);
		return r;
	}
	gather_fields(&w);
	json_decref(w.earlier);
	return 0;
}
