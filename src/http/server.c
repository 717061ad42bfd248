/* The server's life: options, listening, slow clients, drain. */
#include "http/server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <errno.h>

#include "base/file.h"
#include "http/hub.h"
#include "http/url.h"
#include "store/config.h"

#define OTHER_DESCRIPTORS 256 /* databases, blobs, logs: not for connections */
#define MAX_CONNECTIONS 60000
#define QUEUE_LENGTH 2048 /* requests waiting for a worker */
#define SWEEP_US 2000000
#define UNACKED_MS 60000 /* a peer that acknowledges nothing for this long is gone */

/* ---- connections --------------------------------------------------------------------------- */

static void name_peer(struct MHD_Connection *c, char *ip, size_t size)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info ? info->client_addr : NULL;
	const void *bytes = NULL;

	if (sa && sa->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)sa)->sin_addr;
	else if (sa && sa->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)sa)->sin6_addr;
	if (!bytes || !inet_ntop(sa->sa_family, bytes, ip, (socklen_t)size))
		ip[0] = '\0';
	if (!strncmp(ip, "::ffff:", 7)) /* IPv4 on a dual-stack socket */
		memmove(ip, ip + 7, strlen(ip + 7) + 1);
}

static void conn_open(struct http_server *s, struct MHD_Connection *c, void **context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct conn *n = calloc(1, sizeof(*n));
	unsigned unacked_ms = UNACKED_MS;

	if (!n)
		abort();
	n->fd = info ? (int)info->connect_fd : -1;
	name_peer(c, n->ip, sizeof(n->ip));
	setsockopt(n->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked_ms, sizeof(unacked_ms));
	atomic_init(&n->deadline_ms, time_monotonic_us() / 1000 + s->patience_ms);
	pthread_mutex_lock(&s->conns_lock);
	n->next = s->conns;
	if (n->next)
		n->next->prev = n;
	s->conns = n;
	pthread_mutex_unlock(&s->conns_lock);
	*context = n;
}

static void conn_close(struct http_server *s, struct conn *n)
{
	pthread_mutex_lock(&s->conns_lock);
	if (n->prev)
		n->prev->next = n->next;
	else
		s->conns = n->next;
	if (n->next)
		n->next->prev = n->prev;
	pthread_mutex_unlock(&s->conns_lock);
	free(n);
}

static void on_connection(void *arg, struct MHD_Connection *c, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct http_server *s = arg;

	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		conn_open(s, c, context);
	else if (*context)
		conn_close(s, *context);
}

/*
 * libmicrohttpd's time-out starts again with each byte, so a byte now and then holds a connection
 * for ever. Here the header and the body have to be whole by a time. The descriptor is closed by
 * its owner only after conn_close(), so under the lock it is still this connection's.
 */
static int64_t sweep(void *arg)
{
	struct http_server *s = arg;
	int64_t now_ms = time_monotonic_us() / 1000;

	pthread_mutex_lock(&s->conns_lock);
	for (struct conn *n = s->conns; n; n = n->next) {
		int64_t deadline = atomic_load(&n->deadline_ms);

		if (deadline && now_ms > deadline)
			shutdown(n->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&s->conns_lock);
	return time_monotonic_us() + (s->patience_ms < 8000 ? s->patience_ms * 250 : SWEEP_US);
}

/* ---- listening ----------------------------------------------------------------------------- */

static int bind_one(const struct addrinfo *a)
{
	int on = 1, fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) < 0 || listen(fd, 4096) < 0) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

static int open_listener(struct http_server *s, const char *listen, struct fault *f)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list;
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct sockaddr_storage got;
	socklen_t len = sizeof(got);
	const char *host, *port;
	int r;

	if ((r = listen_parse(a, listen, &host, &port, f)) < 0)
		return r;
	r = getaddrinfo(host, port, &hints, &list);
	if (r)
		return fail(f, E_CONFIG, "listen", "'%s': %s", listen, gai_strerror(r));
	for (struct addrinfo *i = list; i && s->listen_fd < 0; i = i->ai_next)
		s->listen_fd = bind_one(i);
	freeaddrinfo(list);
	if (s->listen_fd < 0)
		return fail(f, errno == EADDRINUSE ? E_CONFLICT : E_CONFIG, "listen",
			    errno == EADDRINUSE
				    ? "%s is in use by another program; choose another port"
				    : "Cannot listen on %s; check address and permission",
			    listen);
	if (getsockname(s->listen_fd, (struct sockaddr *)&got, &len) < 0)
		return fail(f, E_IO, "listen", "Cannot read the port of %s", listen);
	s->port = ntohs(got.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&got)->sin6_port
						  : ((struct sockaddr_in *)&got)->sin_port);
	return 0;
}

/* ---- the daemon ---------------------------------------------------------------------------- */

/* Keep escapes as they are: request_begin() has read the target itself. */
static size_t leave_escapes(void *arg, struct MHD_Connection *c, char *s)
{
	return strlen(s);
}

PRINTF(2, 0) static void on_mhd_message(void *arg, const char *fmt, va_list ap)
{
	CLEANUP(buf_free) struct buf b = {0};

	buf_vprintf(&b, fmt, ap);
	log_msg(LOG_DEBUG, "http.library", "%.*s", (int)b.len, b.p);
}

static unsigned connection_limit(void)
{
	struct rlimit l = {0};

	if (getrlimit(RLIMIT_NOFILE, &l) < 0)
		return 512;
	if (l.rlim_cur < l.rlim_max) {
		l.rlim_cur = l.rlim_max < MAX_CONNECTIONS + 2 * OTHER_DESCRIPTORS
				     ? l.rlim_max
				     : MAX_CONNECTIONS + 2 * OTHER_DESCRIPTORS;
		if (setrlimit(RLIMIT_NOFILE, &l) < 0)
			getrlimit(RLIMIT_NOFILE, &l);
	}
	if (l.rlim_cur <= 2 * OTHER_DESCRIPTORS)
		return (unsigned)l.rlim_cur / 2;
	return l.rlim_cur - OTHER_DESCRIPTORS < MAX_CONNECTIONS
		       ? (unsigned)l.rlim_cur - OTHER_DESCRIPTORS
		       : MAX_CONNECTIONS;
}

static unsigned cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

#ifdef MHD_OPTION_CLIENT_DISCIPLINE_LVL
#define STRICTNESS MHD_OPTION_CLIENT_DISCIPLINE_LVL
#elif MHD_VERSION >= 0x00097700
#define STRICTNESS MHD_OPTION_CLIENT_DISCIPLINE_LVL
#else
#define STRICTNESS MHD_OPTION_STRICT_FOR_CLIENT
#endif

static int start_daemon(struct http_server *s, const char *cert, const char *key, struct fault *f)
{
	const struct config *c = s->env->config;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
			 MHD_USE_ERROR_LOG;
	unsigned limit = connection_limit();
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)cert},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0,
		 (void *)"SECURE192:SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

	s->hub->max_streams = limit - limit / 8;
	s->daemon = MHD_start_daemon(
		flags | (s->tls ? MHD_USE_TLS : 0), 0, NULL, NULL, request_handle, s,
		MHD_OPTION_EXTERNAL_LOGGER, on_mhd_message, s, MHD_OPTION_LISTEN_SOCKET,
		s->listen_fd, MHD_OPTION_THREAD_POOL_SIZE,
		c->http_threads > 0 ? (unsigned)c->http_threads : cores(),
		MHD_OPTION_CONNECTION_LIMIT, limit, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_POOL,
		MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)1024, STRICTNESS, 1,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, NULL, MHD_OPTION_URI_LOG_CALLBACK,
		request_begin, s, MHD_OPTION_NOTIFY_COMPLETED, request_completed, s,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_ARRAY,
		s->tls ? tls : none, MHD_OPTION_END);
	if (!s->daemon)
		return fail(f, E_CONFIG, "",
			    s->tls ? "The HTTPS server can't start; check tls_cert and tls_key"
				   : "The HTTP server can't start");
	return 0;
}

static int read_tls(struct http_server *s, struct arena *a, const char **cert, const char **key,
		    struct fault *f)
{
	const struct config *c = s->env->config;
	struct str text;
	int r;

	if (!c->tls_cert)
		return 0;
	if ((r = file_read(a, c->tls_cert, 1 << 20, &text, f)) < 0)
		return r;
	*cert = text.p;
	if ((r = file_read(a, c->tls_key, 1 << 20, &text, f)) < 0)
		return r;
	*key = text.p;
	s->tls = true;
	return 0;
}

static void work(void *arg, void *item)
{
	struct request *q = item;

	q->job(q);
}

/* DIR/metrics.token, when there is one: who brings it may read /metrics from elsewhere. */
static void read_metrics_token(struct http_server *s)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct str token;

	if (file_read(a, path_join(a, s->env->data_dir, "metrics.token"), 64, &token, NULL) < 0)
		return;
	token = str_trim(token);
	if (token.len >= 16)
		snprintf(s->metrics_token, sizeof(s->metrics_token), "%.*s", STR_FMT(token));
}

/* "https://hotline.example" of "https://hotline.example/" */
static char *origin_of(const char *public_url)
{
	size_t len = public_url ? strlen(public_url) : 0;

	while (len && public_url[len - 1] == '/')
		len--;
	return len ? strndup(public_url, len) : NULL;
}

/* Tests can't wait as long, or send as much, as would be needed in life. */
static int64_t from_environment(const char *name, int64_t dflt)
{
	const char *text = getenv(name);
	int64_t n;

	return text && str_to_int(str_of(text), &n) == 0 && n > 0 ? n : dflt;
}

static int start(struct http_server *s, const char *listen, struct fault *f)
{
	const struct config *c = s->env->config;
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *cert = NULL, *key = NULL;
	int r;

	if ((r = read_tls(s, a, &cert, &key, f)) < 0 ||
	    (r = open_listener(s, listen ? listen : c->listen, f)) < 0 ||
	    (r = hub_new(s, &s->hub, f)) < 0)
		return r;
	s->workers =
		pool_new("worker", c->workers > 0 ? (unsigned)c->workers : 2 * cores() + 2,
			 (size_t)from_environment("LEXLINE_HTTP_QUEUE", QUEUE_LENGTH), work, s);
	s->rates = rate_new();
	s->sweeper = ticker_new("sweeper", sweep, s);
	s->own_origin = origin_of(c->public_url);
	read_metrics_token(s);
	catalogue_openapi(s->env->ops, s->own_origin ? s->own_origin : "/", &s->openapi);
	return start_daemon(s, cert, key, f);
}

int http_start(struct env *env, const char *listen, struct http_server **ret, struct fault *f)
{
	struct http_server *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		abort();
	s->env = env;
	s->listen_fd = -1;
	s->patience_ms = from_environment("LEXLINE_HTTP_PATIENCE_MS", PATIENCE_MS);
	s->upload_max = env->config->upload_max_bytes;
	pthread_mutex_init(&s->conns_lock, NULL);
	pthread_mutex_init(&s->free_lock, NULL);
	r = start(s, listen, f);
	if (r < 0) {
		http_stop(s, 0);
		return r;
	}
	*ret = s;
	return 0;
}

int http_port(const struct http_server *s)
{
	return s->port;
}

/* ---- the end ------------------------------------------------------------------------------- */

static void wait_until_quiet(struct http_server *s, int patience_ms)
{
	int64_t until_us = time_monotonic_us() + (int64_t)patience_ms * 1000;

	while ((atomic_load(&s->in_flight) > 0 || hub_streams(s->hub) > 0) &&
	       time_monotonic_us() < until_us)
		usleep(2000);
}

/* Stopping aborts while anything is suspended: end streams, wait for workers, only then stop. */
static void drain(struct http_server *s, int patience_ms)
{
	MHD_socket fd = MHD_quiesce_daemon(s->daemon);

	if (fd != MHD_INVALID_SOCKET)
		close(fd);
	hub_end(s->hub);
	wait_until_quiet(s, patience_ms);
	atomic_store(&s->closed, true);
	while (atomic_load(&s->in_flight) >
	       0) /* soon: the store answers every write, if with a failure */
		usleep(2000);
	MHD_stop_daemon(s->daemon);
}

void http_stop(struct http_server *s, int patience_ms)
{
	if (!s)
		return;
	atomic_store(&s->draining, true);
	if (s->daemon)
		drain(s, patience_ms);
	else if (s->listen_fd >= 0)
		close(s->listen_fd);
	if (s->workers)
		pool_drain_free(s->workers);
	if (s->sweeper)
		ticker_stop(s->sweeper);
	hub_free(s->hub);
	rate_free(s->rates);
	request_free_all(s);
	buf_free(&s->openapi);
	free(s->own_origin);
	pthread_mutex_destroy(&s->conns_lock);
	pthread_mutex_destroy(&s->free_lock);
	free(s);
}
