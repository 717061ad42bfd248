/* Walks the steps of a hotline. */
#include "voice/flow.h"

#define STEPS_MAX 200 /* of one call: a file that was proven needs far fewer */

static void enter(struct flow *fl, const struct flow_step *s, struct flow_command *ret);

static bool listed(const char **list, const char *word)
{
	for (; word && *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

static bool fits(const struct flow_route *r, const struct flow_caller *c)
{
	if (r->tiers && !listed(r->tiers, c->tier))
		return false;
	if ((r->member >= 0 && r->member != c->member) || (r->known >= 0 && r->known != c->known))
		return false;
	if (r->caller && strncmp(c->number, r->caller, strlen(r->caller)) != 0)
		return false;
	return !r->lang || strcmp(r->lang, c->lang) == 0;
}

static const struct flow_step *route(const struct flow *fl)
{
	const struct flow_step *s = fl->at;

	for (size_t i = 0; i < s->n_routes; i++)
		if (fits(&s->routes[i], &fl->caller))
			return s->routes[i].to;
	return s->otherwise;
}

static void say(const struct flow_step *s, struct flow_command *ret)
{
	ret->kind = DO_PLAY;
	for (size_t i = 0; s->prompts[i] && i < ARRAY_SIZE(ret->prompts); i++)
		ret->prompts[ret->n_prompts++] = s->prompts[i];
	ret->keys = s->n_keys > 0;
	ret->barge_in = s->n_keys > 0 && s->barge_in;
	ret->timeout_s = s->timeout_s;
}

/* Fill in what the step at which the flow stands asks for. */
static void command(struct flow *fl, struct flow_command *ret)
{
	const struct flow_step *s = fl->at;

	switch (s->kind) {
	case FLOW_HOURS:
		ret->kind = DO_ASK_HOURS;
		ret->calendar = s->calendar;
		return;
	case FLOW_QUEUE:
		ret->kind = DO_QUEUE;
		ret->queue = s->queue;
		ret->keys = s->left != NULL;
		return;
	case FLOW_TRANSFER:
		ret->kind = DO_TRANSFER;
		ret->number = s->number;
		return;
	case FLOW_VOICEMAIL:
		say(s, ret);
		ret->kind = DO_VOICEMAIL;
		ret->max_s = s->max_s;
		ret->process = s->process;
		return;
	case FLOW_HANGUP:
		if (!s->prompts[0]) {
			ret->kind = DO_HANGUP;
			return;
		}
		/* fall through */
	default:
		say(s, ret);
	}
}

static void enter(struct flow *fl, const struct flow_step *s, struct flow_command *ret)
{
	memset(ret, 0, sizeof(*ret));
	fl->tries = 0;
	for (fl->at = s; fl->at && fl->at->kind == FLOW_ROUTE; fl->at = route(fl))
		if (++fl->steps > STEPS_MAX)
			break;
	if (!fl->at || ++fl->steps > STEPS_MAX) {
		fl->at = NULL;
		ret->kind = DO_HANGUP;
		return;
	}
	command(fl, ret);
}

void flow_begin(struct flow *fl, const struct hotline *h, const struct hotline_number *n,
		const struct flow_caller *c, struct flow_command *ret)
{
	*fl = (struct flow){.hotline = h, .caller = *c};
	if (!fl->caller.number)
		fl->caller.number = "";
	if (!fl->caller.lang || !*fl->caller.lang)
		fl->caller.lang = n->lang;
	enter(fl, n->step, ret);
}

/* ---- answers ------------------------------------------------------------------------------------ */

static const struct flow_key *find_key(const struct flow_step *s, char key)
{
	for (size_t i = 0; i < s->n_keys; i++)
		if (s->keys[i].key == key)
			return &s->keys[i];
	return NULL;
}

/* Nothing or a wrong key: say it again, then go on without. */
static void again(struct flow *fl, const struct flow_step *otherwise, struct flow_command *ret)
{
	if (fl->tries < fl->at->tries - 1) {
		fl->tries++;
		fl->steps++;
		say(fl->at, ret);
		return;
	}
	enter(fl, otherwise, ret);
}

static void chose(struct flow *fl, enum flow_event_kind e, char key, struct flow_command *ret)
{
	const struct flow_step *s = fl->at;
	const struct flow_key *k = e == FLOW_EV_KEY ? find_key(s, key) : NULL;

	if (!k) {
		again(fl, s->kind == FLOW_MENU ? s->otherwise : s->then, ret);
	} else if (s->kind == FLOW_MENU) {
		enter(fl, k->step, ret);
	} else if (s->kind == FLOW_LANGUAGE) {
		fl->caller.lang = k->lang;
		enter(fl, s->then, ret);
	} else {
		ret->kind = DO_RATE;
		ret->value = k->value;
	}
}

static const struct flow_step *after_queue(const struct flow_step *s, enum flow_event_kind e)
{
	if (e == FLOW_EV_OVERFLOW || e == FLOW_EV_CLOSED)
		return s->overflow;
	return e == FLOW_EV_LEFT ? s->left : s->then;
}

void flow_next(struct flow *fl, enum flow_event_kind e, char key, struct flow_command *ret)
{
	const struct flow_step *s = fl->at;

	memset(ret, 0, sizeof(*ret));
	ret->kind = DO_HANGUP;
	if (!s)
		return;
	switch (s->kind) {
	case FLOW_HOURS:
		enter(fl, e == FLOW_EV_YES ? s->open : s->closed, ret);
		return;
	case FLOW_RECORD:
		if (e == FLOW_EV_PLAYED)
			ret->kind = DO_RECORD;
		else
			enter(fl, s->then, ret);
		return;
	case FLOW_MENU:
	case FLOW_LANGUAGE:
	case FLOW_SURVEY:
		if (e == FLOW_EV_DONE) /* the rating is kept */
			enter(fl, s->then, ret);
		else
			chose(fl, e, key, ret);
		return;
	case FLOW_QUEUE:
		enter(fl, after_queue(s, e), ret);
		return;
	case FLOW_TRANSFER:
		enter(fl, e == FLOW_EV_FAILED ? s->failed : NULL, ret);
		return;
	case FLOW_HANGUP:
		fl->at = NULL;
		return;
	default:
		enter(fl, s->then, ret);
	}
}
