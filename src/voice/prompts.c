/* The set of prompts of a hotline: found, spoken, kept. */
#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#include <sodium.h>

#include "base/file.h"
#include "base/memory.h"
#include "voice/alaw.h"
#include "voice/prompts.h"
#include "voice/sound.h"

#define PARTS 8		    /* of a text with numbers in it */
#define WAV_MAX (64u << 20) /* bytes of a recording */
#define MADE_AS "1"	    /* another number makes all spoken prompts anew */

/* One language of one prompt: sounds, and NULL where a number is spoken. */
struct spoken {
	const char *name, *lang;
	const struct prompt *parts[PARTS];
	size_t n_parts;
	bool recorded;
};

struct prompts {
	atomic_uint refs;
	struct arena *arena;
	struct spoken *all;
	size_t n;
	const char *first_lang;
	struct {
		const char *lang;
		const struct prompt *pieces[32];
	} numbers[4];
	size_t n_numbers;
	/* while it is made */
	const char *data_dir;
	struct fault *f;
};

struct prompts *prompts_ref(struct prompts *p)
{
	atomic_fetch_add(&p->refs, 1);
	return p;
}

void prompts_unref(struct prompts *p)
{
	if (!p || atomic_fetch_sub(&p->refs, 1) != 1)
		return;
	arena_free(p->arena);
	free(p);
}

/* ---- making one ------------------------------------------------------------------------------ */

/* Spoken texts are named by what they say, so installations may share them (LEXLINE_PROMPTS: test
 * runs, many hotlines). */
static const char *cache_dir(struct arena *a, const char *data_dir)
{
	const char *shared = getenv("LEXLINE_PROMPTS");

	return shared && *shared ? shared : path_join(a, data_dir, "prompts");
}

static const struct prompt *as_prompt(struct prompts *p, const char *name, const struct buf *alaw)
{
	struct prompt *ret = ARENA_NEW(p->arena, struct prompt);
	unsigned frames = (unsigned)((alaw->len + FRAME_SAMPLES - 1) / FRAME_SAMPLES);
	uint8_t *data = arena_alloc_array(p->arena, frames + 1, FRAME_SAMPLES);

	alaw_silence(data, (size_t)frames * FRAME_SAMPLES);
	memcpy(data, alaw->p ? alaw->p : "", alaw->len);
	*ret = (struct prompt){
		.name = name, .frames = frames, .ms = frames * FRAME_MS, .data = data};
	return ret;
}

static char *cache_path(struct prompts *p, const char *lang, const char *text)
{
	const char *what = arena_printf(p->arena, MADE_AS "\n%s\n%s", lang, text);
	uint8_t hash[16];

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)what, strlen(what), NULL, 0);
	return arena_printf(p->arena, "%s/%s.wav", cache_dir(p->arena, p->data_dir),
			    hex_encode(p->arena, hash, sizeof(hash)));
}

static int write_ours(const char *path, const struct buf *alaw, struct fault *f)
{
	CLEANUP(buf_free) struct buf wav = {0};
	uint8_t header[SOUND_WAV_HEADER];

	sound_wav_header(header, 1, (uint32_t)alaw->len);
	buf_add(&wav, header, sizeof(header));
	buf_add(&wav, alaw->p, alaw->len);
	if (alaw->len % 2)
		buf_addc(&wav, 0);
	return file_write(path, buf_str(&wav), 0640, f);
}

/* @return NULL: failed, p->f says why */
static const struct prompt *spoken_text(struct prompts *p, const char *name, const char *lang,
					const char *text)
{
	CLEANUP(buf_free) struct buf alaw = {0};
	char *path = cache_path(p, lang, text);
	struct str kept;

	if (file_exists(path)) {
		CLEANUP(arena_freep) struct arena *a = arena_new();

		if (file_read(a, path, WAV_MAX, &kept, NULL) == 0 &&
		    sound_of_ours(kept, &alaw, NULL) == 0)
			return as_prompt(p, name, &alaw);
	}
	if (sound_speak(lang, text, &alaw, p->f) < 0 || write_ours(path, &alaw, p->f) < 0)
		return NULL;
	return as_prompt(p, name, &alaw);
}

/* What stands between numbers is spoken by itself: "第{number}位". */
static int speak_parts(struct prompts *p, struct spoken *s, const char *text)
{
	static const char *const marks[] = {"{number}", "{position}", "{minutes}"};

	while (*text) {
		size_t len = strcspn(text, "{"), mark = 0;

		if (s->n_parts >= PARTS)
			return fail(p->f, E_CONFIG, "prompts",
				    "the prompt '%s' (%s) has too many numbers in it", s->name,
				    s->lang);
		if (len > 0) {
			s->parts[s->n_parts] = spoken_text(p, s->name, s->lang,
							   arena_strndup(p->arena, text, len));
			if (!s->parts[s->n_parts++])
				return -E_CONFIG;
			text += len;
			continue;
		}
		while (mark < ARRAY_SIZE(marks) &&
		       strncmp(text, marks[mark], strlen(marks[mark])) != 0)
			mark++;
		if (mark == ARRAY_SIZE(marks))
			return fail(p->f, E_CONFIG, "prompts",
				    "the prompt '%s' (%s): only {number}, {position} and {minutes} "
				    "are spoken",
				    s->name, s->lang);
		s->parts[s->n_parts++] = NULL;
		text += strlen(marks[mark]);
	}
	return 0;
}

static char *recording_path(struct arena *a, const char *data_dir, const char *name,
			    const char *lang)
{
	return arena_printf(a, "%s/profile/prompts/%s.%s.wav", data_dir, name, lang);
}

static int read_recording(struct prompts *p, struct spoken *s, const char *path)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf alaw = {0};
	struct fault why = {0};
	struct str wav;
	int r;

	if ((r = file_read(a, path, WAV_MAX, &wav, &why)) < 0)
		return fail(p->f, E_CONFIG, "prompts", "%s", why.detail);
	/* what this program has converted is taken as it is */
	if (sound_of_ours(wav, &alaw, NULL) < 0 &&
	    (r = sound_from_wav(wav, false, &alaw, &why)) < 0)
		return fail(p->f, E_CONFIG, "prompts", "%s: %s", path, why.detail);
	s->parts[0] = as_prompt(p, s->name, &alaw);
	s->n_parts = 1;
	s->recorded = true;
	return 0;
}

static bool is_music(const struct hotline *h, const char *name)
{
	for (size_t i = 0; i < h->n_queues; i++) {
		if (h->queues[i].music && strcmp(h->queues[i].music, name) == 0)
			return true;
	}
	return false;
}

/* A spoken sentence over and over drives callers mad: a tune stands between. */
static void add_tune(struct prompts *p, struct spoken *s)
{
	CLEANUP(buf_free) struct buf alaw = {0};

	buf_add(&alaw, s->parts[0]->data, (size_t)s->parts[0]->frames * FRAME_SAMPLES);
	sound_tune(&alaw);
	s->parts[0] = as_prompt(p, s->name, &alaw);
}

const char *prompt_text(const struct hotline_prompt *p, const char *lang)
{
	return strcmp(lang, "zh") == 0	 ? p->text_zh
	       : strcmp(lang, "en") == 0 ? p->text_en
	       : strcmp(lang, "ja") == 0 ? p->text_ja
	       : strcmp(lang, "ko") == 0 ? p->text_ko
					 : NULL;
}

static int load_one(struct prompts *p, const struct hotline *h, const struct hotline_prompt *hp,
		    const char *lang)
{
	const char *path = recording_path(p->arena, p->data_dir, hp->name, lang),
		   *text = prompt_text(hp, lang);
	struct spoken *s = &p->all[p->n];
	int r;

	*s = (struct spoken){.name = arena_strdup(p->arena, hp->name),
			     .lang = arena_strdup(p->arena, lang)};
	if (file_exists(path)) {
		r = read_recording(p, s, path);
	} else if (text && *text) {
		r = speak_parts(p, s, text);
		if (r == 0 && s->parts[0] && is_music(h, hp->name))
			add_tune(p, s);
	} else {
		return 0;
	}
	if (r == 0)
		p->n++;
	return r;
}

/* ---- numbers --------------------------------------------------------------------------------- */

struct number_words {
	const char *lang;
	bool tens_have_names; /* twenty, thirty … instead of two-ten, three-ten */
	const char *words[32];
};
/* 0 … 10, 100, then 11 … 19, 20, 30 … 90 where they have names of their own */
#define HUNDRED 11
#define ELEVEN 12
#define TWENTY 21
static const struct number_words number_words[] = {
	{"zh", false, {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百"}},
	{"ja",
	 false,
	 {"ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう", "じゅう",
	  "ひゃく"}},
	{"ko", false, {"영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구", "십", "백"}},
	{"en", true, {"zero",	   "one",      "two",	   "three",    "four",	  "five",
		      "six",	   "seven",    "eight",	   "nine",     "ten",	  "hundred",
		      "eleven",	   "twelve",   "thirteen", "fourteen", "fifteen", "sixteen",
		      "seventeen", "eighteen", "nineteen", "twenty",   "thirty",  "forty",
		      "fifty",	   "sixty",    "seventy",  "eighty",   "ninety"}},
};

static const struct number_words *words_of(const char *lang)
{
	for (size_t i = 0; i < ARRAY_SIZE(number_words); i++) {
		if (strcmp(number_words[i].lang, lang) == 0)
			return &number_words[i];
	}
	return NULL;
}

static int load_numbers(struct prompts *p, const char *lang)
{
	const struct number_words *w = words_of(lang);

	if (!w || p->n_numbers >= ARRAY_SIZE(p->numbers))
		return 0;
	p->numbers[p->n_numbers].lang = w->lang;
	for (size_t i = 0; w->words[i]; i++) {
		const struct prompt *piece = spoken_text(p, w->words[i], lang, w->words[i]);

		if (!piece)
			return -E_CONFIG;
		p->numbers[p->n_numbers].pieces[i] = piece;
	}
	p->n_numbers++;
	return 0;
}

/* Which pieces say it; by index into words. */
static size_t number_pieces(const struct number_words *w, unsigned n, unsigned ret[8])
{
	size_t k = 0;
	unsigned hundreds = n / 100, rest = n % 100;
	bool zh = strcmp(w->lang, "zh") == 0;

	if (n == 0) {
		ret[k++] = 0;
		return k;
	}
	if (hundreds > 0) {
		if (hundreds > 1 || zh || w->tens_have_names)
			ret[k++] = hundreds;
		ret[k++] = HUNDRED;
		if (zh && rest > 0 && rest < 10)
			ret[k++] = 0; /* 一百零五 */
	}
	if (w->tens_have_names && rest >= 11) {
		ret[k++] = rest < 20 ? ELEVEN + rest - 11 : TWENTY + rest / 10 - 2;
		rest = rest < 20 ? 0 : rest % 10;
	} else if (rest >= 10 && !w->tens_have_names) {
		if (rest >= 20 || (zh && hundreds > 0))
			ret[k++] = rest / 10; /* 十二, 二十, 一百一十 */
		ret[k++] = 10;
		rest %= 10;
	}
	if (rest > 0)
		ret[k++] = rest;
	return k;
}

size_t prompts_number(const struct prompts *p, const char *lang, unsigned n,
		      const struct prompt **ret, size_t max)
{
	size_t at = 0, k, used = 0;
	unsigned pieces[8];

	if (p->n_numbers == 0)
		return 0;
	for (size_t i = 0; i < p->n_numbers; i++) {
		if (lang && strcmp(p->numbers[i].lang, lang) == 0)
			at = i;
	}
	k = number_pieces(words_of(p->numbers[at].lang), n > 999 ? 999 : n, pieces);
	for (size_t i = 0; i < k && used < max; i++)
		ret[used++] = p->numbers[at].pieces[pieces[i]];
	return used;
}

/* ---- the set --------------------------------------------------------------------------------- */

static int load_all(struct prompts *p, const struct hotline *h)
{
	int r;

	for (size_t l = 0; h->languages[l]; l++) {
		for (size_t i = 0; i < h->n_prompts; i++) {
			if ((r = load_one(p, h, &h->prompts[i], h->languages[l])) < 0)
				return r;
		}
		if ((r = load_numbers(p, h->languages[l])) < 0)
			return r;
	}
	return 0;
}

int prompts_load(const char *data_dir, const struct hotline *h, struct prompts **ret,
		 struct fault *f)
{
	struct prompts *p = MEM_NEW(struct prompts);
	size_t languages = 0;
	struct fault why = {0};
	int r;

	atomic_init(&p->refs, 1);
	p->arena = arena_new();
	while (h->languages[languages])
		languages++;
	p->all = ARENA_ARRAY(p->arena, struct spoken, h->n_prompts * languages + 1);
	p->data_dir = data_dir;
	p->f = &why;
	p->first_lang = languages ? arena_strdup(p->arena, h->languages[0]) : "zh";
	if ((r = file_mkdirs(cache_dir(p->arena, data_dir), 0750, &why)) < 0 ||
	    (r = load_all(p, h)) < 0) {
		prompts_unref(p);
		if (f)
			*f = why;
		return why.err ? -why.err : r;
	}
	p->data_dir = NULL;
	p->f = NULL;
	*ret = p;
	return 0;
}

static const struct spoken *find(const struct prompts *p, const char *name, const char *lang)
{
	const struct spoken *other = NULL;

	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->all[i].name, name) != 0)
			continue;
		if (lang && strcmp(p->all[i].lang, lang) == 0)
			return &p->all[i];
		if (!other || strcmp(p->all[i].lang, p->first_lang) == 0)
			other = &p->all[i];
	}
	return other;
}

const struct prompt *prompts_get(const struct prompts *p, const char *name, const char *lang)
{
	const struct spoken *s = find(p, name, lang);

	for (size_t i = 0; s && i < s->n_parts; i++) {
		if (s->parts[i])
			return s->parts[i];
	}
	return NULL;
}

size_t prompts_say(const struct prompts *p, const char *name, const char *lang, unsigned n,
		   const struct prompt **ret, size_t max)
{
	const struct spoken *s = find(p, name, lang);
	size_t used = 0;

	for (size_t i = 0; s && i < s->n_parts && used < max; i++) {
		if (s->parts[i])
			ret[used++] = s->parts[i];
		else
			used += prompts_number(p, s->lang, n, ret + used, max - used);
	}
	return used;
}

size_t prompts_each(const struct prompts *p,
		    void (*fn)(const char *name, const char *lang, unsigned ms, bool recorded,
			       void *arg),
		    void *arg)
{
	for (size_t i = 0; fn && i < p->n; i++) {
		const struct spoken *s = &p->all[i];
		unsigned ms = 0;

		for (size_t k = 0; k < s->n_parts; k++)
			ms += s->parts[k] ? s->parts[k]->ms : 0;
		fn(s->name, s->lang, ms, s->recorded, arg);
	}
	return p->n;
}

/* ---- recordings ------------------------------------------------------------------------------ */

static bool speaks(const struct hotline *h, const char *lang)
{
	for (size_t i = 0; h->languages[i]; i++) {
		if (strcmp(h->languages[i], lang) == 0)
			return true;
	}
	return false;
}

static bool knows(const struct hotline *h, const char *name)
{
	for (size_t i = 0; i < h->n_prompts; i++) {
		if (strcmp(h->prompts[i].name, name) == 0)
			return true;
	}
	return false;
}

int prompts_may_change(const struct hotline *h, const char *name, const char *lang, struct fault *f)
{
	/* Both are names of the hotline's file then, so they make a path that leads nowhere else.
	 */
	if (!knows(h, name))
		return fail(f, E_NOT_FOUND, "name", "the hotline has no prompt of this name");
	if (!speaks(h, lang))
		return fail(f, E_NOT_FOUND, "lang", "the hotline does not speak this language");
	return 0;
}

int prompts_keep(const char *data_dir, const struct hotline *h, const char *name, const char *lang,
		 const struct buf *alaw, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *path = recording_path(a, data_dir, name, lang);
	int r = prompts_may_change(h, name, lang, f);

	if (r < 0)
		return r;
	if (!alaw)
		return unlink(path) == 0 || errno == ENOENT
			       ? 0
			       : fail(f, E_IO, "", "%s cannot be removed: %s", path,
				      strerror(errno));
	if ((r = file_mkdirs(arena_printf(a, "%s/profile/prompts", data_dir), 0750, f)) < 0)
		return r;
	return write_ours(path, alaw, f);
}

bool prompts_sound(const struct prompts *p, const char *name, const char *lang,
		   struct buf *ret_alaw)
{
	const struct spoken *s = find(p, name, lang);

	if (!s || strcmp(s->lang, lang) != 0)
		return false;
	for (size_t i = 0; i < s->n_parts; i++)
		if (s->parts[i])
			buf_add(ret_alaw, s->parts[i]->data,
				(size_t)s->parts[i]->frames * FRAME_SAMPLES);
	return true;
}
