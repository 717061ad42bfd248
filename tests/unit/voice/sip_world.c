#include "sip_world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"

#define PATIENCE_MS 5000

/* In place of voice/clock.c: the tests of timers need not wait. */
static uint64_t skipped_ms;

uint64_t tmr_jiffies(void)
{
	return (uint64_t)time_monotonic_us() / 1000 + skipped_ms;
}

void world_skip_s(unsigned s)
{
	skipped_ms += (uint64_t)s * 1000;
}

/* ---- the loop ------------------------------------------------------------------------------ */

static bool (*wanted)(void *arg);
static void *wanted_arg;
static bool too_long;

static void something(void)
{
	if (wanted && wanted(wanted_arg))
		re_cancel();
}

void world_poke(void)
{
	something();
}

static void out_of_patience(void *arg)
{
	(void)arg;
	too_long = true;
	re_cancel();
}

static void poke(void *arg)
{
	struct tmr *t = arg;

	something();
	tmr_start(t, 5, poke, t);
}

static bool run_until(bool (*cond)(void *arg), void *arg)
{
	struct tmr limit = {0}, look = {0};

	if (cond(arg))
		return true;
	wanted = cond;
	wanted_arg = arg;
	too_long = false;
	tmr_start(&limit, PATIENCE_MS, out_of_patience, NULL);
	tmr_start(&look, 5, poke, &look);
	re_main(NULL);
	wanted = NULL;
	tmr_cancel(&limit);
	tmr_cancel(&look);
	return !too_long;
}

/* ---- what the exchange sees ------------------------------------------------------------------ */

static void PRINTF(3, 4) note(char *list, size_t size, const char *fmt, ...)
{
	size_t n = strlen(list);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(list + n, size - n, fmt, ap);
	va_end(ap);
	something();
}

void world_event(struct leg *l, const struct leg_event *e, void *arg)
{
	static const char *const names[] = {"ringing", "early", "answered", "key", "held", "resumed", "referred", "lost", "found", "ended"};
	struct world *w = arg;

	(void)l;
	if (e->kind == LEG_KEY)
		note(w->events, sizeof(w->events), "key:%c ", e->key);
	else if (e->kind == LEG_REFERRED)
		note(w->events, sizeof(w->events), "referred:%s ", e->number);
	else if (e->kind == LEG_ENDED)
		note(w->events, sizeof(w->events), "ended:%s:%d ", e->reason, e->status);
	else
		note(w->events, sizeof(w->events), "%s ", names[e->kind]);
}

static int on_incoming(struct leg *l, const struct incoming *in, void *arg)
{
	struct world *w = arg;

	w->incoming++;
	snprintf(w->called, sizeof(w->called), "%s", in->called);
	snprintf(w->caller, sizeof(w->caller), "%s", in->caller);
	snprintf(w->display, sizeof(w->display), "%s", in->display);
	snprintf(w->trunk, sizeof(w->trunk), "%s", in->trunk ? in->trunk : "");
	w->person_id = in->person_id;
	if (w->refuse_with)
		return w->refuse_with;
	w->leg = l;
	leg_handle(l, world_event, w);
	note(w->events, sizeof(w->events), "incoming ");
	return 0;
}

static const char *ha1(const char *user, int64_t *ret_person_id, void *arg)
{
	(void)arg;
	if (strcmp(user, "desk7") != 0)
		return NULL;
	*ret_person_id = 7;
	return "99759eebdfb3ab4fee618953dbd70537"; /* MD5 of desk7:lexline:secret */
}

static void on_phone(int64_t person_id, bool there, void *arg)
{
	struct world *w = arg;

	note(w->phones, sizeof(w->phones), "%lld%s ", (long long)person_id, there ? "+" : "-");
}

static void on_trunk(const char *name, const char *state, const char *reason, void *arg)
{
	struct world *w = arg;

	(void)reason;
	note(w->trunk_states, sizeof(w->trunk_states), "%s:%s ", name, state);
}

struct awaited {
	const char *list, *text;
};
static bool contains(void *arg)
{
	const struct awaited *a = arg;

	return strstr(a->list, a->text) != NULL;
}

void until(const char *list, const char *text)
{
	if (!run_until(contains, &(struct awaited){list, text}))
		fail_msg("waited for \"%s\", saw \"%s\"", text, list);
}

void until_event(struct world *w, const char *text)
{
	until(w->events, text);
}

void until_phone(struct world *w, const char *text)
{
	until(w->phones, text);
}

void until_trunk(struct world *w, const char *text)
{
	until(w->trunk_states, text);
}

static json_t *status(struct world *w)
{
	CLEANUP(buf_free) struct buf out = {0};
	struct fault f = {0};
	json_t *j = NULL;
	struct jw jw;

	jw_begin(&jw, &out);
	jw_obj(&jw);
	signalling_status(w->s, &jw);
	jw_obj_end(&jw);
	if (json_parse(buf_str(&out), &j, &f) < 0)
		fail_msg("status is no JSON: %s", f.detail);
	return j;
}

uint64_t refused(struct world *w, const char *reason)
{
	json_t *j = status(w);
	uint64_t n = (uint64_t)json_get_int(json_object_get(j, "refused"), reason, -1);

	json_decref(j);
	return n;
}

int64_t status_int(struct world *w, const char *name)
{
	json_t *j = status(w);
	int64_t n = json_get_int(j, name, -1);

	json_decref(j);
	return n;
}

struct counted {
	struct world *w;
	const char *reason;
	uint64_t count;
};
static bool counted(void *arg)
{
	const struct counted *c = arg;

	return refused(c->w, c->reason) >= c->count;
}

void until_refused(struct world *w, const char *reason, uint64_t count)
{
	if (!run_until(counted, &(struct counted){w, reason, count}))
		fail_msg("refused %s: %llu, not %llu", reason, (unsigned long long)refused(w, reason), (unsigned long long)count);
}

/* ---- the peer -------------------------------------------------------------------------------- */

struct letter {
	struct le le;
	struct sip_msg *msg;
};

static void letter_destructor(void *arg)
{
	struct letter *l = arg;

	list_unlink(&l->le);
	mem_deref(l->msg);
}

static void received(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct peer *p = arg;
	struct letter *l = mem_zalloc(sizeof(*l), letter_destructor);

	if (sip_msg_decode(&l->msg, mb)) {
		mem_deref(l);
		return;
	}
	l->msg->src = *src;
	list_append(&p->got, &l->le, l);
	something();
}

static void peer_open(struct peer *p, const char *address)
{
	struct sa any;

	sa_set_str(&any, address, 0);
	assert_int_equal(udp_listen(&p->us, &any, received, p), 0);
	udp_local_get(p->us, &p->at);
}

static void peer_close(struct peer *p)
{
	list_flush(&p->got);
	p->us = mem_deref(p->us);
}

void peer_send_raw(struct peer *p, const struct sa *to, const void *bytes, size_t len)
{
	struct mbuf *mb = mbuf_alloc(len + 1);

	mbuf_write_mem(mb, bytes, len);
	mb->pos = 0;
	udp_send(p->us, to, mb);
	mem_deref(mb);
}

void peer_send(struct peer *p, const struct sa *to, const char *fmt, ...)
{
	CLEANUP(buf_free) struct buf text = {0}, out = {0};
	const char *body;
	size_t body_len = 0;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	body = strstr(text.p, "\n\n");
	for (const char *c = body ? body + 2 : ""; *c; c++)
		body_len += *c == '\n' ? 2 : 1;
	for (const char *c = text.p; *c; c++) {
		if (c[0] == '$' && c[1] == 'L') {
			buf_printf(&out, "%zu", body_len);
			c++;
		} else {
			buf_adds(&out, *c == '\n' ? "\r\n" : (char[]){*c, 0});
		}
	}
	peer_send_raw(p, to, out.p, out.len);
}

static bool is_what(const struct sip_msg *msg, const char *what)
{
	char text[64];

	if (msg->req)
		re_snprintf(text, sizeof(text), "%r", &msg->met);
	else
		re_snprintf(text, sizeof(text), "%u %r", msg->scode, &msg->cseq.met);
	return !strcmp(text, what);
}

struct expected {
	struct peer *p;
	const char *what;
	char seen[256];
};
static struct sip_msg *last;

static bool arrived(void *arg)
{
	struct expected *e = arg;

	while (e->p->got.head) {
		struct letter *l = e->p->got.head->data;

		if (is_what(l->msg, e->what)) {
			mem_deref(last);
			last = mem_ref(l->msg);
			mem_deref(l);
			return true;
		}
		if (l->msg->req)
			re_snprintf(e->seen, sizeof(e->seen), "%s %r", strlen(e->seen) < 180 ? e->seen : "", &l->msg->met);
		else
			re_snprintf(e->seen, sizeof(e->seen), "%s %u", strlen(e->seen) < 180 ? e->seen : "", l->msg->scode);
		mem_deref(l);
	}
	return false;
}

const struct sip_msg *peer_wait(struct peer *p, const char *what)
{
	struct expected e = {.p = p, .what = what};

	if (!run_until(arrived, &e))
		fail_msg("waited for \"%s\", saw \"%s\"", what, e.seen);
	return last;
}

void peer_silence(struct world *w, struct peer *p)
{
	struct letter *l;

	list_flush(&p->got);
	peer_send(p, &w->at,
		  "OPTIONS sip:line@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;rport;branch=z9hG4bKsilence%u\nFrom: <sip:a@b>;tag=s\n"
		  "To: <sip:line@b>\nCall-ID: silence%u\nCSeq: 1 OPTIONS\nMax-Forwards: 70\nContent-Length: 0\n\n",
		  sa_port(&p->at), rand_u32(), rand_u32());
	peer_wait(p, "200 OPTIONS");
	l = list_ledata(p->got.head);
	if (l)
		fail_msg("expected silence, got %s %u", l->msg->req ? "a request" : "response", l->msg->scode);
}

static bool anything(void *arg)
{
	return ((struct peer *)arg)->got.head != NULL;
}

const struct sip_msg *peer_next(struct peer *p)
{
	struct letter *l;

	if (!run_until(anything, p))
		fail_msg("nothing comes any more");
	l = p->got.head->data;
	mem_deref(last);
	last = mem_ref(l->msg);
	mem_deref(l);
	return last;
}

void peer_forget(struct world *w, struct peer *p)
{
	list_flush(&p->got);
	peer_send(p, &w->at,
		  "OPTIONS sip:line@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;rport;branch=z9hG4bKforget%u\nFrom: <sip:a@b>;tag=s\n"
		  "To: <sip:line@b>\nCall-ID: forget%u\nCSeq: 1 OPTIONS\nMax-Forwards: 70\nContent-Length: 0\n\n",
		  sa_port(&p->at), rand_u32(), rand_u32());
	peer_wait(p, "200 OPTIONS");
	list_flush(&p->got);
}

/* ---- dialogs of the peer ---------------------------------------------------------------------- */

void ua_init(struct ua *u, struct world *w, struct peer *p, const char *caller, const char *called)
{
	*u = (struct ua){.peer = p, .cseq = 1};
	re_snprintf(u->call_id, sizeof(u->call_id), "%016llx", rand_u64());
	re_snprintf(u->tag, sizeof(u->tag), "%08x", rand_u32());
	re_snprintf(u->uri, sizeof(u->uri), "sip:%s@%J", called, &w->at);
	re_snprintf(u->from, sizeof(u->from), "<sip:%s@127.0.0.1>", caller);
	re_snprintf(u->to, sizeof(u->to), "<sip:%s@127.0.0.1>", called);
}

static void put(struct ua *u, struct world *w, const char *method, const char *headers, const char *body)
{
	peer_send(u->peer, &w->at,
		  "%s %s SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=%s;rport\nMax-Forwards: 70\nFrom: %s;tag=%s\nTo: %s%s%s\n"
		  "Call-ID: %s\nCSeq: %u %s\nContact: <sip:peer@127.0.0.1:%u>\n%s%s%sContent-Length: $L\n\n%s",
		  method, u->uri, sa_port(&u->peer->at), u->branch, u->from, u->tag, u->to, u->remote_tag[0] ? ";tag=" : "",
		  u->remote_tag, u->call_id, u->cseq, method, sa_port(&u->peer->at), u->extra, headers ? headers : "",
		  body ? "Content-Type: application/sdp\n" : "", body ? body : "");
}

static void new_branch(struct ua *u)
{
	re_snprintf(u->branch, sizeof(u->branch), "z9hG4bK%016llx", rand_u64());
}

void ua_send(struct ua *u, struct world *w, const char *method, const char *headers, const char *body)
{
	u->cseq++;
	new_branch(u);
	put(u, w, method, headers, body);
}

void ua_ack(struct ua *u, struct world *w, const char *body)
{
	new_branch(u);
	put(u, w, "ACK", NULL, body);
}

void ua_cancel(struct ua *u, struct world *w)
{
	char tag[80];

	memcpy(tag, u->remote_tag, sizeof(tag));
	u->remote_tag[0] = '\0';
	put(u, w, "CANCEL", NULL, NULL);
	memcpy(u->remote_tag, tag, sizeof(tag));
}

const struct sip_msg *ua_wait(struct ua *u, const char *what)
{
	const struct sip_msg *msg = peer_wait(u->peer, what);

	if (!msg->req && pl_isset(&msg->to.tag))
		re_snprintf(u->remote_tag, sizeof(u->remote_tag), "%r", &msg->to.tag);
	return msg;
}

void peer_reply(struct peer *p, struct world *w, const struct sip_msg *req, int status, const char *tag, const char *headers,
		const char *body)
{
	char via[256], from[256], to[256], callid[128], cseq[64];

	re_snprintf(via, sizeof(via), "%r", &req->via.val);
	re_snprintf(from, sizeof(from), "%r", &req->from.val);
	re_snprintf(to, sizeof(to), "%r", &req->to.val);
	re_snprintf(callid, sizeof(callid), "%r", &req->callid);
	re_snprintf(cseq, sizeof(cseq), "%u %r", req->cseq.num, &req->cseq.met);
	peer_send(p, &w->at,
		  "SIP/2.0 %d X\nVia: %s\nFrom: %s\nTo: %s%s%s\nCall-ID: %s\nCSeq: %s\nContact: <sip:peer@127.0.0.1:%u>\n%s%s"
		  "Content-Length: $L\n\n%s",
		  status, via, from, to, tag && !pl_isset(&req->to.tag) ? ";tag=" : "", tag && !pl_isset(&req->to.tag) ? tag : "",
		  callid, cseq, sa_port(&p->at), headers ? headers : "", body ? "Content-Type: application/sdp\n" : "",
		  body ? body : "");
}

const char *digest(const struct sip_msg *challenge, const char *method, const char *uri, const char *user, const char *password)
{
	static char line[1024];
	struct httpauth_digest_chall c;
	uint8_t ha1[16], ha2[16], response[16];
	const struct sip_hdr *h = sip_msg_xhdr(challenge, challenge->scode == 407 ? "Proxy-Authenticate" : "WWW-Authenticate");

	assert_non_null(h);
	assert_int_equal(httpauth_digest_challenge_decode(&c, &h->val), 0);
	md5_printf(ha1, "%s:%r:%s", user, &c.realm, password);
	md5_printf(ha2, "%s:%s", method, uri);
	md5_printf(response, "%w:%r:00000001:cafe:auth:%w", ha1, sizeof(ha1), &c.nonce, ha2, sizeof(ha2));
	re_snprintf(line, sizeof(line),
		    "Authorization: Digest username=\"%s\", realm=\"%r\", nonce=\"%r\", uri=\"%s\", response=\"%w\", "
		    "algorithm=MD5, qop=auth, nc=00000001, cnonce=\"cafe\"\n",
		    user, &c.realm, &c.nonce, uri, response, sizeof(response));
	return line;
}

char *body_of(const struct sip_msg *msg)
{
	static char text[4096];

	re_snprintf(text, sizeof(text), "%b", mbuf_buf(msg->mb), mbuf_get_left(msg->mb));
	return text;
}

char *header_of(const struct sip_msg *msg, const char *name)
{
	static char text[1024];
	const struct sip_hdr *h = sip_msg_xhdr(msg, name);

	text[0] = '\0';
	if (h)
		re_snprintf(text, sizeof(text), "%r", &h->val);
	return text;
}

/* ---- the world -------------------------------------------------------------------------------- */

/* A port that is free now: libre doesn't tell which one it got. */
uint16_t free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint16_t port;

	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	getsockname(fd, (struct sockaddr *)&a, &len);
	port = ntohs(a.sin_port);
	close(fd);
	return port;
}

void world_prepare(struct world *w)
{
	static bool begun;
	static char server[3][64];

	if (!begun) {
		libre_init();
		fd_setsize(1024);
		begun = true;
	}
	memset(w, 0, sizeof(*w));
	peer_open(&w->peer, "127.0.0.1");
	peer_open(&w->stranger, "127.0.0.2");
	sa_set_str(&w->at, "127.0.0.1", free_port());
	w->listen[0] = (struct voice_listen){.address = w->at, .transport = TRANSPORT_UDP};
	re_snprintf(server[0], sizeof(server[0]), "%J", &w->peer.at);
	w->trunks[0] = (struct voice_trunk){.name = "carrier", .server = server[0], .country = "+86", .area = "0551"};
	w->config = (struct voice_config){.listen = w->listen, .n_listen = 1, .trunks = w->trunks, .n_trunks = 1,
					  .rtp_min = 30000, .rtp_max = 30999, .realm = "lexline", .max_calls = 100,
					  .calls_per_source_s = 100};
}

void world_open(struct world *w)
{
	struct media_options media = {.port_min = w->config.rtp_min, .port_max = w->config.rtp_max};
	struct signalling_options o = {.config = &w->config, .incoming = on_incoming, .arg = w, .phone_ha1 = ha1,
				       .phone = on_phone, .trunk = on_trunk};
	struct fault f = {0};

	sa_set_str(&media.local, "127.0.0.1", 0);
	if (media_open(&media, &w->media, &f) < 0)
		fail_msg("media: %s", f.detail);
	o.media = w->media;
	if (signalling_open(&o, &w->s, &f) < 0)
		fail_msg("signalling: %s", f.detail);
}

void world_close(struct world *w)
{
	leg_free(w->leg);
	signalling_close(w->s);
	media_close(w->media);
	peer_close(&w->peer);
	peer_close(&w->stranger);
	last = mem_deref(last);
}
