/* What texts and effects refer to: fields, people, templates. */
#include "process/kase.h"

struct str kase_field_text(const struct kase *k, int field)
{
	return field < 0 ? STR_NULL : json_get_str(k->fields, k->d->fields[field].name);
}

int64_t kase_field_id(const struct kase *k, int field)
{
	struct str s = kase_field_text(k, field);
	int64_t id = 0;

	if (!s.p || str_to_int(s, &id) < 0)
		return 0;
	return id;
}

int64_t kase_person(const struct kase *k, const struct who *who)
{
	switch (who->kind) {
	case WHO_ASSIGNEE:
		return k->assignee;
	case WHO_CREATOR:
		return k->created_by;
	case WHO_FIRST_ASKER:
		return k->first_asker;
	case WHO_ACTOR:
		return k->ctx->actor.id == ACTOR_SYSTEM ? 0 : k->ctx->actor.id;
	case WHO_FIELD:
		return k->d->fields[who->field].type == F_PERSON ? kase_field_id(k, who->field) : 0;
	default:
		return 0;
	}
}

/** Text of a field as people read it: the label of a choice, yuan for money. */
static void add_field(struct kase *k, int i, struct buf *b)
{
	const struct field_def *f = &k->d->fields[i];
	const json_t *v = json_object_get(k->fields, f->name);
	const char *s = json_string_value(v);

	if (f->sealed || !v)
		return;
	for (size_t c = 0; s && c < f->n_choices; c++)
		if (strcmp(f->choices[c].value, s) == 0) {
			buf_adds(b, label_text(f->choices[c].label, LANG_ZH));
			return;
		}
	if (s)
		buf_adds(b, s);
	else if (json_is_integer(v) && f->type == F_MONEY)
		buf_printf(b, "%lld.%02lld", (long long)(json_integer_value(v) / 100),
			   (long long)(json_integer_value(v) % 100));
	else if (json_is_integer(v))
		buf_printf(b, "%lld", (long long)json_integer_value(v));
}

static void add_word(struct kase *k, struct str word, struct buf *b)
{
	int i;

	if (str_is(word, "number"))
		buf_adds(b, k->number ? k->number : "");
	else if (str_is(word, "title"))
		buf_adds(b, k->title ? k->title : "");
	else if (str_is(word, "note"))
		buf_add(b, k->note.p ? k->note.p : "", k->note.len);
	else if (str_is(word, "state"))
		buf_adds(b, label_text(k->d->states[k->state].label, LANG_ZH));
	else if ((i = definition_field(k->d, word)) >= 0)
		add_field(k, i, b);
}

/** Cut after N characters, line breaks become blanks. */
static void add_cut(struct buf *out, struct str s, int64_t max)
{
	size_t pos = 0;

	for (int64_t n = 0; pos < s.len && n < max; n++) {
		size_t at = pos;
		uint32_t cp = utf8_next(s, &pos);

		if (cp == '\n' || cp == '\r' || cp == '\t')
			buf_addc(out, ' ');
		else
			buf_add(out, s.p + at, pos - at);
	}
	if (pos < s.len)
		buf_adds(out, "…");
}

char *kase_text(struct kase *k, const char *template_text)
{
	CLEANUP(buf_free) struct buf out = {0};
	CLEANUP(buf_free) struct buf piece = {0};
	struct str trimmed;

	for (const char *p = template_text; *p;) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		struct str word, count;
		int64_t max = 500;

		if (!end) {
			buf_addc(&out, *p++);
			continue;
		}
		count = (struct str){p + 1, (size_t)(end - p - 1)};
		(void)str_split(&count, ':', &word);
		if (count.p && str_to_int(count, &max) < 0)
			max = 500;
		buf_clear(&piece);
		add_word(k, word, &piece);
		add_cut(&out, buf_str(&piece), max);
		p = end + 1;
	}
	trimmed = str_trim(buf_str(&out));
	return arena_strndup(k->arena, trimmed.p ? trimmed.p : "", trimmed.len);
}

struct str kase_label(struct kase *k, struct label l)
{
	CLEANUP(buf_free) struct buf b = {0};
	struct label filled = {l.zh ? kase_text(k, l.zh) : NULL, l.en ? kase_text(k, l.en) : NULL};
	struct jw w;

	jw_begin(&w, &b);
	jw_label(&w, filled);
	return (struct str){arena_strndup(k->arena, b.p, b.len), b.len};
}
