/* Callers and desk phones by the hundred against a running Lexline.
 *
 *   bench-voice --udp HOST:PORT --tls HOST:PORT --phones FILE --number N --calls N --rate N --seconds N
 *
 * FILE has "USER PASSWORD" of a desk phone on each line. All phones register over one TLS connection and answer at once, with
 * SRTP; the callers come over UDP from one socket, let themselves be told the notice and the menu, press 1 and wait in the queue
 * for their operator. Told on the standard output, a line each: "registered" (go on with a line on the standard input),
 * "talking" (all calls have both sides, measuring begins), then the figures as JSON. All of it lives on core 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sodium.h>

#include "base/memory.h"
#include "base/time.h"
#include "bench/rtp_ends.h"
#include "bench/sip_text.h"

#define CORE 1
#define RETRY_US 500000
#define PATIENCE_US 60000000
#define BACKLOG 50 /* registrations under way */

struct caller {
	int64_t invited_us, ringing_us, answered_us;
	bool proceeding, over;
	char to[160], contact[160];
};
struct phone {
	char user[64], password[80], call_id[128];
	bool asked, registered;
	int64_t rang_us;
};

static struct {
	const char *udp, *tls, *phones, *number;
	unsigned calls, rate, seconds;
} o = {.number = "12348", .calls = 100, .rate = 50, .seconds = 20};

static struct rtp_ends *ends; /* callers first, then phones */
static struct caller *callers;
static struct phone *phones;
static unsigned n_phones, registered, invited, answered, over, refused;
static int udp;
static struct sa udp_to, udp_own;
static SSL *tls;
static struct buf in, out;

/* ---- wires ----------------------------------------------------------------------------------- */

static void send_udp(const struct buf *b)
{
	if (sendto(udp, b->p, b->len, 0, &udp_to.u.sa, udp_to.len) < 0)
		fprintf(stderr, "bench: send: %s\n", strerror(errno));
}

static void send_tls(const struct buf *b)
{
	struct pollfd p = {.fd = SSL_get_fd(tls), .events = POLLOUT};
	int n;

	while ((n = SSL_write(tls, b->p, (int)b->len)) <= 0) {
		bench_check(SSL_get_error(tls, n) == SSL_ERROR_WANT_WRITE, "the TLS connection was closed");
		poll(&p, 1, 1000);
	}
}

static void open_udp(void)
{
	struct sa any;
	int big = 4 << 20;

	sa_set_str(&any, "127.0.0.1", 0);
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	(void)!setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &big, sizeof(big));
	udp_own.len = sizeof(udp_own.u);
	bench_check(sa_decode(&udp_to, o.udp, strlen(o.udp)) == 0 && bind(udp, &any.u.sa, any.len) == 0 &&
			    getsockname(udp, &udp_own.u.sa, &udp_own.len) == 0,
		    "UDP");
}

static void open_tls(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sa to;

	bench_check(sa_decode(&to, o.tls, strlen(o.tls)) == 0 && connect(fd, &to.u.sa, to.len) == 0, "TLS: no connection");
	tls = SSL_new(ctx);
	SSL_set_fd(tls, fd);
	bench_check(SSL_connect(tls) == 1, "TLS: no handshake");
	(void)!fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	SSL_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_clear_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE);
}

/* ---- phones ---------------------------------------------------------------------------------- */

static void md5_hex(char ret[33], const char *text)
{
	uint8_t digest[16];

	EVP_Digest(text, strlen(text), digest, NULL, EVP_md5(), NULL);
	sodium_bin2hex(ret, 33, digest, sizeof(digest));
}

static bool quoted(struct str header, const char *name, char *ret, size_t size)
{
	const char *at = memmem(header.p, header.len, name, strlen(name));
	size_t left, n;

	if (!at)
		return false;
	at += strlen(name);
	left = header.len - (size_t)(at - header.p);
	n = strcspn(at, "\"");
	if (n >= left || n >= size)
		return false;
	memcpy(ret, at, n);
	ret[n] = '\0';
	return true;
}

static void authorize(struct buf *b, const struct phone *p, struct str challenge)
{
	char realm[64], nonce[256], a1[33], a2[33], response[33], text[512];

	bench_check(quoted(challenge, "realm=\"", realm, sizeof(realm)) && quoted(challenge, "nonce=\"", nonce, sizeof(nonce)),
		    "a challenge without realm and nonce");
	snprintf(text, sizeof(text), "%s:%s:%s", p->user, realm, p->password);
	md5_hex(a1, text);
	md5_hex(a2, "REGISTER:sip:lexline");
	snprintf(text, sizeof(text), "%s:%s:00000001:bench:auth:%s", a1, nonce, a2);
	md5_hex(response, text);
	buf_printf(b,
		   "Authorization: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"sip:lexline\", "
		   "response=\"%s\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"bench\"\r\n",
		   p->user, realm, nonce, response);
}

static void register_phone(unsigned i, struct str challenge)
{
	struct phone *p = &phones[i];
	int cseq = challenge.p ? 2 : 1;

	buf_clear(&out);
	buf_printf(&out,
		   "REGISTER sip:lexline SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5099;branch=z9hG4bKr%u-%d\r\n"
		   "From: <sip:%s@lexline>;tag=r%u\r\nTo: <sip:%s@lexline>\r\nCall-ID: r%u\r\nCSeq: %d REGISTER\r\n"
		   "Max-Forwards: 70\r\nContact: <sip:p%u@127.0.0.1:5099;transport=tls>\r\nExpires: 3600\r\n",
		   i, cseq, p->user, i, p->user, i, cseq, i);
	if (challenge.p)
		authorize(&out, p, challenge);
	sip_body(&out, "");
	send_tls(&out);
	p->asked = true;
}

static void ask_to_register(void)
{
	static unsigned next;

	while (next < n_phones && next < registered + BACKLOG)
		register_phone(next++, (struct str){0});
}

/* The first challenge whose algorithm is MD5 (or not named). */
static struct str md5_challenge(struct str m)
{
	struct str rest = m;

	for (;;) {
		struct str h = sip_header(rest, "WWW-Authenticate");

		if (!h.p || !memmem(h.p, h.len, "SHA-256", 7))
			return h;
		rest = (struct str){h.p, m.len - (size_t)(h.p - m.p)};
	}
}

static void on_registered(struct str m, int status)
{
	struct str id = sip_header(m, "Call-ID");
	unsigned i = id.len > 1 ? (unsigned)strtoul(id.p + 1, NULL, 10) : n_phones;

	bench_check(i < n_phones && (status == 200 || status == 401), "a phone could not register");
	if (status == 401) {
		register_phone(i, md5_challenge(m));
		return;
	}
	phones[i].registered = true;
	registered++;
	ask_to_register();
}

static void sdp(char *ret, size_t size, uint16_t port, const char *profile, const char *crypto)
{
	snprintf(ret, size,
		 "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %u %s 8 101\r\n"
		 "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n%s",
		 port, profile, crypto);
}

static void ring_and_answer(unsigned i, struct str m)
{
	struct rtp_end *end = rtp_ends_at(ends, o.calls + i);
	uint8_t theirs[30], ours[30];
	char crypto[160] = "", base64[64] = "", body[640], tag[24];
	size_t n = sizeof(base64) - 1;
	struct sa to;
	int suite = 0;
	bool safe = sip_crypto(m, &suite, theirs);

	bench_check(sip_audio(m, &to) && safe, "the server offers no SRTP to a phone on TLS");
	randombytes_buf(ours, sizeof(ours));
	bench_check(base64_encode(ours, sizeof(ours), base64, &n) == 0, "base64");
	snprintf(crypto, sizeof(crypto), "a=crypto:%d AES_CM_128_HMAC_SHA1_80 inline:%s\r\n", suite, base64);
	sdp(body, sizeof(body), end->port, memmem(m.p, m.len, "RTP/SAVP", 8) ? "RTP/SAVP" : "RTP/AVP", crypto);
	snprintf(tag, sizeof(tag), "p%u", i);
	buf_clear(&out);
	sip_answer(&out, m, "180 Ringing", tag);
	buf_printf(&out, "Contact: <sip:p%u@127.0.0.1:5099;transport=tls>\r\n", i);
	sip_body(&out, "");
	send_tls(&out);
	buf_clear(&out);
	sip_answer(&out, m, "200 OK", tag);
	buf_printf(&out, "Contact: <sip:p%u@127.0.0.1:5099;transport=tls>\r\n", i);
	sip_body(&out, body);
	send_tls(&out);
	rtp_end_connect(end, &to, ours, theirs);
}

static void on_tls(struct str m)
{
	int status = sip_status(m);
	const char *p = memmem(m.p, m.len, "sip:p", 5);
	unsigned i = p ? (unsigned)strtoul(p + 5, NULL, 10) : n_phones;

	if (status) {
		if (memmem(m.p, m.len, " REGISTER", 9))
			on_registered(m, status);
	} else if (sip_is(m, "INVITE") && i < n_phones) {
		ring_and_answer(i, m);
	} else if (!sip_is(m, "ACK")) {
		if (sip_is(m, "BYE") && i < n_phones)
			atomic_store(&rtp_ends_at(ends, o.calls + i)->active, false);
		buf_clear(&out);
		sip_answer(&out, m, "200 OK", "x");
		sip_body(&out, "");
		send_tls(&out);
	}
}

static void read_tls(void)
{
	char block[16384];
	size_t whole;
	int n;

	while ((n = SSL_read(tls, block, sizeof(block))) > 0)
		buf_add(&in, block, (size_t)n);
	bench_check(SSL_get_error(tls, n) == SSL_ERROR_WANT_READ, "the TLS connection was closed");
	while ((whole = sip_whole((struct str){in.p, in.len})) > 0) {
		on_tls((struct str){in.p, whole});
		memmove(in.p, in.p + whole, in.len - whole);
		in.len -= whole;
	}
	while (in.len >= 2 && in.p[0] == '\r') { /* keep-alive */
		memmove(in.p, in.p + 2, in.len - 2);
		in.len -= 2;
	}
}

/* ---- callers --------------------------------------------------------------------------------- */

static void begin(unsigned i, const char *method, const char *uri, const char *to, int cseq)
{
	buf_clear(&out);
	buf_printf(&out,
		   "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;rport;branch=z9hG4bKc%u-%d%s\r\n"
		   "From: <sip:138%08u@127.0.0.1>;tag=c%u\r\nTo: %s\r\nCall-ID: c%u\r\nCSeq: %d %s\r\nMax-Forwards: 70\r\n"
		   "Contact: <sip:c%u@127.0.0.1:%u>\r\n",
		   method, uri, sa_port(&udp_own), i, cseq, method, i, i, to, i, cseq, method, i, sa_port(&udp_own));
}

static void invite(unsigned i)
{
	char uri[96], to[112], body[512];

	snprintf(uri, sizeof(uri), "sip:%s@%s", o.number, o.udp);
	snprintf(to, sizeof(to), "<%s>", uri);
	sdp(body, sizeof(body), rtp_ends_at(ends, i)->port, "RTP/AVP", "");
	begin(i, "INVITE", uri, to, 1);
	sip_body(&out, body);
	if (!callers[i].invited_us)
		callers[i].invited_us = time_monotonic_us();
	send_udp(&out);
}

static void acknowledge(unsigned i)
{
	begin(i, "ACK", callers[i].contact, callers[i].to, 1);
	sip_body(&out, "");
	send_udp(&out);
}

static void hang_up(unsigned i)
{
	begin(i, "BYE", callers[i].contact, callers[i].to, 2);
	sip_body(&out, "");
	send_udp(&out);
}

static void on_answer(unsigned i, struct str m)
{
	struct caller *c = &callers[i];
	struct str to = sip_header(m, "To"), contact = sip_header(m, "Contact");
	struct sa at;

	if (!c->answered_us) {
		struct rtp_end *end = rtp_ends_at(ends, i);

		bench_check(sip_audio(m, &at) && contact.len > 2, "an answer without SDP or Contact");
		c->answered_us = time_monotonic_us();
		snprintf(c->to, sizeof(c->to), "%.*s", STR_FMT(to));
		snprintf(c->contact, sizeof(c->contact), "%.*s", (int)strcspn(contact.p + 1, ">"), contact.p + 1);
		atomic_store(&end->press, true);
		rtp_end_connect(end, &at, NULL, NULL);
		answered++;
	}
	acknowledge(i);
}

static void end_of(unsigned i)
{
	if (!callers[i].over)
		over++;
	callers[i].over = true;
	atomic_store(&rtp_ends_at(ends, i)->active, false);
}

static void on_udp(struct str m)
{
	struct str id = sip_header(m, "Call-ID"), cseq = sip_header(m, "CSeq");
	unsigned i = id.len > 1 && id.p[0] == 'c' ? (unsigned)strtoul(id.p + 1, NULL, 10) : o.calls;
	int status = sip_status(m);

	if (i >= o.calls)
		return;
	if (!status) { /* the server ends it */
		buf_clear(&out);
		sip_answer(&out, m, "200 OK", "x");
		sip_body(&out, "");
		send_udp(&out);
		if (sip_is(m, "BYE"))
			end_of(i);
	} else if (memmem(cseq.p, cseq.len, "BYE", 3)) {
		end_of(i);
	} else if (status < 200) {
		callers[i].proceeding = true;
		if (status == 180 && !callers[i].ringing_us)
			callers[i].ringing_us = time_monotonic_us();
	} else if (status < 300) {
		on_answer(i, m);
	} else {
		refused += !callers[i].over;
		fprintf(stderr, "bench: a call was refused: %.*s\n", (int)strcspn(m.p, "\r"), m.p);
		end_of(i);
	}
}

static void read_udp(void)
{
	char packet[65536];
	ssize_t n;

	while ((n = recv(udp, packet, sizeof(packet) - 1, MSG_DONTWAIT)) > 0) {
		packet[n] = '\0';
		on_udp((struct str){packet, (size_t)n});
	}
}

/* ---- the run --------------------------------------------------------------------------------- */

static void turn(int ms)
{
	struct pollfd p[2] = {{.fd = udp, .events = POLLIN}, {.fd = SSL_get_fd(tls), .events = POLLIN}};

	poll(p, 2, ms);
	read_udp();
	read_tls();
}

static bool all_heard(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 2 * o.calls; i++)
		n += atomic_load(&rtp_ends_at(ends, i)->heard);
	return n == 2 * o.calls;
}

static unsigned count_heard(unsigned from)
{
	unsigned n = 0;

	for (unsigned i = from; i < from + o.calls; i++)
		n += atomic_load(&rtp_ends_at(ends, i)->heard);
	return n;
}

static void retry(int64_t now)
{
	for (unsigned i = 0; i < invited; i++)
		if (!callers[i].proceeding && !callers[i].answered_us && now - callers[i].invited_us > RETRY_US)
			invite(i);
}

static int64_t set_up(void)
{
	int64_t began = time_monotonic_us(), looked = began, now;

	while ((now = time_monotonic_us()) - began < PATIENCE_US) {
		while (invited < o.calls && (now - began) * o.rate >= (int64_t)invited * 1000000)
			invite(invited++);
		turn(1);
		if (now - looked < RETRY_US)
			continue;
		looked = now;
		retry(now);
		if (invited == o.calls && all_heard())
			break;
	}
	return now - began;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

struct spread {
	double p50, p99, max;
};
/* From the INVITE to the first ringing (or to the answer), in ms. */
static struct spread waits(bool to_answer)
{
	int64_t *all = mem_new(o.calls * sizeof(*all));
	struct spread s = {0};
	size_t n = 0;

	for (unsigned i = 0; i < o.calls; i++) {
		int64_t at = to_answer ? callers[i].answered_us : callers[i].ringing_us;

		if (at)
			all[n++] = at - callers[i].invited_us;
	}
	qsort(all, n, sizeof(*all), by_size);
	if (n > 0)
		s = (struct spread){(double)all[n / 2] / 1000, (double)all[n * 99 / 100] / 1000, (double)all[n - 1] / 1000};
	free(all);
	return s;
}

static void run_for(int64_t us)
{
	for (int64_t end = time_monotonic_us() + us; time_monotonic_us() < end;)
		turn(5);
}

static void tell(const char *what)
{
	puts(what);
	fflush(stdout);
}

static void run(void)
{
	struct rtp_figures f;
	struct spread ring, answer;
	int64_t took;
	char line[16];

	ask_to_register();
	while (registered < n_phones)
		turn(100);
	tell("registered");
	bench_check(fgets(line, sizeof(line), stdin) != NULL, "nobody said to go on");
	rtp_ends_start(ends, CORE);
	took = set_up();
	ring = waits(false);
	answer = waits(true);
	run_for(1000000);
	tell("talking");
	rtp_ends_measure(ends);
	run_for((int64_t)o.seconds * 1000000);
	f = rtp_ends_figures(ends);
	printf("{\"calls\":%u,\"answered\":%u,\"callers_heard\":%u,\"operators_heard\":%u,\"refused\":%u,\"over\":%u,\"set_up_s\":%.1f,"
	       "\"ringing_ms\":{\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f},\"answer_ms\":{\"p50\":%.1f,\"p99\":%.1f},"
	       "\"sent\":%llu,\"received\":%llu,\"delay_ms\":{\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}}\n",
	       o.calls, answered, count_heard(0), count_heard(o.calls), refused, over, (double)took / 1e6, ring.p50, ring.p99, ring.max,
	       answer.p50, answer.p99, (unsigned long long)f.sent, (unsigned long long)f.received, f.p50, f.p99, f.p999, f.max);
	fflush(stdout);
	for (unsigned i = 0; i < o.calls; i++)
		if (callers[i].answered_us && !callers[i].over)
			hang_up(i);
	for (int64_t end = time_monotonic_us() + 10000000; over < o.calls && time_monotonic_us() < end;)
		turn(5);
	rtp_ends_stop(ends);
}

static void read_phones(void)
{
	FILE *f = fopen(o.phones, "r");

	bench_check(f != NULL, "the file of phones cannot be read");
	phones = mem_new(o.calls * sizeof(*phones));
	while (n_phones < o.calls && fscanf(f, "%63s %79s", phones[n_phones].user, phones[n_phones].password) == 2)
		n_phones++;
	fclose(f);
	bench_check(n_phones == o.calls, "fewer phones than calls");
}

static void read_options(int argc, char **argv)
{
	static const struct option options[] = {{"udp", 1, NULL, 'u'},	{"tls", 1, NULL, 't'},	 {"phones", 1, NULL, 'p'},
						{"number", 1, NULL, 'n'}, {"calls", 1, NULL, 'c'}, {"rate", 1, NULL, 'r'},
						{"seconds", 1, NULL, 's'}, {0}};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (c) {
		case 'u': o.udp = optarg; break;
		case 't': o.tls = optarg; break;
		case 'p': o.phones = optarg; break;
		case 'n': o.number = optarg; break;
		case 'c': o.calls = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'r': o.rate = (unsigned)strtoul(optarg, NULL, 10); break;
		case 's': o.seconds = (unsigned)strtoul(optarg, NULL, 10); break;
		default: exit(2);
		}
	}
	bench_check(o.udp && o.tls && o.phones && o.calls > 0 && o.rate > 0, "usage: see the head of bench/voice.c");
}

int main(int argc, char **argv)
{
	read_options(argc, argv);
	bench_check(sodium_init() >= 0, "libsodium");
	read_phones();
	bench_bind_to(CORE);
	ends = rtp_ends_new(2 * o.calls);
	callers = mem_new(o.calls * sizeof(*callers));
	open_udp();
	open_tls();
	run();
	rtp_ends_free(ends);
	buf_free(&in);
	buf_free(&out);
	return 0;
}
