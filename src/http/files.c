/* A blob as the reply: ranges, entity tag; read and decrypted by workers. */
#include "http/server.h"

#include "http/url.h"

#define PIECE ((size_t)64 << 10) /* one chunk of a blob */

struct piece {
	struct request *q;
	int64_t from;  /* of the range in the blob */
	int64_t start; /* of buf, counted from the range's start */
	size_t have;
	bool failed;
	char buf[PIECE];
};

static void read_piece(struct piece *p)
{
	struct request *q = p->q;
	int64_t n = blob_read(q->call.reply.blob, p->from + p->start, p->buf, PIECE, &q->ctx.fault);

	p->have = n > 0 ? (size_t)n : 0;
	p->failed = n <= 0;
	if (n < 0)
		log_fault(LOG_ERROR, "http.file", &q->ctx.fault);
}

static struct piece *piece_of(struct request *q)
{
	return q->call.state;
}

static void read_on_worker(struct request *q)
{
	read_piece(piece_of(q));
	request_resume(q);
}

/* libmicrohttpd wants bytes: hand out what is read, or suspend until a worker has read more. */
static ssize_t next_bytes(void *arg, uint64_t pos, char *out, size_t max)
{
	struct piece *p = arg;
	struct request *q = p->q;
	int64_t skip = (int64_t)pos - p->start;
	size_t n;

	if (p->failed)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (skip >= 0 && (size_t)skip < p->have) {
		n = p->have - (size_t)skip;
		n = n < max ? n : max;
		memcpy(out, p->buf + skip, n);
		return (ssize_t)n;
	}
	p->start = (int64_t)pos;
	p->have = 0;
	if (!request_push(q, read_on_worker))
		read_piece(
			p); /* overloaded or ending: rather a short wait here than a broken file */
	return 0;
}

/* If-Range with another tag: the whole file (RFC 9110 13.1.5). */
static int wanted_range(struct request *q, const char *etag, int64_t size, int64_t *from,
			int64_t *len)
{
	const char *if_range = request_header(q, "If-Range");

	*from = 0;
	*len = size;
	if (if_range && strcmp(if_range, etag) != 0)
		return 0;
	return range_parse(request_header(q, "Range"), size, from, len);
}

static mhd_result refuse_range(struct request *q, int64_t size)
{
	q->content_range = arena_printf(q->ctx.arena, "bytes */%lld", (long long)size);
	q->err = ctx_fail(&q->ctx, E_RANGE, "", "The file has %lld bytes", (long long)size);
	return reply_send(q);
}

static const char *etag_of(const struct request *q, int64_t size)
{
	for (size_t i = 0; i < q->call.reply.headers.n; i++)
		if (!strcasecmp(q->call.reply.headers.at[i].name, "ETag"))
			return q->call.reply.headers.at[i].value;
	return NULL;
}

static void file_headers(struct request *q, struct MHD_Response *r, int64_t from, int64_t len,
			 int64_t size, bool part)
{
	const struct reply *reply = &q->call.reply;

	reply_header(r, "Content-Type",
		     reply->content_type ? reply->content_type : "application/octet-stream");
	reply_header(r, "Accept-Ranges", "bytes");
	reply_header(r, "Cache-Control", "private, no-store");
	/* what people upload is never a page of ours */
	reply_header(r, "Content-Security-Policy",
		     "default-src 'none'; frame-ancestors 'none'; sandbox");
	reply_own_headers(q, r);
	if (part)
		reply_header(r, "Content-Range",
			     arena_printf(q->ctx.arena, "bytes %lld-%lld/%lld", (long long)from,
					  (long long)(from + len - 1), (long long)size));
}

mhd_result file_send(struct request *q)
{
	int64_t size = blob_size(q->call.reply.blob), from, len;
	const char *etag = etag_of(q, size);
	struct MHD_Response *r;
	struct piece *p;
	int part = wanted_range(q, etag ? etag : "", size, &from, &len);

	if (part < 0)
		return refuse_range(q, size);
	if (len == 0) {
		r = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
	} else {
		p = arena_alloc(q->ctx.arena, sizeof(*p));
		p->q = q;
		p->from = from;
		q->call.state = p;
		r = MHD_create_response_from_callback((uint64_t)len, PIECE, next_bytes, p, NULL);
	}
	if (!r)
		abort();
	file_headers(q, r, from, len, size, part);
	return reply_queue(q, part ? 206 : 200, r);
}
