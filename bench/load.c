/*
 * A load generator for one HTTP/1.1 server: closed loop, keep-alive connections, one thread, epoll.
 *
 * Every connection sends its next request when the answer to the last one is complete; only answers
 * 2xx count, everything else is an error and shown. Latency runs from the first byte written to the
 * last byte read. The server's CPU time is read from /proc/PID/stat, so load and server may share a
 * machine.
 *
 *   bench-load --to HOST:PORT --plan FILE [--cookies FILE] [--ids FILE] [--connections 64]
 *              [--seconds 10] [--warm-up 2] [--pid PID] [--label TEXT]
 *
 * A plan's line is  WEIGHT METHOD PATH [BODY], # begins a comment; in PATH and BODY {id} is an id
 * of the ids file at random, {n} a number that never repeats.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "bench/answer.h"
#include "bench/proc.h"

#define MAX_CONNECTIONS 4096

struct step {
	int weight;
	const char *method, *path, *body;
};

struct options {
	struct sockaddr_in to;
	const char *host, *label;
	int connections, seconds, warm_up_s;
	pid_t pid;
	VEC(struct step) plan;
	int weights;
	VEC(const char *) cookies;
	VEC(const char *) ids;
};

struct conn {
	int fd;
	struct buf out, in;
	size_t sent;
	int64_t began_us;
};

struct bench {
	struct arena *a;
	struct options o;
	int epoll;
	struct conn conns[MAX_CONNECTIONS];
	uint64_t random, next_n;
	int64_t measure_from_us, end_us;
	VEC(uint32_t) latency_us;
	size_t errors, other_status, reconnects;
	int last_status;
	char error_sample[200];
};

/* xorshift64*: Vigna 2014. Enough for picking rows. */
static uint64_t next_random(struct bench *b)
{
	b->random ^= b->random >> 12;
	b->random ^= b->random << 25;
	b->random ^= b->random >> 27;
	return b->random * 0x2545F4914F6CDD1DULL;
}

static void die(const char *what)
{
	fprintf(stderr, "bench-load: %s%s%s\n", what, errno ? ": " : "",
		errno ? strerror(errno) : "");
	exit(1);
}

/* ---- requests ----------------------------------------------------------------------------- */

static const struct step *pick_step(struct bench *b)
{
	int at = (int)(next_random(b) % (uint64_t)b->o.weights);
	size_t i = 0;

	while (at >= b->o.plan.at[i].weight)
		at -= b->o.plan.at[i++].weight;
	return &b->o.plan.at[i];
}

/* Copy with {id} and {n} filled in. */
static void fill(struct bench *b, struct buf *out, const char *text)
{
	for (const char *p = text; *p;) {
		if (!strncmp(p, "{id}", 4) && b->o.ids.n) {
			buf_adds(out, b->o.ids.at[next_random(b) % b->o.ids.n]);
			p += 4;
		} else if (!strncmp(p, "{n}", 3)) {
			buf_printf(out, "%llu", (unsigned long long)b->next_n++);
			p += 3;
		} else {
			buf_addc(out, *p++);
		}
	}
}

static void write_request(struct bench *b, struct conn *c)
{
	const struct step *s = pick_step(b);
	CLEANUP(buf_free) struct buf body = {0};

	buf_clear(&c->out);
	buf_printf(&c->out, "%s ", s->method);
	fill(b, &c->out, s->path);
	buf_printf(&c->out, " HTTP/1.1\r\nHost: %s\r\n", b->o.host);
	if (b->o.cookies.n)
		buf_printf(&c->out, "Cookie: lexline=%s\r\n",
			   b->o.cookies.at[next_random(b) % b->o.cookies.n]);
	if (s->body) {
		fill(b, &body, s->body);
		buf_printf(&c->out, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			   body.len);
	}
	buf_adds(&c->out, "\r\n");
	if (s->body)
		buf_add(&c->out, body.p, body.len);
	c->sent = 0;
}

/* ---- connections -------------------------------------------------------------------------- */

static void want(struct bench *b, struct conn *c, uint32_t events, int op)
{
	struct epoll_event e = {.events = events, .data.ptr = c};

	if (epoll_ctl(b->epoll, op, c->fd, &e) < 0)
		die("epoll_ctl");
}

static void open_conn(struct bench *b, struct conn *c)
{
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&b->o.to, sizeof(b->o.to)) < 0)
		die("cannot connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	want(b, c, EPOLLIN, EPOLL_CTL_ADD);
}

static void send_more(struct bench *b, struct conn *c)
{
	ssize_t n = send(c->fd, c->out.p + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);

	if (n > 0)
		c->sent += (size_t)n;
	else if (n < 0 && errno != EAGAIN)
		return; /* the read side reports it */
	want(b, c, c->sent < c->out.len ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
}

static void begin_request(struct bench *b, struct conn *c)
{
	write_request(b, c);
	buf_clear(&c->in);
	c->began_us = time_monotonic_us();
	ssize_t n = send(c->fd, c->out.p, c->out.len, MSG_NOSIGNAL);

	c->sent = n > 0 ? (size_t)n : 0;
	if (c->sent < c->out.len)
		want(b, c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

static void again(struct bench *b, struct conn *c)
{
	close(c->fd);
	b->reconnects++;
	open_conn(b, c);
	begin_request(b, c);
}

static void count_answer(struct bench *b, struct conn *c, const struct answer *answer)
{
	int64_t now = time_monotonic_us();

	if (c->began_us < b->measure_from_us || now > b->end_us)
		return;
	if (answer->status >= 200 && answer->status < 300) {
		VEC_ADD(&b->latency_us, (uint32_t)(now - c->began_us));
		return;
	}
	b->other_status++;
	b->last_status = answer->status;
	if (!b->error_sample[0])
		snprintf(b->error_sample, sizeof(b->error_sample), "%.*s", (int)answer->body.len,
			 answer->body.p);
}

static void read_answer(struct bench *b, struct conn *c)
{
	struct answer answer;
	ssize_t n;

	buf_reserve(&c->in, 65536);
	n = recv(c->fd, c->in.p + c->in.len, c->in.cap - c->in.len - 1, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		b->errors++;
		again(b, c);
		return;
	}
	c->in.len += (size_t)n;
	if (!answer_parse(buf_str(&c->in), &answer))
		return;
	count_answer(b, c, &answer);
	if (answer.close)
		again(b, c);
	else
		begin_request(b, c);
}

static void run(struct bench *b)
{
	struct epoll_event events[256];

	for (int i = 0; i < b->o.connections; i++) {
		struct conn *c = &b->conns[i];

		open_conn(b, c);
		begin_request(b, c);
	}
	while (time_monotonic_us() < b->end_us) {
		int n = epoll_wait(b->epoll, events, ARRAY_SIZE(events), 100);

		for (int i = 0; i < n; i++) {
			struct conn *c = events[i].data.ptr;

			if (events[i].events & EPOLLOUT)
				send_more(b, c);
			if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				read_answer(b, c);
		}
	}
}

/* ---- the result --------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double percentile_ms(const struct bench *b, double p)
{
	size_t n = b->latency_us.n;

	return n ? b->latency_us.at[(size_t)((double)(n - 1) * p)] / 1000.0 : 0;
}

static void report(struct bench *b, int64_t cpu_us)
{
	size_t n = b->latency_us.n;
	double rate = (double)n / b->o.seconds;

	if (n)
		qsort(b->latency_us.at, n, sizeof(b->latency_us.at[0]), by_value);
	printf("%-38s %9.0f %8.1f %8.1f %8.1f %9.0f %7zu\n", b->o.label, rate,
	       percentile_ms(b, 0.5), percentile_ms(b, 0.99), percentile_ms(b, 0.999),
	       n && cpu_us ? (double)cpu_us / (double)n : 0, b->other_status + b->errors);
	if (b->other_status)
		fprintf(stderr, "  last other status: %d; first such answer: %s\n", b->last_status,
			b->error_sample);
}

/* ---- options ------------------------------------------------------------------------------ */

static void read_lines(struct bench *b, const char *path, void (*add)(struct bench *, char *))
{
	struct fault f = {0};
	struct str text, line;

	if (file_read(b->a, path, 256 << 20, &text, &f) < 0) {
		fprintf(stderr, "bench-load: %s\n", f.detail);
		exit(2);
	}
	while (str_split(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.len && line.p[0] != '#')
			add(b, arena_strndup(b->a, line.p, line.len));
	}
}

static char *cut(char **rest)
{
	char *word = *rest, *end = word ? strchr(word, ' ') : NULL;

	*rest = end ? end + 1 + strspn(end + 1, " ") : NULL;
	if (end)
		*end = 0;
	return word;
}

static void add_step(struct bench *b, char *line)
{
	struct step s = {0};
	int64_t weight;

	if (str_to_int(str_of(cut(&line)), &weight) < 0 || weight < 1)
		die("a plan's line begins with its weight");
	s.weight = (int)weight;
	s.method = cut(&line);
	s.path = cut(&line);
	s.body = line;
	if (!s.method || !s.path)
		die("a plan's line is: WEIGHT METHOD PATH [BODY]");
	b->o.weights += s.weight;
	VEC_ADD(&b->o.plan, s);
}

static void add_cookie(struct bench *b, char *line)
{
	VEC_ADD(&b->o.cookies, line);
}

static void add_id(struct bench *b, char *line)
{
	VEC_ADD(&b->o.ids, line);
}

static int number(const char *text)
{
	int64_t n;

	if (str_to_int(str_of(text), &n) < 0 || n < 0 || n > INT32_MAX)
		die("a number was expected");
	return (int)n;
}

static void set_address(struct bench *b, char *to)
{
	char *colon = strrchr(to, ':');

	b->o.host = arena_strdup(b->a, to);
	if (!colon)
		die("--to HOST:PORT");
	*colon = 0;
	b->o.to.sin_family = AF_INET;
	b->o.to.sin_port = htons((uint16_t)number(colon + 1));
	if (inet_pton(AF_INET, to, &b->o.to.sin_addr) != 1)
		die("--to takes an IPv4 address");
}

static void set_option(struct bench *b, const char *name, char *value)
{
	if (!strcmp(name, "--to"))
		set_address(b, value);
	else if (!strcmp(name, "--plan"))
		read_lines(b, value, add_step);
	else if (!strcmp(name, "--cookies"))
		read_lines(b, value, add_cookie);
	else if (!strcmp(name, "--ids"))
		read_lines(b, value, add_id);
	else if (!strcmp(name, "--connections"))
		b->o.connections = number(value);
	else if (!strcmp(name, "--seconds"))
		b->o.seconds = number(value);
	else if (!strcmp(name, "--warm-up"))
		b->o.warm_up_s = number(value);
	else if (!strcmp(name, "--pid"))
		b->o.pid = number(value);
	else if (!strcmp(name, "--label"))
		b->o.label = value;
	else
		die("unknown option; the head of bench/load.c lists them");
}

int main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof(*b));
	int64_t cpu_before;

	if (!b)
		die("no memory");
	b->a = arena_new();
	b->o.connections = 64;
	b->o.seconds = 10;
	b->o.warm_up_s = 2;
	b->o.label = "";
	for (int i = 1; i + 1 < argc; i += 2)
		set_option(b, argv[i], argv[i + 1]);
	errno = 0;
	if (!b->o.host || !b->o.plan.n || b->o.connections > MAX_CONNECTIONS || argc % 2 == 0)
		die("--to and --plan are needed; the head of bench/load.c says more");
	b->random = (uint64_t)time_monotonic_us() | 1;
	b->next_n = (uint64_t)time_now_ms() * 1000;
	b->epoll = epoll_create1(EPOLL_CLOEXEC);
	b->measure_from_us = time_monotonic_us() + b->o.warm_up_s * 1000000LL;
	b->end_us = b->measure_from_us + b->o.seconds * 1000000LL;
	cpu_before = proc_cpu_us(b->o.pid);
	run(b);
	/* CPU of the warm-up is counted too: scaled to the measured part. */
	report(b, (proc_cpu_us(b->o.pid) - cpu_before) * b->o.seconds /
			  (b->o.seconds + b->o.warm_up_s));
	return b->latency_us.n ? 0 : 1;
}
