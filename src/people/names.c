#include "people/names.h"

#include <pthread.h>
#include <unicode/utrans.h>
#include <unicode/ustring.h>

#define PREFIX_MIN 2 /* characters */
#define PREFIX_MAX 8
#define PINYIN_IN_MAX 128 /* UTF-16 units; the rest of a longer name has no sound */

const char *name_kind_word(enum name_kind kind)
{
	static const char *const words[] = {"full",	"core",	  "pinyin",
					    "initials", "prefix", "former"};

	return words[kind];
}

/* ---- folding ------------------------------------------------------------------------------ */

/* ASCII and CJK punctuation, middle dots of foreign names, all spaces. */
static bool is_noise(uint32_t cp)
{
	return cp <= '/' || (cp >= ':' && cp <= '@') || (cp >= '[' && cp <= '`') ||
	       (cp >= '{' && cp <= 0xbf) || (cp >= 0x2000 && cp <= 0x206f) ||
	       (cp >= 0x3000 && cp <= 0x303f) || (cp >= 0xff00 && cp <= 0xff0f) || cp == 0x30fb ||
	       cp == 0xfffd;
}

struct str name_fold(struct arena *a, struct str name)
{
	CLEANUP(buf_free) struct buf out = {0};
	size_t pos = 0;
	char utf8[4];

	while (pos < name.len) {
		uint32_t cp = utf8_fold(utf8_next(name, &pos));

		if (!is_noise(cp))
			buf_add(&out, utf8, utf8_put(utf8, cp));
	}
	return (struct str){arena_strndup(a, out.p ? out.p : "", out.len), out.len};
}

static const char *const legal_forms[] = {
	"股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "股份公司", "(集团)",
	"集团公司",	"集团",		"有限合伙",	"普通合伙", "合伙企业", "个体工商户",
	"公司",		"co.,ltd",	"coltd",	"ltd",	    "inc",	"llc"};

static bool ends_with(struct str s, struct str end)
{
	return s.len > end.len && memcmp(s.p + s.len - end.len, end.p, end.len) == 0;
}

static bool is_form(struct str s)
{
	for (size_t i = 0; i < ARRAY_SIZE(legal_forms); i++)
		if (str_is(s, legal_forms[i]))
			return true;
	return false;
}

/* Without one legal form; as it was when nothing but a form or a single character would be left. */
static struct str strip_form(struct str s)
{
	for (size_t i = 0; i < ARRAY_SIZE(legal_forms); i++) {
		struct str form = str_of(legal_forms[i]), rest = {s.p, s.len - form.len};

		if (ends_with(s, form) && utf8_count(rest) >= 2 && !is_form(rest))
			return rest;
	}
	return s;
}

struct str name_core(struct str folded)
{
	struct str core = strip_form(folded);

	while (core.len < folded.len) {
		folded = core;
		core = strip_form(folded);
	}
	return core;
}

/* ---- sound -------------------------------------------------------------------------------- */

static pthread_mutex_t sound_lock =
	PTHREAD_MUTEX_INITIALIZER; /* a transliterator serves one thread */

static UTransliterator *sounds(void)
{
	static UTransliterator *t;
	static bool tried;
	static const UChar id[] = u"Han-Latin; Latin-ASCII; Lower";
	UErrorCode err = U_ZERO_ERROR;

	if (!tried)
		t = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &err);
	tried = true;
	return t;
}

/* "wang xiao fang"; empty when there is no sound to be had. */
static struct str spell(struct arena *a, struct str folded)
{
	UChar text[PINYIN_IN_MAX * 8] = {0};
	char out[PINYIN_IN_MAX * 8];
	UErrorCode err = U_ZERO_ERROR;
	int32_t len = 0, limit, out_len = 0;
	UTransliterator *t;

	u_strFromUTF8WithSub(text, PINYIN_IN_MAX, &len, folded.p, (int32_t)folded.len, 0xfffd, NULL,
			     &err);
	if (U_FAILURE(err))
		return STR("");
	limit = len;
	pthread_mutex_lock(&sound_lock);
	t = sounds();
	if (t)
		utrans_transUChars(t, text, &len, (int32_t)ARRAY_SIZE(text), 0, &limit, &err);
	pthread_mutex_unlock(&sound_lock);
	if (!t || U_FAILURE(err))
		return STR("");
	u_strToUTF8WithSub(out, (int32_t)sizeof(out), &out_len, text, len, '?', NULL, &err);
	return U_FAILURE(err)
		       ? STR("")
		       : (struct str){arena_strndup(a, out, (size_t)out_len), (size_t)out_len};
}

struct str name_pinyin(struct arena *a, struct str folded)
{
	struct str spelt = spell(a, folded), out;
	char *p = arena_alloc(a, spelt.len + 1);

	out = (struct str){p, 0};
	for (size_t i = 0; i < spelt.len; i++)
		if (spelt.p[i] != ' ')
			p[out.len++] = spelt.p[i];
	return out;
}

struct str name_initials(struct arena *a, struct str folded)
{
	struct str spelt = spell(a, folded), out;
	char *p = arena_alloc(a, spelt.len + 1);

	out = (struct str){p, 0};
	for (size_t i = 0; i < spelt.len; i++)
		if (spelt.p[i] != ' ' && (i == 0 || spelt.p[i - 1] == ' '))
			p[out.len++] = spelt.p[i];
	return out;
}

/* ---- all ---------------------------------------------------------------------------------- */

static size_t add_key(struct name_key *keys, size_t n, enum name_kind kind, struct str text)
{
	if (!text.len || n == NAME_KEYS_MAX)
		return n;
	for (size_t i = 0; i < n; i++)
		if (str_eq(keys[i].text, text))
			return n;
	keys[n] = (struct name_key){kind, text};
	return n + 1;
}

size_t name_keys(struct arena *a, struct str name, struct name_key keys[NAME_KEYS_MAX])
{
	struct str folded = name_fold(a, name), core = name_core(folded);
	size_t n = 0, pos = 0, count = 0;

	n = add_key(keys, n, NAME_FULL, folded);
	n = add_key(keys, n, NAME_CORE, core);
	n = add_key(keys, n, NAME_PINYIN, name_pinyin(a, core));
	n = add_key(keys, n, NAME_INITIALS, name_initials(a, core));
	while (pos < folded.len && count < PREFIX_MAX) {
		utf8_next(folded, &pos);
		if (++count >= PREFIX_MIN)
			n = add_key(keys, n, NAME_PREFIX, (struct str){folded.p, pos});
	}
	return n;
}
