/* What a port hears instead of its bridge: prompts, music. */
#include "voice/media_private.h"

void port_mute(struct port *p, bool mute)
{
	p->mute = mute;
}

void port_hold(struct port *p, bool hold, const struct prompt *music)
{
	if (hold != p->hold)
		p->heard_tick = p->media->ticks;
	if (!hold || music != p->music)
		p->music_at = 0;
	p->hold = hold;
	p->music = hold ? music : NULL;
}

/* Ends what plays and tells who started it; the port may be gone then. */
void port_cut_play(struct port *p, bool whole)
{
	play_done done = p->done;
	void *arg = p->done_arg;

	p->n_play = p->play_i = p->play_at = 0;
	p->tell_played = false;
	p->done = NULL;
	p->done_arg = NULL;
	if (done)
		done(p, whole, arg);
}

void port_play(struct port *p, const struct prompt *const *prompts, size_t n, play_done done, void *arg)
{
	if (port_playing(p))
		port_cut_play(p, p->tell_played);
	if (n > PLAY_MAX)
		n = PLAY_MAX;
	memcpy(p->play, prompts, n * sizeof(p->play[0]));
	p->n_play = (unsigned)n;
	p->done = n > 0 ? done : NULL;
	p->done_arg = arg;
}

bool port_playing(const struct port *p)
{
	return p->n_play > 0;
}

/* @return the next frame of the prompts, NULL: they are over */
static const uint8_t *next_played(struct port *p)
{
	while (p->play_i < p->n_play) {
		const struct prompt *prompt = p->play[p->play_i];

		if (p->play_at < prompt->frames)
			return prompt->data + (size_t)FRAME_SAMPLES * p->play_at++;
		p->play_i++;
		p->play_at = 0;
	}
	return NULL;
}

const uint8_t *port_own_sound(struct port *p)
{
	static uint8_t silence[FRAME_SAMPLES];
	const uint8_t *frame;

	if (p->n_play > 0 && !p->tell_played) {
		frame = next_played(p);
		if (frame)
			return frame;
		p->tell_played = true;
		media_tell(p);
	}
	if (!p->hold)
		return NULL;
	if (p->music && p->music->frames > 0) {
		frame = p->music->data + (size_t)FRAME_SAMPLES * p->music_at;
		p->music_at = (p->music_at + 1) % p->music->frames;
		return frame;
	}
	if (silence[0] != ALAW_SILENCE)
		alaw_silence(silence, sizeof(silence));
	return silence;
}

void port_record(struct port *p, struct tape *t)
{
	p->tape = t;
}

const char *prompt_name(const struct prompt *p)
{
	return p->name;
}

unsigned prompt_ms(const struct prompt *p)
{
	return p->ms;
}
