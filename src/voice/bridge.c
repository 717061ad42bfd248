/* Where ports meet. */
#include "base/memory.h"
#include "voice/media_private.h"

#define BRIDGE_MAX 16 /* ports */

#define BIT(side) (1u << (side))
/* Who hears whom; see media.h. */
static const unsigned hears[] = {
	[SIDE_CALLER] = BIT(SIDE_OPERATOR) | BIT(SIDE_GUEST),
	[SIDE_OPERATOR] = BIT(SIDE_CALLER) | BIT(SIDE_GUEST) | BIT(SIDE_WHISPER),
	[SIDE_GUEST] = BIT(SIDE_CALLER) | BIT(SIDE_OPERATOR) | BIT(SIDE_GUEST),
	[SIDE_LISTEN] = BIT(SIDE_CALLER) | BIT(SIDE_OPERATOR) | BIT(SIDE_GUEST),
	[SIDE_WHISPER] = BIT(SIDE_CALLER) | BIT(SIDE_OPERATOR) | BIT(SIDE_GUEST),
};

int bridge_new(struct media *m, struct bridge **ret)
{
	struct bridge *b = MEM_NEW(struct bridge);

	b->media = m;
	b->phase = m->next_phase++ % PHASES;
	list_append(&m->bridges[b->phase], &b->le, b);
	*ret = b;
	return 0;
}

void bridge_free(struct bridge *b)
{
	if (!b)
		return;
	while (b->ports.head)
		bridge_leave(b->ports.head->data);
	list_unlink(&b->le);
	free(b);
}

int bridge_join(struct bridge *b, struct port *p, enum side side)
{
	if (p->bridge == b) {
		p->side = side;
		return 0;
	}
	if (list_count(&b->ports) >= BRIDGE_MAX)
		return -E_BUSY;
	bridge_leave(p);
	p->bridge = b;
	p->side = side;
	list_append(&b->ports, &p->le_bridge, p);
	port_move_phase(p, b->phase);
	return 0;
}

void bridge_leave(struct port *p)
{
	if (!p->bridge)
		return;
	list_unlink(&p->le_bridge);
	p->bridge = NULL;
}

void bridge_record(struct bridge *b, struct tape *t)
{
	b->tape = t;
}

/* What all ports of these sides say, except one. @p mixed is written when there are several. */
static const uint8_t *sum(const struct bridge *b, unsigned sides, const struct port *except, uint8_t mixed[FRAME_SAMPLES])
{
	const uint8_t *frames[BRIDGE_MAX];
	size_t n = 0;

	for (const struct le *le = b->ports.head; le; le = le->next) {
		const struct port *p = le->data;

		if (p != except && p->audible && !p->mute && !p->hold && sides & BIT(p->side))
			frames[n++] = p->heard;
	}
	if (n == 1)
		return frames[0];
	if (n == 0)
		alaw_silence(mixed, FRAME_SAMPLES);
	else
		alaw_mix(frames, n, mixed);
	return mixed;
}

void bridge_hear(struct port *p)
{
	if (p->bridge) {
		p->hears = sum(p->bridge, hears[p->side], p, p->mixed);
	} else {
		alaw_silence(p->mixed, FRAME_SAMPLES);
		p->hears = p->mixed;
	}
}

/* Whose voice is on the left: the caller; among colleagues, who came first. */
static const struct port *left_port(const struct bridge *b)
{
	for (const struct le *le = b->ports.head; le; le = le->next) {
		const struct port *p = le->data;

		if (p->side == SIDE_CALLER)
			return p;
	}
	return b->ports.head ? b->ports.head->data : NULL;
}

void bridge_tape(struct bridge *b)
{
	const struct port *left;
	uint8_t silence[FRAME_SAMPLES], mixed[FRAME_SAMPLES];
	const uint8_t *right;

	if (!b->tape)
		return;
	left = left_port(b);
	if (!left) {
		alaw_silence(silence, sizeof(silence));
		tape_frame(b->tape, silence, silence);
		return;
	}
	/* During hold the music matters to nobody; what is said about the caller meanwhile does. */
	if (left->hold)
		right = sum(b, BIT(SIDE_OPERATOR) | BIT(SIDE_GUEST), left, mixed);
	else
		right = left->hears;
	tape_frame(b->tape, left->heard, right);
}
