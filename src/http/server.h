/**
 * @file server.h  What the files of this room share. Not for other rooms.
 *
 * A request passes through these hands, one at a time:
 *   epoll thread (request.c: read, check, route) → worker (dispatch.c: who, may they, bind, gate)
 *   → thread of the store (dispatch.c: done) → epoll thread (reply.c: answer).
 * Suspending before queueing and resuming after the last touch make each hand-over a barrier.
 */
#ifndef LEXLINE_HTTP_SERVER_H
#define LEXLINE_HTTP_SERVER_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "base/log.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "http/http.h"
#include "http/rate.h"
#include "people/gate.h"
#include "store/blobs.h"

#define JSON_BODY_MAX ((size_t)1 << 20) /**< bytes of a JSON body */
#define DISCARD_MAX \
	((int64_t)64 << 20) /**< a refused body is read this far, so that the answer arrives */
#define UPLOAD_CHUNK ((size_t)256 << 10) /**< bytes collected before a worker writes them */
#define BODIES_MAX ((int64_t)256 << 20)	 /**< bytes of all JSON bodies being collected */
#define CONNECTION_POOL \
	((size_t)20     \
	 << 10)	  /**< bytes: takes 10 KB of headers, 431 above; each waiting stream has one */
#define IDLE_S 30 /**< no byte either way */
#define PATIENCE_MS                                                                                \
	40000 /**< from the start, or the last answer, to a whole header; then to a whole body … \
	       */
#define BODY_BYTES_PER_S (16 << 10) /**< … and a second more per so many bytes */
#define MAX_PATH_ARGS ROUTE_PARAMS_MAX
#define MAX_STRINGS 64

#if MHD_VERSION >= 0x00097002
typedef enum MHD_Result mhd_result;
#else
typedef int mhd_result;
#endif

struct request;
struct hub;
struct stream;

/** One TCP connection, for the time-outs libmicrohttpd lacks. In a list under server.conns_lock. */
struct conn {
	struct conn *prev, *next;
	int fd;
	atomic_llong deadline_ms; /**< monotonic; 0: none. Passed: the socket is shut down */
	char ip[64];
};

struct http_server {
	struct env *env;
	struct MHD_Daemon *daemon;
	int listen_fd;
	int port;
	bool tls;
	int64_t upload_max;
	char *own_origin; /**< of config public_url, "https://hotline.example"; NULL when not set */
	struct pool *workers;
	struct hub *hub;
	struct rate *rates;
	struct ticker *sweeper;
	int64_t patience_ms; /**< PATIENCE_MS, or LEXLINE_HTTP_PATIENCE_MS of the environment
				(tests) */
	pthread_mutex_t conns_lock;
	struct conn *conns;
	pthread_mutex_t free_lock;
	struct request *free_list;
	unsigned n_free;
	atomic_int in_flight;	 /**< suspended requests, event streams excepted */
	atomic_llong body_bytes; /**< of all JSON bodies being collected */
	atomic_bool draining;
	atomic_bool closed;	/**< nothing is suspended any more */
	char metrics_token[65]; /**< "" when DIR/metrics.token does not exist */
	struct buf openapi;
};

enum stage {
	STAGE_NEW,     /**< headers not looked at */
	STAGE_ADMIT,   /**< upload: a worker finds out whether this person may */
	STAGE_BODY,    /**< the body is coming */
	STAGE_DISCARD, /**< refused; the rest of the body is thrown away */
	STAGE_WORK,    /**< suspended, in another thread's hands */
	STAGE_REPLY,   /**< ready to be answered */
};

enum target {
	TO_OP,
	TO_STATIC,
	TO_EVENTS,
	TO_HEALTH,
	TO_READY,
	TO_METRICS,
	TO_OPENAPI,
	TO_NOTHING
};

/** Lives from the request line to the last byte of the answer; recycled with its arena. */
struct request {
	struct request *next_free;
	struct http_server *server;
	struct MHD_Connection *connection;
	struct conn *conn;
	struct ctx ctx;
	enum stage stage;
	enum target target;
	const char *method; /**< HEAD counts as GET */
	bool is_head;
	bool close; /**< this connection ends with the answer */
	bool bad_url;
	struct str path;		 /**< decoded, valid UTF-8, no NUL */
	struct arg strings[MAX_STRINGS]; /**< path parameters, then the query's */
	size_t n_strings;
	const struct op *op;
	const char *allow; /**< for 405 */
	struct call call;
	json_t *json;
	struct buf body;
	int64_t body_len; /**< announced, -1 chunked, 0 none */
	int64_t body_got; /**< bytes taken so far */
	int64_t discarded;
	struct upload *upload;
	void (*job)(struct request *);
	int err; /**< of the operation: 0 or negative */
	int retry_after_s;
	const char *content_range; /**< for 416 */
	int64_t number;		   /**< of an internal error: in the answer and in the log */
	unsigned status;	   /**< sent */
	int64_t begun_us;
	bool counted; /**< body is part of server.body_bytes */
	struct {
		bool browser; /**< Origin or Sec-Fetch-Site was there */
		const char *cookie;
		const char *csrf; /**< of the session, once known */
	} session;
	struct stream *stream; /**< until the response has it */
};

/* request.c */
void *request_begin(void *server, const char *uri, struct MHD_Connection *c);
mhd_result request_handle(void *server, struct MHD_Connection *c, const char *url,
			  const char *method, const char *version, const char *data, size_t *len,
			  void **state);
void request_completed(void *server, struct MHD_Connection *c, void **state,
		       enum MHD_RequestTerminationCode code);
void request_free_all(struct http_server *s);
/** Give back what an answered request needs no more, before a long stream. */
void request_slim(struct request *q);
/** Suspend, then let a worker run @p job. @return false when the queue is full (resumed again) or
 * closed */
bool request_push(struct request *q, void (*job)(struct request *));
/** The same for a request that has no answer yet; when the queue is full the answer is 503. */
mhd_result request_defer(struct request *q, void (*job)(struct request *));
/** The last touch of a thread that held a suspended request. */
void request_resume(struct request *q);
const char *request_header(const struct request *q, const char *name);
/** Reads one cookie of the request; in the arena, NULL when absent. */
const char *request_cookie(struct request *q, const char *name);

/* dispatch.c */
void dispatch_op(struct request *q);
/** Who, CSRF, rate: everything before the arguments. @return 0 or negative */
int dispatch_admit(struct request *q);

/* reply.c */
mhd_result reply_send(struct request *q);
/** Headers the operation itself set, and its file name. */
void reply_own_headers(struct request *q, struct MHD_Response *r);
mhd_result reply_queue(struct request *q, unsigned status, struct MHD_Response *r);
void reply_header(struct MHD_Response *r, const char *name, const char *value);
void problem_write(const struct request *q, int err, struct buf *out);
enum lang lang_of(const char *accept_language);

/* upload.c */
void upload_admit(struct request *q);
int upload_take(struct request *q, const char *data, size_t len, bool *ret_full);
void upload_write(struct request *q);
void upload_finish(struct request *q);
void upload_abandon(struct request *q);

/* files.c: a blob as the reply, with ranges */
mhd_result file_send(struct request *q);

/* static.c: the console's pages */
mhd_result static_send(struct request *q);

/* health.c */
void health_ready(struct request *q);
void health_metrics(struct request *q);

/* events.c */
int hub_new(struct http_server *s, struct hub **ret, struct fault *f);
/** Ends every stream; no new ones. */
void hub_end(struct hub *h);
size_t hub_streams(struct hub *h);
void hub_free(struct hub *h);
void stream_close(void *stream);
void events_admit(struct request *q);
mhd_result events_send(struct request *q);

#endif
