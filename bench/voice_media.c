/* How many calls can the media layer alone carry on one core?
 *
 *   bench-voice-media [CALLS [SECONDS [record]]]     from the source folder
 *
 * Each call has two ports, one of them with SRTP, joined by a bridge; with "record" each call has a tape, sealed to the disk in
 * a temporary folder. The media thread is bound to one core, the other ends of the wires live in a thread on another. Each packet
 * carries the time it was sent, which an A-law bridge passes on bit by bit; what is printed is the time until it comes out again on
 * the other side. One line of JSON.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/time.h"
#include "store/blobs.h"
#include "store/config.h"
#include "support/temp_store.h"
#include "voice/media.h"
#include "voice/tape.h"

#define BUCKETS 2000 /* of 0.1 ms */

struct end {
	int fd;
	struct sa to;
	uint16_t seq;
	uint32_t ts;
	struct srtp *tx, *rx;
	struct end *other;
};

static unsigned n_calls = 500, seconds = 10;
static struct end *ends; /* 2 a call */
static uint32_t histogram[BUCKETS + 1];
static uint64_t received, sent;
static atomic_bool stop;
static int64_t began_us;
#define WARM_US 1000000

static void check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "bench: %s\n", what);
		exit(1);
	}
}

static void bind_to(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	(void)!sched_setaffinity(0, sizeof(set), &set);
}

/* ---- the other ends -------------------------------------------------------------------------- */

static void send_one(struct end *e, struct mbuf *mb)
{
	int64_t now = time_monotonic_us();
	struct rtp_header h = {.ver = 2, .pt = 8, .seq = e->seq++, .ts = e->ts, .ssrc = (uint32_t)(e - ends) + 1};

	e->ts += 160;
	mb->pos = mb->end = 0;
	rtp_hdr_encode(mb, &h);
	memset(mb->buf + 12, 0x55, 160);
	memcpy(mb->buf + 12, &now, sizeof(now));
	mb->pos = 0;
	mb->end = 172;
	if (e->tx)
		srtp_encrypt(e->tx, mb);
	if (sendto(e->fd, mb->buf, mb->end, 0, &e->to.u.sa, e->to.len) > 0 && now - began_us > WARM_US)
		sent++;
}

static void receive_all(struct end *e, struct mbuf *mb)
{
	ssize_t n;

	while ((n = recv(e->fd, mb->buf, 1500, MSG_DONTWAIT)) > 0) {
		int64_t at, now = time_monotonic_us(), bucket;

		mb->pos = 0;
		mb->end = (size_t)n;
		if (mb->buf[1] >= 192 && mb->buf[1] <= 223)
			continue;
		if (e->rx && srtp_decrypt(e->rx, mb) != 0)
			continue;
		memcpy(&at, mb->buf + 12, sizeof(at));
		if (at < began_us + WARM_US || at > now)
			continue; /* silence, or a concealed frame */
		bucket = (now - at) / 100;
		histogram[bucket < BUCKETS ? bucket : BUCKETS]++;
		received++;
	}
}

static void *far_side(void *arg)
{
	struct mbuf *mb = mbuf_alloc(2048);
	unsigned n = 2 * n_calls, next = 0;
	int64_t start = time_monotonic_us();
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	bind_to(1);
	for (unsigned i = 0; i < n; i++) {
		struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &ends[i]};

		epoll_ctl(epoll, EPOLL_CTL_ADD, ends[i].fd, &ev);
	}
	while (!atomic_load(&stop)) {
		struct epoll_event ev[64];
		int64_t due = (time_monotonic_us() - start) * n / 20000; /* spread over the 20 ms */
		int k;

		for (unsigned burst = 0; (int64_t)next < due && burst < 64; burst++)
			send_one(&ends[next++ % n], mb);
		k = epoll_wait(epoll, ev, 64, (int64_t)next < due ? 0 : 1);
		for (int i = 0; i < k; i++)
			receive_all(ev[i].data.ptr, mb);
	}
	mem_deref(mb);
	close(epoll);
	return NULL;
}

static void open_end(struct end *e, struct media *m, bool srtp, struct port **ret)
{
	struct port_setup s = {.pt = 8, .pt_event = 101, .send = true, .receive = true, .rtcp_mux = true};
	struct sa any;

	sa_set_str(&any, "127.0.0.1", 0);
	e->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	check(e->fd >= 0 && bind(e->fd, &any.u.sa, any.len) == 0, "no socket: raise the limit of open files (ulimit -n)");
	s.remote.len = sizeof(s.remote.u);
	getsockname(e->fd, &s.remote.u.sa, &s.remote.len);
	check(port_new(m, NULL, NULL, ret) == 0, "no port");
	if (srtp) {
		s.srtp = PORT_SRTP_CM_80;
		randombytes_buf(s.tx_key, 44);
		randombytes_buf(s.rx_key, 44);
		srtp_alloc(&e->tx, SRTP_AES_CM_128_HMAC_SHA1_80, s.rx_key, 30, 0);
		srtp_alloc(&e->rx, SRTP_AES_CM_128_HMAC_SHA1_80, s.tx_key, 30, 0);
	}
	check(port_setup(*ret, &s) == 0, "no set-up");
	sa_set_str(&e->to, "127.0.0.1", port_local(*ret));
}

/* ---- recording ------------------------------------------------------------------------------- */

static struct temp_store store;
static struct config config;
static struct env env;
static struct tapes *tapes;
static atomic_uint pressed;

static int on_pressed(const struct pressing *p, void *arg, struct fault *f)
{
	atomic_fetch_add(&pressed, 1);
	return 0;
}

static void open_tapes(struct arena *a)
{
	struct tapes_options o = {.pressed = on_pressed};
	struct fault f = {0};

	temp_store_init();
	setenv("LEXLINE_ROOT", ".", 1);
	temp_store_open(&store, DB_SQLITE);
	config.key_file = path_join(a, store.dir, "master.key");
	env = (struct env){.data_dir = store.dir, .config = &config, .db = store.db};
	check(vault_create_master(config.key_file, &f) == 0 && vault_open(&config, &env.vault, &f) == 0 &&
	      vault_attach(env.vault, store.db, &f) == 0, f.detail);
	check(blobs_open(path_join(a, store.dir, "blobs"), env.vault, &env.blobs, &f) == 0, f.detail);
	check(tapes_open(&env, &o, &tapes, &f) == 0, f.detail);
}

/* ---- run ------------------------------------------------------------------------------------- */

static double percentile(double p)
{
	uint64_t want = (uint64_t)((double)received * p), seen = 0;

	for (unsigned i = 0; i <= BUCKETS; i++) {
		seen += histogram[i];
		if (seen > want)
			return (i + 1) / 10.0;
	}
	return 0;
}

static void on_end(void *arg)
{
	atomic_store(&stop, true);
	re_cancel();
}

static double cpu_ms(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

int main(int argc, char **argv)
{
	struct media_options o = {.port_min = 20000, .port_max = 29999};
	struct arena *a = arena_new();
	struct media *m;
	struct media_counts c;
	struct fault f = {0};
	struct tmr end;
	struct rlimit files = {65536, 65536};
	pthread_t thread;
	bool record = argc > 3;
	struct tape **t;
	double cpu;

	if (argc > 1)
		n_calls = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seconds = (unsigned)strtoul(argv[2], NULL, 10);
	(void)!setrlimit(RLIMIT_NOFILE, &files);
	check(sodium_init() >= 0 && libre_init() == 0 && fd_setsize(16384) == 0, "libre");
	bind_to(0);
	sa_set_str(&o.local, "127.0.0.1", 0);
	check(media_open(&o, &m, &f) == 0, f.detail);
	if (record)
		open_tapes(a);
	ends = mem_new(2 * n_calls * sizeof(*ends));
	t = mem_new(n_calls * sizeof(*t));
	for (unsigned i = 0; i < n_calls; i++) {
		struct port *p, *q;
		struct bridge *b;

		open_end(&ends[2 * i], m, false, &p);
		open_end(&ends[2 * i + 1], m, true, &q);
		check(bridge_new(m, &b) == 0 && bridge_join(b, p, SIDE_CALLER) == 0 && bridge_join(b, q, SIDE_OPERATOR) == 0, "bridge");
		if (record) {
			check(tape_start(tapes, i + 1, 1, 0, TAPE_OPUS, &t[i]) == 0, "tape");
			bridge_record(b, t[i]);
		}
	}
	began_us = time_monotonic_us();
	check(pthread_create(&thread, NULL, far_side, NULL) == 0, "thread");
	tmr_init(&end);
	tmr_start(&end, seconds * 1000 + 1000, on_end, NULL);
	cpu = cpu_ms(RUSAGE_THREAD);
	re_main(NULL);
	cpu = cpu_ms(RUSAGE_THREAD) - cpu;
	pthread_join(thread, NULL);
	media_counts(m, &c);
	printf("{\"calls\":%u,\"recorded\":%s,\"seconds\":%u,\"cpu_percent\":%.1f,\"sent\":%llu,\"received\":%llu,"
	       "\"delay_ms\":{\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f},\"late_ticks_percent\":%.3f,\"late_max_ms\":%.1f,\"left_out_ms\":%llu}\n",
	       n_calls, record ? "true" : "false", seconds, cpu / (seconds + 1) / 10, (unsigned long long)sent, (unsigned long long)received,
	       percentile(0.5), percentile(0.99), percentile(0.999), 100.0 * (double)c.late_ticks / (double)c.ticks,
	       (double)c.late_max_us / 1000, (unsigned long long)c.left_out_ms);
	media_close(m);
	for (unsigned i = 0; record && i < n_calls; i++)
		tape_end(t[i]);
	tapes_close(tapes);
	if (record) {
		blobs_close(env.blobs);
		vault_close(env.vault);
		temp_store_close(&store);
	}
	libre_close();
	arena_free(a);
	return 0;
}
