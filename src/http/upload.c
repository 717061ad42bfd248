/* A file as the body: collected by an epoll thread a piece at a time, written by a worker. */
#include "http/server.h"

/* libmicrohttpd hands out at most what fits the connection's pool, so one more piece always fits.
 */
#define CHUNK_ROOM (UPLOAD_CHUNK + 2 * CONNECTION_POOL)

struct upload {
	struct blob_writer *writer;
	struct blob_info info;
	struct call_upload call;
	size_t n;
	char *chunk;
};

static void give_back(struct request *q, enum stage stage, int err)
{
	q->err = err;
	q->stage = err < 0 ? STAGE_REPLY : stage;
	request_resume(q);
}

/* Before the first byte: who is it, and may they? */
void upload_admit(struct request *q)
{
	struct env *env = q->server->env;
	struct upload *u;
	int r;

	if ((r = dispatch_admit(q)) < 0 || (r = gate_check(&q->ctx, q->op)) < 0) {
		q->close = true;
		give_back(q, STAGE_ADMIT, r);
		return;
	}
	u = ARENA_NEW(q->ctx.arena, struct upload);
	u->chunk = malloc(CHUNK_ROOM);
	if (!u->chunk)
		r = ctx_fail(&q->ctx, E_NO_MEMORY, "", "No memory for the upload");
	else
		r = blob_create(env->blobs, q->ctx.actor.org_id, &u->writer, &q->ctx.fault);
	q->upload = u;
	q->close |= r < 0;
	give_back(q, STAGE_ADMIT, r);
}

int upload_take(struct request *q, const char *data, size_t len, bool *ret_full)
{
	struct upload *u = q->upload;

	if (q->body_got > q->server->upload_max)
		return ctx_fail(&q->ctx, E_TOO_LARGE, "", "A file may have %lld bytes at most",
				(long long)q->server->upload_max);
	if (len > CHUNK_ROOM - u->n)
		return ctx_fail(&q->ctx, E_INTERNAL, "", "A piece of %zu bytes", len);
	memcpy(u->chunk + u->n, data, len);
	u->n += len;
	*ret_full = u->n >= UPLOAD_CHUNK;
	return 0;
}

static int flush(struct request *q)
{
	struct upload *u = q->upload;
	size_t n = u->n;

	u->n = 0;
	return n ? blob_write(u->writer, u->chunk, n, &q->ctx.fault) : 0;
}

void upload_write(struct request *q)
{
	give_back(q, STAGE_BODY, flush(q));
}

/* The name without folders, from ?name= or nothing; the parameter goes unless the operation wants
 * it too. */
static const char *take_name(struct request *q)
{
	const char *name = "";
	size_t n = 0;
	bool wanted = false;

	for (size_t i = 0; i < q->op->n_in; i++)
		wanted |= !strcmp(q->op->in[i].name, "name");
	for (size_t i = 0; i < q->n_strings; i++) {
		bool is_name = !strcmp(q->strings[i].name, "name");

		if (is_name)
			name = arena_strndup(q->ctx.arena, q->strings[i].v.s.p,
					     q->strings[i].v.s.len);
		if (!is_name || wanted)
			q->strings[n++] = q->strings[i];
	}
	q->n_strings = n;
	for (const char *p = name; *p; p++)
		if (*p == '/' || *p == '\\')
			name = p + 1;
	return name;
}

void upload_finish(struct request *q)
{
	struct upload *u = q->upload;
	const char *type = request_header(q, "Content-Type");
	int r;

	if ((r = flush(q)) < 0) {
		give_back(q, STAGE_REPLY, r);
		return;
	}
	r = blob_finish(u->writer, &u->info, &q->ctx.fault);
	u->writer = NULL;
	if (r < 0) {
		give_back(q, STAGE_REPLY, r);
		return;
	}
	u->call = (struct call_upload){
		.blob = &u->info,
		.file_name = take_name(q),
		.media_type = arena_strdup(q->ctx.arena, type ? type : "application/octet-stream"),
	};
	q->call.upload = &u->call;
	dispatch_op(q);
}

void upload_abandon(struct request *q)
{
	if (!q->upload)
		return;
	blob_abandon(q->upload->writer);
	free(q->upload->chunk);
	q->upload = NULL;
}
