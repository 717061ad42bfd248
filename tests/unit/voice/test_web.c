/* A browser's leg: the offer, ICE, DTLS, SRTP; a reload; strangers. V06, V09. */
#include "check.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <unistd.h>

#include "voice/web_private.h"
#include "wire.h"

static struct media *m;
static struct web *web;
static int64_t now;

/* ---- a browser of a few lines ---------------------------------------------------------------- */

struct browser {
	struct wire w;
	struct web_dtls_identity id; /**< its certificate */
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *in, *out;
	bool up;
	char ufrag[9], pwd[25], server_ufrag[300], server_pwd[300];
	uint8_t server_print[32];
	struct leg *leg;
	unsigned answered, lost, found, ended;
	char keys[8], reason[16];
	unsigned n_keys, stun_replies, stun_errors;
};

static void on_leg(struct leg *l, const struct leg_event *e, void *arg)
{
	struct browser *b = arg;

	switch (e->kind) {
	case LEG_ANSWERED:
		b->answered++;
		break;
	case LEG_KEY:
		b->keys[b->n_keys++] = e->key;
		break;
	case LEG_LOST:
		b->lost++;
		break;
	case LEG_FOUND:
		b->found++;
		break;
	case LEG_ENDED:
		b->ended++;
		snprintf(b->reason, sizeof(b->reason), "%s", e->reason);
		break;
	default:
		fail_msg("unexpected event %d", e->kind);
	}
}

static void new_page(struct browser *b)
{
	struct fault f = {0};

	wire_open(&b->w);
	snprintf(b->ufrag, sizeof(b->ufrag), "brws%04x", randombytes_uniform(65536));
	snprintf(b->pwd, sizeof(b->pwd), "browserbrowserbrowser%03x", randombytes_uniform(4096));
	assert_int_equal(web_dtls_identity_make(&b->id, &f), 0);
	b->ctx = SSL_CTX_new(DTLS_client_method());
	assert_int_equal(SSL_CTX_use_certificate(b->ctx, SSL_CTX_get0_certificate(b->id.ctx)), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(b->ctx, SSL_CTX_get0_privatekey(b->id.ctx)), 1);
	assert_int_equal(SSL_CTX_set_tlsext_use_srtp(b->ctx, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"), 0);
	SSL_CTX_set_options(b->ctx, SSL_OP_NO_QUERY_MTU);
	b->ssl = SSL_new(b->ctx);
	b->in = BIO_new(BIO_s_mem());
	b->out = BIO_new(BIO_s_mem());
	BIO_set_mem_eof_return(b->in, -1);
	SSL_set_bio(b->ssl, b->in, b->out);
	SSL_set_mtu(b->ssl, 1200);
	SSL_set_connect_state(b->ssl);
	b->up = false;
}

static void close_page(struct browser *b)
{
	SSL_free(b->ssl);
	SSL_CTX_free(b->ctx);
	web_dtls_identity_drop(&b->id);
	wire_close(&b->w);
}

static const char *offer_of(const struct browser *b)
{
	static char text[2000];

	snprintf(text, sizeof(text),
		 "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\n"
		 "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 110 126\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
		 "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=ice-options:trickle\r\na=fingerprint:sha-256 %s\r\na=setup:actpass\r\n"
		 "a=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
		 "a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\na=ssrc:1 cname:x\r\n"
		 "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n"
		 "a=fingerprint:sha-256 %s\r\na=setup:actpass\r\na=mid:1\r\na=sctp-port:5000\r\n",
		 b->ufrag, b->pwd, b->id.fingerprint, b->ufrag, b->pwd, b->id.fingerprint);
	return text;
}

/* One value of the answer, as a browser would find it. */
static void value_of(const char *sdp, const char *name, char *ret, size_t room)
{
	const char *at = strstr(sdp, name);
	size_t n;

	if (!at)
		fail_msg("no %s in\n%s", name, sdp);
	at += strlen(name);
	n = strcspn(at, "\r");
	assert_true(n < room);
	memcpy(ret, at, n);
	ret[n] = '\0';
}

static char *offer(struct browser *b, struct leg *again)
{
	struct fault f = {0};
	char *answer;

	if (web_offer(web, again, str_of(offer_of(b)), on_leg, b, &b->leg, &answer, &f) < 0)
		fail_msg("%s", f.detail);
	value_of(answer, "a=ice-ufrag:", b->server_ufrag, sizeof(b->server_ufrag));
	value_of(answer, "a=ice-pwd:", b->server_pwd, sizeof(b->server_pwd));
	wire_to(&b->w, leg_port(b->leg));
	return answer;
}

static void send_check(struct browser *b, const char *user, const char *pwd, bool use)
{
	struct mbuf *mb = mbuf_alloc(512);
	uint8_t tid[12];
	char name[600];
	uint32_t priority = 1;
	uint64_t tie = 7;

	randombytes_buf(tid, sizeof(tid));
	snprintf(name, sizeof(name), "%s:%s", user, b->ufrag);
	assert_int_equal(stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, tid, NULL, (const uint8_t *)pwd, strlen(pwd), true, 0,
					 4, STUN_ATTR_USERNAME, name, STUN_ATTR_PRIORITY, &priority, STUN_ATTR_CONTROLLING, &tie,
					 STUN_ATTR_USE_CAND, use ? &priority : NULL),
			 0);
	assert_true(sendto(b->w.fd, mb->buf, mb->end, 0, &b->w.to.u.sa, b->w.to.len) > 0);
	mem_deref(mb);
}

static void send_dtls(struct browser *b)
{
	uint8_t data[8192];
	int n = BIO_read(b->out, data, sizeof(data)), at = 0;

	/* records one after the other: a datagram each */
	while (at + 13 <= n) {
		int len = 13 + (data[at + 11] << 8 | data[at + 12]);

		assert_true(sendto(b->w.fd, data + at, (size_t)len, 0, &b->w.to.u.sa, b->w.to.len) > 0);
		at += len;
	}
}

static void set_keys(struct browser *b)
{
	bool gcm = SSL_get_selected_srtp_profile(b->ssl)->id == SRTP_AEAD_AES_128_GCM;
	size_t salt = gcm ? 12 : 14;
	uint8_t all[60], tx[30], rx[30];
	enum srtp_suite suite = gcm ? SRTP_AES_128_GCM : SRTP_AES_CM_128_HMAC_SHA1_80;

	assert_int_equal(SSL_export_keying_material(b->ssl, all, 2 * (16 + salt), "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0), 1);
	memcpy(tx, all, 16);
	memcpy(rx, all + 16, 16);
	memcpy(tx + 16, all + 32, salt);
	memcpy(rx + 16, all + 32 + salt, salt);
	b->w.tx = mem_deref(b->w.tx);
	b->w.rx = mem_deref(b->w.rx);
	assert_int_equal(srtp_alloc(&b->w.tx, suite, tx, 16 + salt, 0), 0);
	assert_int_equal(srtp_alloc(&b->w.rx, suite, rx, 16 + salt, 0), 0);
}

static void shake(struct browser *b)
{
	if (SSL_do_handshake(b->ssl) == 1 && !b->up) {
		b->up = true;
		set_keys(b);
	}
	send_dtls(b);
}

/* Take what has come: replies to checks, the handshake; sound is left to wire_hear(). */
static void take(struct browser *b)
{
	uint8_t data[2048];
	ssize_t n;

	while (!b->up && (n = recv(b->w.fd, data, sizeof(data), 0)) > 0) {
		if (data[0] == 1) {
			if (data[1] == 1)
				b->stun_replies++;
			else
				b->stun_errors++;
		} else if (data[0] >= 20 && data[0] <= 63) {
			BIO_write(b->in, data, (int)n);
			shake(b);
		}
	}
}

static void on_stop(void *arg)
{
	re_cancel();
}

/* Let libre's timers of this moment run. */
static void run_timers(void)
{
	struct tmr t;

	tmr_init(&t);
	tmr_start(&t, 1, on_stop, NULL);
	re_main(NULL);
	tmr_cancel(&t);
}

static void tick(void)
{
	now += 20000;
	media_tick(m, now);
}

static void connect_browser(struct browser *b)
{
	send_check(b, b->server_ufrag, b->server_pwd, true);
	tick();
	take(b);
	shake(b);
	for (int i = 0; i < 10 && !b->up; i++) {
		tick();
		take(b);
	}
	tick();
	run_timers();
}

static int open_all(void **state)
{
	struct media_options o = {.port_min = 21000, .port_max = 27999};
	struct fault f = {0};

	sa_set_str(&o.local, "127.0.0.1", 0);
	now = 0;
	assert_int_equal(media_open(&o, &m, &f), 0);
	fd_close(m->timer); /* by hand */
	m->began_us = 0;
	if (web_open(NULL, m, &web, &f) < 0)
		fail_msg("%s", f.detail);
	return 0;
}

static int close_all(void **state)
{
	web_close(web);
	media_close(m);
	return 0;
}

/* ---- offers ---------------------------------------------------------------------------------- */

static void the_answer_is_one_a_browser_takes(void **state)
{
	static struct browser b;
	char *answer;

	memset(&b, 0, sizeof(b));
	new_page(&b);
	answer = offer(&b, NULL);
	assert_contains(answer, "\r\na=group:BUNDLE 0\r\na=ice-lite\r\n");
	assert_contains(answer, "UDP/TLS/RTP/SAVPF 8 126\r\n");
	assert_contains(answer, "a=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n");
	assert_contains(answer, "a=rtpmap:8 PCMA/8000\r\na=rtpmap:126 telephone-event/8000\r\n");
	assert_contains(answer, "a=setup:passive\r\n");
	assert_contains(answer, " 127.0.0.1 ");
	assert_contains(answer, "typ host\r\na=end-of-candidates\r\n");
	assert_contains(answer, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n");
	assert_null(strstr(answer, "opus"));
	free(answer);
	leg_free(b.leg);
	close_page(&b);
}

static void offers_that_cannot_be_answered_are_refused_by_name(void **state)
{
	static const struct {
		const char *without, *instead, *says;
	} cases[] = {
		{"a=mid:0\r\n", "", "a=mid"},
		{"a=rtcp-mux\r\n", "", "a=rtcp-mux"},
		{"a=setup:actpass\r\na=mid:0", "a=setup:passive\r\na=mid:0", "handshake"},
		{"UDP/TLS/RTP/SAVPF", "RTP/AVP", "DTLS-SRTP"},
		{"a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n", "", "PCMA"},
		{"m=audio", "m=video", "no sound"},
		{"v=0", "x=0", "no session description"},
		{"a=mid:0", "a=mid:0 0", "well-formed"},
		{"a=fingerprint:sha-256 ", "a=fingerprint:sha-256 X", "well-formed"},
		{"a=fingerprint:sha-256", "a=fingerprint:sha-1", "fingerprint"},
	};
	static struct browser b;

	memset(&b, 0, sizeof(b));
	new_page(&b);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *good = offer_of(&b), *at = strstr(good, cases[i].without);
		char bad[2100];
		struct fault f = {0};
		struct leg *l = NULL;
		char *answer;

		assert_non_null(at);
		snprintf(bad, sizeof(bad), "%.*s%s%s", (int)(at - good), good, cases[i].instead, at + strlen(cases[i].without));
		assert_int_equal(web_offer(web, NULL, str_of(bad), on_leg, &b, &l, &answer, &f), -E_INVALID);
		assert_contains(f.detail, cases[i].says);
		assert_null(l);
	}
	close_page(&b);
}

static void rubbish_offers_are_survived(void **state)
{
	static struct browser b;
	char bad[2100];
	struct web_sdp o;

	memset(&b, 0, sizeof(b));
	new_page(&b);
	for (unsigned i = 0; i < 20000; i++) {
		const char *good = offer_of(&b);
		size_t len = strlen(good);

		memcpy(bad, good, len);
		for (unsigned k = 0; k < 1 + i % 5; k++)
			bad[randombytes_uniform((uint32_t)len)] = (char)randombytes_uniform(256);
		(void)!web_sdp_read((struct str){bad, randombytes_uniform((uint32_t)len + 1)}, &o, NULL);
	}
	close_page(&b);
}

/* ---- connections ----------------------------------------------------------------------------- */

static void sound_both_ways_keys_and_good_bye(void **state)
{
	static struct browser b;
	static struct wire caller;
	struct port *port;
	struct port_setup s = {.pt = 8, .pt_event = 101, .send = true, .receive = true, .rtcp_mux = true};
	struct bridge *bridge;

	memset(&b, 0, sizeof(b));
	new_page(&b);
	free(offer(&b, NULL));
	assert_int_equal(leg_kind(b.leg), LEG_BROWSER);
	connect_browser(&b);
	assert_true(b.up);
	assert_int_equal(b.answered, 1);

	wire_open(&caller);
	assert_int_equal(port_new(m, NULL, NULL, &port), 0);
	s.remote = caller.address;
	assert_int_equal(port_setup(port, &s), 0);
	wire_to(&caller, port);
	assert_int_equal(bridge_new(m, &bridge), 0);
	assert_int_equal(bridge_join(bridge, port, SIDE_CALLER), 0);
	assert_int_equal(bridge_join(bridge, leg_port(b.leg), SIDE_OPERATOR), 0);
	for (int i = 0; i < 60; i++) {
		wire_tone(&caller, 500, 160);
		wire_tone(&b.w, 900, 160);
		tick();
		wire_hear(&caller);
		wire_hear(&b.w);
		if (i == 10) {
			wire_forget(&caller);
			wire_forget(&b.w);
		}
	}
	assert_true(wire_strength(&caller, 0, 900) > 0.8);
	assert_true(wire_strength(&b.w, 0, 500) > 0.8);
	assert_int_equal(b.w.refused, 0);

	/* a key of the browser (RTCDTMFSender) */
	{
		uint8_t event[4] = {7, 0x8a, 1, 0};

		wire_rtp(&b.w, 126, b.w.ts, event, 4);
		tick();
		assert_int_equal(b.n_keys, 1);
		assert_int_equal(b.keys[0], '7');
	}
	/* the page goes: told in the next tick */
	SSL_shutdown(b.ssl);
	send_dtls(&b);
	tick();
	tick();
	assert_int_equal(b.lost, 1);
	leg_free(b.leg);
	port_free(port);
	bridge_free(bridge);
	wire_close(&caller);
	close_page(&b);
}

static void a_wrong_certificate_is_refused(void **state)
{
	static struct browser b;
	struct web_dtls_identity other;
	struct fault f = {0};
	struct port *port;

	memset(&b, 0, sizeof(b));
	new_page(&b);
	free(offer(&b, NULL));
	/* somebody in the middle has the offer's addresses and passwords, but not its key */
	assert_int_equal(web_dtls_identity_make(&other, &f), 0);
	assert_int_equal(SSL_use_certificate(b.ssl, SSL_CTX_get0_certificate(other.ctx)), 1);
	assert_int_equal(SSL_use_PrivateKey(b.ssl, SSL_CTX_get0_privatekey(other.ctx)), 1);
	connect_browser(&b);
	assert_int_equal(b.answered, 0);
	assert_int_equal(b.ended, 1);
	assert_string_equal(b.reason, "error");
	port = leg_port(b.leg);
	assert_false(port->set_up);
	leg_free(b.leg);
	web_dtls_identity_drop(&other);
	close_page(&b);
}

static void strangers_get_no_answer(void **state)
{
	static struct browser b, stranger;
	uint8_t junk[300];

	memset(&b, 0, sizeof(b));
	memset(&stranger, 0, sizeof(stranger));
	new_page(&b);
	new_page(&stranger);
	free(offer(&b, NULL));
	stranger.w.to = b.w.to;
	send_check(&stranger, b.server_ufrag, "not the right password 00", true); /* and not the browser's name */
	snprintf(stranger.ufrag, sizeof(stranger.ufrag), "%s", b.ufrag);
	send_check(&stranger, b.server_ufrag, "not the right password 00", true);
	send_check(&stranger, "whoever", b.server_pwd, true);
	shake(&stranger); /* a ClientHello from where no check came */
	for (int i = 0; i < 200; i++) {
		size_t len = 1 + randombytes_uniform(299);

		randombytes_buf(junk, len);
		junk[0] = (uint8_t)(i % 2 ? randombytes_uniform(4) : 20 + randombytes_uniform(44));
		assert_true(sendto(stranger.w.fd, junk, len, 0, &b.w.to.u.sa, b.w.to.len) > 0);
		if (i % 20 == 0)
			tick();
	}
	tick();
	take(&stranger);
	assert_int_equal(stranger.stun_replies + stranger.stun_errors, 0);
	assert_false(stranger.up);
	/* and the browser still comes through */
	connect_browser(&b);
	assert_int_equal(b.answered, 1);
	leg_free(b.leg);
	close_page(&b);
	close_page(&stranger);
}

/* The page is loaded anew: other address, certificate, keys; the same leg and port. */
static void a_reload_keeps_the_leg(void **state)
{
	static struct browser b;
	struct leg *leg;
	uint16_t local;
	char before[300];

	memset(&b, 0, sizeof(b));
	new_page(&b);
	free(offer(&b, NULL));
	connect_browser(&b);
	leg = b.leg;
	local = port_local(leg_port(leg));
	snprintf(before, sizeof(before), "%s", b.server_pwd);
	for (int i = 0; i < 260; i++)
		tick();
	assert_int_equal(b.lost, 1);
	close_page(&b);
	memset(&b.w, 0, sizeof(b.w));
	new_page(&b);
	free(offer(&b, leg));
	assert_ptr_equal(b.leg, leg);
	assert_int_equal(port_local(leg_port(leg)), local);
	assert_string_not_equal(b.server_pwd, before);
	connect_browser(&b);
	assert_true(b.up);
	tick();
	assert_int_equal(b.found, 1);
	assert_int_equal(b.answered, 1); /* once a life */
	for (int i = 0; i < 10; i++) {
		wire_tone(&b.w, 900, 160);
		tick();
		wire_hear(&b.w);
	}
	assert_true(b.w.packets >= 10);
	assert_int_equal(b.w.refused, 0);
	leg_free(leg);
	close_page(&b);
}

/* The network changed: ICE anew from another address, the same certificate and keys. */
static void an_ice_restart_keeps_the_keys(void **state)
{
	static struct browser b;
	struct wire moved;

	memset(&b, 0, sizeof(b));
	new_page(&b);
	free(offer(&b, NULL));
	connect_browser(&b);
	snprintf(b.ufrag, sizeof(b.ufrag), "again%03x", randombytes_uniform(4096));
	free(offer(&b, b.leg));
	wire_open(&moved);
	{
		int fd = b.w.fd;

		b.w.fd = moved.fd;
		moved.fd = fd;
	}
	send_check(&b, b.server_ufrag, b.server_pwd, true);
	tick();
	b.w.packets = 0;
	b.w.refused = 0;
	{
		uint8_t data[2048];

		while (recv(b.w.fd, data, sizeof(data), 0) > 0 && data[0] != 1)
			;
	}
	for (int i = 0; i < 10; i++) {
		wire_tone(&b.w, 900, 160);
		tick();
		wire_hear(&b.w);
	}
	assert_true(b.w.packets >= 9);
	assert_int_equal(b.w.refused, 0);
	assert_int_equal(b.answered, 1);
	leg_hangup(b.leg, 0);
	run_timers();
	assert_int_equal(b.ended, 1);
	assert_string_equal(b.reason, "local");
	leg_free(b.leg);
	wire_close(&moved);
	close_page(&b);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_answer_is_one_a_browser_takes), T(offers_that_cannot_be_answered_are_refused_by_name), T(rubbish_offers_are_survived),
		T(sound_both_ways_keys_and_good_bye), T(a_wrong_certificate_is_refused), T(strangers_get_no_answer),
		T(a_reload_keeps_the_leg), T(an_ice_restart_keeps_the_keys),
	};
	int r;

	libre_init();
	fd_setsize(1024);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	libre_close();
	return r;
}
