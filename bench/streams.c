/*
 * Many idle event streams, and how long one broadcast needs to reach the last of them.
 *
 *   bench-streams --to HOST:PORT --cookies FILE --streams 5000 --pid PID --path /api/cases --body
 * JSON [--rounds 5]
 *
 * Opens the streams on /api/events, reads the server's resident memory before and after, then sends
 * the request whose commit makes an event and measures until every stream has got one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "bench/answer.h"
#include "bench/proc.h"

#define MAX_STREAMS 20000
#define OPENING_MAX 100 /* at the same time */
#define OPEN_WAIT_US 60000000
#define EVENT_WAIT_US 5000000

struct stream {
	int fd;
	bool open; /* the head of the answer came */
	int got;   /* last round that reached it */
};

static struct stream streams[MAX_STREAMS];
static struct sockaddr_in to;
static const char *host, *body = "{}", *path = "/api/cases";
static char *cookies[1024];
static size_t n_cookies;
static int n_streams = 5000, rounds = 5, epoll_fd;
static pid_t pid;

static void die(const char *what)
{
	fprintf(stderr, "bench-streams: %s%s%s\n", what, errno ? ": " : "",
		errno ? strerror(errno) : "");
	exit(1);
}

static int dial(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("cannot connect");
	return fd;
}

static void send_text(int fd, const char *method, const char *target, const char *content,
		      const char *cookie)
{
	CLEANUP(buf_free) struct buf out = {0};

	buf_printf(&out, "%s %s HTTP/1.1\r\nHost: %s\r\nCookie: lexline=%s\r\n", method, target,
		   host, cookie);
	if (content)
		buf_printf(&out, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			   strlen(content));
	buf_printf(&out, "\r\n%s", content ? content : "");
	if (send(fd, out.p, out.len, MSG_NOSIGNAL) != (ssize_t)out.len)
		die("cannot send");
}

static void open_stream(struct stream *s, size_t i)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = s};

	s->fd = dial();
	send_text(s->fd, "GET", "/api/events", NULL, cookies[i % n_cookies]);
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, s->fd, &e) < 0)
		die("epoll_ctl");
}

/* @return 1 when the stream has just opened or just got the round's event */
static int take(struct stream *s, int round)
{
	char text[16384];
	ssize_t n = recv(s->fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (n <= 0)
		die("a stream was closed");
	text[n] = 0;
	if (!s->open) {
		if (strncmp(text, "HTTP/1.1 200", 12)) {
			fprintf(stderr, "%.300s\n", text);
			die("a stream was refused");
		}
		s->open = true;
		return round == 0;
	}
	if (s->got < round && strstr(text, "data:")) {
		s->got = round;
		return 1;
	}
	return 0;
}

static int wait_all(int round, int left, int64_t limit_us)
{
	int64_t until = time_monotonic_us() + limit_us;
	struct epoll_event events[512];

	while (left > 0 && time_monotonic_us() < until) {
		int n = epoll_wait(epoll_fd, events, ARRAY_SIZE(events), 100);

		for (int i = 0; i < n; i++)
			left -= take(events[i].data.ptr, round);
	}
	return left;
}

/* Like browsers coming back after a restart, but not all in the same instant: that would be 503 and
 * Retry-After. */
static void open_all(void)
{
	int opened = 0;

	for (int i = 0; i < n_streams; i++) {
		open_stream(&streams[i], (size_t)i);
		if (i + 1 - opened >= OPENING_MAX)
			opened = i + 1 - wait_all(0, i + 1 - opened, OPEN_WAIT_US);
	}
	if (wait_all(0, n_streams - opened, OPEN_WAIT_US) > 0)
		die("not all streams were opened");
}

static void broadcast(int round, int64_t *ret_last_us)
{
	int fd = dial(), left;
	int64_t start = time_monotonic_us();

	send_text(fd, "POST", path, body, cookies[0]);
	left = wait_all(round, n_streams, EVENT_WAIT_US);
	*ret_last_us = time_monotonic_us() - start;
	if (left > 0)
		fprintf(stderr, "round %d: %d streams got nothing\n", round, left);
	close(fd);
}

static void read_cookies(struct arena *a, const char *file)
{
	struct fault f = {0};
	struct str text, line;

	if (file_read(a, file, 1 << 20, &text, &f) < 0)
		die(f.detail);
	while (str_split(&text, '\n', &line) && n_cookies < ARRAY_SIZE(cookies))
		if (str_trim(line).len)
			cookies[n_cookies++] =
				arena_strndup(a, str_trim(line).p, str_trim(line).len);
}

static int number(const char *text)
{
	int64_t n;

	if (str_to_int(str_of(text), &n) < 0 || n < 1 || n > INT32_MAX)
		die("a number was expected");
	return (int)n;
}

static void set_option(struct arena *a, const char *name, char *value)
{
	char *colon;

	if (!strcmp(name, "--to") && (colon = strrchr(value, ':'))) {
		host = arena_strdup(a, value);
		*colon = 0;
		to.sin_family = AF_INET;
		to.sin_port = htons((uint16_t)number(colon + 1));
		if (inet_pton(AF_INET, value, &to.sin_addr) != 1)
			die("--to takes an IPv4 address");
	} else if (!strcmp(name, "--cookies")) {
		read_cookies(a, value);
	} else if (!strcmp(name, "--streams")) {
		n_streams = number(value);
	} else if (!strcmp(name, "--rounds")) {
		rounds = number(value);
	} else if (!strcmp(name, "--pid")) {
		pid = number(value);
	} else if (!strcmp(name, "--path")) {
		path = value;
	} else if (!strcmp(name, "--body")) {
		body = value;
	} else {
		die("unknown option; the head of bench/streams.c lists them");
	}
}

int main(int argc, char **argv)
{
	struct rlimit files = {MAX_STREAMS + 100, MAX_STREAMS + 100};
	struct arena *a = arena_new();
	int64_t before_kb, worst_us = 0;

	for (int i = 1; i + 1 < argc; i += 2)
		set_option(a, argv[i], argv[i + 1]);
	errno = 0;
	if (!host || !n_cookies || n_streams > MAX_STREAMS || argc % 2 == 0)
		die("--to and --cookies are needed; the head of bench/streams.c says more");
	setrlimit(RLIMIT_NOFILE, &files);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	before_kb = proc_resident_kb(pid);
	open_all();
	printf("%-38s %9d streams %6lld MB resident, %lld KB a stream\n", "event streams, open",
	       n_streams, (long long)proc_resident_kb(pid) / 1024,
	       (long long)(proc_resident_kb(pid) - before_kb) / n_streams);
	for (int round = 1; round <= rounds; round++) {
		int64_t last_us;

		broadcast(round, &last_us);
		worst_us = last_us > worst_us ? last_us : worst_us;
		usleep(300000);
		wait_all(-1, 0, 0);
	}
	printf("%-38s %9.1f ms at the last, worst of %d rounds\n", "event streams, a broadcast",
	       (double)worst_us / 1000, rounds);
	return 0;
}
