/**
 * @file hub.h  Live events to many streams (SSE), without a connection's thread ever waiting.
 *
 * One thread reads new rows of `feed` after each commit, keeps the last ones in a ring, and puts a
 * shared, counted message into the queue of every stream it addresses. Delivery is in the order the
 * hub saw, at least once: after a reconnect to another node an event may come twice (its id tells).
 *
 * Locks, outer first: hub.lock (list of streams, ring) → stream.lock (queue, suspended).
 */
#ifndef LEXLINE_HTTP_HUB_H
#define LEXLINE_HTTP_HUB_H

#include "http/server.h"
#include "process/process.h"

#define RING 4096	    /* events kept for streams that come back */
#define STREAM_QUEUE 256    /* messages waiting for a slow reader; more and it is cut off */
#define HEARTBEAT_MS 15000  /* or LEXLINE_HEARTBEAT_MS of the environment (tests) */
#define HUB_REPLAY_MAX 2000 /* rows; more was missed: the page is told to load everything anew */

/** One event as it goes over the wire; shared by all streams. */
struct sse_msg {
	atomic_int refs;
	size_t len;
	char text[];
};

/** Whom a feed row addresses. */
struct address {
	int64_t id, org_id, person_id, case_id;
	char role[48];			  /* "": any */
	struct process_audience audience; /* with case_id: who may see it */
};

struct stream {
	struct stream *prev, *next;
	struct hub *hub;
	struct MHD_Connection *connection; /* NULL until the response is queued */
	uint64_t number;		   /* tells it from a later one at the same address */
	struct actor who;		   /* roles: a block that holds the token too */
	char *token;			   /* of the session, to see whether it still lives */
	int64_t *replayed; /* ids sent from the database that the ring may bring again; sorted */
	size_t n_replayed;
	pthread_mutex_t lock;
	struct sse_msg **queue; /* ring buffer of cap messages */
	unsigned head, n, cap;
	size_t offset; /* sent of the first message */
	bool suspended, ended;
	int64_t beat_ms;    /* monotonic: when something was queued last */
	int64_t checked_ms; /* when its session was looked at; the hub's thread only */
};

struct hub {
	struct http_server *server;
	struct ticker *ticker;
	struct ctx *ctx; /* of the ticker's thread */
	pthread_mutex_t lock;
	struct stream *streams;
	size_t n_streams;
	size_t max_streams;
	uint64_t n_ever;
	int64_t heartbeat_ms;
	bool ending;
	int64_t mark; /* newest id delivered */
	struct {
		struct address to;
		struct sse_msg *msg;
	} ring[RING];
	uint64_t n_ring; /* ever added; the next one's place modulo RING */
};

/* events.c */
void hub_read_address(struct tx *tx, const struct rows *rows, struct address *to);
struct sse_msg *hub_read_message(const struct rows *rows, int64_t id);

/* stream.c */
struct sse_msg *sse_msg_new(int64_t id, const char *kind, struct str data);
void sse_msg_unref(struct sse_msg *m);
struct stream *stream_new(struct hub *h);
void stream_free(struct stream *s);
/** Queue and wake. Cuts the stream off when its reader is too slow. Takes a reference. */
void stream_put(struct stream *s, struct sse_msg *m);
/** No more messages: it ends when the queue is empty. */
void stream_end(struct stream *s);
/** Content of the response: called by libmicrohttpd. */
ssize_t stream_read(void *stream, uint64_t pos, char *out, size_t max);
/** Leave the hub and free: the response's end. */
void stream_close(void *stream);
/** Is it addressed to this person, and may they see the case? */
bool stream_wants(const struct stream *s, const struct address *to);

#endif
