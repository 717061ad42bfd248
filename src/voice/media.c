/* The tick. */
#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <sodium.h>

#include "base/memory.h"
#include "base/metrics.h"
#include "base/time.h"
#include "voice/media_private.h"

#define BEHIND_MAX (10 * PHASES) /* phases made up for after a stall; what is older is left out */

METRIC(m_late, METRIC_HISTOGRAM, "lexline_media_tick_late_seconds", "How much after its time each quarter of a tick began");
METRIC(m_behind, METRIC_COUNTER, "lexline_media_ticks_late_total", "Quarters of a tick that began over 20 ms after their time");
METRIC(m_left_out, METRIC_COUNTER, "lexline_media_left_out_ms_total", "Sound left out after the thread had stood still");
METRIC(m_in, METRIC_COUNTER, "lexline_media_rtp_received_total", "RTP packets that came in");
METRIC(m_out, METRIC_COUNTER, "lexline_media_rtp_sent_total", "RTP packets that went out");
METRIC(m_lost, METRIC_COUNTER, "lexline_media_rtp_lost_total", "RTP packets that never came");
METRIC(m_concealed, METRIC_COUNTER, "lexline_media_rtp_concealed_total", "Frames made up for packets that were missing or late");
METRIC(m_foreign, METRIC_COUNTER, "lexline_media_rtp_foreign_total", "RTP packets from a third address, dropped");
METRIC(m_refused, METRIC_COUNTER, "lexline_media_srtp_refused_total", "SRTP packets with a bad tag, or replayed, dropped");

/* What is counted for each packet is published once a second. */
static void publish(const struct media_counts *c)
{
	metric_set(&m_behind, (int64_t)c->late_ticks);
	metric_set(&m_left_out, (int64_t)c->left_out_ms);
	metric_set(&m_in, (int64_t)c->rtp_in);
	metric_set(&m_out, (int64_t)c->rtp_out);
	metric_set(&m_lost, (int64_t)c->rtp_lost);
	metric_set(&m_concealed, (int64_t)c->rtp_concealed);
	metric_set(&m_foreign, (int64_t)c->rtp_foreign);
	metric_set(&m_refused, (int64_t)c->srtp_refused);
}

void media_tell(struct port *p)
{
	if (!p->le_told.list)
		list_append(&p->media->told, &p->le_told, p);
}

/* One thing at a time: the handler may free the port, or make another one tell. */
static void tell_one(struct port *p)
{
	if (p->n_keys_in > 0) {
		char key = p->keys_in[0];

		memmove(p->keys_in, p->keys_in + 1, --p->n_keys_in);
		if (p->handler)
			p->handler(p, PORT_KEY, key, p->arg);
	} else if (p->tell_found || p->tell_lost) {
		enum port_event e = p->tell_found ? PORT_FOUND : PORT_LOST;

		p->tell_found = p->tell_lost = false;
		if (p->handler)
			p->handler(p, e, 0, p->arg);
	} else if (p->tell_played) {
		port_cut_play(p, true);
	} else {
		list_unlink(&p->le_told);
	}
}

static void watch_life(struct port *p)
{
	int64_t limit = p->hold ? LOST_HELD_TICKS : LOST_TICKS;
	bool silent = p->set_up && p->receive && (int64_t)(p->media->ticks - p->heard_tick) > limit;

	if (silent == p->lost)
		return;
	p->lost = silent;
	p->tell_lost = silent;
	p->tell_found = !silent;
	media_tell(p);
}

static void take_sound(struct port *p)
{
	port_receive(p);
	p->audible = jitter_pop(&p->jitter, p->heard);
	if (p->jitter.concealed) {
		p->media->counts.rtp_concealed += p->jitter.concealed;
		p->jitter.concealed = 0;
	}
	watch_life(p);
}

static void give_sound(struct port *p)
{
	p->hears = port_own_sound(p);
	if (!p->hears)
		bridge_hear(p);
	port_send(p);
	if (p->tape && !(p->bridge && p->bridge->tape))
		tape_frame(p->tape, p->heard, p->hears);
}

static void count_lateness(struct media_counts *c, int64_t late_us)
{
	static const int64_t limit_us[] = {1000, 2000, 5000, 10000, 20000, 50000, 100000};
	size_t i = 0;

	if (late_us < 0)
		late_us = 0;
	while (i < ARRAY_SIZE(limit_us) && late_us >= limit_us[i])
		i++;
	c->late_histogram[i]++;
	c->ticks++;
	if (late_us > 20000)
		c->late_ticks++;
	if ((uint64_t)late_us > c->late_max_us)
		c->late_max_us = (uint64_t)late_us;
	metric_observe_us(&m_late, late_us);
}

void media_phase(struct media *m, int64_t now_us)
{
	unsigned phase = (unsigned)(m->phase % PHASES);
	struct le *le;

	count_lateness(&m->counts, now_us - m->began_us - (int64_t)m->phase * PHASE_US);
	m->phase++;
	if (phase == 0 && m->ticks++ % TICKS_S == 0)
		publish(&m->counts);
	for (le = m->ports[phase].head; le; le = le->next)
		take_sound(le->data);
	for (le = m->ports[phase].head; le; le = le->next)
		give_sound(le->data);
	for (le = m->bridges[phase].head; le; le = le->next)
		bridge_tape(le->data);
	while (m->told.head)
		tell_one(m->told.head->data);
}

void media_tick(struct media *m, int64_t now_us)
{
	for (unsigned i = 0; i < PHASES; i++)
		media_phase(m, now_us);
}

static void on_timer(int flags, void *arg)
{
	struct media *m = arg;
	uint64_t expired, due;
	int64_t now = time_monotonic_us();

	(void)flags;
	if (read(m->timer, &expired, sizeof(expired)) < 0)
		return;
	due = (uint64_t)(now - m->began_us) / PHASE_US;
	if (due > m->phase + BEHIND_MAX) {
		uint64_t left_out = due - m->phase - BEHIND_MAX;

		m->began_us += (int64_t)left_out * PHASE_US;
		m->counts.left_out_ms += left_out * PHASE_US / 1000;
		due -= left_out;
	}
	while (m->phase <= due)
		media_phase(m, time_monotonic_us());
}

static int start_timer(struct media *m, struct fault *f)
{
	struct itimerspec spec = {.it_interval = {.tv_nsec = PHASE_US * 1000L}};
	int64_t first = m->began_us + PHASE_US;

	m->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (m->timer < 0)
		return fail(f, E_IO, "", "no timer for the sound: %s", strerror(errno));
	spec.it_value = (struct timespec){.tv_sec = first / 1000000, .tv_nsec = first % 1000000 * 1000};
	if (timerfd_settime(m->timer, TFD_TIMER_ABSTIME, &spec, NULL) < 0 || fd_listen(m->timer, FD_READ, on_timer, m) != 0)
		return fail(f, E_IO, "", "the timer of the sound cannot be used: %s", strerror(errno));
	return 0;
}

int media_open(const struct media_options *o, struct media **ret, struct fault *f)
{
	struct media *m;
	uint8_t random[8];
	int r;

	if (o->port_min < 1024 || o->port_max < o->port_min + 2)
		return fail(f, E_CONFIG, "rtp", "the range of RTP ports must lie above 1023 and hold at least two ports");
	m = MEM_NEW(struct media);
	m->options = *o;
	m->began_us = time_monotonic_us();
	m->packet = mbuf_alloc(PACKET_MAX + 64);
	if (!m->packet) {
		free(m);
		return fail(f, E_NO_MEMORY, "", "no memory for the sound");
	}
	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(m->cname, sizeof(m->cname), random, sizeof(random));
	/* Where the next call's sound comes from is not to be guessed. */
	m->next_port = (uint16_t)(o->port_min + randombytes_uniform((uint32_t)(o->port_max - o->port_min)));
	m->timer = -1;
	r = start_timer(m, f);
	if (r < 0) {
		media_close(m);
		return r;
	}
	*ret = m;
	return 0;
}

void media_close(struct media *m)
{
	if (!m)
		return;
	for (unsigned i = 0; i < PHASES; i++) {
		while (m->bridges[i].head)
			bridge_free(m->bridges[i].head->data);
		while (m->ports[i].head)
			port_free(m->ports[i].head->data);
	}
	if (m->timer >= 0) {
		fd_close(m->timer);
		close(m->timer);
	}
	mem_deref(m->packet);
	free(m);
}

void media_counts(const struct media *m, struct media_counts *ret)
{
	*ret = m->counts;
}
