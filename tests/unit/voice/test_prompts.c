/* What callers hear: spoken, recorded, numbers. V02, V04. */
#include "check.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "wire.h"
#include "voice/prompts.h"
#include "voice/sound.h"

static char dir[64];
static struct arena *a;
static const char *languages[] = {"zh", "en", NULL};
static struct hotline_prompt texts[] = {
	{.name = "welcome", .text_zh = "您好，欢迎拨打法律服务热线。", .text_en = "Hello and welcome."},
	{.name = "position", .text_zh = "您排在第{position}位。"},
	{.name = "music", .text_zh = "请稍候。"},
};
static struct hotline_queue queues[] = {{.name = "all", .music = "music"}};
static struct hotline hotline = {.languages = languages, .prompts = texts, .n_prompts = 3, .queues = queues, .n_queues = 1};

static int make_folder(void **state)
{
	a = arena_new();
	snprintf(dir, sizeof(dir), "/tmp/lexline-prompts-XXXXXX");
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int remove_folder(void **state)
{
	arena_free(a);
	return file_remove_tree(dir, NULL);
}

/* A WAV as a stranger's program would write it: 16 bits, with a chunk nobody knows. */
static struct str wav_of(double hz, unsigned rate, unsigned channels, double seconds, double loud)
{
	size_t n = (size_t)(rate * seconds), bytes = n * channels * 2;
	uint8_t *p = arena_alloc(a, 56 + bytes);
	const uint32_t words[] = {0x46464952, (uint32_t)(48 + bytes), 0x45564157, 0x20746d66, 16, 1 | channels << 16, rate,
				  rate * channels * 2, channels * 2 | 16 << 16, 0x4b4e554a, 4, 0, 0x61746164, (uint32_t)bytes};

	memcpy(p, words, sizeof(words));
	for (size_t i = 0; i < n; i++) {
		int16_t v = (int16_t)(loud * 32767 * sin(2 * M_PI * hz * (double)i / rate));

		for (unsigned c = 0; c < channels; c++)
			memcpy(p + 56 + (i * channels + c) * 2, &v, 2);
	}
	return (struct str){(char *)p, 56 + bytes};
}

static double tone_in(const struct buf *alaw, double hz)
{
	static int16_t x[160000];

	assert_true(alaw->len <= ARRAY_SIZE(x));
	alaw_to_linear((uint8_t *)alaw->p, x, alaw->len);
	return strength(x + 800, alaw->len - 1600, hz);
}

static void any_wav_becomes_telephone_sound(void **state)
{
	static const struct {
		unsigned rate, channels;
		double loud;
	} w[] = {{8000, 1, 0.5}, {16000, 2, 0.02}, {22050, 1, 1.0}, {44100, 2, 0.3}, {48000, 1, 0.1}, {96000, 2, 0.9}};

	for (size_t i = 0; i < ARRAY_SIZE(w); i++) {
		CLEANUP(buf_free) struct buf alaw = {0};
		struct fault f = {0};

		if (sound_from_wav(wav_of(1000, w[i].rate, w[i].channels, 2, w[i].loud), false, &alaw, &f) < 0)
			fail_msg("%u Hz: %s", w[i].rate, f.detail);
		assert_in_range(alaw.len, 15900, 16100);
		/* all equally loud: 2600 root mean square is an amplitude of 3677, unless it was next to nothing */
		assert_true(tone_in(&alaw, 1000) > (w[i].loud > 0.05 ? 0.44 : 0.3));
		assert_true(tone_in(&alaw, 1000) < 0.48);
	}
}

static void high_tones_do_not_fold_back(void **state)
{
	CLEANUP(buf_free) struct buf alaw = {0};
	struct fault f = {0};
	struct str low = wav_of(1000, 44100, 1, 2, 0.3), high = wav_of(7000, 44100, 1, 2, 0.3);

	for (size_t i = 56; i + 1 < low.len; i += 2) {
		int16_t x, y;

		memcpy(&x, low.p + i, 2);
		memcpy(&y, high.p + i, 2);
		x = (int16_t)(x + y);
		memcpy((char *)low.p + i, &x, 2);
	}
	assert_int_equal(sound_from_wav(low, false, &alaw, &f), 0);
	assert_true(tone_in(&alaw, 1000) > 0.4);
	assert_true(tone_in(&alaw, 8000 - 7000 + 400) < 0.01); /* nothing near the mirrored tone … */
	assert_true(fabs(tone_in(&alaw, 1000) - 3677.0 / 8000) < 0.02); /* … nor on the true one */
}

static void what_is_no_wav_is_refused(void **state)
{
	struct str good = wav_of(500, 8000, 1, 1, 0.5), wav;
	CLEANUP(buf_free) struct buf alaw = {0};
	struct fault f = {0};

	assert_int_equal(sound_from_wav((struct str){"", 0}, false, &alaw, &f), -E_INVALID);
	assert_int_equal(sound_from_wav((struct str){"OggS1234567890123", 17}, false, &alaw, &f), -E_INVALID);
	assert_int_equal(sound_from_wav((struct str){good.p, 56}, false, &alaw, &f), -E_INVALID);
	assert_contains(f.detail, "no sound");
	assert_int_equal(sound_from_wav(wav_of(500, 200000, 1, 0.1, 0.5), false, &alaw, &f), -E_INVALID);
	assert_contains(f.detail, "96 kHz");
	assert_int_equal(sound_from_wav(wav_of(500, 8000, 1, SOUND_MAX_S + 10, 0.5), false, &alaw, &f), -E_INVALID);
	assert_contains(f.detail, "longer");
	/* whatever stands in the header, it ends */
	for (unsigned i = 0; i < 2000; i++) {
		size_t len = 60 + randombytes_uniform((uint32_t)(good.len - 60));

		wav = (struct str){arena_memdup(a, good.p, len), len};
		for (unsigned k = 0; k < 4; k++)
			((char *)wav.p)[randombytes_uniform(56)] = (char)randombytes_uniform(256);
		buf_clear(&alaw);
		(void)!sound_from_wav(wav, i % 2, &alaw, &f);
		arena_reset(a);
		good = wav_of(500, 8000, 1, 0.1, 0.5);
	}
}

static void our_own_header_is_right(void **state)
{
	uint8_t wav[SOUND_WAV_HEADER + 16000];
	CLEANUP(buf_free) struct buf alaw = {0};
	struct fault f = {0};
	struct prompt p;
	static uint8_t tone[16000];

	for (unsigned i = 0; i < 100; i++)
		alaw_key_tone('5', i * 160, tone + (size_t)160 * i);
	p = (struct prompt){.name = "x", .frames = 100, .ms = 2000, .data = tone};
	assert_int_equal(prompt_ms(&p), 2000);
	sound_wav_header(wav, 1, 16000);
	memcpy(wav + SOUND_WAV_HEADER, tone, sizeof(tone));
	/* libsndfile takes it for what it is */
	assert_int_equal(sound_from_wav((struct str){(char *)wav, sizeof(wav)}, false, &alaw, &f), 0);
	assert_int_equal(alaw.len, 16000);
	assert_true(tone_in(&alaw, 1336) > 0.2);
	buf_clear(&alaw);
	assert_int_equal(sound_of_ours((struct str){(char *)wav, sizeof(wav)}, &alaw, &f), 0);
	assert_memory_equal(alaw.p, tone, sizeof(tone));
	wav[22] = 2;
	assert_int_equal(sound_of_ours((struct str){(char *)wav, sizeof(wav)}, &alaw, &f), -E_INVALID);
}

/* ---- the set --------------------------------------------------------------------------------- */

static struct prompts *load(void)
{
	struct prompts *p;
	struct fault f = {0};

	if (prompts_load(dir, &hotline, &p, &f) < 0)
		fail_msg("%s", f.detail);
	return p;
}

static void texts_are_spoken_once(void **state)
{
	struct prompts *p;
	const struct prompt *zh, *en, *parts[16];
	const char **names;
	size_t n, again;

	if (access("/usr/bin/espeak-ng", X_OK) != 0)
		skip();
	unsetenv("LEXLINE_PROMPTS"); /* a folder of its own, to count what is in it */
	p = load();
	zh = prompts_get(p, "welcome", "zh");
	en = prompts_get(p, "welcome", "en");
	assert_true(prompt_ms(zh) > 1500 && prompt_ms(zh) < 8000);
	assert_true(prompt_ms(en) > 700 && prompt_ms(en) < 4000);
	assert_string_equal(prompt_name(zh), "welcome");
	assert_in_range(alaw_loudness(zh->data, (size_t)zh->frames * 160), 300, 4000);
	assert_ptr_equal(prompts_get(p, "welcome", "ko"), zh); /* the first language for one it hasn't */
	assert_ptr_equal(prompts_get(p, "welcome", NULL), zh);
	assert_null(prompts_get(p, "nothing", "zh"));
	assert_true(prompt_ms(prompts_get(p, "music", "zh")) > 24000);

	/* 第 十二 位 */
	assert_int_equal(prompts_say(p, "position", "zh", 12, parts, 16), 4);
	assert_string_equal(prompt_name(parts[1]), "十");
	assert_string_equal(prompt_name(parts[2]), "二");
	assert_int_equal(prompts_say(p, "position", "zh", 12, parts, 2), 2);

	/* a second start speaks nothing anew; running calls keep their set */
	assert_int_equal(file_list(a, path_join(a, dir, "prompts"), false, &names, &n, NULL), 0);
	prompts_ref(p);
	prompts_unref(p);
	prompts_unref(load());
	assert_int_equal(file_list(a, path_join(a, dir, "prompts"), false, &names, &again, NULL), 0);
	assert_int_equal(n, again);
	assert_true(prompt_ms(zh) > 1500);
	prompts_unref(p);
}

static void check_number(const struct prompts *p, const char *lang, unsigned n, const char *expected)
{
	const struct prompt *pieces[8];
	size_t k = prompts_number(p, lang, n, pieces, 8);
	CLEANUP(buf_free) struct buf said = {0};

	for (size_t i = 0; i < k; i++)
		buf_printf(&said, "%s%s", i ? " " : "", prompt_name(pieces[i]));
	assert_str(buf_str(&said), expected);
}

static void numbers(void **state)
{
	struct prompts *p;

	if (access("/usr/bin/espeak-ng", X_OK) != 0)
		skip();
	p = load();
	check_number(p, "zh", 0, "零");
	check_number(p, "zh", 7, "七");
	check_number(p, "zh", 10, "十");
	check_number(p, "zh", 12, "十 二");
	check_number(p, "zh", 40, "四 十");
	check_number(p, "zh", 99, "九 十 九");
	check_number(p, "zh", 100, "一 百");
	check_number(p, "zh", 105, "一 百 零 五");
	check_number(p, "zh", 110, "一 百 一 十");
	check_number(p, "zh", 999, "九 百 九 十 九");
	check_number(p, "zh", 5000, "九 百 九 十 九");
	check_number(p, "en", 11, "eleven");
	check_number(p, "en", 19, "nineteen");
	check_number(p, "en", 20, "twenty");
	check_number(p, "en", 47, "forty seven");
	check_number(p, "en", 310, "three hundred ten");
	check_number(p, "ko", 1, "一"); /* not one of its languages: the first */
	prompts_unref(p);
}

static void a_recording_replaces_the_spoken_text(void **state)
{
	struct prompts *p;
	const struct prompt *zh;
	struct fault f = {0};
	struct str wav = wav_of(1000, 16000, 1, 3, 0.3);
	int16_t x[16000];

	CLEANUP(buf_free) struct buf alaw = {0}, heard = {0};

	assert_int_equal(prompts_may_change(&hotline, "nothing", "zh", &f), -E_NOT_FOUND);
	assert_int_equal(prompts_may_change(&hotline, "welcome", "../zh", &f), -E_NOT_FOUND);
	assert_int_equal(sound_from_wav((struct str){"no", 2}, false, &alaw, &f), -E_INVALID);
	assert_int_equal(sound_from_wav(wav, false, &alaw, &f), 0);
	assert_int_equal(prompts_keep(dir, &hotline, "welcome", "zh", &alaw, &f), 0);
	if (access("/usr/bin/espeak-ng", X_OK) != 0)
		skip();
	p = load();
	zh = prompts_get(p, "welcome", "zh");
	assert_int_equal(prompt_ms(zh), 3000);
	alaw_to_linear(zh->data, x, 16000);
	assert_true(strength(x + 800, 15000, 1000) > 0.4);
	assert_true(prompts_sound(p, "welcome", "zh", &heard));
	assert_int_equal(heard.len, 24000);
	assert_false(prompts_sound(p, "welcome", "ko", &heard));
	prompts_unref(p);
	assert_int_equal(prompts_keep(dir, &hotline, "welcome", "zh", NULL, &f), 0);
	assert_int_equal(prompts_keep(dir, &hotline, "welcome", "zh", NULL, &f), 0); /* nothing there: nothing to do */
	p = load();
	assert_int_not_equal(prompt_ms(prompts_get(p, "welcome", "zh")), 3000);
	prompts_unref(p);

	/* a file put there by hand that is no WAV is named */
	assert_int_equal(file_write(path_join(a, dir, "profile/prompts/music.zh.wav"), str_of("junk"), 0600, &f), 0);
	assert_int_equal(prompts_load(dir, &hotline, &p, &f), -E_CONFIG);
	assert_contains(f.detail, "music.zh.wav");
}

static void a_text_with_an_unknown_mark_is_refused(void **state)
{
	struct hotline_prompt bad = {.name = "bad", .text_zh = "{name}您好"};
	struct hotline h = hotline;
	struct prompts *p;
	struct fault f = {0};

	h.prompts = &bad;
	h.n_prompts = 1;
	assert_int_equal(prompts_load(dir, &h, &p, &f), -E_CONFIG);
	assert_contains(f.detail, "{position}");
}

RUN(cmocka_unit_test_setup_teardown(any_wav_becomes_telephone_sound, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(high_tones_do_not_fold_back, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(what_is_no_wav_is_refused, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(our_own_header_is_right, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(texts_are_spoken_once, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(numbers, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(a_recording_replaces_the_spoken_text, make_folder, remove_folder),
    cmocka_unit_test_setup_teardown(a_text_with_an_unknown_mark_is_refused, make_folder, remove_folder))
