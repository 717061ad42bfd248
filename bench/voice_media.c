/* How many calls can the media layer alone carry on one core?
 *
 *   bench-voice-media [CALLS [SECONDS [record]]]     from the source folder
 *
 * Each call has two ports, one of them with SRTP, joined by a bridge; with "record" each call has a tape, sealed to the disk in
 * a temporary folder. The media thread is bound to one core, the other ends of the wires live in a thread on another. Each packet
 * carries the time it was sent, which an A-law bridge passes on bit by bit; what is printed is the time until it comes out again on
 * the other side. One line of JSON.
 */
#include <stdio.h>
#include <sys/resource.h>

#include <sodium.h>

#include "base/file.h"
#include "base/memory.h"
#include "bench/rtp_ends.h"
#include "store/blobs.h"
#include "store/config.h"
#include "support/temp_store.h"
#include "voice/media.h"
#include "voice/tape.h"

static unsigned n_calls = 500, seconds = 10;
static struct rtp_ends *ends; /* 2 a call */

static void open_end(unsigned i, struct media *m, bool srtp, struct port **ret)
{
	struct port_setup s = {.pt = 8, .pt_event = 101, .send = true, .receive = true, .rtcp_mux = true};
	struct rtp_end *end = rtp_ends_at(ends, i);
	uint8_t tx[44], rx[44];
	struct sa to;

	sa_set_str(&s.remote, "127.0.0.1", end->port);
	bench_check(port_new(m, NULL, NULL, ret) == 0, "no port");
	if (srtp) {
		s.srtp = PORT_SRTP_CM_80;
		randombytes_buf(tx, sizeof(tx));
		randombytes_buf(rx, sizeof(rx));
		memcpy(s.tx_key, rx, sizeof(rx));
		memcpy(s.rx_key, tx, sizeof(tx));
	}
	bench_check(port_setup(*ret, &s) == 0, "no set-up");
	sa_set_str(&to, "127.0.0.1", port_local(*ret));
	rtp_end_connect(end, &to, srtp ? tx : NULL, rx);
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
	bench_check(vault_create_master(config.key_file, &f) == 0 && vault_open(&config, &env.vault, &f) == 0 &&
	      vault_attach(env.vault, store.db, &f) == 0, f.detail);
	bench_check(blobs_open(path_join(a, store.dir, "blobs"), env.vault, &env.blobs, &f) == 0, f.detail);
	bench_check(tapes_open(&env, &o, &tapes, &f) == 0, f.detail);
}

/* ---- run ------------------------------------------------------------------------------------- */

static void on_warm(void *arg)
{
	rtp_ends_measure(arg);
}

static void on_end(void *arg)
{
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
	struct rtp_figures got;
	struct tmr warm, end;
	bool record = argc > 3;
	struct tape **t;
	double cpu;

	if (argc > 1)
		n_calls = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seconds = (unsigned)strtoul(argv[2], NULL, 10);
	bench_check(sodium_init() >= 0 && libre_init() == 0 && fd_setsize(16384) == 0, "libre");
	bench_bind_to(0);
	sa_set_str(&o.local, "127.0.0.1", 0);
	bench_check(media_open(&o, &m, &f) == 0, f.detail);
	if (record)
		open_tapes(a);
	ends = rtp_ends_new(2 * n_calls);
	t = mem_new(n_calls * sizeof(*t));
	for (unsigned i = 0; i < n_calls; i++) {
		struct port *p, *q;
		struct bridge *b;

		open_end(2 * i, m, false, &p);
		open_end(2 * i + 1, m, true, &q);
		bench_check(bridge_new(m, &b) == 0 && bridge_join(b, p, SIDE_CALLER) == 0 && bridge_join(b, q, SIDE_OPERATOR) == 0, "bridge");
		if (record) {
			bench_check(tape_start(tapes, i + 1, 1, 0, TAPE_OPUS, &t[i]) == 0, "tape");
			bridge_record(b, t[i]);
		}
	}
	rtp_ends_start(ends, 1);
	tmr_init(&warm);
	tmr_init(&end);
	tmr_start(&warm, 1000, on_warm, ends);
	tmr_start(&end, seconds * 1000 + 1000, on_end, NULL);
	cpu = cpu_ms(RUSAGE_THREAD);
	re_main(NULL);
	cpu = cpu_ms(RUSAGE_THREAD) - cpu;
	rtp_ends_stop(ends);
	got = rtp_ends_figures(ends);
	media_counts(m, &c);
	printf("{\"calls\":%u,\"recorded\":%s,\"seconds\":%u,\"cpu_percent\":%.1f,\"sent\":%llu,\"received\":%llu,"
	       "\"delay_ms\":{\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f},\"late_ticks_percent\":%.3f,\"late_max_ms\":%.1f,\"left_out_ms\":%llu}\n",
	       n_calls, record ? "true" : "false", seconds, cpu / (seconds + 1) / 10, (unsigned long long)got.sent, (unsigned long long)got.received,
	       got.p50, got.p99, got.p999, 100.0 * (double)c.late_ticks / (double)c.ticks,
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
	rtp_ends_free(ends);
	libre_close();
	arena_free(a);
	return 0;
}
