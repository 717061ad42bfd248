/* Values of fields: do they fit, do conditions hold, how are they printed. */
#include "document/template.h"

#include <ctype.h>
#include <stdio.h>

#include "base/time.h"

#define TEXT_MAX 4000
#define LONG_TEXT_MAX 60000
#define ROWS_MAX 500

/* ---- numbers -------------------------------------------------------------------------------- */

/* Decimal text × 100, at most two digits behind the point: yuan → fen, percent → hundredths. */
static bool hundredths(struct str s, int64_t *ret)
{
	struct str whole = s, part = STR_NULL;
	int64_t v = 0, cents = 0;
	char *dot = memchr(s.p, '.', s.len);

	if (dot) {
		whole.len = (size_t)(dot - s.p);
		part = (struct str){dot + 1, s.len - whole.len - 1};
	}
	if (str_to_int(whole, &v) < 0 || v < 0 || v > INT64_MAX / 1000)
		return false;
	if (dot && (part.len < 1 || part.len > 2 || str_to_int(part, &cents) < 0 || cents < 0))
		return false;
	*ret = v * 100 + (part.len == 1 ? cents * 10 : cents);
	return true;
}

bool tfield_number(const struct tfield *f, struct str text, int64_t *ret)
{
	switch (f->type) {
	case TF_INT:
		return str_to_int(text, ret) == 0;
	case TF_MONEY:
	case TF_RATE:
		return hundredths(text, ret);
	case TF_DATE:
		return date_parse(text, ret) == 0;
	default:
		return false;
	}
}

static struct str json_str(const json_t *v)
{
	return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NULL;
}

/* A value in the same measure. */
static bool number_of(const struct tfield *f, const json_t *v, int64_t *ret)
{
	if (json_is_integer(v)) {
		*ret = json_integer_value(v);
		return true;
	}
	return json_is_string(v) && f->type != TF_MONEY && tfield_number(f, json_str(v), ret);
}

/* ---- conditions ----------------------------------------------------------------------------- */

static bool is_empty(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_string(v) && str_trim(json_str(v)).len == 0) ||
	       (json_is_array(v) && json_array_size(v) == 0);
}

bool tfield_asked(const struct template *t, size_t field, const json_t *values)
{
	return !t->fields[field].when || tcond_holds(t, t->fields[field].when, values);
}

bool tfield_given(const struct template *t, size_t field, const json_t *values)
{
	return !is_empty(json_object_get(values, t->fields[field].name)) && tfield_asked(t, field, values);
}

static bool is_one_of(const char **list, struct str s)
{
	for (; *list; list++)
		if (str_is(s, *list))
			return true;
	return false;
}

static bool equals(const struct tfield *f, const json_t *v, const char **list)
{
	int64_t a, b;

	if (json_is_boolean(v))
		return is_one_of(list, json_is_true(v) ? STR("yes") : STR("no"));
	if (json_is_string(v) && is_one_of(list, json_str(v)))
		return true;
	for (size_t i = 0; json_is_array(v) && i < json_array_size(v); i++)
		if (json_is_string(json_array_get(v, i)) && is_one_of(list, json_str(json_array_get(v, i))))
			return true;
	for (; number_of(f, v, &a) && *list; list++)
		if (tfield_number(f, str_of(*list), &b) && a == b)
			return true;
	return false;
}

static bool compares(const struct template *t, const struct tcond *c, const json_t *values)
{
	const struct tfield *f = &t->fields[c->field];
	const json_t *v = json_object_get(values, f->name);
	bool given = tfield_given(t, (size_t)c->field, values);
	int64_t n;

	switch (c->kind) {
	case TC_GIVEN:
		return given == c->yes;
	case TC_IS:
		/* A question not answered is no. */
		return given ? equals(f, v, c->values) : f->type == TF_BOOL && is_one_of(c->values, STR("no"));
	case TC_NOT:
		return !(given && equals(f, v, c->values));
	case TC_GT:
		return given && number_of(f, v, &n) && n > c->number;
	case TC_LT:
		return given && number_of(f, v, &n) && n < c->number;
	default:
		return false;
	}
}

bool tcond_holds(const struct template *t, const struct tcond *c, const json_t *values)
{
	size_t holding = 0;

	if (c->kind == TC_NAMED)
		return tcond_holds(t, &t->conditions[c->named].cond, values);
	if (c->kind != TC_ALL && c->kind != TC_ANY && c->kind != TC_NONE)
		return compares(t, c, values);
	for (size_t i = 0; i < c->n_kids; i++)
		holding += tcond_holds(t, &c->kids[i], values);
	if (c->kind == TC_ALL)
		return holding == c->n_kids;
	return c->kind == TC_ANY ? holding > 0 : holding == 0;
}

json_t *tfield_default(const struct tfield *f)
{
	int64_t n;

	if (!f->dflt)
		return NULL;
	if (f->type == TF_BOOL)
		return json_boolean(strcmp(f->dflt, "yes") == 0);
	if ((f->type == TF_INT || f->type == TF_MONEY) && tfield_number(f, str_of(f->dflt), &n))
		return json_integer(n);
	return json_string(f->dflt);
}

/* ---- does a value fit ----------------------------------------------------------------------- */

static int unfit(const struct tfield *f, struct fault *fault, const char *what)
{
	return fail(fault, E_INVALID, f->name, "%s: %s", f->label.zh, what);
}

static int check_text(const struct tfield *f, struct str s, struct fault *fault)
{
	int64_t most = f->max ? f->max : f->type == TF_LONG_TEXT ? LONG_TEXT_MAX : TEXT_MAX;

	if ((int64_t)utf8_count(s) > most)
		return fail(fault, E_INVALID, f->name, "%s: 最多 %lld 字 (at most %lld characters)", f->label.zh,
			    (long long)most, (long long)most);
	if (f->type != TF_LONG_TEXT && memchr(s.p, '\n', s.len))
		return unfit(f, fault, "只能有一行 (one line only)");
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < ' ' && s.p[i] != '\n' && s.p[i] != '\t')
			return unfit(f, fault, "含有不可打印的字符 (has characters that can't be printed)");
	return 0;
}

static bool is_choice(const struct tfield *f, struct str s)
{
	for (size_t i = 0; i < f->n_choices; i++)
		if (str_is(s, f->choices[i].value))
			return true;
	return false;
}

static int check_choices(const struct tfield *f, const json_t *v, struct fault *fault)
{
	for (size_t i = 0; i < json_array_size(v); i++)
		if (!is_choice(f, json_str(json_array_get(v, i))))
			return unfit(f, fault, "没有这个选项 (no such choice)");
	return json_is_array(v) ? 0 : unfit(f, fault, "应为若干选项 (a list of choices)");
}

static const struct tfield *column(const struct tfield *f, const char *name)
{
	for (size_t i = 0; i < f->n_columns; i++)
		if (strcmp(f->columns[i].name, name) == 0)
			return &f->columns[i];
	return NULL;
}

static int check_rows(const struct tfield *f, const json_t *v, struct fault *fault)
{
	if (!json_is_array(v) || json_array_size(v) > ROWS_MAX)
		return unfit(f, fault, "应为若干行 (a list of rows, at most 500)");
	for (size_t i = 0; i < json_array_size(v); i++) {
		json_t *row = json_array_get(v, i), *value;
		const char *name;
		int r;

		if (!json_is_object(row))
			return unfit(f, fault, "每行应为对象 (each row is an object)");
		json_object_foreach(row, name, value) {
			const struct tfield *c = column(f, name);

			if (!c)
				return fail(fault, E_INVALID, f->name, "%s: 没有列 (there is no column) '%.40s'", f->label.zh, name);
			if ((r = tfield_check(c, value, fault)) < 0)
				return r;
		}
	}
	return 0;
}

static bool is_phone(struct str s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!isdigit((unsigned char)s.p[i]) && !strchr("+- ()", s.p[i]))
			return false;
		digits += isdigit((unsigned char)s.p[i]) != 0;
	}
	return digits >= 3 && digits <= 20;
}

int tfield_check(const struct tfield *f, const json_t *v, struct fault *fault)
{
	struct str s = json_str(v);
	int64_t n;

	if (is_empty(v))
		return 0;
	switch (f->type) {
	case TF_INT:
	case TF_MONEY:
		return json_is_integer(v) && json_integer_value(v) >= 0 && (!f->max || json_integer_value(v) <= f->max)
			       ? 0
			       : unfit(f, fault, "应为不小于 0 的整数 (a whole number; money in fen)");
	case TF_RATE:
		return s.p && hundredths(s, &n) ? 0 : unfit(f, fault, "应为最多两位小数的数字，如 3.45 (a number like 3.45)");
	case TF_BOOL:
		return json_is_boolean(v) ? 0 : unfit(f, fault, "应为是或否 (true or false)");
	case TF_DATE:
		return s.p && date_parse(s, &n) == 0 ? 0 : unfit(f, fault, "应为日期，如 2026-05-09 (a date)");
	case TF_CHOICE:
		return s.p && is_choice(f, s) ? 0 : unfit(f, fault, "没有这个选项 (no such choice)");
	case TF_CHOICES:
		return check_choices(f, v, fault);
	case TF_ROWS:
		return check_rows(f, v, fault);
	case TF_PHONE:
		return s.p && is_phone(s) ? 0 : unfit(f, fault, "应为电话号码 (a telephone number)");
	case TF_EMAIL:
		return s.p && memchr(s.p, '@', s.len) ? check_text(f, s, fault) : unfit(f, fault, "应为邮箱 (an e-mail address)");
	default:
		return s.p ? check_text(f, s, fault) : unfit(f, fault, "应为文字 (a text)");
	}
}

int template_check_values(const struct template *t, const json_t *values, struct fault *f)
{
	const char *name;
	json_t *v;
	int r;

	json_object_foreach((json_t *)values, name, v) {
		int field = template_field(t, str_of(name));

		if (field < 0)
			return fail(f, E_INVALID, "answers", "没有字段 '%.40s' (the template has no such field)", name);
		if ((r = tfield_check(&t->fields[field], v, f)) < 0)
			return r;
	}
	return 0;
}

/* ---- print ---------------------------------------------------------------------------------- */

/* 0 … 9999 with its units; @p gap: digits of a higher group stand before. */
static void capital_group(struct buf *out, unsigned n, bool gap)
{
	static const char *const digits[] = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};
	static const char *const units[] = {"仟", "佰", "拾", ""};
	unsigned power = 1000;

	for (int i = 0; i < 4; i++, power /= 10) {
		unsigned digit = n / power % 10;

		if (!digit) {
			gap = gap || n / power / 10 > 0;
			continue;
		}
		if (gap && (i > 0 ? n / power / 10 % 10 == 0 : true))
			buf_adds(out, digits[0]);
		gap = false;
		buf_adds(out, digits[digit]);
		buf_adds(out, units[i]);
	}
}

static void capital_yuan(struct buf *out, uint64_t yuan)
{
	static const struct {
		uint64_t size;
		const char *unit;
	} groups[] = {{UINT64_C(1000000000000), "万亿"}, {100000000, "亿"}, {10000, "万"}, {1, ""}};
	bool any = false, zero = false;

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		unsigned n = (unsigned)(yuan / groups[i].size % 10000);

		if (!n) {
			zero = any;
			continue;
		}
		capital_group(out, n, any && (zero || n < 1000));
		buf_adds(out, groups[i].unit);
		any = true;
		zero = false;
	}
}

/* 《正确填写票据和结算凭证的基本规定》: 元 and 角 are followed by 整 when nothing smaller comes. */
void format_capitals(struct buf *out, int64_t fen)
{
	static const char *const digits[] = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};
	unsigned jiao = (unsigned)(fen / 10 % 10), rest = (unsigned)(fen % 10);
	uint64_t yuan = (uint64_t)fen / 100;

	buf_adds(out, "人民币");
	if (yuan || (!jiao && !rest)) {
		if (!yuan)
			buf_adds(out, "零");
		capital_yuan(out, yuan);
		buf_adds(out, "元");
	}
	if (jiao)
		buf_printf(out, "%s角", digits[jiao]);
	else if (rest && yuan)
		buf_adds(out, "零");
	if (rest)
		buf_printf(out, "%s分", digits[rest]);
	else
		buf_adds(out, "整");
}

static struct str grouped(struct arena *a, int64_t fen)
{
	char plain[32];
	CLEANUP(buf_free) struct buf out = {0};
	int n = snprintf(plain, sizeof(plain), "%lld", (long long)(fen / 100));

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			buf_addc(&out, ',');
		buf_addc(&out, plain[i]);
	}
	buf_printf(&out, ".%02d", (int)(fen % 100));
	return (struct str){arena_strndup(a, out.p, out.len), out.len};
}

static struct str print_money(struct arena *a, int64_t fen, enum tformat format)
{
	CLEANUP(buf_free) struct buf out = {0};
	struct str digits = grouped(a, fen);

	if (format == FORMAT_NUMBER)
		return digits;
	if (format == FORMAT_UPPER) {
		format_capitals(&out, fen);
		return (struct str){arena_strndup(a, out.p, out.len), out.len};
	}
	return str_of(arena_printf(a, "%.*s元", STR_FMT(digits)));
}

static struct str print_date(struct arena *a, struct str text, enum tformat format)
{
	static const char *const digits[] = {"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
	CLEANUP(buf_free) struct buf out = {0};
	int64_t days;
	int y, m, d;

	if (date_parse(text, &days) < 0)
		return text;
	date_to_civil(days, &y, &m, &d);
	if (format == FORMAT_NUMBER)
		return text;
	if (format == FORMAT_SHORT)
		return str_of(arena_printf(a, "%d.%d.%d", y, m, d));
	if (format != FORMAT_UPPER)
		return str_of(arena_printf(a, "%d年%d月%d日", y, m, d));
	for (int power = 1000; power; power /= 10)
		buf_adds(&out, digits[y / power % 10]);
	buf_adds(&out, "年");
	number_chinese(&out, (unsigned)m);
	buf_adds(&out, "月");
	number_chinese(&out, (unsigned)d);
	buf_adds(&out, "日");
	return (struct str){arena_strndup(a, out.p, out.len), out.len};
}

static struct str print_choice(const struct tfield *f, struct str s)
{
	for (size_t i = 0; i < f->n_choices; i++)
		if (str_is(s, f->choices[i].value))
			return str_of(f->choices[i].label.zh);
	return s;
}

static struct str print_choices(struct arena *a, const struct tfield *f, const json_t *v)
{
	CLEANUP(buf_free) struct buf out = {0};

	for (size_t i = 0; i < json_array_size(v); i++) {
		struct str one = print_choice(f, json_str(json_array_get(v, i)));

		if (i)
			buf_adds(&out, "、");
		buf_add(&out, one.p, one.len);
	}
	return (struct str){arena_strndup(a, out.p ? out.p : "", out.len), out.len};
}

static struct str print_int(struct arena *a, int64_t n, enum tformat format)
{
	CLEANUP(buf_free) struct buf out = {0};

	if (format == FORMAT_UPPER && n >= 0 && n <= 9999)
		number_chinese(&out, (unsigned)n);
	else
		buf_printf(&out, "%lld", (long long)n);
	return (struct str){arena_strndup(a, out.p, out.len), out.len};
}

struct str tfield_print(struct arena *a, const struct tfield *f, const json_t *v, enum tformat format)
{
	struct str s = json_str(v);

	if (is_empty(v))
		return STR("");
	switch (f->type) {
	case TF_INT:
		return json_is_integer(v) ? print_int(a, json_integer_value(v), format) : s;
	case TF_MONEY:
		return json_is_integer(v) ? print_money(a, json_integer_value(v), format) : s;
	case TF_RATE:
		return format == FORMAT_NUMBER ? s : str_of(arena_printf(a, "%.*s%%", STR_FMT(s)));
	case TF_BOOL:
		return json_is_true(v) ? STR("是") : STR("否");
	case TF_DATE:
		return print_date(a, s, format);
	case TF_CHOICE:
		return print_choice(f, s);
	case TF_CHOICES:
		return print_choices(a, f, v);
	default:
		return (struct str){arena_strndup(a, s.p ? s.p : "", s.len), s.len};
	}
}
