/**
 * @file sound.h  Where prompts come from: a WAV, a speaking program, a tune; and the WAV of telephony.
 *
 * Sounds are A-law, 8 kHz, mono, loud as speech on a line is. All off the voice thread.
 */
#ifndef LEXLINE_VOICE_SOUND_H
#define LEXLINE_VOICE_SOUND_H

#include "base/text.h"
#include "voice/media.h"

/** What a prompt is inside: whole frames. */
struct prompt {
	const char *name;
	unsigned frames, ms; /**< the last frame is filled up with silence */
	const uint8_t *data; /**< frames × FRAME_SAMPLES */
};

#define SOUND_MAX_S 600 /**< longest */

/**
 * Any WAV of 4–96 kHz, mono or stereo, made telephone sound: mixed to mono, resampled, its loudness evened out, silence at
 * its ends cut off when @p trim. Hostile input is fine. @return 0, -E_INVALID (says why)
 */
MUST_CHECK int sound_from_wav(struct str wav, bool trim, struct buf *ret_alaw, struct fault *f);
/** The header of a WAV of A-law, 58 bytes; @p bytes of sound follow, and a zero byte when they are odd in number. */
#define SOUND_WAV_HEADER 58
void sound_wav_header(uint8_t ret[SOUND_WAV_HEADER], unsigned channels, uint32_t bytes);
/** Sound of a file made by ourselves: the header as above. @return 0, -E_INVALID */
MUST_CHECK int sound_of_ours(struct str wav, struct buf *ret_alaw, struct fault *f);

/** Have a text spoken by espeak-ng; @p lang: "zh", "en", "ja", "ko". @return 0, -E_CONFIG (not installed, no such voice), -E_IO */
MUST_CHECK int sound_speak(const char *lang, const char *text, struct buf *ret_alaw, struct fault *f);
/** What may be heard for minutes: a soft pentatonic tune of 24 s, no author but arithmetic. Appended. */
void sound_tune(struct buf *alaw);

#endif
