/* What a person fills in: checked field by field, put into the case, sealed where the process says
 * so. */
#include "process/kase.h"

#include "store/phone.h"
#include "store/vault.h"

#define TEXT_MAX 400
#define LONG_TEXT_MAX 20000
#define LIST_MAX 200

static int bad(struct kase *k, const struct field_def *f, const char *zh, const char *en)
{
	return ctx_fail(k->ctx, E_INVALID, f->name, "%s%s", label_text(f->label, k->ctx->lang),
			k->ctx->lang == LANG_EN ? en : zh);
}

/* ---- one value: each returns what is kept, a new reference, or NULL with the fault set ----------
 */

static json_t *take_text(struct kase *k, const struct field_def *f, const json_t *v)
{
	struct str s = {json_string_value(v), json_string_length(v)};
	int64_t dflt = f->type == F_LONG_TEXT ? LONG_TEXT_MAX : TEXT_MAX;
	int64_t max = f->max == INT64_MAX ? dflt : f->max, n;

	if (!json_is_string(v)) {
		bad(k, f, "应为文字", " must be a text");
		return NULL;
	}
	s = str_trim(s);
	n = (int64_t)utf8_count(s);
	if (n > max) {
		ctx_fail(k->ctx, E_INVALID, f->name,
			 k->ctx->lang == LANG_EN ? "%s: at most %lld characters"
						 : "%s最多 %lld 个字",
			 label_text(f->label, k->ctx->lang), (long long)max);
		return NULL;
	}
	if (f->min != INT64_MIN && n < f->min) {
		ctx_fail(k->ctx, E_INVALID, f->name,
			 k->ctx->lang == LANG_EN ? "%s: at least %lld characters"
						 : "%s至少 %lld 个字",
			 label_text(f->label, k->ctx->lang), (long long)f->min);
		return NULL;
	}
	return json_stringn(s.p, s.len);
}

static json_t *take_number(struct kase *k, const struct field_def *f, const json_t *v)
{
	int64_t n = json_integer_value(v), unit = f->type == F_MONEY ? 100 : 1;
	bool number = json_is_integer(v);

	if (json_is_string(v))
		number = str_to_int(str_of(json_string_value(v)), &n) == 0;
	if (!number) {
		bad(k, f, "应为整数", " must be a whole number");
		return NULL;
	}
	if ((f->min != INT64_MIN && n / unit < f->min) ||
	    (f->max != INT64_MAX && n / unit > f->max)) {
		bad(k, f, "超出范围", " is out of range");
		return NULL;
	}
	return json_integer(n);
}

static json_t *take_bool(struct kase *k, const struct field_def *f, const json_t *v)
{
	if (!json_is_boolean(v)) {
		bad(k, f, "应为是或否", " must be yes or no");
		return NULL;
	}
	return json_boolean(json_is_true(v));
}

static json_t *take_instant(struct kase *k, const struct field_def *f, const json_t *v)
{
	struct str s = str_of(json_string_value(v));
	int64_t at;

	if (s.p && f->type == F_DATE && date_parse(s, &at) == 0)
		return json_string(date_format(k->arena, at));
	if (s.p && f->type == F_TIME && time_parse(s, &at) == 0)
		return json_string(time_format(k->arena, at, NULL));
	bad(k, f, "格式有误",
	    f->type == F_DATE ? " is a day such as 2026-05-09" : " is an instant (RFC 3339)");
	return NULL;
}

/** In the one form numbers are compared in; what isn't a plain number (an extension) stays as it
 * was typed. */
static json_t *take_phone(struct kase *k, const struct field_def *f, const json_t *v)
{
	struct str s = str_trim(str_of(json_string_value(v)));
	char number[PHONE_MAX];
	size_t digits = 0;

	if (s.p && phone_normalise(s, number, NULL) == 0)
		return json_string(number);
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (!strchr("+-() *#", s.p[i]))
			digits = 100;
	}
	if (digits < 3 || digits > 20) {
		bad(k, f, "不是有效的电话号码", " isn't a telephone number");
		return NULL;
	}
	return json_stringn(s.p, s.len);
}

static json_t *take_email(struct kase *k, const struct field_def *f, const json_t *v)
{
	struct str s = str_trim(str_of(json_string_value(v)));
	const char *at = s.p ? memchr(s.p, '@', s.len) : NULL;

	if (!at || at == s.p || at + 1 == s.p + s.len || s.len > 254 || memchr(s.p, ' ', s.len)) {
		bad(k, f, "不是有效的邮箱", " isn't an e-mail address");
		return NULL;
	}
	return json_stringn(s.p, s.len);
}

static bool is_choice(const struct field_def *f, const json_t *v)
{
	const char *s = json_string_value(v);

	for (size_t i = 0; s && i < f->n_choices; i++)
		if (strcmp(f->choices[i].value, s) == 0)
			return true;
	return false;
}

static json_t *take_choice(struct kase *k, const struct field_def *f, const json_t *v)
{
	if (!is_choice(f, v)) {
		bad(k, f, "不在可选范围内", " isn't one of the choices");
		return NULL;
	}
	return json_string(json_string_value(v));
}

/** Active, and of the case's organisation or one above: somebody who can see it. */
static bool person_fits(struct kase *k, int64_t id)
{
	int64_t one;

	return tx_int(k->tx, "case.person_fits", ARGS(A_INT("id", id), A_INT("org_id", k->org_id)),
		      &one) == 0;
}

/** Ids as decimal strings. Clients are looked up before the transaction: they live in the other
 * store. */
static json_t *take_id(struct kase *k, const struct field_def *f, const json_t *v)
{
	int64_t id;

	if (!json_is_string(v) || str_to_int(str_of(json_string_value(v)), &id) < 0 || id <= 0 ||
	    (f->type == F_PERSON && !person_fits(k, id))) {
		bad(k, f, "没有找到", ": there is no such entry");
		return NULL;
	}
	return json_string(json_string_value(v));
}

static json_t *take_list(struct kase *k, const struct field_def *f, const json_t *v)
{
	json_t *list;
	int64_t max = f->max == INT64_MAX ? LIST_MAX : f->max;
	size_t i;
	const json_t *item;

	if (!json_is_array(v) || (int64_t)json_array_size(v) > max) {
		bad(k, f, "应为列表", " must be a list");
		return NULL;
	}
	list = json_array();
	json_array_foreach((json_t *)v, i, item)
	{
		json_t *one = f->type == F_CHOICES ? take_choice(k, f, item) : take_id(k, f, item);

		if (!one) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *take_value(struct kase *k, const struct field_def *f, const json_t *v)
{
	switch (f->type) {
	case F_TEXT:
	case F_LONG_TEXT:
		return take_text(k, f, v);
	case F_INT:
	case F_MONEY:
		return take_number(k, f, v);
	case F_BOOL:
		return take_bool(k, f, v);
	case F_DATE:
	case F_TIME:
		return take_instant(k, f, v);
	case F_PHONE:
		return take_phone(k, f, v);
	case F_EMAIL:
		return take_email(k, f, v);
	case F_CHOICE:
		return take_choice(k, f, v);
	case F_PERSON:
	case F_CLIENT:
	case F_CASE:
		return take_id(k, f, v);
	case F_CHOICES:
	case F_ARTICLES:
	case F_FILES:
		return take_list(k, f, v);
	}
	return NULL;
}

/* ---- sealing (T01, T08) --------------------------------------------------------------------- */

/** Enough to recognise it, not enough to use it. */
static char *hint_of(struct kase *k, const struct field_def *f, struct str s)
{
	size_t pos = 0;

	if (f->type == F_PHONE && str_starts(s, STR("+86")))
		s = (struct str){s.p + 3, s.len - 3};
	if (f->type == F_PHONE && s.len >= 8)
		return arena_printf(k->arena, "%.3s****%.4s", s.p, s.p + s.len - 4);
	if (f->type == F_EMAIL) {
		const char *at = memchr(s.p, '@', s.len);

		return arena_printf(k->arena, "%.1s***%.*s", s.p, at ? (int)(s.p + s.len - at) : 0,
				    at ? at : "");
	}
	if (f->type == F_TEXT && utf8_count(s) > 1) {
		(void)utf8_next(s, &pos);
		return arena_printf(k->arena, "%.*s**", (int)pos, s.p);
	}
	return arena_strdup(k->arena, "***");
}

/** The value is bound to this field of this case: it can't be moved to another row. */
static char *bound_to(const struct kase *k, int field)
{
	return arena_printf(k->arena, "case.%s/%lld", k->d->fields[field].name, (long long)k->id);
}

int field_seal(struct kase *k, int field, struct str plain)
{
	const struct field_def *f = &k->d->fields[field];
	struct str sealed;
	json_t *entry;
	int err;

	err = vault_seal(k->ctx->env->vault, "cases", k->org_id, SEAL_FIELD, bound_to(k, field),
			 plain, k->arena, &sealed, &k->ctx->fault);
	if (err < 0)
		return err;
	entry = json_pack("{s:s, s:s}", "hint", hint_of(k, f, plain), "v",
			  base64url_encode(k->arena, sealed.p, sealed.len));
	if (!entry || json_object_set_new(k->sealed, f->name, entry) < 0)
		return ctx_fail(k->ctx, E_NO_MEMORY, NULL, "out of memory");
	return 0;
}

int field_unseal(struct kase *k, int field, struct str *ret)
{
	const struct field_def *f = &k->d->fields[field];
	const json_t *entry = json_object_get(k->sealed, f->name);
	struct str sealed;

	if (!entry)
		return -E_NOT_FOUND;
	if (base64url_decode(k->arena, json_get_str(entry, "v"), &sealed) < 0)
		return ctx_fail(k->ctx, E_CORRUPT, f->name, "the sealed value can't be read");
	return vault_unseal(k->ctx->env->vault, "cases", k->org_id, SEAL_FIELD, bound_to(k, field),
			    sealed, k->arena, ret, &k->ctx->fault);
}

/* ---- the form ---------------------------------------------------------------------------------
 */

static bool is_empty(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_string(v) && !json_string_length(v)) ||
	       (json_is_array(v) && !json_array_size(v));
}

static void note_changed(struct kase *k, const char *name)
{
	buf_printf(&k->changed, "%s\"%s\"", k->changed.len ? "," : "", name);
}

int form_set(struct kase *k, int field, const json_t *value)
{
	const struct field_def *f = &k->d->fields[field];
	json_t *kept;
	int err = 0;

	if (is_empty(value)) {
		if (json_object_del(f->sealed ? k->sealed : k->fields, f->name) == 0)
			note_changed(k, f->name);
		return 0;
	}
	kept = take_value(k, f, value);
	if (!kept)
		return -k->ctx->fault.err;
	if (is_empty(kept))
		json_object_del(f->sealed ? k->sealed : k->fields, f->name);
	else if (f->sealed)
		err = field_seal(k, field,
				 (struct str){json_string_value(kept), json_string_length(kept)});
	else
		json_object_set(k->fields, f->name, kept);
	json_decref(kept);
	note_changed(k, f->name);
	if (field == k->d->client)
		k->client_id = kase_field_id(k, field);
	return err;
}

int kase_tie_client(struct kase *k, int64_t client_id)
{
	CLEANUP(json_decrefp) json_t *id = NULL;

	k->client_id = client_id;
	if (!client_id || k->d->client < 0)
		return 0;
	id = json_string(arena_printf(k->arena, "%lld", (long long)client_id));
	return form_set(k, k->d->client, id);
}

bool field_given(const struct kase *k, int field)
{
	const struct field_def *f = &k->d->fields[field];

	return json_object_get(f->sealed ? k->sealed : k->fields, f->name) != NULL;
}

static const struct form_item *item_of(const struct form_def *form, int field)
{
	for (size_t i = 0; i < form->n; i++)
		if (form->at[i].field == field)
			return &form->at[i];
	return NULL;
}

/** A file named in a form lies in this very case: nobody shows an agreement that isn't there (P22).
 */
static int check_files(struct kase *k, int field)
{
	const json_t *list = json_object_get(k->fields, k->d->fields[field].name), *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		CLEANUP(rows_freep) struct rows *r = NULL;
		int64_t id = 0;
		int err = str_to_int(str_of(json_string_value(item)), &id);

		if (err == 0)
			err = tx_op(k->tx, "case.attachment_by_id",
				    ARGS(A_INT("id", id), A_INT("case_id", k->id)), &r);
		if (err < 0 || (err = rows_next(r)) < 0)
			return err;
		if (err == 0)
			return bad(k, &k->d->fields[field], "：文件不在本案中",
				   ": the file isn't in this case");
	}
	return 0;
}

int form_take(struct kase *k, const struct form_def *form, const json_t *fields, bool partial)
{
	const char *name;
	json_t *value;
	int err;

	if (fields && !json_is_object(fields))
		return ctx_fail(k->ctx, E_INVALID, "fields", "fields is an object");
	json_object_foreach((json_t *)fields, name, value)
	{
		int i = definition_field(k->d, str_of(name));

		if (i < 0 || !item_of(form, i))
			return ctx_fail(k->ctx, E_INVALID, name, "'%.40s' isn't asked here", name);
		if ((err = form_set(k, i, value)) < 0 ||
		    (k->d->fields[i].type == F_FILES && (err = check_files(k, i)) < 0))
			return err;
	}
	for (size_t i = 0; !partial && i < form->n; i++)
		if (form->at[i].required && !field_given(k, form->at[i].field))
			return bad(k, &k->d->fields[form->at[i].field], "必须填写", " is required");
	return 0;
}
