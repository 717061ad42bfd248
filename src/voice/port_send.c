/* What leaves a port: a frame a tick, keys, reports. RFC 3550, 3711, 4733. */
#include <sys/socket.h>

#include "base/time.h"
#include "voice/media_private.h"

#define KEY_TICKS 6  /* 120 ms */
#define KEY_PAUSE 4  /* 80 ms */
#define KEY_ENDS 3   /* how often its end is told */

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static int send_to(int fd, const struct sa *to, const uint8_t *data, size_t len)
{
	/* A full socket buffer, a network that is away: the packet is lost like one on the way. */
	return sendto(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL, &to->u.sa, to->len) < 0 ? -E_IO : 0;
}

int port_send_raw(struct port *p, const struct sa *to, const uint8_t *data, size_t len)
{
	return send_to(p->fd, to, data, len);
}

static bool can_send(const struct port *p)
{
	return p->set_up && p->send && sa_isset(&p->remote, SA_ALL);
}

/* Payload stands behind the header already: packet is m->packet. */
static void send_rtp(struct port *p, int pt, uint32_t ts, size_t len)
{
	struct mbuf *mb = p->media->packet;
	uint8_t *h = mb->buf;

	h[0] = 0x80;
	h[1] = (uint8_t)(pt | (p->out.marker ? 0x80 : 0));
	put16(h + 2, p->out.seq++);
	put32(h + 4, ts);
	put32(h + 8, p->out.ssrc);
	p->out.marker = false;
	mb->pos = 0;
	mb->end = RTP_HEADER_SIZE + len;
	if (p->srtp_out && srtp_encrypt(p->srtp_out, mb) != 0)
		return;
	if (send_to(p->fd, &p->remote, mb->buf, mb->end) < 0)
		return;
	p->out.packets++;
	p->out.octets += (uint32_t)len;
	p->media->counts.rtp_out++;
}

static void send_frame(struct port *p, const uint8_t *frame)
{
	uint8_t *payload = p->media->packet->buf + RTP_HEADER_SIZE;

	if (p->pt == 0)
		alaw_to_ulaw(frame, payload, FRAME_SAMPLES);
	else
		memcpy(payload, frame, FRAME_SAMPLES);
	send_rtp(p, p->pt, p->out.ts, FRAME_SAMPLES);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static int event_code(char key)
{
	static const char keys[] = "0123456789*#ABCD";
	const char *k = key ? strchr(keys, key) : NULL;

	return k ? (int)(k - keys) : -1;
}

int port_send_keys(struct port *p, const char *keys)
{
	size_t n = strlen(keys);

	for (size_t i = 0; i < n; i++) {
		if (event_code(keys[i]) < 0)
			return -E_INVALID;
	}
	if (n > KEYS_OUT - p->out.n_keys)
		return -E_BUSY;
	memcpy(p->out.keys + p->out.n_keys, keys, n);
	p->out.n_keys += (unsigned)n;
	return 0;
}

static void send_event(struct port *p, bool end)
{
	uint8_t *payload = p->media->packet->buf + RTP_HEADER_SIZE;

	for (int i = 0; i < (end ? KEY_ENDS : 1); i++) {
		payload[0] = (uint8_t)event_code(p->out.keys[0]);
		payload[1] = (uint8_t)(end ? 0x8a : 0x0a); /* -10 dBm0 */
		put16(payload + 2, p->out.key_tick * FRAME_SAMPLES);
		send_rtp(p, p->pt_event, p->out.key_ts, 4);
	}
}

/* @return true: the key took this tick, no sound is sent */
static bool send_key(struct port *p)
{
	struct port_out *out = &p->out;

	if (out->n_keys == 0)
		return false;
	if (out->key_tick++ == 0) {
		out->key_ts = out->ts;
		out->marker = true;
	}
	if (out->key_tick > KEY_TICKS) {
		if (out->key_tick >= KEY_TICKS + KEY_PAUSE) {
			memmove(out->keys, out->keys + 1, --out->n_keys);
			out->key_tick = 0;
		}
		return false;
	}
	if (p->pt_event >= 0) {
		send_event(p, out->key_tick == KEY_TICKS);
	} else {
		uint8_t tone[FRAME_SAMPLES];

		out->marker = false;
		alaw_key_tone(out->keys[0], (out->key_tick - 1) * FRAME_SAMPLES, tone);
		send_frame(p, tone);
	}
	return true;
}

/* ---- reports --------------------------------------------------------------------------------- */

#define NTP_EPOCH 2208988800u /* seconds from 1900 to 1970 */

static size_t put_sender(const struct port *p, uint8_t *h)
{
	int64_t now = time_now_ms();

	put32(h, (uint32_t)(now / 1000) + NTP_EPOCH);
	put32(h + 4, (uint32_t)((uint64_t)(now % 1000) * 4294967296u / 1000));
	put32(h + 8, p->out.ts);
	put32(h + 12, p->out.packets);
	put32(h + 16, p->out.octets);
	return 20;
}

static size_t put_block(struct port *p, uint8_t *h)
{
	struct port_in *in = &p->in;
	uint32_t highest = in->cycles + in->seq, expected = highest - in->first_seq + 1;
	uint32_t due = expected - in->expected_before, got = in->received - in->received_before;
	int32_t lost = (int32_t)(expected - in->received);

	lost = lost > 0x7fffff ? 0x7fffff : lost < -0x800000 ? -0x800000 : lost;
	put32(h, in->ssrc);
	put32(h + 4, (uint32_t)lost & 0xffffff);
	h[4] = due > got ? (uint8_t)(((due - got) << 8) / (due + 1)) : 0;
	put32(h + 8, highest);
	put32(h + 12, 0); /* jitter: not measured, packets are looked for once a tick */
	put32(h + 16, in->last_sr);
	put32(h + 20, in->last_sr ? (uint32_t)((p->media->ticks - in->last_sr_tick) * FRAME_MS * 65536 / 1000) : 0);
	in->expected_before = expected;
	in->received_before = in->received;
	return 24;
}

static size_t put_name(const struct port *p, uint8_t *h)
{
	size_t n = strlen(p->media->cname), len = 8 + 2 + n + 1;

	len = (len + 3) & ~(size_t)3;
	memset(h, 0, len);
	h[0] = 0x81;
	h[1] = RTCP_SDES;
	put16(h + 2, (uint32_t)(len / 4 - 1));
	put32(h + 4, p->out.ssrc);
	h[8] = RTCP_SDES_CNAME;
	h[9] = (uint8_t)n;
	memcpy(h + 10, p->media->cname, n);
	return len;
}

static void send_report(struct port *p)
{
	struct mbuf *mb = p->media->packet;
	uint8_t *h = mb->buf;
	bool sender = p->out.packets > 0;
	size_t len = 8;

	h[0] = (uint8_t)(0x80 | (p->in.any ? 1 : 0));
	h[1] = sender ? RTCP_SR : RTCP_RR;
	put32(h + 4, p->out.ssrc);
	if (sender)
		len += put_sender(p, h + len);
	if (p->in.any)
		len += put_block(p, h + len);
	put16(h + 2, (uint32_t)(len / 4 - 1));
	len += put_name(p, h + len);
	mb->pos = 0;
	mb->end = len;
	if (p->srtp_out && srtcp_encrypt(p->srtp_out, mb) != 0)
		return;
	(void)send_to(p->rtcp_mux ? p->fd : p->fd_rtcp, &p->remote_rtcp, mb->buf, mb->end);
}

static void report(struct port *p)
{
	if (p->media->ticks < p->out.rtcp_due)
		return;
	p->out.rtcp_due = p->media->ticks + RTCP_TICKS;
	port_receive_rtcp(p);
	if (p->set_up && sa_isset(&p->remote_rtcp, SA_ALL) && (p->rtcp_mux || p->fd_rtcp >= 0))
		send_report(p);
}

void port_send(struct port *p)
{
	if (can_send(p)) {
		if (!send_key(p))
			send_frame(p, p->hears);
	} else {
		p->out.marker = true;
	}
	p->out.ts += FRAME_SAMPLES;
	report(p);
}
