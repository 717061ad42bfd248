/* What all kinds of legs have in common. */
#include "voice/leg_private.h"

void leg_handle(struct leg *l, leg_handler h, void *arg)
{
	l->handler = h;
	l->arg = arg;
}

enum leg_kind leg_kind(const struct leg *l)
{
	return l->kind;
}

struct port *leg_port(const struct leg *l)
{
	return l->port;
}

void leg_ring(struct leg *l)
{
	if (l->ops->ring)
		l->ops->ring(l);
}

int leg_early(struct leg *l)
{
	return l->ops->early ? l->ops->early(l) : 0;
}

int leg_answer(struct leg *l)
{
	return l->ops->answer ? l->ops->answer(l) : 0;
}

void leg_hangup(struct leg *l, int status)
{
	if (l->ops->hangup && !l->ended)
		l->ops->hangup(l, status);
}

int leg_hold(struct leg *l, bool hold)
{
	return l->ops->hold ? l->ops->hold(l, hold) : 0;
}

void leg_free(struct leg *l)
{
	if (l)
		l->ops->free(l);
}

/* Frees itself once LEG_ENDED was told. */
static void dropped(struct leg *l, const struct leg_event *e, void *unused)
{
	if (e->kind == LEG_ENDED)
		leg_free(l);
}

void leg_drop(struct leg *l, int status)
{
	if (!l)
		return;
	l->dropped = true;
	leg_handle(l, dropped, NULL);
	leg_hangup(l, status);
}

void leg_tell_event(struct leg *l, const struct leg_event *e)
{
	if (l->ended)
		return;
	l->ended = e->kind == LEG_ENDED;
	if (l->handler)
		l->handler(l, e, l->arg);
}

void leg_tell(struct leg *l, enum leg_event_kind kind)
{
	leg_tell_event(l, &(struct leg_event){.kind = kind});
}

void leg_tell_key(struct leg *l, char key)
{
	leg_tell_event(l, &(struct leg_event){.kind = LEG_KEY, .key = key});
}

void leg_tell_ended(struct leg *l, int status, const char *reason)
{
	leg_tell_event(l, &(struct leg_event){.kind = LEG_ENDED, .status = status, .reason = reason});
}

void leg_port_event(struct port *p, enum port_event e, char key, void *arg)
{
	struct leg *l = arg;

	(void)p;
	switch (e) {
	case PORT_KEY:
		leg_tell_key(l, key);
		break;
	case PORT_LOST:
		leg_tell(l, LEG_LOST);
		break;
	case PORT_FOUND:
		leg_tell(l, LEG_FOUND);
		break;
	}
}
