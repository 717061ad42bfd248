/* Templates: what is refused and where, what comes out of answers. */
#include "check.h"

#include "document/template.h"

#define HEAD "---\ntemplate: t\ntitle: {zh: 测试, en: Test}\nkind: contract\n"

static struct template *parse(const char *text)
{
	struct yreport r = {0};
	struct template *t = NULL;

	if (template_parse(str_of(text), "t.md", &t, &r) < 0)
		fail_msg("%s", r.text.p);
	yreport_free(&r);
	return t;
}

/* The findings must hold each of these, and be no more. */
static void refused(const char *text, const char *expected)
{
	struct yreport r = {0};
	struct template *t = NULL;

	assert_int_equal(template_parse(str_of(text), "t.md", &t, &r), -E_CONFIG);
	assert_contains(r.text.p, expected);
	yreport_free(&r);
}

static void test_findings_have_their_place(void **state)
{
	refused("no head", "t.md:1: a template begins with its head");
	refused(HEAD "colour: red\n---\nx\n", "t.md:5: unknown key 'colour'");
	refused(HEAD "---\nx\n{{lender}}\n", "t.md:6: there is no field 'lender'");
	refused(HEAD "---\nx\n\n::: if rich\ny\n:::\n", "t.md:8: there is no condition 'rich'");
	refused(HEAD "---\n::: if\n", "there is no condition ''");
	refused(HEAD "---\nx[^a]\n", "t.md:6: there is no note [^a]");
	refused(HEAD "---\nx\n\n[^a]: y\n", "t.md:8: the note [^a] is nowhere referred to");
	refused(HEAD "---\nsee {{#a}}\n", "t.md:6: no clause has the anchor {#a}");
	refused(HEAD "---\n## a {#a}\n\n## b {#a}\n", "t.md:8: the anchor 'a' stands twice");
	refused(HEAD "---\nx **bold\n", "t.md:6: ** or __ is opened and not closed");
	refused(HEAD "---\nx {{\n", "t.md:6: {{ without its }}");
	refused(HEAD "---\n::: dance\n", "t.md:6: '::: dance' is unknown");
	refused(HEAD "---\n::: sign\na | b\n", "t.md:6: ::: sign without its end");
	refused(HEAD "---\nx\n:::\n", "t.md:7: ':::' closes nothing");
	refused(HEAD "---\n| a | b |\n|---|---|\n| c |\n", "t.md:8: this row has 1 cells, the first one 2");
	refused(HEAD "---\nx[^a]\n\n[^a]: 依照《民法典第六百八十条\n", "t.md:8: 《 without its 》");
	refused(HEAD "---\n依照《民法典》第条。\n", "t.md:6: an article without its number");
	refused(HEAD "fields:\n  a: {type: texts, label: x}\n---\nx\n", "t.md:6:");
	refused(HEAD "fields:\n  a: {type: text}\n---\nx\n", "t.md:6: the field 'a' has no label");
	refused(HEAD "fields:\n  A: {type: text, label: x}\n---\nx\n", "t.md:6: 'A' is no name");
	refused(HEAD "fields:\n  a: {type: text, label: x, from: bank.balance}\n---\nx\n", "nothing is filled from 'bank.balance'");
	refused(HEAD "fields:\n  a: {type: choice, label: x}\n---\nx\n", "t.md:6: the choice 'a' needs choices");
	refused(HEAD "fields:\n  a: {type: rows, label: x}\n---\nx\n", "t.md:6: the rows 'a' need columns");
	refused(HEAD "fields:\n  a: {type: text, label: x}\n---\n{{.b}}\n", "t.md:8: {{.b}} stands outside");
	refused(HEAD "---\n", "t.md:6: the template has no text");
	refused("---\na: &x 1\n---\nx\n", "anchor");
}

static void test_circles(void **state)
{
	refused(HEAD "fields:\n  a: {type: bool, label: x, when: {field: b, is: yes}}\n"
		     "  b: {type: bool, label: x, when: {field: a, is: yes}}\n---\nx\n",
		"t.md:6: the condition of 'a' is circular");
	refused(HEAD "fields:\n  a: {type: bool, label: x, when: {condition: c}}\n"
		     "conditions:\n  c: {any: [{condition: d}]}\n  d: {none: [{field: a, given: yes}]}\n---\nx\n",
		"circular");
	refused(HEAD "conditions:\n  c: {condition: c}\n---\nx\n", "t.md:6: the condition of 'c' is circular");
}

#define LOAN                                                                                                        \
	HEAD "numbering: clauses\n"                                                                                 \
	     "fields:\n"                                                                                            \
	     "  lender: {type: text, label: {zh: 出借人, en: Lender}, required: yes}\n"                             \
	     "  amount: {type: money, label: {zh: 金额, en: Amount}, required: yes}\n"                              \
	     "  interest: {type: bool, label: {zh: 计息, en: Interest}}\n"                                          \
	     "  rate: {type: rate, label: {zh: 利率, en: Rate}, required: yes, when: {field: interest, is: yes}}\n" \
	     "  day: {type: date, label: {zh: 日期, en: Day}}\n"                                                    \
	     "  sureties: {type: rows, label: {zh: 保证人, en: Sureties}, columns: {name: {label: 姓名}, no: {label: 号}}}\n" \
	     "conditions:\n"                                                                                        \
	     "  paid: {field: interest, is: yes}\n"                                                                 \
	     "  big: {all: [{field: amount, gt: 50000}, {field: sureties, given: no}]}\n"                           \
	     "---\n"                                                                                                \
	     "# 借款合同\n\n出借人：{{lender}}\n\n## 金额 {#sum}\n\n{{amount:upper}}（{{amount}}）\n\n"               \
	     "::: if paid\n## 利息\n\n年利率{{rate}}[^r]。\n:::\n\n"                                                  \
	     "::: if big\n大额\n::: else\n小额\n:::\n\n"                                                              \
	     "## 其他\n\n1. 见{{#sum}}。\n\n1. 日期：{{day:upper}}\n   1. 细项\n\n1. 又\n   1. 另\n\n"                \
	     "| 序 | 姓名 |\n|---|---|\n| {{each sureties}}{{.number}} | {{.name}} |\n\n"                           \
	     "::: each sureties\n保证人{{.name}}（{{.no}}）\n:::\n\n"                                                 \
	     "[^r]: 《中华人民共和国民法典》第六百八十条第一款、第六百七十九条。\n"

struct world {
	struct arena *a;
	struct template *t;
	json_t *values;
	struct doc *doc;
};

static void end(struct world *w)
{
	doc_free(w->doc);
	json_decref(w->values);
	template_free(w->t);
	arena_free(w->a);
}

static int fill(struct world *w, const char *template, const char *values, struct fill how, struct fault *f)
{
	w->a = arena_new();
	w->t = parse(template);
	assert_int_equal(json_parse(str_of(values), &w->values, f), 0);
	how.values = w->values;
	return template_fill(w->t, &how, w->a, &w->doc, f);
}

/* All blocks as lines: number, words; cells with bars. */
static char *flat(struct world *w)
{
	struct buf out = {0};
	char *ret;

	for (size_t i = 0; i < w->doc->blocks.n; i++) {
		const struct block *b = &w->doc->blocks.at[i];
		struct str words = runs_text(w->a, &b->runs);

		buf_printf(&out, "%s%.*s\n", b->number_label ? b->number_label : "", STR_FMT(words));
		for (size_t c = 0; b->table && c < b->table->rows * b->table->columns; c++) {
			words = runs_text(w->a, &b->table->cells[c].runs);
			buf_printf(&out, "|%.*s", STR_FMT(words));
		}
	}
	ret = arena_strndup(w->a, out.p, out.len);
	buf_free(&out);
	return ret;
}

static void test_answers_become_a_document(void **state)
{
	struct world w = {0};
	struct fault f = {0};

	assert_int_equal(fill(&w, LOAN,
			      "{\"lender\":\"王**小**{{amount}}\",\"amount\":10000050,\"interest\":true,\"rate\":\"3.45\",\"day\":\"2026-10-09\","
			      "\"sureties\":[{\"name\":\"李|四\",\"no\":\"1\"},{\"name\":\"赵五\",\"no\":\"2\"}]}",
			      (struct fill){.notes = true}, &f),
			 0);
	assert_string_equal(flat(&w), "借款合同\n"
				      "出借人：王**小**{{amount}}\n"
				      "第一条金额\n"
				      "人民币壹拾万元伍角整（100,000.50元）\n"
				      "第二条利息\n"
				      "年利率3.45%。\n"
				      "小额\n"
				      "第三条其他\n"
				      "（一）见第一条。\n"
				      "（二）日期：二〇二六年十月九日\n"
				      "1.细项\n"
				      "（三）又\n"
				      "1.另\n"
				      "\n|序|姓名|1|李|四|2|赵五"
				      "保证人李|四（1）\n"
				      "保证人赵五（2）\n");
	assert_int_equal(w.doc->notes.n, 1);
	end(&w);
}

static void test_conditions_change_numbers(void **state)
{
	struct world w = {0};
	struct fault f = {0};

	/* A rate that was given before "no interest" counts no more. */
	assert_int_equal(fill(&w, LOAN, "{\"lender\":\"甲\",\"amount\":5000100,\"interest\":false,\"rate\":\"3.45\"}",
			      (struct fill){0}, &f),
			 0);
	assert_contains(flat(&w), "大额\n第二条其他\n");
	assert_int_equal(w.doc->notes.n, 0);
	end(&w);
}

static void test_missing_is_named(void **state)
{
	struct world w = {0};
	struct fault f = {0};

	assert_int_equal(fill(&w, LOAN, "{\"interest\":true}", (struct fill){0}, &f), -E_INVALID);
	assert_string_equal(f.detail, "还缺：出借人、金额、利率");
	assert_string_equal(f.field, "lender");
	end(&w);
	assert_int_equal(fill(&w, LOAN, "{}", (struct fill){.blanks = true}, &f), 0);
	assert_int_equal(w.doc->blocks.at[1].runs.at[1].style, RUN_BLANK);
	end(&w);
}

static void test_reference_to_a_clause_that_is_not_there(void **state)
{
	struct world w = {0};
	struct fault f = {0};

	assert_int_equal(fill(&w, HEAD "fields:\n  a: {type: bool, label: x}\nconditions:\n  c: {field: a, is: yes}\n---\n"
				       "::: if c\n## 抵押 {#m}\n:::\n\n见{{#m}}\n",
			      "{}", (struct fill){0}, &f),
			 -E_INVALID);
	assert_contains(f.detail, "t.md:14: the clause {#m}");
	end(&w);
}

static void test_values_that_do_not_fit(void **state)
{
	static const struct {
		const char *values, *field;
	} cases[] = {
		{"{\"amount\":\"x\"}", "amount"},	  {"{\"amount\":-1}", "amount"},
		{"{\"rate\":\"abc\"}", "rate"},		  {"{\"rate\":\"3.456\"}", "rate"},
		{"{\"day\":\"2026-02-30\"}", "day"},	  {"{\"interest\":\"yes\"}", "interest"},
		{"{\"lender\":\"a\\nb\"}", "lender"},	  {"{\"lender\":\"a\\u0007\"}", "lender"},
		{"{\"lender\":{}}", "lender"},		  {"{\"sureties\":[1]}", "sureties"},
		{"{\"sureties\":[{\"age\":1}]}", "sureties"}, {"{\"nobody\":1}", "answers"},
	};
	struct template *t = parse(LOAN);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fault f = {0};
		json_t *values;

		assert_int_equal(json_parse(str_of(cases[i].values), &values, &f), 0);
		assert_int_equal(template_check_values(t, values, &f), -E_INVALID);
		assert_string_equal(f.field, cases[i].field);
		json_decref(values);
	}
	template_free(t);
}

static void test_money_in_capitals(void **state)
{
	static const struct {
		int64_t fen;
		const char *text;
	} cases[] = {
		{0, "人民币零元整"},
		{5, "人民币伍分"},
		{50, "人民币伍角整"},
		{105, "人民币壹元零伍分"},
		{1234, "人民币壹拾贰元叁角肆分"},
		{10000, "人民币壹佰元整"},
		{100100, "人民币壹仟零壹元整"},
		{101000, "人民币壹仟零壹拾元整"},
		{1000000, "人民币壹万元整"},
		{1000100, "人民币壹万零壹元整"},
		{1050000, "人民币壹万零伍佰元整"},
		{10000000, "人民币壹拾万元整"},
		{100000000, "人民币壹佰万元整"},
		{10000000000, "人民币壹亿元整"},
		{10010000000, "人民币壹亿零壹拾万元整"},
		{12345678901, "人民币壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分"},
		{1000000000100, "人民币壹佰亿零壹元整"},
		{20304000, "人民币贰拾万叁仟零肆拾元整"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(buf_free) struct buf out = {0};

		format_capitals(&out, cases[i].fen);
		assert_string_equal(out.p, cases[i].text);
	}
}

static void test_citations(void **state)
{
	struct template *t = parse(LOAN);

	assert_int_equal(t->citations.n, 2);
	assert_string_equal(t->citations.at[0].law, "中华人民共和国民法典");
	assert_string_equal(t->citations.at[0].key, "680");
	assert_string_equal(t->citations.at[1].article, "第六百七十九条");
	assert_int_equal(t->citations.at[0].note, 0);
	template_free(t);
	t = parse(HEAD "---\n《公司法》第十条、第十一条第二款和第十二条，《刑法》第一百二十条之一第（二）项及《合同》。\n");
	assert_int_equal(t->citations.n, 4);
	assert_string_equal(t->citations.at[2].key, "12");
	assert_string_equal(t->citations.at[3].key, "120-1");
	assert_int_equal(t->citations.at[3].line, 6);
	template_free(t);
}

static void test_signatures_have_no_outer_bars(void **state)
{
	struct world w = {0};
	struct fault f = {0};

	assert_int_equal(fill(&w, HEAD "---\n::: sign\n | [seal]甲方：\n日期： |\n:::\n", "{}", (struct fill){0}, &f), 0);
	assert_string_equal(flat(&w), "\n||甲方：|日期：|");
	assert_true(w.doc->blocks.at[0].table->cells[1].seal);
	end(&w);
}

static void test_chapters_and_outline(void **state)
{
	struct world w = {0};
	struct fault f = {0};

	assert_int_equal(fill(&w, HEAD "numbering: chapters\n---\n## 总则\n\n1. 甲\n\n1. 乙\n   1. 子\n\n## 分则\n\n1. 丙\n",
			      "{}", (struct fill){0}, &f),
			 0);
	assert_string_equal(flat(&w), "第一章总则\n第一条甲\n第二条乙\n（一）子\n第二章分则\n第三条丙\n");
	end(&w);
	assert_int_equal(fill(&w, HEAD "numbering: outline\n---\n## 甲\n\n### 乙\n\n1. 丙\n\n### 丁\n\n1. 戊\n\n## 己\n\n### 庚\n",
			      "{}", (struct fill){0}, &f),
			 0);
	assert_string_equal(flat(&w), "一、甲\n（一）乙\n1.丙\n（二）丁\n1.戊\n二、己\n（一）庚\n");
	end(&w);
}

RUN(cmocka_unit_test(test_findings_have_their_place), cmocka_unit_test(test_circles),
    cmocka_unit_test(test_answers_become_a_document), cmocka_unit_test(test_conditions_change_numbers),
    cmocka_unit_test(test_missing_is_named), cmocka_unit_test(test_reference_to_a_clause_that_is_not_there),
    cmocka_unit_test(test_values_that_do_not_fit), cmocka_unit_test(test_money_in_capitals),
    cmocka_unit_test(test_citations), cmocka_unit_test(test_signatures_have_no_outer_bars), cmocka_unit_test(test_chapters_and_outline))
