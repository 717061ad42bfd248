/**
 * @file alaw.h  G.711: A-law, µ-law and linear, a frame at a time; what replaces a lost frame; the tones of keys.
 *
 * Pure. Frames are 160 bytes (20 ms at 8 kHz).
 */
#ifndef LEXLINE_VOICE_ALAW_H
#define LEXLINE_VOICE_ALAW_H

#include "voice/media.h"

void alaw_to_linear(const uint8_t *alaw, int16_t *ret, size_t n);
void alaw_from_linear(const int16_t *linear, uint8_t *ret, size_t n); /**< any value, also −32768 */
void alaw_from_ulaw(const uint8_t *ulaw, uint8_t *ret, size_t n);
void alaw_to_ulaw(const uint8_t *alaw, uint8_t *ret, size_t n);
void alaw_silence(uint8_t *ret, size_t n);
/** Mean of the magnitudes, 0…32767: how loud a frame is, roughly. */
unsigned alaw_loudness(const uint8_t *alaw, size_t n);
/** Sum of @p n frames, clipped, as A-law. */
void alaw_mix(const uint8_t *const *frames, size_t n, uint8_t ret[FRAME_SAMPLES]);

/**
 * The frame that stands in for a lost one: the last period of the voice before it goes on, fading to silence within 60 ms
 * (after ITU-T G.711 Appendix I, without its overlap).
 */
#define CONCEAL_HISTORY (2 * FRAME_SAMPLES)
struct conceal {
	uint8_t history[CONCEAL_HISTORY]; /**< the last two frames that were heard */
	unsigned lost;			  /**< frames in a row */
	unsigned period, at;		  /**< samples */
};
void conceal_init(struct conceal *c);
void conceal_good(struct conceal *c, const uint8_t frame[FRAME_SAMPLES]);
void conceal_lost(struct conceal *c, uint8_t ret[FRAME_SAMPLES]);

/** A frame of the two tones of a key (ITU-T Q.23), -6 dBm0 each; @p from: samples since its beginning. */
void alaw_key_tone(char key, unsigned from, uint8_t ret[FRAME_SAMPLES]);

#endif
