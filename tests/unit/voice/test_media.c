/* Ports, bridges, the tick: what each party hears, what is recorded, what is refused. V01, V06–V08. */
#include "check.h"

#include <sodium.h>
#include <unistd.h>

#include "wire.h"

static struct media *m;
static int64_t now;

/* ---- help ------------------------------------------------------------------------------------ */

/* The tape of these tests: kept in memory. */
struct tape {
	int16_t left[WIRE_HEARD], right[WIRE_HEARD];
	size_t n;
};

void tape_frame(struct tape *t, const uint8_t left[160], const uint8_t right[160])
{
	assert_true(t->n + 160 <= WIRE_HEARD);
	alaw_to_linear(left, t->left + t->n, 160);
	alaw_to_linear(right, t->right + t->n, 160);
	t->n += 160;
}

static int open_media(void **state)
{
	struct media_options o = {.port_min = 21000, .port_max = 27999};
	struct fault f = {0};

	sa_set_str(&o.local, "127.0.0.1", 0);
	now = 0;
	assert_int_equal(media_open(&o, &m, &f), 0);
	m->began_us = 0;
	return 0;
}

static int close_media(void **state)
{
	media_close(m);
	return 0;
}

struct party {
	struct wire w;
	struct port *port;
	char keys[16];
	unsigned n_keys, lost, found;
};

static void on_port(struct port *p, enum port_event e, char key, void *arg)
{
	struct party *party = arg;

	if (e == PORT_KEY)
		party->keys[party->n_keys++] = key;
	else if (e == PORT_LOST)
		party->lost++;
	else
		party->found++;
}

static struct port_setup plain(const struct party *p)
{
	return (struct port_setup){.remote = p->w.address, .pt = p->w.pt, .pt_event = 101, .send = true, .receive = true,
				   .rtcp_mux = true};
}

static void party_open(struct party *p, int pt)
{
	struct port_setup s;

	memset(p, 0, sizeof(*p));
	wire_open(&p->w);
	p->w.pt = pt;
	assert_int_equal(port_new(m, on_port, p, &p->port), 0);
	s = plain(p);
	assert_int_equal(port_setup(p->port, &s), 0);
	wire_to(&p->w, p->port);
}

static void party_close(struct party *p)
{
	port_free(p->port);
	wire_close(&p->w);
}

static void tick(void)
{
	now += 20000;
	media_tick(m, now);
}

/* Everybody says a tone for so many ticks and hears. */
static void talk(struct party *const *parties, const double *hz, size_t n, int ticks)
{
	for (int t = 0; t < ticks; t++) {
		for (size_t i = 0; i < n; i++)
			wire_tone(&parties[i]->w, hz[i], 160);
		tick();
		for (size_t i = 0; i < n; i++)
			wire_hear(&parties[i]->w);
	}
}

static void talk_anew(struct party *const *parties, const double *hz, size_t n, int ticks)
{
	talk(parties, hz, n, 3);
	for (size_t i = 0; i < n; i++)
		wire_forget(&parties[i]->w);
	talk(parties, hz, n, ticks);
}

#define HEARS(party, hz) assert_true(wire_strength(&(party)->w, 0, hz) > 0.8)
#define HEARS_NOT(party, hz) assert_true(wire_strength(&(party)->w, 0, hz) < 0.05)

static struct bridge *joined(struct party *a, enum side sa, struct party *b, enum side sb)
{
	struct bridge *bridge;

	assert_int_equal(bridge_new(m, &bridge), 0);
	assert_int_equal(bridge_join(bridge, a->port, sa), 0);
	assert_int_equal(bridge_join(bridge, b->port, sb), 0);
	return bridge;
}

/* A prompt of one tone. */
static const struct prompt *tone_prompt(struct prompt *p, uint8_t *data, unsigned frames, char key)
{
	for (unsigned i = 0; i < frames; i++)
		alaw_key_tone(key, i * 160, data + (size_t)160 * i);
	*p = (struct prompt){.name = "tone", .frames = frames, .ms = frames * 20, .data = data};
	return p;
}

/* ---- two ------------------------------------------------------------------------------------- */

static void two_hear_each_other_bit_by_bit(void **state)
{
	static struct party caller, operator;
	static int16_t said[1600];
	struct party *both[] = {&caller, &operator};
	struct wire twin;

	party_open(&caller, 8);
	party_open(&operator, 8);
	joined(&caller, SIDE_CALLER, &operator, SIDE_OPERATOR);
	talk(both, (double[]){500, 700}, 2, 50);
	HEARS(&caller, 700);
	HEARS_NOT(&caller, 500);
	HEARS(&operator, 500);
	HEARS_NOT(&operator, 700);
	assert_int_equal(caller.w.packets, 50);
	assert_int_equal(caller.w.seq_gaps, 0);

	/* passed on as it came, not decoded: what was said is what is heard */
	wire_open(&twin);
	wire_close(&twin);
	for (int i = 0; i < 10; i++) {
		uint8_t noise[160];

		randombytes_buf(noise, sizeof(noise));
		alaw_to_linear(noise, said + (size_t)160 * i, 160);
		if (i == 0)
			wire_forget(&operator.w);
		wire_rtp(&caller.w, 8, caller.w.ts, noise, 160);
		caller.w.ts += 160;
		tick();
		wire_hear(&operator.w);
	}
	assert_memory_equal(operator.w.heard, said, sizeof(said));
	party_close(&caller);
	party_close(&operator);
}

static void laws_are_converted_at_the_port(void **state)
{
	static struct party caller, operator;
	struct party *both[] = {&caller, &operator};

	party_open(&caller, 0);
	party_open(&operator, 8);
	joined(&caller, SIDE_CALLER, &operator, SIDE_OPERATOR);
	talk(both, (double[]){500, 700}, 2, 50);
	HEARS(&caller, 700);
	HEARS(&operator, 500);
	party_close(&caller);
	party_close(&operator);
}

/* Mute, hold with music, a prompt: each changes what exactly one of them hears. */
static void mute_hold_and_prompts(void **state)
{
	static struct party caller, operator;
	static uint8_t data[20 * 160];
	struct party *both[] = {&caller, &operator};
	const double hz[] = {500, 1000};
	struct prompt music;

	party_open(&caller, 8);
	party_open(&operator, 8);
	joined(&caller, SIDE_CALLER, &operator, SIDE_OPERATOR);
	port_mute(operator.port, true);
	talk_anew(both, hz, 2, 30);
	HEARS_NOT(&caller, 1000);
	HEARS(&operator, 500);
	port_mute(operator.port, false);

	port_hold(caller.port, true, tone_prompt(&music, data, 20, '5')); /* 770 and 1336 Hz */
	talk_anew(both, hz, 2, 40); /* longer than the music: it begins again */
	HEARS(&caller, 1336);
	HEARS_NOT(&caller, 1000);
	HEARS_NOT(&operator, 500);
	port_hold(caller.port, false, NULL);
	talk_anew(both, hz, 2, 30);
	HEARS(&caller, 1000);
	HEARS(&operator, 500);
	party_close(&caller);
	party_close(&operator);
}

static int played_whole, played_cut;
static void on_played(struct port *p, bool whole, void *arg)
{
	if (whole)
		played_whole++;
	else
		played_cut++;
}

static void prompts_play_one_after_the_other(void **state)
{
	static struct party caller;
	static uint8_t one_data[10 * 160], two_data[10 * 160];
	struct party *alone[] = {&caller};
	struct prompt one, two;
	const struct prompt *list[] = {tone_prompt(&one, one_data, 10, '1'), tone_prompt(&two, two_data, 10, '9')};

	played_whole = played_cut = 0;
	party_open(&caller, 8);
	port_play(caller.port, list, 2, on_played, NULL);
	assert_true(port_playing(caller.port));
	talk(alone, (double[]){0}, 1, 20);
	assert_true(strength(caller.w.heard, 1600, 1209) > 0.8);
	assert_true(strength(caller.w.heard + 1600, 1600, 1477) > 0.8);
	assert_int_equal(played_whole, 0);
	talk(alone, (double[]){0}, 1, 1);
	assert_int_equal(played_whole, 1);
	assert_false(port_playing(caller.port));

	/* cut off by another, then stopped */
	port_play(caller.port, list, 1, on_played, NULL);
	talk(alone, (double[]){0}, 1, 2);
	port_play(caller.port, list + 1, 1, on_played, NULL);
	assert_int_equal(played_cut, 1);
	port_play(caller.port, NULL, 0, NULL, NULL);
	assert_int_equal(played_cut, 2);
	assert_int_equal(played_whole, 1);
	party_close(&caller);
}

static void free_at_the_end(struct port *p, bool whole, void *arg)
{
	played_whole++;
	port_free(p);
}

static void a_handler_may_free_the_port(void **state)
{
	static struct party caller;
	static uint8_t data[160];
	struct prompt one;
	const struct prompt *list[] = {tone_prompt(&one, data, 1, '1')};

	played_whole = 0;
	party_open(&caller, 8);
	port_play(caller.port, list, 1, free_at_the_end, NULL);
	wire_key(&caller.w, '7');
	tick();
	tick();
	assert_int_equal(played_whole, 1);
	assert_int_equal(caller.n_keys, 1);
	wire_close(&caller.w);
}

/* ---- three and more -------------------------------------------------------------------------- */

/* Row: who; column: whom. The table of media.h. */
static void who_hears_whom(void **state)
{
	static const bool hears[5][5] = {
		/* caller, operator, guest, listen, whisper */
		[SIDE_CALLER] = {0, 1, 1, 0, 0},
		[SIDE_OPERATOR] = {1, 0, 1, 0, 1},
		[SIDE_GUEST] = {1, 1, 0, 0, 0},
		[SIDE_LISTEN] = {1, 1, 1, 0, 0},
		[SIDE_WHISPER] = {1, 1, 1, 0, 0},
	};
	static struct party party[5];
	static const double hz[] = {400, 600, 900, 1300, 1700};
	struct party *all[] = {&party[0], &party[1], &party[2], &party[3], &party[4]};
	struct bridge *b;

	assert_int_equal(bridge_new(m, &b), 0);
	for (int i = 0; i < 5; i++) {
		party_open(&party[i], i % 2 ? 8 : 0);
		assert_int_equal(bridge_join(b, party[i].port, (enum side)i), 0);
	}
	talk_anew(all, hz, 5, 40);
	for (int who = 0; who < 5; who++) {
		for (int whom = 0; whom < 5; whom++) {
			double s = wire_strength(&party[who].w, 0, hz[whom]);

			if (hears[who][whom] ? s < 0.8 : s > 0.05)
				fail_msg("%d hears %d at %.2f", who, whom, s);
		}
	}
	/* the supervisor barges in, the guest leaves */
	assert_int_equal(bridge_join(b, party[3].port, SIDE_GUEST), 0);
	bridge_leave(party[2].port);
	talk_anew(all, hz, 5, 40);
	HEARS(&party[0], 1300);
	HEARS_NOT(&party[0], 900);
	HEARS_NOT(&party[2], 400);
	bridge_free(b);
	talk_anew(all, hz, 5, 40);
	HEARS_NOT(&party[0], 600);
	for (int i = 0; i < 5; i++)
		party_close(&party[i]);
}

static void two_guests_hear_each_other(void **state)
{
	static struct party a, b;
	struct party *both[] = {&a, &b};

	party_open(&a, 8);
	party_open(&b, 8);
	joined(&a, SIDE_GUEST, &b, SIDE_GUEST);
	talk_anew(both, (double[]){500, 700}, 2, 30);
	HEARS(&a, 700);
	HEARS_NOT(&a, 500);
	HEARS(&b, 500);
	party_close(&a);
	party_close(&b);
}

static void loud_voices_are_clipped_not_wrapped(void **state)
{
	uint8_t loud[160], ret[160];
	const uint8_t *frames[] = {loud, loud, loud};
	int16_t x[160];

	memset(loud, 0xaa, sizeof(loud)); /* the greatest value of A-law, 32256 */
	alaw_mix(frames, 3, ret);
	alaw_to_linear(ret, x, 160);
	assert_int_equal(x[0], 32256);
	for (int i = 0; i < 160; i++)
		x[i] = -32768;
	alaw_from_linear(x, ret, 160);
	alaw_to_linear(ret, x, 160);
	assert_int_equal(x[159], -32256);
}

/* ---- recording ------------------------------------------------------------------------------- */

static void tape_has_the_caller_left_and_what_it_hears_right(void **state)
{
	static struct party caller, operator, boss;
	static struct tape t;
	static uint8_t data[10 * 160];
	struct party *all[] = {&caller, &operator, &boss};
	const double hz[] = {400, 700, 1100};
	struct bridge *b;
	struct prompt music;

	party_open(&caller, 8);
	party_open(&operator, 8);
	party_open(&boss, 8);
	port_record(caller.port, &t); /* in a bridge without a tape: the port's */
	b = joined(&caller, SIDE_CALLER, &operator, SIDE_OPERATOR);
	assert_int_equal(bridge_join(b, boss.port, SIDE_WHISPER), 0);
	talk(all, hz, 3, 8);
	assert_int_equal(t.n, 8 * 160);
	bridge_record(b, &t); /* the same tape with the bridge: once a tick */
	talk(all, hz, 3, 2);
	assert_int_equal(t.n, 10 * 160);
	t.n = 0;
	talk(all, hz, 3, 40);
	assert_true(strength(t.left, t.n, 400) > 0.8);
	assert_true(strength(t.left, t.n, 700) < 0.05);
	assert_true(strength(t.right, t.n, 700) > 0.8);
	assert_true(strength(t.right, t.n, 400) < 0.05);
	assert_true(strength(t.right, t.n, 1100) < 0.05); /* a whisper is not for the caller's record */

	port_hold(caller.port, true, tone_prompt(&music, data, 10, '5'));
	talk(all, hz, 3, 1);
	t.n = 0;
	talk(all, hz, 3, 40);
	assert_true(strength(t.right, t.n, 700) > 0.8); /* the operator, not the music */
	assert_true(strength(t.right, t.n, 1336) < 0.05);
	bridge_record(b, NULL);
	port_record(caller.port, NULL);
	party_close(&caller);
	talk(all + 1, hz + 1, 2, 1);
	party_close(&operator);
	party_close(&boss);
	bridge_free(b);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void keys_in_and_out(void **state)
{
	static struct party caller, operator;
	struct party *both[] = {&caller, &operator};

	party_open(&caller, 8);
	party_open(&operator, 8);
	talk(both, (double[]){500, 700}, 2, 2);
	wire_key(&caller.w, '1');
	wire_key(&caller.w, '1');
	wire_key(&caller.w, '#');
	talk(both, (double[]){500, 700}, 2, 2);
	assert_int_equal(caller.n_keys, 3);
	assert_memory_equal(caller.keys, "11#", 3);

	assert_int_equal(port_send_keys(operator.port, "90*D"), 0);
	assert_int_equal(port_send_keys(operator.port, "9x"), -E_INVALID);
	talk(both, (double[]){500, 700}, 2, 60);
	assert_int_equal(operator.w.n_keys, 4);
	assert_memory_equal(operator.w.keys, "90*D", 4);
	assert_true(operator.w.key_ended);
	assert_int_equal(operator.w.seq_gaps, 0);
	assert_int_equal(port_send_keys(operator.port, "01234567890123456789012345678901"), 0);
	assert_int_equal(port_send_keys(operator.port, "2"), -E_BUSY);
	party_close(&caller);
	party_close(&operator);
}

static void a_peer_without_events_gets_tones(void **state)
{
	static struct party caller;
	struct port_setup s;
	struct party *alone[] = {&caller};

	party_open(&caller, 8);
	s = plain(&caller);
	s.pt_event = -1;
	assert_int_equal(port_setup(caller.port, &s), 0);
	wire_key(&caller.w, '1'); /* and what wasn't agreed on is no key */
	assert_int_equal(port_send_keys(caller.port, "5"), 0);
	talk(alone, (double[]){0}, 1, 6);
	assert_true(strength(caller.w.heard, 960, 770) > 0.8);
	assert_true(strength(caller.w.heard, 960, 1336) > 0.8);
	assert_int_equal(caller.n_keys, 0);
	party_close(&caller);
}

/* ---- strangers ------------------------------------------------------------------------------- */

static void a_third_address_is_dropped_and_counted(void **state)
{
	static struct party caller, operator;
	static struct wire stranger;
	struct party *both[] = {&caller, &operator};
	struct media_counts c;

	party_open(&caller, 8);
	party_open(&operator, 8);
	joined(&caller, SIDE_CALLER, &operator, SIDE_OPERATOR);
	wire_open(&stranger);
	stranger.to = caller.w.to;
	talk(both, (double[]){500, 700}, 2, 5);
	wire_forget(&operator.w);
	for (int i = 0; i < 20; i++) {
		wire_tone(&stranger, 1500, 160);
		talk(both, (double[]){500, 700}, 2, 1);
	}
	media_counts(m, &c);
	assert_int_equal(c.rtp_foreign, 20);
	HEARS_NOT(&operator, 1500);
	HEARS(&operator, 500);
	wire_hear(&stranger);
	assert_int_equal(stranger.packets, 0);
	wire_close(&stranger);
	party_close(&caller);
	party_close(&operator);
}

/* Behind NAT the sound comes from elsewhere than signalling said; until the signalled address speaks itself. */
static void an_unsignalled_source_is_learnt_and_gives_way(void **state)
{
	static struct party caller;
	static struct wire nat;
	struct party *alone[] = {&caller};

	party_open(&caller, 8);
	wire_open(&nat);
	nat.to = caller.w.to;
	wire_tone(&nat, 500, 160);
	wire_tone(&nat, 500, 160);
	tick();
	wire_hear(&nat);
	assert_int_equal(nat.packets, 0);
	wire_tone(&nat, 500, 160);
	tick();
	tick();
	wire_hear(&nat);
	assert_int_equal(nat.packets, 2);
	talk(alone, (double[]){500}, 1, 1);
	wire_forget(&caller.w);
	caller.w.packets = nat.packets = 0;
	wire_tone(&nat, 500, 160);
	talk(alone, (double[]){500}, 1, 5);
	wire_hear(&nat);
	assert_int_equal(caller.w.packets, 5);
	assert_int_equal(nat.packets, 0);
	wire_close(&nat);
	party_close(&caller);
}

static void rubbish_is_survived(void **state)
{
	static struct party caller;
	uint8_t junk[1600];

	party_open(&caller, 8);
	for (unsigned i = 0; i < 4000; i++) {
		size_t len = randombytes_uniform(200);

		randombytes_buf(junk, len);
		if (len > 0 && i % 2)
			junk[0] = (uint8_t)(0x80 | (junk[0] & 0x3f));
		assert_true(sendto(caller.w.fd, junk, len, 0, &caller.w.to.u.sa, caller.w.to.len) >= 0);
		if (i % 16 == 0)
			tick();
	}
	assert_true(sendto(caller.w.fd, junk, sizeof(junk), 0, &caller.w.to.u.sa, caller.w.to.len) > 0);
	tick();
	party_close(&caller);
}

static void silence_of_five_seconds_is_told(void **state)
{
	static struct party caller;
	struct party *alone[] = {&caller};

	party_open(&caller, 8);
	talk(alone, (double[]){500}, 1, 5);
	for (int i = 0; i < 251; i++) {
		tick();
		wire_forget(&caller.w);
	}
	assert_int_equal(caller.lost, 1);
	talk(alone, (double[]){500}, 1, 2);
	assert_int_equal(caller.found, 1);
	port_hold(caller.port, true, NULL); /* held: may be silent for 30 s */
	for (int i = 0; i < 1501; i++) {
		tick();
		wire_forget(&caller.w);
		assert_int_equal(caller.lost, i < 1500 ? 1 : 2);
	}
	party_close(&caller);
}

/* ---- SRTP ------------------------------------------------------------------------------------ */

static void secure(struct party *p, enum port_srtp kind)
{
	struct port_setup s = plain(p);
	bool gcm = kind == PORT_SRTP_GCM_128;
	enum srtp_suite suite = gcm ? SRTP_AES_128_GCM : SRTP_AES_CM_128_HMAC_SHA1_80;
	size_t len = gcm ? 28 : 30;
	static const uint8_t zeros[44];

	randombytes_buf(s.tx_key, 44);
	randombytes_buf(s.rx_key, 44);
	s.srtp = kind;
	p->w.tx = mem_deref(p->w.tx);
	p->w.rx = mem_deref(p->w.rx);
	assert_int_equal(srtp_alloc(&p->w.tx, suite, s.rx_key, len, 0), 0);
	assert_int_equal(srtp_alloc(&p->w.rx, suite, s.tx_key, len, 0), 0);
	assert_int_equal(port_setup(p->port, &s), 0);
	assert_memory_equal(s.tx_key, zeros, 44);
	assert_memory_equal(s.rx_key, zeros, 44);
}

static void srtp_both_suites(void **state)
{
	static const enum port_srtp kinds[] = {PORT_SRTP_CM_80, PORT_SRTP_GCM_128};

	for (size_t i = 0; i < 2; i++) {
		static struct party caller, operator;
		struct party *both[] = {&caller, &operator};
		struct media_counts c;

		party_open(&caller, 8);
		party_open(&operator, 8);
		joined(&caller, SIDE_CALLER, &operator, SIDE_OPERATOR);
		secure(&operator, kinds[i]);
		talk(both, (double[]){500, 700}, 2, 400);
		HEARS(&caller, 700);
		HEARS(&operator, 500);
		assert_int_equal(operator.w.refused, 0);
		assert_true(operator.w.reports > 0);
		media_counts(m, &c);
		assert_int_equal(c.srtp_refused, 0);
		party_close(&caller);
		party_close(&operator);
	}
}

static void srtp_replayed_forged_or_clear_is_refused(void **state)
{
	static struct party caller;
	struct party *alone[] = {&caller};
	struct media_counts c;
	struct srtp *tx;
	uint16_t seq;

	party_open(&caller, 8);
	secure(&caller, PORT_SRTP_CM_80);
	talk(alone, (double[]){500}, 1, 10);
	seq = caller.w.seq;
	caller.w.seq = (uint16_t)(seq - 3); /* three packets once more */
	talk(alone, (double[]){500}, 1, 3);
	media_counts(m, &c);
	assert_int_equal(c.srtp_refused, 3);
	tx = caller.w.tx;
	caller.w.tx = NULL;
	talk(alone, (double[]){500}, 1, 2);
	caller.w.tx = tx;
	media_counts(m, &c);
	assert_int_equal(c.srtp_refused, 5);
	talk(alone, (double[]){500}, 1, 2);
	media_counts(m, &c);
	assert_int_equal(c.srtp_refused, 5);
	party_close(&caller);
}

static void the_same_keys_keep_their_counters(void **state)
{
	static struct party caller;
	struct party *alone[] = {&caller};
	struct port_setup s, again;

	party_open(&caller, 8);
	s = plain(&caller);
	s.srtp = PORT_SRTP_CM_80;
	randombytes_buf(s.tx_key, 44);
	randombytes_buf(s.rx_key, 44);
	assert_int_equal(srtp_alloc(&caller.w.tx, SRTP_AES_CM_128_HMAC_SHA1_80, s.rx_key, 30, 0), 0);
	assert_int_equal(srtp_alloc(&caller.w.rx, SRTP_AES_CM_128_HMAC_SHA1_80, s.tx_key, 30, 0), 0);
	again = s;
	assert_int_equal(port_setup(caller.port, &s), 0);
	talk(alone, (double[]){500}, 1, 5);
	assert_int_equal(port_setup(caller.port, &again), 0);
	talk(alone, (double[]){500}, 1, 5);
	assert_int_equal(caller.w.refused, 0);
	assert_int_equal(caller.w.packets, 10);
	assert_int_equal(caller.w.seq_gaps, 0);
	party_close(&caller);
}

static void authentic_packets_may_move_the_address(void **state)
{
	static struct party caller;
	static struct wire elsewhere;
	struct party *alone[] = {&caller};
	struct port_setup s;

	party_open(&caller, 8);
	s = (struct port_setup){.pt = 8, .pt_event = 101, .send = true, .receive = true, .rtcp_mux = true,
				.srtp = PORT_SRTP_CM_80, .follow_address = true};
	randombytes_buf(s.tx_key, 44);
	randombytes_buf(s.rx_key, 44);
	assert_int_equal(srtp_alloc(&caller.w.tx, SRTP_AES_CM_128_HMAC_SHA1_80, s.rx_key, 30, 0), 0);
	assert_int_equal(srtp_alloc(&caller.w.rx, SRTP_AES_CM_128_HMAC_SHA1_80, s.tx_key, 30, 0), 0);
	assert_int_equal(port_setup(caller.port, &s), 0);
	talk(alone, (double[]){500}, 1, 3);
	wire_open(&elsewhere);
	elsewhere.to = caller.w.to;
	wire_tone(&elsewhere, 500, 160); /* not authentic */
	talk(alone, (double[]){500}, 1, 2);
	wire_hear(&elsewhere);
	assert_int_equal(elsewhere.packets, 0);
	{
		int fd = caller.w.fd; /* the same sender from the new socket */

		caller.w.fd = elsewhere.fd;
		elsewhere.fd = fd;
	}
	caller.w.packets = 0;
	talk(alone, (double[]){500}, 1, 3);
	assert_int_equal(caller.w.packets, 3);
	wire_close(&elsewhere);
	party_close(&caller);
}

/* ---- directions, ports ----------------------------------------------------------------------- */

static void directions_are_kept(void **state)
{
	static struct party caller, operator;
	struct party *both[] = {&caller, &operator};
	struct port_setup s;

	party_open(&caller, 8);
	party_open(&operator, 8);
	joined(&caller, SIDE_CALLER, &operator, SIDE_OPERATOR);
	s = plain(&caller);
	s.send = false;
	assert_int_equal(port_setup(caller.port, &s), 0);
	talk_anew(both, (double[]){500, 700}, 2, 20);
	assert_int_equal(caller.w.packets, 0);
	HEARS(&operator, 500);
	s = plain(&caller);
	s.receive = false;
	assert_int_equal(port_setup(caller.port, &s), 0);
	talk_anew(both, (double[]){500, 700}, 2, 20);
	HEARS(&caller, 700);
	HEARS_NOT(&operator, 500);
	s = plain(&caller);
	s.pt = 18;
	assert_int_equal(port_setup(caller.port, &s), -E_INVALID);
	party_close(&caller);
	party_close(&operator);
}

static void ports_come_from_the_range_and_run_out(void **state)
{
	struct media_options o = {.port_min = 28001, .port_max = 28010};
	struct port *ports[6];
	struct media *small;
	struct fault f = {0};

	sa_set_str(&o.local, "127.0.0.1", 0);
	assert_int_equal(media_open(&o, &small, &f), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(port_new(small, NULL, NULL, &ports[i]), 0);
		assert_int_equal(port_local(ports[i]) % 2, 0);
		assert_in_range(port_local(ports[i]), 28002, 28010);
	}
	assert_int_equal(port_new(small, NULL, NULL, &ports[5]), -E_BUSY);
	port_free(ports[2]);
	assert_int_equal(port_new(small, NULL, NULL, &ports[2]), 0);
	media_close(small);
}

static void reports_without_muxing_use_the_next_port(void **state)
{
	static struct party caller;
	static struct wire reports;
	struct party *alone[] = {&caller};
	struct port_setup s;

	party_open(&caller, 8);
	/* the test's own next port may be taken by somebody: then look for a pair */
	wire_open(&reports);
	for (int i = 0; i < 100 && sa_port(&reports.address) != sa_port(&caller.w.address) + 1; i++) {
		struct wire next;

		wire_close(&reports);
		wire_open(&next);
		wire_close(&caller.w);
		caller.w = next;
		reports.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		reports.address = next.address;
		sa_set_port(&reports.address, (uint16_t)(sa_port(&next.address) + 1));
		if (bind(reports.fd, &reports.address.u.sa, reports.address.len) < 0)
			sa_set_port(&reports.address, 0);
	}
	assert_int_equal(sa_port(&reports.address), sa_port(&caller.w.address) + 1);
	wire_to(&caller.w, caller.port);
	s = plain(&caller);
	s.rtcp_mux = false;
	assert_int_equal(port_setup(caller.port, &s), 0);
	talk(alone, (double[]){0}, 1, 400);
	wire_hear(&reports);
	assert_int_equal(caller.w.reports, 0);
	assert_true(reports.reports > 0);
	wire_close(&reports);
	party_close(&caller);
}

static void lateness_is_counted(void **state)
{
	struct media_counts c;

	media_phase(m, 500);
	media_phase(m, 5000 + 7000);
	media_phase(m, 10000 + 30000);
	media_counts(m, &c);
	assert_int_equal(c.ticks, 3);
	assert_int_equal(c.late_ticks, 1);
	assert_int_equal(c.late_max_us, 30000);
	assert_int_equal(c.late_histogram[0], 1);
	assert_int_equal(c.late_histogram[3], 1);
	assert_int_equal(c.late_histogram[5], 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_media, close_media)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(two_hear_each_other_bit_by_bit), T(laws_are_converted_at_the_port), T(mute_hold_and_prompts),
		T(prompts_play_one_after_the_other), T(a_handler_may_free_the_port), T(who_hears_whom),
		T(two_guests_hear_each_other), T(loud_voices_are_clipped_not_wrapped),
		T(tape_has_the_caller_left_and_what_it_hears_right), T(keys_in_and_out),
		T(a_peer_without_events_gets_tones), T(a_third_address_is_dropped_and_counted),
		T(an_unsignalled_source_is_learnt_and_gives_way), T(rubbish_is_survived),
		T(silence_of_five_seconds_is_told), T(srtp_both_suites), T(srtp_replayed_forged_or_clear_is_refused),
		T(the_same_keys_keep_their_counters), T(authentic_packets_may_move_the_address), T(directions_are_kept),
		T(ports_come_from_the_range_and_run_out), T(reports_without_muxing_use_the_next_port),
		T(lateness_is_counted),
	};
	int r;

	libre_init();
	fd_setsize(1024);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	libre_close();
	return r;
}
