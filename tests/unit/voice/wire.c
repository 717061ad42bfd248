#include <arpa/inet.h>
#include <math.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

#define AMPLITUDE 8000

void wire_open(struct wire *w)
{
	static uint32_t ssrc = 1000;
	struct sa any;

	memset(w, 0, sizeof(*w));
	w->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(w->fd >= 0);
	sa_set_str(&any, "127.0.0.1", 0);
	assert_int_equal(bind(w->fd, &any.u.sa, any.len), 0);
	w->address.len = sizeof(w->address.u);
	assert_int_equal(getsockname(w->fd, &w->address.u.sa, &w->address.len), 0);
	w->pt = 8;
	w->ssrc = ssrc++;
	w->seq = 65530; /* wraps early */
	w->ts = 0xffffff00u;
}

void wire_close(struct wire *w)
{
	close(w->fd);
	mem_deref(w->tx);
	mem_deref(w->rx);
}

void wire_to(struct wire *w, const struct port *p)
{
	sa_set_str(&w->to, "127.0.0.1", port_local(p));
}

void wire_rtp(struct wire *w, int pt, uint32_t ts, const void *payload, size_t len)
{
	struct mbuf *mb = mbuf_alloc(2048);
	struct rtp_header h = {.ver = 2, .pt = (uint8_t)pt, .seq = w->seq++, .ts = ts, .ssrc = w->ssrc};

	assert_int_equal(rtp_hdr_encode(mb, &h), 0);
	assert_int_equal(mbuf_write_mem(mb, payload, len), 0);
	mb->pos = 0;
	if (w->tx)
		assert_int_equal(srtp_encrypt(w->tx, mb), 0);
	assert_int_equal(sendto(w->fd, mb->buf, mb->end, 0, &w->to.u.sa, w->to.len), (ssize_t)mb->end);
	mem_deref(mb);
}

void wire_tone(struct wire *w, double hz, size_t n)
{
	int16_t x[480];
	uint8_t payload[480];

	for (size_t i = 0; i < n; i++) {
		x[i] = (int16_t)(AMPLITUDE * sin(w->phase));
		w->phase += 2 * M_PI * hz / 8000;
	}
	alaw_from_linear(x, payload, n);
	if (w->pt == 0)
		alaw_to_ulaw(payload, payload, n);
	wire_rtp(w, w->pt, w->ts, payload, n);
	w->ts += (uint32_t)n;
}

void wire_key(struct wire *w, char key)
{
	static const char keys[] = "0123456789*#ABCD";
	uint8_t payload[4] = {(uint8_t)(strchr(keys, key) - keys), 10, 0, 0};

	for (int i = 1; i <= 8; i++) {
		int duration = 160 * (i < 5 ? i : 5);

		payload[1] = i > 5 ? 0x8a : 10;
		payload[2] = (uint8_t)(duration >> 8);
		payload[3] = (uint8_t)duration;
		wire_rtp(w, 101, w->ts, payload, 4);
	}
	w->ts += 160 * 8;
}

static void hear_key(struct wire *w, const struct rtp_header *h, const uint8_t *payload)
{
	static const char keys[] = "0123456789*#ABCD";

	w->key_ended = payload[1] & 0x80;
	if (w->n_keys > 0 && h->ts == w->key_ts)
		return;
	w->key_ts = h->ts;
	w->keys[w->n_keys++] = keys[payload[0] & 15];
}

static void hear_sound(struct wire *w, int pt, uint8_t *payload, size_t n)
{
	if (pt == 0)
		alaw_from_ulaw(payload, payload, n);
	assert_true(w->n_heard + n <= WIRE_HEARD);
	alaw_to_linear(payload, w->heard + w->n_heard, n);
	w->n_heard += n;
}

static void hear_packet(struct wire *w, struct mbuf *mb)
{
	struct rtp_header h;
	bool report = mb->buf[1] >= 192 && mb->buf[1] <= 223;

	if (w->rx && (report ? srtcp_decrypt(w->rx, mb) : srtp_decrypt(w->rx, mb)) != 0) {
		w->refused++;
		return;
	}
	if (report) {
		w->reports++;
		return;
	}
	assert_int_equal(rtp_hdr_decode(&h, mb), 0);
	if (w->packets++ > 0 && h.seq != (uint16_t)(w->last_seq + 1))
		w->seq_gaps++;
	w->last_seq = h.seq;
	if (h.pt == 101)
		hear_key(w, &h, mbuf_buf(mb));
	else
		hear_sound(w, h.pt, mbuf_buf(mb), mbuf_get_left(mb));
}

void wire_hear(struct wire *w)
{
	struct mbuf *mb = mbuf_alloc(2048);
	ssize_t n;

	while ((n = recv(w->fd, mb->buf, 2048, 0)) > 0) {
		mb->pos = 0;
		mb->end = (size_t)n;
		hear_packet(w, mb);
	}
	mem_deref(mb);
}

void wire_forget(struct wire *w)
{
	wire_hear(w);
	w->n_heard = 0;
}

/* Goertzel over whole blocks of 80 ms: neighbouring tones of the tests are 100 Hz and more apart. */
double strength(const int16_t *x, size_t n, double hz)
{
	const size_t block = 640;
	double total = 0;
	size_t blocks = 0;

	for (size_t at = 0; at + block <= n; at += block, blocks++) {
		double c = 2 * cos(2 * M_PI * hz / 8000), s1 = 0, s2 = 0;

		for (size_t i = 0; i < block; i++) {
			double s = x[at + i] + c * s1 - s2;

			s2 = s1;
			s1 = s;
		}
		total += sqrt(s1 * s1 + s2 * s2 - c * s1 * s2) * 2 / (double)block / AMPLITUDE;
	}
	return blocks ? total / (double)blocks : 0;
}

double wire_strength(const struct wire *w, size_t from, double hz)
{
	return from < w->n_heard ? strength(w->heard + from, w->n_heard - from, hz) : 0;
}
