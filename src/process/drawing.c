/*
 * A process as a picture: a card for each state in the order a case meets them, on it the clocks
 * that run, the review's steps and a line for each action; from the action's line an arrow goes to
 * the state it leads to, forwards on the right, backwards on the left. Each arrow has a lane of its
 * own, so nothing is ever drawn over text.
 */
#include "process/process.h"

#define CARD_W 420
#define HEAD_H 34
#define LINE_H 24
#define GAP 34
#define PAD 14
#define LANE_W 14
#define MARGIN 24
#define TITLE_H 64
#define LINES_MAX 40
#define ARROWS_MAX 256

enum line_kind { LINE_CLOCK, LINE_STEP, LINE_ACTION };

struct line {
	enum line_kind kind;
	const char *text, *aside;
	int to; /**< state an action leads to, -1 */
	bool primary;
};

struct card {
	int state, rank;
	struct line lines[LINES_MAX];
	size_t n_lines;
	int x, y, h;
};

struct arrow {
	int from_card, to_card, lane;
	int y[LINES_MAX], n_y; /**< lines of the card it comes from: they share one lane */
	int y2;
	bool back, primary;
};

struct picture {
	const struct definition *d;
	enum lang lang;
	struct label (*role_label)(void *arg, const char *role);
	void *arg;
	struct arena *a;
	struct card cards[MAX_STATES];
	size_t n;
	struct arrow arrows[ARROWS_MAX];
	size_t n_arrows;
	int lanes_left, lanes_right, left, width, height, any_h;
	const struct action_def *any[16]; /**< possible almost everywhere: said once */
	size_t n_any;
	struct buf *out;
};

static const char *say(const struct picture *p, const char *zh, const char *en)
{
	return p->lang == LANG_EN ? en : zh;
}

/* ---- words ------------------------------------------------------------------------- */

static const char *who_text(const struct picture *p, const struct who *w)
{
	static const struct label words[] = {[WHO_ASSIGNEE] = {"经办人", "in charge"},
					     [WHO_CREATOR] = {"登记人", "creator"},
					     [WHO_FIRST_ASKER] = {"首问人", "first asked"},
					     [WHO_CLIENT] = {"咨询人", "client"},
					     [WHO_ANYONE] = {"任何人", "anyone"},
					     [WHO_SYSTEM] = {"系统", "system"},
					     [WHO_ACTOR] = {"操作人", "who acts"},
					     [WHO_NOBODY] = {"无", "nobody"}};

	if (w->kind == WHO_FIELD)
		return label_text(p->d->fields[w->field].label, p->lang);
	if (w->kind != WHO_ROLE)
		return label_text(words[w->kind], p->lang);
	return p->role_label ? label_text(p->role_label(p->arg, w->role), p->lang) : w->role;
}

static const char *who_list_text(const struct picture *p, const struct who_list *who)
{
	CLEANUP(buf_free) struct buf b = {0};

	for (size_t i = 0; i < who->n && i < 4; i++)
		buf_printf(&b, "%s%s", b.len ? say(p, "、", ", ") : "", who_text(p, &who->at[i]));
	if (who->n > 4)
		buf_adds(&b, "…");
	return arena_strdup(p->a, b.p ? b.p : "");
}

/** Width in pixels at a size: CJK is square, Latin a little more than half of it. */
static double text_width(const char *s, double size)
{
	struct str t = str_of(s);
	double em = 0;
	size_t pos = 0;

	while (pos < t.len)
		em += utf8_next(t, &pos) >= 0x2e80 ? 1.0 : 0.56;
	return em * size;
}

static const char *fit(const struct picture *p, const char *s, double size, double max)
{
	struct str t = str_of(s);
	double em = 1;
	size_t pos = 0;

	if (text_width(s, size) <= max)
		return s;
	while (pos < t.len) {
		size_t at = pos;

		em += utf8_next(t, &pos) >= 0x2e80 ? 1.0 : 0.56;
		if (em * size > max)
			return arena_printf(p->a, "%.*s…", (int)at, s);
	}
	return s;
}

/* ---- what stands on a card --------------------------------------------------------- */

static void add_line(struct card *c, struct line l)
{
	if (c->n_lines < LINES_MAX)
		c->lines[c->n_lines++] = l;
}

static const char *within_of(const struct picture *p, const struct clock_def *c)
{
	if (c->within_field < 0)
		return period_label(p->a, &c->within, p->lang);
	return arena_printf(p->a, "%s%s%s", say(p, "按“", "by '"),
			    label_text(p->d->fields[c->within_field].label, p->lang),
			    say(p, "”", "'"));
}

/** A clock stands where it starts; one that starts with the case in the first state. */
static bool clock_starts_in(const struct definition *d, const struct clock_def *c, int state)
{
	if ((c->start_states >> state & 1) || (state == 0 && c->starts_create))
		return true;
	for (size_t i = 0; i < d->n_actions; i++) {
		const struct action_def *a = &d->actions[i];
		int to = a->to >= 0 ? a->to : -1;

		if (list_has(c->start_actions, a->name) &&
		    (to >= 0 ? to == state : a->from >> state & 1))
			return true;
	}
	return false;
}

static void add_clocks(struct picture *p, struct card *c)
{
	for (size_t i = 0; i < p->d->n_clocks; i++)
		if (clock_starts_in(p->d, &p->d->clocks[i], c->state))
			add_line(c,
				 (struct line){.kind = LINE_CLOCK,
					       .text = label_text(p->d->clocks[i].label, p->lang),
					       .aside = within_of(p, &p->d->clocks[i]),
					       .to = -1});
}

static void add_review(struct picture *p, struct card *c)
{
	const struct review_def *v = definition_review_in(p->d, c->state);

	for (size_t i = 0; v && i < v->n_steps; i++) {
		const struct review_step *s = &v->steps[i];
		const char *name =
			s->label.zh ? label_text(s->label, p->lang) : who_text(p, &s->who);

		add_line(c, (struct line){.kind = LINE_STEP,
					  .text = arena_printf(p->a, "%zu. %s", i + 1, name),
					  .aside = arena_printf(p->a, "%s · %d%s",
								who_text(p, &s->who), s->need,
								say(p, " 票", "")),
					  .to = -1});
	}
	if (!v)
		return;
	add_line(c, (struct line){.kind = LINE_ACTION,
				  .text = say(p, "复核通过", "Passed"),
				  .aside = "",
				  .to = v->pass.to,
				  .primary = true});
	add_line(c, (struct line){.kind = LINE_ACTION,
				  .text = say(p, "复核不通过", "Not passed"),
				  .aside = "",
				  .to = v->fail.to});
}

static bool is_any(const struct picture *p, const struct action_def *a)
{
	for (size_t i = 0; i < p->n_any; i++)
		if (p->any[i] == a)
			return true;
	return false;
}

static void add_actions(struct picture *p, struct card *c)
{
	for (size_t i = 0; i < p->d->n_actions; i++) {
		const struct action_def *a = &p->d->actions[i];

		if (!(a->from >> c->state & 1) || a->verdict != VERDICT_NONE || is_any(p, a))
			continue;
		add_line(c, (struct line){.kind = LINE_ACTION,
					  .text = label_text(a->label, p->lang),
					  .aside = who_list_text(p, &a->by),
					  .to = a->to,
					  .primary = a->primary});
	}
}

/* ---- places
 * --------------------------------------------------------------------------------------------------
 */

static void find_any(struct picture *p)
{
	int open = 0;

	for (size_t i = 0; i < p->d->n_states; i++)
		open += p->d->states[i].kind != STATE_END;
	for (size_t i = 0; i < p->d->n_actions; i++) {
		const struct action_def *a = &p->d->actions[i];

		if (open > 2 && __builtin_popcountll(a->from) >= open &&
		    p->n_any < ARRAY_SIZE(p->any))
			p->any[p->n_any++] = a;
	}
}

/** Steps from the beginning along the shortest way: the order in which a case meets the states. */
static void rank_states(const struct definition *d, int rank[MAX_STATES])
{
	for (size_t i = 0; i < d->n_states; i++)
		rank[i] = i ? 1000 : 0;
	for (size_t round = 0; round < d->n_states; round++)
		for (size_t i = 0; i < d->n_actions; i++)
			for (size_t s = 0; s < d->n_states; s++) {
				const struct action_def *a = &d->actions[i];

				if ((a->from >> s & 1) && a->to >= 0 && rank[a->to] > rank[s] + 1)
					rank[a->to] = rank[s] + 1;
			}
	for (size_t i = 0; i < d->n_reviews; i++)
		if (rank[d->reviews[i].pass.to] > rank[d->reviews[i].state] + 1)
			rank[d->reviews[i].pass.to] = rank[d->reviews[i].state] + 1;
	for (size_t i = 0; i < d->n_states; i++)
		if (d->states[i].kind == STATE_END)
			rank[i] += 500;
}

static void order_cards(struct picture *p)
{
	int rank[MAX_STATES];

	rank_states(p->d, rank);
	p->n = p->d->n_states;
	for (size_t i = 0; i < p->n; i++)
		p->cards[i] = (struct card){.state = (int)i, .rank = rank[i]};
	for (size_t i = 1; i < p->n; i++)
		for (size_t j = i; j > 0 && p->cards[j].rank < p->cards[j - 1].rank; j--) {
			struct card swap = p->cards[j];

			p->cards[j] = p->cards[j - 1];
			p->cards[j - 1] = swap;
		}
}

static int card_of(const struct picture *p, int state)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->cards[i].state == state)
			return (int)i;
	return 0;
}

static void place_cards(struct picture *p)
{
	int y = MARGIN + TITLE_H;

	p->any_h = p->n_any ? HEAD_H + (int)p->n_any * LINE_H + 10 : 0;
	y += p->any_h ? p->any_h + GAP : 0;
	for (size_t i = 0; i < p->n; i++) {
		struct card *c = &p->cards[i];

		c->y = y;
		c->h = HEAD_H + (int)c->n_lines * LINE_H + (c->n_lines ? 10 : 0);
		y += c->h + GAP;
	}
	p->height = y - GAP + MARGIN;
}

static struct arrow *arrow_between(struct picture *p, int from, int to)
{
	for (size_t i = 0; i < p->n_arrows; i++)
		if (p->arrows[i].from_card == from && p->arrows[i].to_card == to)
			return &p->arrows[i];
	if (p->n_arrows == ARROWS_MAX)
		return NULL;
	p->arrows[p->n_arrows] =
		(struct arrow){.from_card = from, .to_card = to, .back = to <= from};
	return &p->arrows[p->n_arrows++];
}

static void find_arrows(struct picture *p)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t l = 0; l < p->cards[i].n_lines; l++) {
			const struct line *line = &p->cards[i].lines[l];
			struct arrow *a;

			if (line->to < 0 || !(a = arrow_between(p, (int)i, card_of(p, line->to))))
				continue;
			a->y[a->n_y++] = p->cards[i].y + HEAD_H + (int)l * LINE_H + LINE_H / 2;
			a->primary |= line->primary;
		}
}

/** Arrows that arrive at the same card come in one below the other. */
static void place_ends(struct picture *p)
{
	for (size_t c = 0; c < p->n; c++)
		for (int back = 0; back < 2; back++) {
			int n = 0, k = 0;

			for (size_t i = 0; i < p->n_arrows; i++)
				n += p->arrows[i].to_card == (int)c && p->arrows[i].back == back;
			for (size_t i = 0; i < p->n_arrows; i++)
				if (p->arrows[i].to_card == (int)c && p->arrows[i].back == back)
					p->arrows[i].y2 = p->cards[c].y + (HEAD_H * ++k) / (n + 1);
		}
}

/** From where to where its lane is taken. */
static void extent(const struct arrow *a, int *ret_top, int *ret_bottom)
{
	int first = a->y[0], last = a->y[a->n_y - 1];

	*ret_top = a->y2 < first ? a->y2 : first;
	*ret_bottom = a->y2 > last ? a->y2 : last;
}

static bool overlap(const struct arrow *a, const struct arrow *b)
{
	int a1, a2, b1, b2;

	extent(a, &a1, &a2);
	extent(b, &b1, &b2);
	return a->back == b->back && a1 <= b2 + 6 && b1 <= a2 + 6;
}

static int span(const struct arrow *a)
{
	int top, bottom;

	extent(a, &top, &bottom);
	return bottom - top;
}

/** Short arrows inside, long ones outside: fewer crossings. */
static void choose_lanes(struct picture *p)
{
	for (size_t i = 1; i < p->n_arrows; i++)
		for (size_t j = i; j > 0 && span(&p->arrows[j]) < span(&p->arrows[j - 1]); j--) {
			struct arrow swap = p->arrows[j];

			p->arrows[j] = p->arrows[j - 1];
			p->arrows[j - 1] = swap;
		}
	for (size_t i = 0; i < p->n_arrows; i++) {
		struct arrow *a = &p->arrows[i];
		int *most = a->back ? &p->lanes_left : &p->lanes_right;

		for (size_t j = 0; j < i; j++)
			if (overlap(a, &p->arrows[j]) && p->arrows[j].lane >= a->lane)
				a->lane = p->arrows[j].lane + 1;
		if (a->lane + 1 > *most)
			*most = a->lane + 1;
	}
}

/* ---- ink
 * ---------------------------------------------------------------------------------------------------------
 */

static void escaped(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			buf_adds(out, "&lt;");
		else if (*s == '&')
			buf_adds(out, "&amp;");
		else if (*s == '"')
			buf_adds(out, "&quot;");
		else
			buf_addc(out, *s);
	}
}

static void text(struct picture *p, double x, double y, const char *class, const char *anchor,
		 const char *s)
{
	buf_printf(p->out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">", x, y,
		   class, anchor);
	escaped(p->out, s);
	buf_adds(p->out, "</text>\n");
}

static void draw_line(struct picture *p, const struct card *c, size_t i)
{
	const struct line *l = &c->lines[i];
	double y = c->y + HEAD_H + (double)i * LINE_H + LINE_H * 0.68, x = c->x + PAD + 14;
	double room = CARD_W - 2 * PAD - 14, aside = text_width(l->aside, 12);

	if (aside > room * 0.55)
		aside = room * 0.55;
	if (l->kind == LINE_CLOCK)
		buf_printf(p->out,
			   "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" class=\"clock\"/><path "
			   "d=\"M%.1f %.1fv-3.2m0 3.2h2.4\" class=\"clock\"/>\n",
			   x - 9.0, y - 4.5, x - 9.0, y - 4.5);
	else if (l->kind == LINE_ACTION)
		buf_printf(p->out, "<path d=\"M%.1f %.1fl5 4-5 4z\" class=\"%s\"/>\n", x - 12.0,
			   y - 8.5, l->primary ? "tip main" : "tip");
	else
		buf_printf(p->out,
			   "<rect x=\"%.1f\" y=\"%.1f\" width=\"7\" height=\"7\" rx=\"1.5\" "
			   "class=\"step\"/>\n",
			   x - 13.0, y - 8.0);
	text(p, x, y,
	     l->kind == LINE_ACTION  ? (l->primary ? "a b" : "a")
	     : l->kind == LINE_CLOCK ? "k"
				     : "a",
	     "start", fit(p, l->text, 13, room - aside - 10));
	text(p, c->x + CARD_W - PAD, y, l->kind == LINE_CLOCK ? "k s" : "s", "end",
	     fit(p, l->aside, 12, room * 0.55 + 1));
}

static void draw_card(struct picture *p, const struct card *c)
{
	const struct state_def *s = &p->d->states[c->state];
	static const char *const class_of[] = {"card start", "card", "card wait", "card end"};
	int kind = c->state == 0 && s->kind == STATE_OPEN ? STATE_START : s->kind;
	const char *badge = kind == STATE_START	 ? say(p, "开始", "start")
			    : kind == STATE_WAIT ? say(p, "等待", "waiting")
			    : kind == STATE_END	 ? say(p, "办结", "end")
						 : "";

	buf_printf(p->out,
		   "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" class=\"%s\"/>\n",
		   c->x, c->y, CARD_W, c->h, kind == STATE_END ? 17 : 8, class_of[kind]);
	text(p, c->x + PAD, c->y + 22.5, kind == STATE_END ? "h e" : "h", "start",
	     fit(p, label_text(s->label, p->lang), 15, CARD_W - 90));
	text(p, c->x + CARD_W - PAD, c->y + 22.0, kind == STATE_END ? "s e" : "s", "end", badge);
	if (c->n_lines)
		buf_printf(p->out, "<path d=\"M%d %dh%d\" class=\"rule\"/>\n", c->x + 1,
			   c->y + HEAD_H - 2, CARD_W - 2);
	for (size_t i = 0; i < c->n_lines; i++)
		draw_line(p, c, i);
}

static void draw_arrow(struct picture *p, const struct arrow *a)
{
	int edge = a->back ? p->left : p->left + CARD_W, dir = a->back ? -1 : 1;
	int x = edge + dir * (16 + a->lane * LANE_W);
	const char *class = a->primary ? " main" : "";

	for (int i = 0; i < a->n_y; i++) {
		int y1 = a->y[i], down = a->y2 > y1 ? 1 : -1, r = 7;

		if ((a->y2 - y1) * down < 2 * r)
			r = (a->y2 - y1) * down / 2;
		buf_printf(
			p->out,
			"<path d=\"M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d\" class=\"edge%s\"/>\n",
			edge, y1, x - dir * r, x, y1, x, y1 + down * r, a->y2 - down * r, x, a->y2,
			x - dir * r, a->y2, edge + dir * 7, class);
	}
	buf_printf(p->out, "<path d=\"M%d %dl%d -4v8z\" class=\"tip%s\"/>\n", edge + dir, a->y2,
		   dir * 8, class);
}

static void draw_any(struct picture *p)
{
	int y = MARGIN + TITLE_H;

	if (!p->n_any)
		return;
	buf_printf(p->out,
		   "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" class=\"card "
		   "any\"/>\n",
		   p->left, y, CARD_W, p->any_h);
	text(p, p->left + PAD, y + 22.5, "h", "start",
	     say(p, "办结前随时可以", "At any time before the end"));
	for (size_t i = 0; i < p->n_any; i++) {
		const struct action_def *a = p->any[i];
		double at = y + HEAD_H + (double)i * LINE_H + LINE_H * 0.68;
		const char *name = label_text(a->label, p->lang);

		if (a->to >= 0)
			name = arena_printf(p->a, "%s → %s", name,
					    label_text(p->d->states[a->to].label, p->lang));
		text(p, p->left + PAD + 14, at, "a", "start", fit(p, name, 13, CARD_W * 0.55));
		text(p, p->left + CARD_W - PAD, at, "s", "end",
		     fit(p, who_list_text(p, &a->by), 12, CARD_W * 0.35));
	}
}

static const char style[] =
	"<style>"
	"svg{--ink:#1f2937;--soft:#5f6b7a;--line:#c3ccd8;--card:#ffffff;--page:#f6f8fb;--main:#"
	"1f3a5f;--wait:#fff8e8;"
	"--waitline:#d9b866;--clock:#9a5b00;--endtext:#ffffff}"
	"@media(prefers-color-scheme:dark){svg{--ink:#e6ebf2;--soft:#9aa7b8;--line:#4a5768;--card:#"
	"1d2530;--page:#12171e;"
	"--main:#8fb4e3;--wait:#2b2618;--waitline:#8a7440;--clock:#e0a94a;--endtext:#12171e}}"
	"text{font-family:'Noto Sans CJK SC','PingFang SC','Microsoft "
	"YaHei',system-ui,sans-serif;fill:var(--ink)}"
	".t{font-size:19px;font-weight:600}.h{font-size:15px;font-weight:600}.a{font-size:13px}.b{"
	"font-weight:600;"
	"fill:var(--main)}.s{font-size:12px;fill:var(--soft)}.k{font-size:13px;fill:var(--clock)}."
	"k.s{font-size:12px}"
	".e{fill:var(--endtext)}.page{fill:var(--page)}.card{fill:var(--card);stroke:var(--line)}"
	".start{stroke:var(--main);stroke-width:2}.wait{fill:var(--wait);stroke:var(--waitline)}"
	".end{fill:var(--main);stroke:var(--main)}.any{stroke-dasharray:5 "
	"4}.rule{stroke:var(--line);stroke-opacity:.6}"
	".edge{fill:none;stroke:var(--soft);stroke-width:1.3}.edge.main{stroke:var(--main);stroke-"
	"width:2}"
	".tip{fill:var(--soft)}.tip.main{fill:var(--main)}.step{fill:none;stroke:var(--soft);"
	"stroke-width:1.3}"
	".clock{fill:none;stroke:var(--clock);stroke-width:1.4}"
	"</style>\n";

static void lay_out(struct picture *p)
{
	find_any(p);
	order_cards(p);
	for (size_t i = 0; i < p->n; i++) {
		add_clocks(p, &p->cards[i]);
		add_review(p, &p->cards[i]);
		add_actions(p, &p->cards[i]);
	}
	place_cards(p);
	find_arrows(p);
	place_ends(p);
	choose_lanes(p);
	p->left = MARGIN + (p->lanes_left ? 20 + p->lanes_left * LANE_W : 0);
	p->width = p->left + CARD_W + 20 + p->lanes_right * LANE_W + MARGIN;
	for (size_t i = 0; i < p->n; i++)
		p->cards[i].x = p->left;
}

void definition_draw(const struct definition *d, enum lang lang,
		     struct label (*role_label)(void *arg, const char *role), void *arg,
		     struct buf *out)
{
	struct arena *a = arena_new();
	struct picture *p = ARENA_NEW(a, struct picture);

	*p = (struct picture){
		.d = d, .lang = lang, .role_label = role_label, .arg = arg, .a = a, .out = out};
	lay_out(p);
	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		   "height=\"%d\" role=\"img\">\n<title>",
		   p->width, p->height, p->width, p->height);
	escaped(out, label_text(d->label, lang));
	buf_adds(out, "</title>\n");
	buf_adds(out, style);
	buf_printf(out, "<rect width=\"%d\" height=\"%d\" class=\"page\"/>\n", p->width, p->height);
	text(p, p->left, MARGIN + 22, "t", "start", fit(p, label_text(d->label, lang), 19, CARD_W));
	if (d->source)
		text(p, p->left, MARGIN + 44, "s", "start", fit(p, d->source, 12, CARD_W));
	draw_any(p);
	for (size_t i = 0; i < p->n_arrows; i++)
		draw_arrow(p, &p->arrows[i]);
	for (size_t i = 0; i < p->n; i++)
		draw_card(p, &p->cards[i]);
	buf_adds(out, "</svg>\n");
	arena_free(a);
}
