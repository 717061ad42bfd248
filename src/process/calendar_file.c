/* calendar.yaml of a profile, and the official days of a year, as calendars. */
#include "base/assets.h"
#include "base/file.h"
#include "process/calendar_impl.h"

#define OFFICIAL "official"

static const char *const weekday_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

struct reader {
	struct calendar_set *set;
	struct yreport *report;
	const char *zone;
};

/* A scalar that lives as long as the set. */
static const char *text_of(struct reader *r, const struct ynode *n, const char *dflt)
{
	return arena_strdup(r->set->arena, yaml_text(n, dflt, r->report));
}

/* ---- windows ------------------------------------------------------------------------------- */

static int weekday_of(struct str s)
{
	for (int i = 0; weekday_names[i]; i++)
		if (str_is(s, weekday_names[i]))
			return i + 1;
	return 0;
}

/* "fri" or "mon-fri" → bits 1…7; 0 when it is neither. */
static unsigned weekdays_of(const char *text)
{
	struct str rest = str_of(text), first = STR_NULL, last = STR_NULL;
	unsigned bits = 0;
	int from, to;

	if (!str_split(&rest, '-', &first))
		return 0;
	last = rest.p ? rest : first;
	from = weekday_of(str_trim(first));
	to = weekday_of(str_trim(last));
	for (int d = from; from && d <= to; d++)
		bits |= 1u << d;
	return bits;
}

static bool read_minute(struct reader *r, const struct ynode *n, const struct ynode *window,
			int *ret)
{
	struct fault f = {0};

	if (!n) {
		yreport_add(r->report, window, "a window needs days, from and to");
		return false;
	}
	if (minute_parse(n->text, ret, &f) == 0)
		return true;
	yreport_add(r->report, n, "%s", f.detail);
	return false;
}

static void read_window(struct reader *r, struct calendar *c, const struct ynode *n)
{
	static const char *const keys[] = {"days", "from", "to", NULL};
	struct fault f = {0};
	const char **days;
	size_t n_days;
	int from, to;

	yaml_only(n, keys, r->report);
	if (!read_minute(r, yaml_get(n, "from"), n, &from) ||
	    !read_minute(r, yaml_get(n, "to"), n, &to))
		return;
	days = yaml_list(r->set->arena, yaml_get(n, "days"), &n_days, r->report);
	if (!n_days)
		yreport_add(r->report, n, "a window needs days: mon, or mon-fri, or [mon, wed]");
	for (size_t i = 0; i < n_days; i++) {
		unsigned bits = weekdays_of(days[i]);

		if (!bits)
			yreport_add(r->report, n,
				    "'%s' is no weekday: mon tue wed thu fri sat sun, or mon-fri",
				    days[i]);
		for (int d = 1; d <= 7; d++)
			if ((bits >> d & 1) && calendar_add_span(c, d, from, to, &f) < 0)
				yreport_add(r->report, n, "%s", f.detail);
	}
}

/* ---- days ---------------------------------------------------------------------------------- */

typedef VEC(struct day_mark) mark_list;

static bool read_date(struct reader *r, const struct ynode *n, int64_t *ret)
{
	if (n && n->kind == Y_SCALAR && date_parse(n->text, ret) == 0)
		return true;
	if (n)
		yreport_add(r->report, n, "a date is written 2026-05-01");
	return false;
}

static void add_mark(struct reader *r, const struct ynode *at, mark_list *marks, int64_t day,
		     enum day_kind kind, const char *label)
{
	struct day_mark m = {day, kind, label};

	for (size_t i = 0; i < marks->n; i++)
		if (marks->at[i].day == day) {
			yreport_add(r->report, at, "this day is entered twice");
			return;
		}
	VEC_ADD(marks, m);
}

/* {label, from, to, work: [...]}: days off and the working days that make up for them. */
static void read_holiday(struct reader *r, const struct ynode *n, mark_list *marks)
{
	static const char *const keys[] = {"label", "from", "to", "work", NULL};
	const struct ynode *work = yaml_get(n, "work");
	const char *label;
	int64_t from = 0, to, day;

	yaml_only(n, keys, r->report);
	label = text_of(r, yaml_get(n, "label"), "");
	if (yaml_get(n, "from")) {
		if (!read_date(r, yaml_get(n, "from"), &from))
			return;
		to = from;
		if (yaml_get(n, "to") && !read_date(r, yaml_get(n, "to"), &to))
			return;
		if (to < from || to - from > 31)
			yreport_add(r->report, n, "a holiday ends after it begins, within a month");
		for (day = from; day <= to && to - from <= 31; day++)
			add_mark(r, n, marks, day, DAY_OFF, label);
	} else if (!work) {
		yreport_add(r->report, n, "a holiday needs from (and to), or work");
	}
	for (size_t i = 0; work && work->kind == Y_SEQ && i < work->n_kids; i++)
		if (read_date(r, work->kids[i], &day))
			add_mark(r, work->kids[i], marks, day, DAY_WORK, label);
	if (work && work->kind != Y_SEQ)
		yreport_add(r->report, work, "work is a list of dates");
}

static void keep_marks(struct reader *r, struct calendar *c, mark_list *marks)
{
	c->marks = arena_memdup(r->set->arena, marks->at, marks->n * sizeof(*marks->at));
	c->n_marks = marks->n;
	VEC_FREE(marks);
}

static void read_holidays(struct reader *r, const struct ynode *list, mark_list *marks)
{
	if (list && list->kind != Y_SEQ)
		yreport_add(r->report, list, "a list of days is expected");
	for (size_t i = 0; list && list->kind == Y_SEQ && i < list->n_kids; i++)
		read_holiday(r, list->kids[i], marks);
}

/* ---- official days ------------------------------------------------------------------------- */

static const struct ynode *load_year(struct reader *r, const struct ynode *at, const char *name)
{
	char *path = arena_printf(r->set->arena, "modules/calendars/data/%s.yaml", name);
	const struct asset *asset = asset_get(path);
	struct ynode *root = NULL;
	struct fault f = {0};

	if (!asset)
		yreport_add(r->report, at, "there is no %s", path);
	else if (yaml_parse(r->set->arena, asset->data, path, &root, &f) < 0)
		yreport_add(r->report, at, "%s", f.detail);
	return root;
}

static void read_year(struct reader *r, const struct ynode *root, struct known_year *year,
		      mark_list *marks)
{
	static const char *const keys[] = {"year", "source", "holidays", NULL};

	yaml_only(root, keys, r->report);
	if (!yaml_get(root, "year"))
		yreport_add(r->report, root, "the year is missing");
	year->year = (int)yaml_int(yaml_get(root, "year"), 1949, 9999, 0, r->report);
	year->source = text_of(r, yaml_get(root, "source"), "");
	read_holidays(r, yaml_get(root, "holidays"), marks);
}

static void read_official(struct reader *r, const struct ynode *list)
{
	struct calendar *c = calendar_set_add(r->set);
	mark_list marks = {0};
	const char **names;
	size_t n;

	c->name = OFFICIAL;
	c->label_zh = "法定工作日";
	c->label_en = "Official working days";
	c->source = "全国年节及纪念日放假办法";
	c->zone = zone_get(r->zone);
	names = yaml_list(r->set->arena, list, &n, r->report);
	c->years = ARENA_ARRAY(r->set->arena, struct known_year, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct ynode *root = load_year(r, list, names[i]);

		if (root)
			read_year(r, root, &c->years[c->n_years++], &marks);
	}
	keep_marks(r, c, &marks);
}

/* ---- calendars ----------------------------------------------------------------------------- */

static void read_label(struct reader *r, struct calendar *c, const struct ynode *n)
{
	static const char *const keys[] = {"zh", "en", NULL};

	c->label_zh = c->label_en = c->name;
	if (n && n->kind == Y_SCALAR) {
		c->label_zh = c->label_en = text_of(r, n, c->name);
	} else if (n) {
		yaml_only(n, keys, r->report);
		c->label_zh = text_of(r, yaml_get(n, "zh"), c->name);
		c->label_en = text_of(r, yaml_get(n, "en"), c->label_zh);
	}
}

static void read_zone(struct reader *r, struct calendar *c, const struct ynode *n)
{
	const char *name = text_of(r, n, r->zone);

	c->zone = zone_get(name);
	if (c->zone)
		return;
	yreport_add(r->report, n, "'%s' is no time zone; write \"Asia/Shanghai\"", name);
	c->zone = zone_get("UTC");
}

static void read_rules(struct reader *r, struct calendar *c, const struct ynode *n)
{
	static const char *const working[] = {"official", "windows", NULL};
	static const char *const ends[] = {"duty", "midnight", NULL};

	c->make_up_days_run = yaml_bool(yaml_get(n, "make_up_days_run"), false, r->report);
	c->days_off_run = yaml_bool(yaml_get(n, "days_off_run"), false, r->report);
	c->windows_make_days = yaml_enum(yaml_get(n, "working_days"), working, 0, r->report) == 1;
	c->ends_at_midnight = yaml_enum(yaml_get(n, "days_end"), ends, 0, r->report) == 1;
}

static void read_calendar(struct reader *r, const struct ynode *n)
{
	static const char *const keys[] = {
		"label",	"source",	"zone",	    "windows", "make_up_days_run",
		"days_off_run", "working_days", "days_end", "days",    NULL};
	const struct ynode *windows = yaml_get(n, "windows");
	struct calendar *c = calendar_set_add(r->set);
	mark_list marks = {0};

	yaml_only(n, keys, r->report);
	c->name = arena_strdup(r->set->arena, n->key);
	c->base = OFFICIAL;
	c->source = text_of(r, yaml_get(n, "source"), NULL);
	read_label(r, c, yaml_get(n, "label"));
	read_zone(r, c, yaml_get(n, "zone"));
	read_rules(r, c, n);
	if (windows && windows->kind != Y_SEQ)
		yreport_add(r->report, windows, "windows are a list");
	for (size_t i = 0; windows && windows->kind == Y_SEQ && i < windows->n_kids; i++)
		read_window(r, c, windows->kids[i]);
	read_holidays(r, yaml_get(n, "days"), &marks);
	keep_marks(r, c, &marks);
	if (!strcmp(c->name, OFFICIAL))
		yreport_add(
			r->report, n,
			"'official' is the calendar of official days itself; choose another name");
}

static void read_file(struct reader *r, const struct ynode *root)
{
	static const char *const keys[] = {"official", "calendars", NULL};
	const struct ynode *list = yaml_get(root, "calendars");
	struct fault f = {0};

	yaml_only(root, keys, r->report);
	read_official(r, yaml_get(root, "official"));
	if (list && list->kind != Y_MAP)
		yreport_add(r->report, list, "calendars are written name: {…}");
	for (size_t i = 0; list && list->kind == Y_MAP && i < list->n_kids; i++)
		read_calendar(r, list->kids[i]);
	if (calendar_set_finish(r->set, &f) < 0)
		yreport_add(r->report, root, "%s", f.detail);
}

int calendar_set_from_yaml(const struct ynode *root, const char *zone, struct calendar_set **ret,
			   struct yreport *report)
{
	size_t before = report->n;
	struct reader r = {.report = report, .zone = zone};

	if (!root || root->kind != Y_MAP) {
		yreport_add(report, root, "calendar.yaml begins with official: and calendars:");
		return -E_CONFIG;
	}
	r.set = calendar_set_new();
	if (!zone_get(zone)) {
		yreport_add(report, root, "'%s' is no time zone", zone);
		r.zone = "UTC";
	}
	read_file(&r, root);
	if (report->n > before) {
		calendar_set_free(r.set);
		return -E_CONFIG;
	}
	*ret = r.set;
	return 0;
}
