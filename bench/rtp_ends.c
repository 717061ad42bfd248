#include "bench/rtp_ends.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/time.h"

#define FRAME 160
#define EVENT_PT 101
#define KEY_EVERY 50 /* frames between two presses of the digit */
#define KEY_FRAMES 5
#define MARK 0x6c657821u

struct stamp {
	int64_t at_us;
	uint32_t end, mark;
};

struct rtp_ends {
	unsigned n;
	struct rtp_end *end;
	pthread_t thread;
	bool running;
	atomic_bool stop;
	atomic_llong from_us; /* what was sent later counts; 0: nothing does */
	uint32_t histogram[ENDS_BUCKETS + 1];
	uint64_t sent, received;
	int64_t max_us;
	int core;
};

void bench_check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "bench: %s\n", what);
		exit(1);
	}
}

void bench_bind_to(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	(void)!sched_setaffinity(0, sizeof(set), &set);
}

struct rtp_ends *rtp_ends_new(unsigned n)
{
	struct rtp_ends *e = MEM_NEW(struct rtp_ends);
	struct rlimit files;
	struct sa any;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)!setrlimit(RLIMIT_NOFILE, &files);
	}
	sa_set_str(&any, "127.0.0.1", 0);
	e->n = n;
	e->end = mem_new(n * sizeof(*e->end));
	for (unsigned i = 0; i < n; i++) {
		struct rtp_end *end = &e->end[i];
		struct sa own = {.len = sizeof(own.u)};

		end->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		bench_check(end->fd >= 0 && bind(end->fd, &any.u.sa, any.len) == 0 &&
				    getsockname(end->fd, &own.u.sa, &own.len) == 0,
			    "no socket: raise the limit of open files (ulimit -n)");
		end->port = sa_port(&own);
	}
	return e;
}

struct rtp_end *rtp_ends_at(struct rtp_ends *e, unsigned i)
{
	return &e->end[i];
}

void rtp_end_connect(struct rtp_end *end, const struct sa *to, const uint8_t *tx_key, const uint8_t *rx_key)
{
	end->to = *to;
	if (tx_key && !end->tx)
		bench_check(srtp_alloc(&end->tx, SRTP_AES_CM_128_HMAC_SHA1_80, tx_key, 30, 0) == 0 &&
				    srtp_alloc(&end->rx, SRTP_AES_CM_128_HMAC_SHA1_80, rx_key, 30, 0) == 0,
			    "SRTP");
	atomic_store(&end->active, true);
}

static bool wants_key(const struct rtp_end *end)
{
	return atomic_load_explicit(&end->press, memory_order_relaxed) && !atomic_load_explicit(&end->heard, memory_order_relaxed);
}

/* RFC 4733: the digit 1, its duration growing, the end bit in the last packet. */
static void put_key(struct rtp_end *end, struct mbuf *mb, struct rtp_header *h)
{
	unsigned k = end->key_packets++;

	if (k == 0)
		end->key_ts = end->ts;
	h->pt = EVENT_PT;
	h->m = k == 0;
	h->ts = end->key_ts;
	rtp_hdr_encode(mb, h);
	mb->buf[12] = 1;
	mb->buf[13] = (uint8_t)((k == KEY_FRAMES - 1 ? 0x80 : 0) | 10);
	mb->buf[14] = (uint8_t)((k + 1) * FRAME >> 8);
	mb->buf[15] = (uint8_t)((k + 1) * FRAME);
	mb->end = 16;
	if (k == KEY_FRAMES - 1)
		end->key_packets = 0;
}

static void put_sound(struct rtp_ends *e, struct rtp_end *end, struct mbuf *mb, struct rtp_header *h, int64_t now)
{
	struct stamp s = {now, (uint32_t)(end - e->end), MARK};

	rtp_hdr_encode(mb, h);
	memset(mb->buf + 12, 0x55, FRAME);
	memcpy(mb->buf + 12, &s, sizeof(s));
	mb->end = 12 + FRAME;
}

static void send_one(struct rtp_ends *e, struct rtp_end *end, struct mbuf *mb)
{
	int64_t now = time_monotonic_us(), from = atomic_load_explicit(&e->from_us, memory_order_relaxed);
	struct rtp_header h = {.ver = 2, .pt = 8, .seq = end->seq++, .ts = end->ts, .ssrc = (uint32_t)(end - e->end) + 1};
	bool key = end->key_packets > 0 || (wants_key(end) && end->seq % KEY_EVERY == 0);

	mb->pos = mb->end = 0;
	if (key)
		put_key(end, mb, &h);
	else
		put_sound(e, end, mb, &h, now);
	end->ts += FRAME;
	mb->pos = 0;
	if (end->tx)
		srtp_encrypt(end->tx, mb);
	if (sendto(end->fd, mb->buf, mb->end, 0, &end->to.u.sa, end->to.len) > 0 && from && now >= from)
		e->sent++;
}

static void take(struct rtp_ends *e, struct rtp_end *end, const struct mbuf *mb, int64_t from)
{
	int64_t now = time_monotonic_us(), bucket;
	struct stamp s;

	if (mb->end < 12 + sizeof(s))
		return;
	memcpy(&s, mb->buf + 12, sizeof(s));
	if (s.mark != MARK || s.end >= e->n || s.at_us > now)
		return; /* a prompt, silence, or a frame that was made up */
	atomic_store_explicit(&end->heard, true, memory_order_relaxed);
	if (!from || s.at_us < from)
		return;
	bucket = (now - s.at_us) / 100;
	e->histogram[bucket < ENDS_BUCKETS ? bucket : ENDS_BUCKETS]++;
	e->received++;
	if (now - s.at_us > e->max_us)
		e->max_us = now - s.at_us;
}

static void receive_all(struct rtp_ends *e, struct rtp_end *end, struct mbuf *mb)
{
	int64_t from = atomic_load_explicit(&e->from_us, memory_order_relaxed);
	ssize_t n;

	while ((n = recv(end->fd, mb->buf, 1500, MSG_DONTWAIT)) > 0) {
		mb->pos = 0;
		mb->end = (size_t)n;
		if (n < 12 || (mb->buf[1] >= 192 && mb->buf[1] <= 223))
			continue; /* RTCP */
		if (end->rx && srtp_decrypt(end->rx, mb) != 0)
			continue;
		take(e, end, mb, from);
	}
}

static void *far_side(void *arg)
{
	struct rtp_ends *e = arg;
	struct mbuf *mb = mbuf_alloc(2048);
	int64_t start = time_monotonic_us();
	uint64_t next = 0;
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	bench_bind_to(e->core);
	for (unsigned i = 0; i < e->n; i++) {
		struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &e->end[i]};

		epoll_ctl(epoll, EPOLL_CTL_ADD, e->end[i].fd, &ev);
	}
	while (!atomic_load(&e->stop)) {
		struct epoll_event ev[64];
		uint64_t due = (uint64_t)(time_monotonic_us() - start) * e->n / 20000; /* spread over the 20 ms */
		int k;

		for (unsigned burst = 0; next < due && burst < 64; burst++, next++)
			if (atomic_load_explicit(&e->end[next % e->n].active, memory_order_acquire))
				send_one(e, &e->end[next % e->n], mb);
		k = epoll_wait(epoll, ev, 64, next < due ? 0 : 1);
		for (int i = 0; i < k; i++)
			receive_all(e, ev[i].data.ptr, mb);
	}
	mem_deref(mb);
	close(epoll);
	return NULL;
}

void rtp_ends_start(struct rtp_ends *e, int core)
{
	e->core = core;
	bench_check(pthread_create(&e->thread, NULL, far_side, e) == 0, "no thread");
	e->running = true;
}

void rtp_ends_measure(struct rtp_ends *e)
{
	atomic_store(&e->from_us, time_monotonic_us());
}

void rtp_ends_stop(struct rtp_ends *e)
{
	atomic_store(&e->stop, true);
	if (e->running)
		pthread_join(e->thread, NULL);
	e->running = false;
}

void rtp_ends_free(struct rtp_ends *e)
{
	rtp_ends_stop(e);
	for (unsigned i = 0; i < e->n; i++) {
		close(e->end[i].fd);
		mem_deref(e->end[i].tx);
		mem_deref(e->end[i].rx);
	}
	free(e->end);
	free(e);
}

static double percentile(const struct rtp_ends *e, double p)
{
	uint64_t want = (uint64_t)((double)e->received * p), seen = 0;

	for (unsigned i = 0; i <= ENDS_BUCKETS; i++) {
		seen += e->histogram[i];
		if (seen > want)
			return (i + 1) / 10.0;
	}
	return 0;
}

struct rtp_figures rtp_ends_figures(const struct rtp_ends *e)
{
	return (struct rtp_figures){e->sent,	      e->received,	    percentile(e, 0.5),
				    percentile(e, 0.99), percentile(e, 0.999), (double)e->max_us / 1000};
}
