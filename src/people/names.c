#include "people/names.h"

#include <pthread.h>
#include <unicode/utrans.h>

#define PREFIX_MIN 2 /* characters */
#define PREFIX_MAX 8

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

/*
 * ICU knows how characters sound, but takes 20 µs for each and 400 ms to begin with: what it said
 * is kept. Each character is asked for alone; a name has no context that would decide between two
 * readings.
 */
#define HAN_FIRST 0x4e00
#define HAN_LAST 0x9fff
#define SOUND_MAX 8 /* "zhuang" and the NUL */

static pthread_mutex_t sound_lock =
	PTHREAD_MUTEX_INITIALIZER;			   /* a transliterator serves one thread */
static char sound_of[HAN_LAST - HAN_FIRST + 1][SOUND_MAX]; /* "": not asked yet */

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

/* With the lock. A character without a sound is noted as "?". */
static void ask_sound(uint32_t cp, char ret[SOUND_MAX])
{
	UChar text[32] = {(UChar)cp};
	int32_t len = 1, limit = 1;
	UErrorCode err = U_ZERO_ERROR;
	UTransliterator *t = sounds();

	if (t)
		utrans_transUChars(t, text, &len, (int32_t)ARRAY_SIZE(text), 0, &limit, &err);
	if (!t || U_FAILURE(err) || len < 1 || len >= SOUND_MAX || text[0] > 'z') {
		ret[0] = '?';
		return;
	}
	for (int32_t i = 0; i < len; i++)
		ret[i] = text[i] < 0x80 ? (char)text[i] : '?';
}

/* Pinyin and initials at once; other letters stand for themselves. */
static void spell(struct str folded, struct buf *pinyin, struct buf *initials)
{
	size_t pos = 0;
	bool in_word = false;

	pthread_mutex_lock(&sound_lock);
	while (pos < folded.len) {
		size_t at = pos;
		uint32_t cp = utf8_next(folded, &pos);
		bool han = cp >= HAN_FIRST && cp <= HAN_LAST;
		char *sound = han ? sound_of[cp - HAN_FIRST] : NULL;

		if (han && !sound[0])
			ask_sound(cp, sound);
		if (han)
			buf_adds(pinyin, sound);
		else
			buf_add(pinyin, folded.p + at, pos - at);
		if (han)
			buf_addc(initials, sound[0]);
		else if (!in_word)
			buf_add(initials, folded.p + at, pos - at);
		in_word = !han;
	}
	pthread_mutex_unlock(&sound_lock);
}

static struct str keep(struct arena *a, const struct buf *b)
{
	return (struct str){arena_strndup(a, b->p ? b->p : "", b->len), b->len};
}

void name_sound(struct arena *a, struct str folded, struct str *ret_pinyin,
		struct str *ret_initials)
{
	CLEANUP(buf_free) struct buf pinyin = {0}, initials = {0};

	spell(folded, &pinyin, &initials);
	*ret_pinyin = keep(a, &pinyin);
	if (ret_initials)
		*ret_initials = keep(a, &initials);
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
	struct str pinyin, initials;
	size_t n = 0, pos = 0, count = 0;

	name_sound(a, core, &pinyin, &initials);
	n = add_key(keys, n, NAME_FULL, folded);
	n = add_key(keys, n, NAME_CORE, core);
	n = add_key(keys, n, NAME_PINYIN, pinyin);
	n = add_key(keys, n, NAME_INITIALS, initials);
	while (pos < folded.len && count < PREFIX_MAX) {
		utf8_next(folded, &pos);
		if (++count >= PREFIX_MIN)
			n = add_key(keys, n, NAME_PREFIX, (struct str){folded.p, pos});
	}
	return n;
}
