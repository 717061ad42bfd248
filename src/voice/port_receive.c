/* What comes out of a port's socket: told apart, proven, put in its place. RFC 3550, 3711, 4733, 5761, 7983. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "voice/media_private.h"

#define BATCH 8
#define ROUNDS 4   /* 32 packets a tick and port at most: who sends more is heard with gaps */
#define LEARN 3	   /* packets in a row from an address that wasn't signalled */

/* Only the voice thread is ever here. */
static uint8_t buffers[BATCH][PACKET_MAX];
static struct sa sources[BATCH];

struct rtp {
	uint8_t pt;
	uint16_t seq;
	uint32_t ts, ssrc;
	const uint8_t *payload;
	size_t len;
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static bool parse_rtp(const uint8_t *data, size_t len, struct rtp *ret)
{
	size_t header = 12 + 4u * (data[0] & 0x0f), padding = 0;

	if (len < header || data[0] >> 6 != 2)
		return false;
	if (data[0] & 0x10) {
		if (len < header + 4)
			return false;
		header += 4 + 4u * get16(data + header + 2);
		if (len < header)
			return false;
	}
	if (data[0] & 0x20) {
		padding = data[len - 1];
		if (padding == 0 || padding > len - header)
			return false;
	}
	*ret = (struct rtp){.pt = data[1] & 0x7f, .seq = get16(data + 2), .ts = get32(data + 4), .ssrc = get32(data + 8),
			    .payload = data + header, .len = len - header - padding};
	return true;
}

/* ---- whose packet is it ---------------------------------------------------------------------- */

static void latch(struct port *p, const struct sa *from, enum latch how)
{
	if (!sa_cmp(from, &p->remote, SA_ALL))
		port_set_remote(p, from);
	p->latch = how;
}

/* Packets from elsewhere are believed when they come in a row before the signalled address was heard: a peer behind NAT. */
static bool learn(struct port *p, const struct sa *from, uint16_t seq)
{
	if (sa_cmp(from, &p->candidate, SA_ALL) && seq == (uint16_t)(p->candidate_seq + 1)) {
		p->candidate_n++;
	} else {
		p->candidate = *from;
		p->candidate_n = 1;
	}
	p->candidate_seq = seq;
	if (p->candidate_n < LEARN)
		return false;
	latch(p, from, LATCH_WEAK);
	return true;
}

static bool clear_source(struct port *p, const struct sa *from, uint16_t seq)
{
	if (p->latch != LATCH_NONE && sa_cmp(from, &p->remote, SA_ALL))
		return true;
	if (p->latch != LATCH_STRONG && sa_cmp(from, &p->signalled, SA_ALL)) {
		latch(p, from, LATCH_STRONG);
		return true;
	}
	if (p->latch == LATCH_NONE)
		return learn(p, from, seq);
	p->media->counts.rtp_foreign++;
	return false;
}

/* @return plain length, 0: not for us */
static size_t prove(struct port *p, const struct sa *from, uint8_t *data, size_t len, bool rtcp)
{
	struct mbuf mb = {.buf = data, .size = PACKET_MAX, .pos = 0, .end = len};

	if (!rtcp && p->latch == LATCH_STRONG && !p->follow && !sa_cmp(from, &p->remote, SA_ALL)) {
		p->media->counts.rtp_foreign++;
		return 0;
	}
	if ((rtcp ? srtcp_decrypt(p->srtp_in, &mb) : srtp_decrypt(p->srtp_in, &mb)) != 0) {
		p->media->counts.srtp_refused++;
		return 0;
	}
	if (!rtcp)
		latch(p, from, LATCH_STRONG);
	return mb.end;
}

/* ---- RTP ------------------------------------------------------------------------------------- */

static void new_source(struct port *p, const struct rtp *r)
{
	p->in = (struct port_in){.ssrc = r->ssrc, .seq = r->seq, .first_seq = r->seq, .any = true};
	p->jitter.started = false;
}

static void count_sequence(struct port *p, const struct rtp *r)
{
	struct port_in *in = &p->in;
	int16_t step = (int16_t)(r->seq - in->seq);

	in->received++;
	p->media->counts.rtp_in++;
	if (step > 0) {
		if (r->seq < in->seq)
			in->cycles += 0x10000;
		in->seq = r->seq;
		p->media->counts.rtp_lost += (uint64_t)(step - 1);
	} else if (step < 0 && p->media->counts.rtp_lost > 0) {
		p->media->counts.rtp_lost--; /* it was only late */
	}
}

/* Each key has one timestamp, sent over and over (RFC 4733 2.5.1): its first packet counts. */
static void take_key(struct port *p, const struct rtp *r)
{
	static const char keys[] = "0123456789*#ABCD";

	if (r->len < 4 || r->payload[0] > 15)
		return;
	if (p->in.event_any && (int32_t)(r->ts - p->in.event_ts) <= 0)
		return;
	p->in.event_any = true;
	p->in.event_ts = r->ts;
	if (p->n_keys_in < KEYS_IN) {
		p->keys_in[p->n_keys_in++] = keys[r->payload[0]];
		media_tell(p);
	}
}

static void take_sound(struct port *p, const struct rtp *r)
{
	uint8_t alaw[480];

	if (r->len == 0 || r->len > sizeof(alaw))
		return;
	if (r->pt == 0) {
		alaw_from_ulaw(r->payload, alaw, r->len);
		jitter_put(&p->jitter, r->ts, alaw, r->len);
	} else {
		jitter_put(&p->jitter, r->ts, r->payload, r->len);
	}
}

static void take_rtp(struct port *p, const struct sa *from, uint8_t *data, size_t len)
{
	struct rtp r;

	if (!p->set_up)
		return;
	if (p->srtp_in) {
		len = prove(p, from, data, len, false);
		if (len < 12)
			return;
	}
	if (!parse_rtp(data, len, &r) || (!p->srtp_in && !clear_source(p, from, r.seq)))
		return;
	p->heard_tick = p->media->ticks;
	if (!p->in.any || p->in.ssrc != r.ssrc)
		new_source(p, &r);
	count_sequence(p, &r);
	if (!p->receive)
		return;
	if (r.pt == p->pt_event)
		take_key(p, &r);
	else if (r.pt == 0 || r.pt == 8) /* either law: some peers change between those agreed on */
		take_sound(p, &r);
}

/* ---- RTCP: only when their last report was, for ours --------------------------------------- */

static void take_rtcp(struct port *p, const struct sa *from, uint8_t *data, size_t len)
{
	if (!p->set_up || len < 8)
		return;
	if (p->srtp_in) {
		len = prove(p, from, data, len, true);
		if (len < 8)
			return;
	} else if (!sa_cmp(from, &p->remote, SA_ADDR)) {
		return;
	}
	p->heard_tick = p->media->ticks;
	if (data[1] == RTCP_SR && len >= 28) {
		p->in.last_sr = get32(data + 10);
		p->in.last_sr_tick = p->media->ticks;
	}
}

static void take(struct port *p, const struct sa *from, uint8_t *data, size_t len)
{
	if (len < 1)
		return;
	if (data[0] < 64) {
		if (p->raw)
			p->raw(p, from, data, len, p->raw_arg);
	} else if (data[0] >> 6 == 2 && len >= 8) {
		if (data[1] >= 192 && data[1] <= 223)
			take_rtcp(p, from, data, len);
		else if (len >= 12)
			take_rtp(p, from, data, len);
	}
}

/* @return packets */
static int receive_batch(int fd, struct mmsghdr *msgs)
{
	struct iovec iov[BATCH];

	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){.iov_base = buffers[i], .iov_len = PACKET_MAX};
		msgs[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1, .msg_name = &sources[i].u,
						  .msg_namelen = sizeof(sources[i].u)};
	}
	return recvmmsg(fd, msgs, BATCH, MSG_DONTWAIT, NULL);
}

static void receive_from(struct port *p, int fd)
{
	struct mmsghdr msgs[BATCH];
	int n = BATCH;

	for (int round = 0; round < ROUNDS && n == BATCH; round++) {
		n = receive_batch(fd, msgs);
		for (int i = 0; i < n; i++) {
			sources[i].len = msgs[i].msg_hdr.msg_namelen;
			if (!(msgs[i].msg_hdr.msg_flags & MSG_TRUNC))
				take(p, &sources[i], buffers[i], msgs[i].msg_len);
		}
	}
}

void port_receive(struct port *p)
{
	receive_from(p, p->fd);
}

void port_receive_rtcp(struct port *p)
{
	if (p->fd_rtcp >= 0)
		receive_from(p, p->fd_rtcp);
}
