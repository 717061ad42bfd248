/* Carries out what the flow says. */
#include "voice/exchange.h"

#include "process/calendar.h"

static void run(struct phone_call *c);

const struct prompt *call_prompt(const struct phone_call *c, const char *name)
{
	return name ? prompts_get(c->x->prompts, name, c->lang) : NULL;
}

static struct port *caller_port(const struct phone_call *c)
{
	return c->caller ? leg_port(c->caller) : NULL;
}

void call_say(struct phone_call *c, const char *name, play_done done)
{
	const struct prompt *p = call_prompt(c, name);
	struct port *port = caller_port(c);

	if (!port)
		return;
	c->said = name;
	if (p)
		port_play(port, &p, 1, done, c);
	else if (done)
		done(port, true, c);
}

void call_record(struct phone_call *c)
{
	struct tape *t = NULL;

	if (c->tape || tape_start(c->x->tapes, c->rec.id, c->rec.org_id, c->parts,
				  c->x->hotline->opus ? TAPE_OPUS : TAPE_WAV, &t) < 0) {
		if (!c->tape)
			book_alarm(c->x->book, "recording_stopped", 0, "", time_now_ms());
		return;
	}
	c->parts++;
	c->tape = t;
	if (c->bridge)
		bridge_record(c->bridge, t);
	else if (caller_port(c))
		port_record(caller_port(c), t);
	call_event(c, 0, "recording", NULL);
}

/* ---- steps ------------------------------------------------------------------------------------------ */

static void played(struct port *p, bool whole, void *call)
{
	struct phone_call *c = call;

	if (!whole || c->phase == PHASE_OVER)
		return;
	if (c->cmd.keys)
		c->timeout_ms = mono_ms() + c->cmd.timeout_s * 1000LL;
	else
		call_report(c, FLOW_EV_PLAYED, 0);
}

static void play(struct phone_call *c)
{
	const struct prompt *list[ARRAY_SIZE(c->cmd.prompts)];
	struct port *port = caller_port(c);
	size_t n = 0;

	for (size_t i = 0; i < c->cmd.n_prompts; i++)
		if ((list[n] = call_prompt(c, c->cmd.prompts[i])))
			n++;
	c->said = c->cmd.n_prompts ? c->cmd.prompts[0] : NULL;
	view_changed(c->x, NULL);
	if (n)
		port_play(port, list, n, played, c);
	else
		played(port, true, c);
}

static void ask_hours(struct phone_call *c)
{
	const struct calendar *cal = calendars_get(c->x->env->calendars, c->rec.org_id, c->cmd.calendar);
	bool open = cal && calendar_is_open(cal, time_now_ms());

	if (!open)
		c->rec.outcome = CALL_CLOSED;
	call_report(c, open ? FLOW_EV_YES : FLOW_EV_NO, 0);
}

static void enter_queue(struct phone_call *c)
{
	struct acd_call_info info = {
		.call_id = c->rec.id,
		.queue = c->cmd.queue,
		.priority = hotline_tier_priority(c->x->hotline, c->facts.tier),
		.last_operator = c->facts.last_operator,
	};

	c->phase = PHASE_QUEUED;
	c->rec.queued_ms = time_now_ms();
	c->rec.outcome = CALL_RUNNING;
	snprintf(c->rec.queue, sizeof(c->rec.queue), "%s", c->cmd.queue->name);
	call_event(c, 0, "queued", NULL);
	book_call(c->x->book, &c->rec);
	call_wait_in_queue(c);
	if (acd_enter(c->x->acd, &info, mono_ms()) < 0)
		call_report(c, FLOW_EV_OVERFLOW, 0);
	exchange_settle(c->x);
	view_changed(c->x, NULL);
}

static void music_again(struct port *p, bool whole, void *call)
{
	if (whole)
		call_wait_in_queue(call);
}

void call_wait_in_queue(struct phone_call *c)
{
	const struct hotline_queue *q = hotline_queue(c->x->hotline, c->rec.queue);
	const struct prompt *music = q ? call_prompt(c, q->music) : NULL;

	c->said = q ? q->music : NULL;
	if (music && c->phase == PHASE_QUEUED && caller_port(c))
		port_play(caller_port(c), &music, 1, music_again, c);
}

void call_say_in_queue(struct phone_call *c, const char *name)
{
	call_say(c, name, music_again);
}

void call_say_position(struct phone_call *c, const struct acd_action *a)
{
	const struct prompt *list[12];
	size_t n = 0;

	if (!(list[n] = call_prompt(c, "position_before")) || !caller_port(c))
		return;
	n = 1 + prompts_number(c->x->prompts, c->lang, (unsigned)a->position, list + 1, 8);
	if ((list[n] = call_prompt(c, "position_after")))
		n++;
	c->said = "position_before";
	port_play(caller_port(c), list, n, music_again, c);
}

void call_offer_callback(struct phone_call *c)
{
	if (!call_prompt(c, "callback_offer") || !*c->rec.caller || c->rec.browser)
		return;
	c->offered_callback = true;
	call_say_in_queue(c, "callback_offer");
}

/* Nobody holds the line: the place is kept until an operator is free. */
void call_park(struct phone_call *c)
{
	c->rec.outcome = CALL_CALLBACK_ASKED;
	c->phase = PHASE_PARKED;
	leg_drop(c->caller, 0);
	c->caller = NULL;
	c->caller_up = false;
	tape_end(c->tape);
	c->tape = NULL;
	book_call(c->x->book, &c->rec);
	exchange_settle(c->x);
}

static void kept(struct port *p, bool whole, void *call)
{
	if (whole)
		call_park(call);
}

static void to_callback(struct phone_call *c)
{
	if (acd_to_callback(c->x->acd, c->rec.id, mono_ms()) < 0)
		return;
	call_event(c, 0, "callback_asked", NULL);
	c->keep_parked = true;
	c->offered_callback = false;
	call_say(c, "callback_kept", kept);
}

static void voicemail_begins(struct port *p, bool whole, void *call)
{
	struct phone_call *c = call;

	if (!whole || c->phase != PHASE_VOICEMAIL)
		return;
	tape_end(c->tape);
	c->tape = NULL;
	if (!c->parts)
		c->parts = 1; /* part 0 is the conversation */
	call_record(c);
	c->said = NULL;
	c->timeout_ms = mono_ms() + c->cmd.max_s * 1000LL;
}

static void voicemail(struct phone_call *c)
{
	const struct prompt *list[ARRAY_SIZE(c->cmd.prompts) + 1];
	size_t n = 0;

	c->phase = PHASE_VOICEMAIL;
	c->rec.outcome = CALL_VOICEMAIL;
	snprintf(c->rec.process, sizeof(c->rec.process), "%s", c->cmd.process ? c->cmd.process : "");
	call_event(c, 0, "voicemail", NULL);
	book_call(c->x->book, &c->rec); /* whatever happens from now on, it is a message */
	for (size_t i = 0; i < c->cmd.n_prompts; i++)
		if ((list[n] = call_prompt(c, c->cmd.prompts[i])))
			n++;
	if ((list[n] = call_prompt(c, "beep")))
		n++;
	c->said = c->cmd.n_prompts ? c->cmd.prompts[0] : NULL;
	if (n)
		port_play(caller_port(c), list, n, voicemail_begins, c);
	else
		voicemail_begins(caller_port(c), true, c);
}

static void voicemail_done(struct phone_call *c)
{
	tape_end(c->tape);
	c->tape = NULL;
	c->phase = PHASE_FLOW;
	call_report(c, FLOW_EV_DONE, 0);
}

static void rate(struct phone_call *c)
{
	char detail[32];

	c->rec.rating = c->cmd.value;
	snprintf(detail, sizeof(detail), "{\"rating\":%d}", c->cmd.value);
	call_event(c, 0, "rated", detail);
	book_call(c->x->book, &c->rec);
	call_report(c, FLOW_EV_DONE, 0);
}

/* The outcome that a call has which ends where it stands. */
static enum call_outcome outcome_here(const struct phone_call *c)
{
	if (c->rec.answered_ms)
		return CALL_ANSWERED;
	return c->rec.queued_ms ? CALL_ABANDONED : CALL_MENU;
}

static void transfer_event(struct leg *l, const struct leg_event *e, void *call)
{
	guest_event(l, e, call);
}

static void transfer(struct phone_call *c)
{
	struct dial d = {.number = c->cmd.number};
	struct fault f = {0};

	c->phase = PHASE_DIALLING;
	call_event(c, 0, "transferred", NULL);
	c->rec.transfers++;
	if (signalling_dial(c->x->signalling, &d, transfer_event, c, &c->guest, &f) < 0) {
		c->guest = NULL;
		c->phase = PHASE_FLOW;
		call_report(c, FLOW_EV_FAILED, 0);
	}
}

static void run(struct phone_call *c)
{
	c->timeout_ms = INT64_MAX;
	if (c->phase == PHASE_OVER)
		return;
	if (c->cmd.kind != DO_QUEUE)
		c->phase = PHASE_FLOW;
	c->lang = c->flow.caller.lang ? c->flow.caller.lang : c->lang;
	snprintf(c->rec.lang, sizeof(c->rec.lang), "%s", c->lang);
	switch (c->cmd.kind) {
	case DO_PLAY:
		play(c);
		break;
	case DO_ASK_HOURS:
		ask_hours(c);
		break;
	case DO_RECORD:
		call_record(c);
		call_report(c, FLOW_EV_DONE, 0);
		break;
	case DO_QUEUE:
		enter_queue(c);
		break;
	case DO_TRANSFER:
		transfer(c);
		break;
	case DO_VOICEMAIL:
		voicemail(c);
		break;
	case DO_RATE:
		rate(c);
		break;
	case DO_HANGUP:
		phone_call_over(c, outcome_here(c), "flow");
		break;
	}
}

void call_start_flow(struct phone_call *c)
{
	const struct hotline_number *n = hotline_number(c->x->hotline, c->rec.called);
	struct flow_caller who = {.number = c->rec.caller,
				  .known = c->facts.known,
				  .member = c->facts.member,
				  .tier = c->facts.tier,
				  .lang = NULL};

	c->phase = PHASE_FLOW;
	c->timeout_ms = INT64_MAX;
	flow_begin(&c->flow, c->x->hotline, n, &who, &c->cmd);
	run(c);
}

void call_report(struct phone_call *c, enum flow_event_kind e, char key)
{
	flow_next(&c->flow, e, key, &c->cmd);
	run(c);
}

/* ---- what the caller does ---------------------------------------------------------------------------------- */

static void key_in_menu(struct phone_call *c, char key)
{
	char detail[24];

	if (!c->cmd.keys || (!c->cmd.barge_in && port_playing(caller_port(c))))
		return;
	snprintf(detail, sizeof(detail), "{\"key\":\"%c\"}", key);
	call_event(c, 0, "key", detail);
	c->timeout_ms = INT64_MAX;
	port_play(caller_port(c), NULL, 0, NULL, NULL);
	call_report(c, FLOW_EV_KEY, key);
}

static void key_in_queue(struct phone_call *c, char key)
{
	if (key == '1' && c->offered_callback && !c->keep_parked) {
		to_callback(c);
		exchange_settle(c->x);
	} else if (key == '9' && c->cmd.keys) {
		acd_leave(c->x->acd, c->rec.id, mono_ms());
		exchange_settle(c->x);
		call_event(c, 0, "left_queue", NULL);
		port_play(caller_port(c), NULL, 0, NULL, NULL);
		call_report(c, FLOW_EV_LEFT, 0);
	}
}

void call_key(struct phone_call *c, char key)
{
	if (c->phase == PHASE_FLOW && c->cmd.kind == DO_PLAY)
		key_in_menu(c, key);
	else if (c->phase == PHASE_QUEUED)
		key_in_queue(c, key);
	else if (c->phase == PHASE_VOICEMAIL && key == '#' && c->tape)
		voicemail_done(c);
}

void call_timeout(struct phone_call *c)
{
	if (c->phase == PHASE_VOICEMAIL)
		voicemail_done(c);
	else if (c->phase == PHASE_FLOW && c->cmd.kind == DO_PLAY)
		call_report(c, FLOW_EV_TIMEOUT, 0);
}
