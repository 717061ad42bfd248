/* A port's life: its sockets, what signalling says of it. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "base/memory.h"
#include "voice/media_private.h"

#define SOCKET_BUFFER 32768 /* bytes; the kernel doubles it: some 80 packets, then it drops */

/* A UDP socket at the address and port. @return descriptor, or -errno */
static int bound_socket(const struct sa *local, uint16_t port)
{
	struct sa sa = *local;
	int fd, on = 1, size = SOCKET_BUFFER, tos = IPTOS_DSCP_EF;

	sa_set_port(&sa, port);
	fd = socket(sa_af(&sa), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (sa_af(&sa) == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &sa.u.sa, sa.len) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (sa_af(&sa) == AF_INET)
		setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	return fd;
}

/* The next free even port of the range, one after the other: one just closed is not taken again at once. */
static int bind_next(struct media *m, uint16_t *ret_port)
{
	const struct media_options *o = &m->options;
	unsigned first = (o->port_min + 1u) & ~1u, n = (o->port_max - first) / 2 + 1;

	for (unsigned i = 0; i < n; i++) {
		unsigned port = m->next_port & ~1u;
		int fd;

		if (port < first || port > o->port_max)
			port = first;
		m->next_port = (uint16_t)(port + 2 > o->port_max ? first : port + 2);
		fd = bound_socket(&o->local, (uint16_t)port);
		if (fd >= 0) {
			*ret_port = (uint16_t)port;
			return fd;
		}
		if (fd != -EADDRINUSE && fd != -EACCES)
			return fd;
	}
	return -EADDRINUSE;
}

int port_new(struct media *m, port_handler h, void *arg, struct port **ret)
{
	struct port *p;
	uint16_t local;
	int fd = bind_next(m, &local);

	if (fd < 0)
		return fd == -EADDRINUSE || fd == -EMFILE || fd == -ENFILE ? -E_BUSY : -E_IO;
	p = MEM_NEW(struct port);
	p->media = m;
	p->handler = h;
	p->arg = arg;
	p->fd = fd;
	p->fd_rtcp = -1;
	p->local = local;
	p->phase = m->next_phase++ % PHASES;
	p->pt_event = -1;
	jitter_init(&p->jitter);
	p->out.ssrc = randombytes_random();
	p->out.ts = randombytes_random();
	p->out.seq = (uint16_t)(randombytes_random() & 0x7fff); /* SRTP: no wrap at once */
	p->out.marker = true;
	p->out.rtcp_due = m->ticks + RTCP_TICKS / 2 + randombytes_uniform(RTCP_TICKS);
	p->heard_tick = m->ticks;
	list_append(&m->ports[p->phase], &p->le, p);
	*ret = p;
	return 0;
}

void port_free(struct port *p)
{
	if (!p)
		return;
	bridge_leave(p);
	list_unlink(&p->le);
	list_unlink(&p->le_told);
	close(p->fd);
	if (p->fd_rtcp >= 0)
		close(p->fd_rtcp);
	mem_deref(p->srtp_in);
	mem_deref(p->srtp_out);
	free(p);
}

uint16_t port_local(const struct port *p)
{
	return p->local;
}

void port_move_phase(struct port *p, unsigned phase)
{
	if (p->phase == phase)
		return;
	list_unlink(&p->le);
	p->phase = phase;
	list_append(&p->media->ports[phase], &p->le, p);
}

/* ---- set-up ---------------------------------------------------------------------------------- */

static int new_srtp(struct srtp **ret, enum port_srtp kind, const uint8_t key[44])
{
	bool gcm = kind == PORT_SRTP_GCM_128;
	int err = srtp_alloc(ret, gcm ? SRTP_AES_128_GCM : SRTP_AES_CM_128_HMAC_SHA1_80, key, gcm ? 28 : 30, 0);

	return err == 0 ? 0 : err == ENOMEM ? -E_NO_MEMORY : -E_INVALID;
}

/* The same keys again (a re-INVITE) leave the counters alone: set back, the peer would take our packets for replayed ones. */
static int set_keys(struct port *p, const struct port_setup *s)
{
	struct srtp *in = NULL, *out = NULL;
	uint8_t print[32], secret[89];
	int r;

	secret[0] = (uint8_t)s->srtp;
	memcpy(secret + 1, s->tx_key, 44);
	memcpy(secret + 45, s->rx_key, 44);
	crypto_generichash(print, sizeof(print), secret, sizeof(secret), NULL, 0);
	sodium_memzero(secret, sizeof(secret));
	if (p->set_up && memcmp(print, p->keys_print, sizeof(print)) == 0)
		return 0;
	if (s->srtp != PORT_CLEAR) {
		if ((r = new_srtp(&in, s->srtp, s->rx_key)) < 0 || (r = new_srtp(&out, s->srtp, s->tx_key)) < 0) {
			mem_deref(in);
			return r;
		}
	}
	mem_deref(p->srtp_in);
	mem_deref(p->srtp_out);
	p->srtp_in = in;
	p->srtp_out = out;
	memcpy(p->keys_print, print, sizeof(print));
	return 0;
}

static void set_address(struct port *p, const struct sa *remote)
{
	if (sa_isset(remote, SA_ALL) && sa_cmp(remote, &p->signalled, SA_ALL))
		return;
	if (!sa_isset(remote, SA_ALL) && p->set_up && !sa_isset(&p->signalled, SA_ALL))
		return; /* a browser again: it keeps the one it has */
	p->signalled = *remote;
	port_set_remote(p, remote);
	p->latch = LATCH_NONE;
	p->candidate_n = 0;
}

void port_set_remote(struct port *p, const struct sa *remote)
{
	p->remote = *remote;
	p->remote_rtcp = *remote;
	if (!p->rtcp_mux && sa_isset(remote, SA_PORT))
		sa_set_port(&p->remote_rtcp, (uint16_t)(sa_port(remote) + 1));
}

int port_setup(struct port *p, struct port_setup *s)
{
	int r;

	if (s->pt != 0 && s->pt != 8)
		r = -E_INVALID;
	else
		r = set_keys(p, s);
	sodium_memzero(s->tx_key, sizeof(s->tx_key));
	sodium_memzero(s->rx_key, sizeof(s->rx_key));
	if (r < 0)
		return r;
	if (s->receive && !p->receive)
		p->heard_tick = p->media->ticks;
	p->pt = s->pt;
	p->pt_event = s->pt_event;
	p->send = s->send;
	p->receive = s->receive;
	p->rtcp_mux = s->rtcp_mux;
	p->follow = s->follow_address && s->srtp != PORT_CLEAR;
	set_address(p, &s->remote);
	if (!s->rtcp_mux && p->fd_rtcp < 0)
		p->fd_rtcp = bound_socket(&p->media->options.local, (uint16_t)(p->local + 1)); /* without it: no RTCP */
	p->set_up = true;
	return 0;
}

void port_raw_handle(struct port *p, port_raw fn, void *arg)
{
	p->raw = fn;
	p->raw_arg = arg;
}

void port_alive(struct port *p)
{
	p->heard_tick = p->media->ticks;
}

void port_dead(struct port *p)
{
	p->heard_tick = p->media->ticks - LOST_HELD_TICKS - 1;
}
