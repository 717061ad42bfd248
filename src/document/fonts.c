/* One font map and context a thread: Pango's caches are not shared, and loading a CJK font takes longer than setting a page. */
#include "document/set.h"

#include <pthread.h>

#include "base/memory.h"

struct fonts {
	PangoFontMap *map;
	PangoContext *context;
	const struct page_layout *checked; /* whose families were found */
};

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fonts_free(void *p)
{
	struct fonts *fonts = p;

	g_object_unref(fonts->context);
	g_object_unref(fonts->map);
	free(fonts);
}

static void make_key(void)
{
	pthread_key_create(&key, fonts_free);
}

static struct fonts *fonts_new(void)
{
	struct fonts *fonts = MEM_NEW(struct fonts);
	cairo_font_options_t *options = cairo_font_options_create();

	fonts->map = pango_cairo_font_map_new();
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts->map), 72); /* a unit is a point */
	fonts->context = pango_font_map_create_context(fonts->map);
	/* Paper has no pixels. */
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(fonts->context, options);
	pango_context_set_round_glyph_positions(fonts->context, FALSE);
	pango_context_set_language(fonts->context, pango_language_from_string("zh-cn"));
	pango_context_set_base_dir(fonts->context, PANGO_DIRECTION_LTR);
	cairo_font_options_destroy(options);
	return fonts;
}

/* Fontconfig always answers with something: ask what it would really take. */
static bool has_family(struct fonts *fonts, const char *family)
{
	PangoFontDescription *wanted = pango_font_description_new(), *got;
	PangoFont *font;
	bool same;

	pango_font_description_set_family(wanted, family);
	pango_font_description_set_size(wanted, 12 * PANGO_SCALE);
	font = pango_context_load_font(fonts->context, wanted);
	pango_font_description_free(wanted);
	if (!font)
		return false;
	got = pango_font_describe(font);
	same = strcmp(pango_font_description_get_family(got), family) == 0;
	pango_font_description_free(got);
	g_object_unref(font);
	return same;
}

static const char *missing_family(struct fonts *fonts, const struct page_layout *l)
{
	if (!has_family(fonts, l->body_font))
		return l->body_font;
	return has_family(fonts, l->head_font) ? NULL : l->head_font;
}

int fonts_context(const struct page_layout *l, PangoContext **ret, struct fault *f)
{
	struct fonts *fonts;
	const char *missing;

	pthread_once(&once, make_key);
	if (!(fonts = pthread_getspecific(key))) {
		fonts = fonts_new();
		pthread_setspecific(key, fonts);
	}
	if (fonts->checked != l && (missing = missing_family(fonts, l)))
		return fail(f, E_CONFIG, "",
			    "the font '%s' is not installed; install the package fonts-noto-cjk and start again",
			    missing);
	fonts->checked = l;
	*ret = fonts->context;
	return 0;
}
