/* From a WAV to telephone sound. */
#include <math.h>
#include <sndfile.h>
#include <speex/speex_resampler.h>

#include "base/memory.h"
#include "voice/alaw.h"
#include "voice/sound.h"

#define RATE 8000
#define BLOCK 4096
#define LOUD_AS 2600.0	/* root mean square of speech, of 32768: −22 dB */
#define GAIN_MAX 8.0
#define PEAK_MAX 30000.0
#define HEARD_ABOVE 180 /* magnitude: −45 dB */

/* ---- libsndfile on memory -------------------------------------------------------------------- */

struct memory_file {
	struct str wav;
	sf_count_t at;
};

static sf_count_t memory_length(void *arg)
{
	return (sf_count_t)((struct memory_file *)arg)->wav.len;
}

static sf_count_t memory_seek(sf_count_t offset, int whence, void *arg)
{
	struct memory_file *m = arg;
	sf_count_t base = whence == SEEK_CUR ? m->at : whence == SEEK_END ? (sf_count_t)m->wav.len : 0;

	if (base + offset < 0 || base + offset > (sf_count_t)m->wav.len)
		return -1;
	return m->at = base + offset;
}

static sf_count_t memory_read(void *p, sf_count_t n, void *arg)
{
	struct memory_file *m = arg;
	sf_count_t left = (sf_count_t)m->wav.len - m->at;

	if (n > left)
		n = left;
	memcpy(p, m->wav.p + m->at, (size_t)n);
	m->at += n;
	return n;
}

static sf_count_t memory_tell(void *arg)
{
	return ((struct memory_file *)arg)->at;
}

/* ---- samples --------------------------------------------------------------------------------- */

struct samples {
	float *x;
	size_t n, room;
};

static void samples_add(struct samples *s, const float *x, size_t n)
{
	if (s->n + n > s->room) {
		s->room = (s->n + n) * 2;
		s->x = mem_resize(s->x, s->room * sizeof(float));
	}
	memcpy(s->x + s->n, x, n * sizeof(float));
	s->n += n;
}

static void to_mono(float *x, size_t n, int channels)
{
	for (size_t i = 0; i < n; i++) {
		float v = channels == 2 ? (x[2 * i] + x[2 * i + 1]) / 2 : x[i];

		x[i] = v > 1 ? 1 : v < -1 ? -1 : v == v ? v : 0; /* float WAVs may hold anything, also NaN */
	}
}

static void resample(SpeexResamplerState *rs, const float *x, size_t n, struct samples *out)
{
	while (n > 0) {
		float y[BLOCK];
		spx_uint32_t in = (spx_uint32_t)n, made = BLOCK;

		speex_resampler_process_float(rs, 0, x, &in, y, &made);
		if (in == 0 && made == 0)
			return;
		samples_add(out, y, made);
		x += in;
		n -= in;
	}
}

static int read_samples(SNDFILE *file, const SF_INFO *info, struct samples *out, struct fault *f)
{
	float x[BLOCK * 2], nothing[512] = {0};
	sf_count_t n, total = 0;
	int err;
	SpeexResamplerState *rs = speex_resampler_init(1, (spx_uint32_t)info->samplerate, RATE, SPEEX_RESAMPLER_QUALITY_DESKTOP, &err);

	if (!rs)
		return fail(f, E_NO_MEMORY, "", "no memory to convert the sound");
	speex_resampler_skip_zeros(rs);
	while ((n = sf_readf_float(file, x, BLOCK)) > 0 && total < (sf_count_t)SOUND_MAX_S * info->samplerate) {
		to_mono(x, (size_t)n, info->channels);
		resample(rs, x, (size_t)n, out);
		total += n;
	}
	/* what is still inside the filter */
	resample(rs, nothing, (size_t)speex_resampler_get_input_latency(rs), out);
	speex_resampler_destroy(rs);
	if (n > 0)
		return fail(f, E_INVALID, "wav", "the recording is longer than %d minutes", SOUND_MAX_S / 60);
	if (total == 0)
		return fail(f, E_INVALID, "wav", "the recording holds no sound");
	return 0;
}

/* ---- loudness -------------------------------------------------------------------------------- */

/* Root mean square of the blocks of 20 ms that are more than background. */
static double speech_level(const struct samples *s)
{
	double total = 0;
	size_t blocks = 0;

	for (size_t at = 0; at + FRAME_SAMPLES <= s->n; at += FRAME_SAMPLES) {
		double sum = 0;

		for (size_t i = 0; i < FRAME_SAMPLES; i++)
			sum += (double)s->x[at + i] * s->x[at + i];
		sum = sum / FRAME_SAMPLES * 32768.0 * 32768.0;
		if (sum > (double)HEARD_ABOVE * HEARD_ABOVE) {
			total += sum;
			blocks++;
		}
	}
	return blocks ? sqrt(total / (double)blocks) : 0;
}

static double gain_of(const struct samples *s)
{
	double level = speech_level(s), gain = level > 0 ? LOUD_AS / level : 1, peak = 0;

	for (size_t i = 0; i < s->n; i++)
		peak = fmax(peak, fabs((double)s->x[i]) * 32768);
	if (gain > GAIN_MAX)
		gain = GAIN_MAX;
	return peak * gain > PEAK_MAX ? PEAK_MAX / peak : gain;
}

static void trim_ends(const int16_t *x, size_t n, size_t *ret_from, size_t *ret_to)
{
	const size_t margin = RATE / 50;
	size_t from = 0, to = n;

	while (from < n && abs(x[from]) < HEARD_ABOVE)
		from++;
	while (to > from && abs(x[to - 1]) < HEARD_ABOVE)
		to--;
	*ret_from = from > margin ? from - margin : 0;
	*ret_to = n - to > margin ? to + margin : n;
}

static void finish(const struct samples *s, bool trim, struct buf *ret)
{
	double gain = gain_of(s) * 32768;
	int16_t *x = mem_new(s->n * sizeof(int16_t) + 1);
	size_t from = 0, to = s->n;

	for (size_t i = 0; i < s->n; i++)
		x[i] = (int16_t)lrint(fmax(-32767, fmin(32767, s->x[i] * gain)));
	if (trim)
		trim_ends(x, s->n, &from, &to);
	if (to > from) {
		buf_reserve(ret, to - from);
		alaw_from_linear(x + from, (uint8_t *)ret->p + ret->len, to - from);
		ret->len += to - from;
	}
	free(x);
}

int sound_from_wav(struct str wav, bool trim, struct buf *ret_alaw, struct fault *f)
{
	SF_VIRTUAL_IO io = {.get_filelen = memory_length, .seek = memory_seek, .read = memory_read, .tell = memory_tell};
	struct memory_file m = {.wav = wav};
	struct samples s = {0};
	SF_INFO info = {0};
	SNDFILE *file = NULL;
	int r;

	/* The library knows some thirty formats; only this one may come in from outside. */
	if (wav.len >= 12 && memcmp(wav.p, "RIFF", 4) == 0 && memcmp(wav.p + 8, "WAVE", 4) == 0)
		file = sf_open_virtual(&io, SFM_READ, &info, &m);
	if (!file)
		return fail(f, E_INVALID, "wav", "this is no WAV recording");
	if (info.channels < 1 || info.channels > 2 || info.samplerate < 4000 || info.samplerate > 96000)
		r = fail(f, E_INVALID, "wav", "the recording must be mono or stereo, of 4 to 96 kHz");
	else
		r = read_samples(file, &info, &s, f);
	sf_close(file);
	if (r == 0)
		finish(&s, trim, ret_alaw);
	free(s.x);
	return r;
}

/* ---- our own WAV ----------------------------------------------------------------------------- */

static void le16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void le32(uint8_t *p, uint32_t v)
{
	le16(p, v & 0xffff);
	le16(p + 2, v >> 16);
}

/* WAVE_FORMAT_ALAW needs the long fmt chunk and a fact chunk (RIFF MCI, 1991, "New WAVE types"). */
void sound_wav_header(uint8_t ret[SOUND_WAV_HEADER], unsigned channels, uint32_t bytes)
{
	memset(ret, 0, SOUND_WAV_HEADER);
	memcpy(ret, "RIFF", 4);
	le32(ret + 4, SOUND_WAV_HEADER - 8 + bytes + bytes % 2);
	memcpy(ret + 8, "WAVEfmt ", 8);
	le32(ret + 16, 18);
	le16(ret + 20, 6);
	le16(ret + 22, channels);
	le32(ret + 24, RATE);
	le32(ret + 28, RATE * channels);
	le16(ret + 32, channels);
	le16(ret + 34, 8);
	memcpy(ret + 38, "fact", 4);
	le32(ret + 42, 4);
	le32(ret + 46, bytes / channels);
	memcpy(ret + 50, "data", 4);
	le32(ret + 54, bytes);
}

int sound_of_ours(struct str wav, struct buf *ret_alaw, struct fault *f)
{
	uint8_t header[SOUND_WAV_HEADER];
	size_t n = wav.len - SOUND_WAV_HEADER;

	if (wav.len > SOUND_WAV_HEADER) {
		/* a zero byte was added when the number was odd */
		for (unsigned odd = 0; odd < 2; odd++) {
			sound_wav_header(header, 1, (uint32_t)(n - odd));
			if (memcmp(header, wav.p, sizeof(header)) == 0) {
				buf_add(ret_alaw, wav.p + SOUND_WAV_HEADER, n - odd);
				return 0;
			}
		}
	}
	return fail(f, E_INVALID, "wav", "not a sound made by this program");
}
