/**
 * @file http.h  The HTTP server: operations, live events, uploads, web pages, health.
 *
 * libmicrohttpd's epoll threads parse and send; every operation is carried out by a bounded pool
 * of workers while its connection is suspended, and finished by whichever thread completes it.
 * Nothing blocks an epoll thread, and no worker waits for a commit.
 */
#ifndef LEXLINE_HTTP_H
#define LEXLINE_HTTP_H

#include "store/op.h"

struct http_server;

/** The room's operations carried out in C. */
extern const struct native http_natives[];
extern const size_t http_n_natives;

/**
 * Bind, listen, answer. Configuration comes from env->config; @p listen ("HOST:PORT", "[::1]:0")
 * takes precedence over its `listen`. Raises the soft limit of descriptors to the hard one.
 * @return 0, -E_CONFIG (address, certificate), -E_CONFLICT (port taken), -E_IO
 */
MUST_CHECK int http_start(struct env *env, const char *listen, struct http_server **ret,
			  struct fault *f);

/** The port in use: of interest when port 0 was asked for. */
int http_port(const struct http_server *s);

/**
 * Drain and stop: no new connections, /readyz says no, event streams end, what was begun is
 * answered (at most @p patience_ms), then everything is released.
 */
void http_stop(struct http_server *s, int patience_ms);

#endif
