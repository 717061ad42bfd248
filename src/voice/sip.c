/* The signalling as a whole: opens, closes, hands each message to whom it concerns. */
#include "base/json.h"
#include "base/log.h"
#include "voice/sip_private.h"

#define PACKET_LAYER 10 /* of UDP: before libre reads it */

/* ---- small helpers ------------------------------------------------------------------------- */

bool sip_option(const struct sip_msg *msg, enum sip_hdrid id, const char *option)
{
	return sip_msg_hdr_has_value(msg, id, option);
}

struct sa signalling_address(const struct signalling *s, const struct sa *local, const struct sa *peer)
{
	struct sa a = *local;

	if (sa_isset(&s->external, SA_ADDR) && sa_af(&s->external) == sa_af(peer) && !address_is_private(peer)) {
		a = s->external;
		sa_set_port(&a, sa_port(local));
	}
	return a;
}

void signalling_contact(const struct signalling *s, const struct sa *local, const struct sa *peer,
			enum sip_transp tp, const char *user, char *out, size_t size)
{
	struct sa a = signalling_address(s, local, peer);

	if (re_snprintf(out, size, "sip:%s@%J%s", user, &a, sip_transp_param(tp)) < 0)
		out[0] = '\0';
}

/* ---- who speaks ---------------------------------------------------------------------------- */

static struct source source_of(struct signalling *s, const struct sa *src, const struct pl *user)
{
	struct source from = {.kind = SOURCE_NONE};

	from.trunk = trunk_of_source(s, src, user);
	if (from.trunk)
		from.kind = SOURCE_TRUNK;
	else if (s->registrar && registrar_knows(s->registrar, src, true))
		from.kind = SOURCE_PHONE;
	else if (s->config->demo && address_is_loopback(src)) /* phones of the demo are on this machine too */
		from.kind = SOURCE_DEMO;
	else if (s->registrar && registrar_knows(s->registrar, src, false))
		from.kind = SOURCE_PHONE;
	return from;
}

/* Packets of strangers are dropped before anything reads them; only a phone may introduce itself. */
static bool packet(struct sa *src, struct mbuf *mb, void *arg)
{
	struct signalling *s = arg;

	if (source_of(s, src, NULL).kind != SOURCE_NONE)
		return false;
	if (s->registrar && mbuf_get_left(mb) > 9 && !memcmp(mbuf_buf(mb), "REGISTER ", 9))
		return false;
	guard_refused(s->guard, REFUSED_FOREIGN);
	return true;
}

/* libre shows a socket only with a message of it, so the very first packet of each has passed unseen. */
static void watch_socket(struct signalling *s, const struct sip_msg *msg)
{
	if (msg->tp != SIP_TRANSP_UDP)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(s->watched); i++) {
		if (s->watched[i].sock == msg->sock)
			return;
		if (!s->watched[i].sock) {
			if (!udp_register_helper(&s->watched[i].helper, msg->sock, PACKET_LAYER, NULL, packet, s))
				s->watched[i].sock = mem_ref(msg->sock);
			return;
		}
	}
}

/* ---- what a request must have ------------------------------------------------------------------ */

static bool once(const struct sip_msg *msg, enum sip_hdrid id)
{
	return sip_msg_hdr_count(msg, id) == 1;
}

static bool number_within(const struct pl *pl, uint32_t max)
{
	for (size_t i = 0; i < pl->l; i++)
		if (pl->p[i] < '0' || pl->p[i] > '9')
			return false;
	return pl->l > 0 && pl->l <= 10 && (uint64_t)strtoull(pl->p, NULL, 10) <= max;
}

/* RFC 3261 §25.1: a quoted string ends where it began, an escaped quote doesn't count. */
static bool unbalanced(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	bool open = false;

	(void)msg;
	(void)arg;
	for (size_t i = 0; i < hdr->val.l; i++) {
		if (hdr->val.p[i] == '\\' && open)
			i++;
		else if (hdr->val.p[i] == '"')
			open = !open;
	}
	return open;
}

static bool quotes_balance(const struct sip_msg *msg)
{
	return !sip_msg_hdr_apply(msg, true, SIP_HDR_TO, unbalanced, NULL) &&
	       !sip_msg_hdr_apply(msg, true, SIP_HDR_FROM, unbalanced, NULL) &&
	       !sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, unbalanced, NULL);
}

/* "sip:a@b?Route=…": headers have no place in a Request-URI (§19.1.1), nor have angles. */
static bool uri_is_bare(const struct sip_msg *msg)
{
	return !pl_isset(&msg->uri.headers) && !memchr(msg->ruri.p, '<', msg->ruri.l) && !memchr(msg->ruri.p, '>', msg->ruri.l);
}

static bool empty_value(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	struct sip_addr addr;

	(void)msg;
	(void)arg;
	return pl_strcmp(&hdr->val, "*") && sip_addr_decode(&addr, &hdr->val);
}

/* @return NULL, or what to say to it */
static const char *defect(const struct sip_msg *msg)
{
	if (!pl_isset(&msg->via.sentby) || !once(msg, SIP_HDR_FROM) || !once(msg, SIP_HDR_TO) || !once(msg, SIP_HDR_CALL_ID) ||
	    !once(msg, SIP_HDR_CSEQ))
		return "Missing Or Repeated Header";
	if (!pl_isset(&msg->callid) || msg->callid.l > 256 || msg->from.tag.l > 256 || msg->to.tag.l > 256)
		return "Bad Call-ID Or Tag";
	if (pl_cmp(&msg->cseq.met, &msg->met) || msg->cseq.num > 0x7fffffff)
		return "Bad CSeq";
	if (pl_isset(&msg->maxfwd) && (!number_within(&msg->maxfwd, 255) || !once(msg, SIP_HDR_MAX_FORWARDS)))
		return "Bad Max-Forwards";
	if (msg->clen.p && (!number_within(&msg->clen, 65535) || pl_u32(&msg->clen) > mbuf_get_left(msg->mb) ||
			    !once(msg, SIP_HDR_CONTENT_LENGTH)))
		return "Bad Content-Length";
	if (!uri_is_bare(msg))
		return "Bad Request-URI";
	if (!quotes_balance(msg) || sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, empty_value, NULL))
		return "Bad Address";
	if (pl_isset(&msg->expires) && sip_msg_hdr_count(msg, SIP_HDR_CONTACT) > 16)
		return "Too Many Contacts";
	if (sip_msg_hdr_count(msg, SIP_HDR_VIA) > 64)
		return "Too Many Hops";
	return NULL;
}

/* ---- requests ------------------------------------------------------------------------------- */

static void answer_options(struct signalling *s, struct sip *sip, const struct sip_msg *msg)
{
	sip_treplyf(NULL, NULL, sip, msg, false, s->draining ? 503 : 200, s->draining ? "Service Unavailable" : "OK",
		    "Allow: %s\r\nAccept: application/sdp\r\nSupported: timer, 100rel\r\n%sContent-Length: 0\r\n\r\n",
		    SIP_ALLOW, s->draining ? "Retry-After: 10\r\n" : "");
}

static void new_call(struct signalling *s, struct source *from, const struct sip_msg *msg)
{
	if (!guard_admits(s->guard, &msg->src, from->kind == SOURCE_TRUNK)) {
		guard_refused(s->guard, REFUSED_FLOOD);
		return;
	}
	if (from->kind == SOURCE_PHONE && !registrar_authenticates(s->registrar, msg, &from->person_id))
		return;
	call_in(s, from, msg);
}

static void register_phone(struct signalling *s, const struct source *from, const struct sip_msg *msg)
{
	if (!s->registrar || from->sip != s->main.sip) {
		sip_treply(NULL, from->sip, msg, 403, "Forbidden");
		return;
	}
	if (!guard_admits(s->guard, &msg->src, false)) {
		guard_refused(s->guard, REFUSED_FLOOD);
		return;
	}
	registrar_register(s->registrar, msg);
}

/* Methods of other extensions than ours are known, and not allowed; all else is not even known (§21.5.2). */
static void answer_unknown(struct sip *sip, const struct sip_msg *msg)
{
	static const char *const known[] = {"SUBSCRIBE", "PUBLISH", "MESSAGE", "REFER"};
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		found = found || !pl_strcmp(&msg->met, known[i]);
	sip_treplyf(NULL, NULL, sip, msg, false, found ? 405 : 501, found ? "Method Not Allowed" : "Not Implemented",
		    "Allow: %s\r\nContent-Length: 0\r\n\r\n", SIP_ALLOW);
}

static bool not_ours(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return pl_strcasecmp(&hdr->val, "100rel") && pl_strcasecmp(&hdr->val, "timer");
}

static bool required_is_met(struct sip *sip, const struct sip_msg *msg)
{
	const struct sip_hdr *unknown = sip_msg_hdr_apply(msg, true, SIP_HDR_REQUIRE, not_ours, NULL);

	if (unknown && pl_strcmp(&msg->met, "CANCEL"))
		sip_treplyf(NULL, NULL, sip, msg, false, 420, "Bad Extension",
			    "Unsupported: %r\r\nContent-Length: 0\r\n\r\n", &unknown->val);
	return !unknown;
}

static void outside_dialog(struct signalling *s, struct source *from, const struct sip_msg *msg)
{
	struct sip *sip = from->sip;

	if (!pl_strcasecmp(&msg->uri.scheme, "sips") && msg->tp != SIP_TRANSP_TLS)
		sip_treply(NULL, sip, msg, 416, "Unsupported URI Scheme");
	else if (pl_strcasecmp(&msg->uri.scheme, "sip") && pl_strcasecmp(&msg->uri.scheme, "sips") &&
		 pl_strcasecmp(&msg->uri.scheme, "tel"))
		sip_treply(NULL, sip, msg, 416, "Unsupported URI Scheme");
	else if (!required_is_met(sip, msg))
		return;
	else if (!pl_strcmp(&msg->met, "INVITE"))
		new_call(s, from, msg);
	else if (!pl_strcmp(&msg->met, "OPTIONS"))
		answer_options(s, sip, msg);
	else if (!pl_strcmp(&msg->met, "REGISTER"))
		register_phone(s, from, msg);
	else if (!pl_strcmp(&msg->met, "CANCEL") || !pl_strcmp(&msg->met, "BYE") || !pl_strcmp(&msg->met, "PRACK") ||
		 !pl_strcmp(&msg->met, "UPDATE") || !pl_strcmp(&msg->met, "INFO") || !pl_strcmp(&msg->met, "NOTIFY"))
		sip_treply(NULL, sip, msg, 481, "Call/Transaction Does Not Exist");
	else
		answer_unknown(sip, msg);
}

/* A dialog's requests come from whom it is with: the same trunk, the same telephone, the same machine. */
static bool belongs(const struct call *c, const struct source *from, const struct sip_msg *msg)
{
	if (c->trunk) {
		for (size_t i = 0; i < c->trunk->n_allow; i++)
			if (network_has(&c->trunk->allow[i], &msg->src))
				return true;
		return false;
	}
	if (c->leg.kind == LEG_PHONE)
		return sa_cmp(&c->peer, &msg->src, SA_ADDR);
	return from->kind == SOURCE_DEMO;
}

static void inside_dialog(struct signalling *s, struct source *from, const struct sip_msg *msg)
{
	struct call *c = call_find(s, msg);
	bool ack = !pl_strcmp(&msg->met, "ACK");

	if (!c || !belongs(c, from, msg)) {
		if (c || call_find_id(s, &msg->callid))
			guard_refused(s->guard, REFUSED_SPOOFED);
		if (!c && !ack)
			sip_treply(NULL, from->sip, msg, 481, "Call/Transaction Does Not Exist");
		return;
	}
	c->sip_in = from->sip;
	mem_ref(c); /* a handler may free the leg */
	if (ack)
		call_ack_received(c, msg);
	else
		call_mid(c, msg);
	mem_deref(c);
}

static bool on_request(const struct sip_msg *msg, void *arg)
{
	const struct stack *st = arg;
	struct signalling *s = st->s;
	struct source from = source_of(s, &msg->src, &msg->uri.user);
	const char *wrong;

	from.sip = st->sip;
	watch_socket(s, msg);
	if (from.kind == SOURCE_NONE && !(s->registrar && !pl_strcmp(&msg->met, "REGISTER"))) {
		guard_refused(s->guard, REFUSED_FOREIGN);
		return true;
	}
	if ((wrong = defect(msg))) {
		guard_refused(s->guard, REFUSED_MALFORMED);
		if (pl_strcmp(&msg->met, "ACK"))
			sip_reply(st->sip, msg, 400, wrong);
		return true;
	}
	if (pl_isset(&msg->to.tag) || !pl_strcmp(&msg->met, "ACK"))
		inside_dialog(s, &from, msg);
	else
		outside_dialog(s, &from, msg);
	return true;
}

static bool on_response(const struct sip_msg *msg, void *arg)
{
	const struct stack *st = arg;

	watch_socket(st->s, msg);
	return call_stray_response(st->s, msg);
}

int stack_open(struct stack *st, struct signalling *s)
{
	st->s = s;
	return sip_alloc(&st->sip, NULL, 512, 512, 512, "Lexline", NULL, NULL) ? -E_NO_MEMORY : 0;
}

int stack_listen(struct stack *st)
{
	return sip_listen(&st->requests, st->sip, true, on_request, st) ||
			       sip_listen(&st->responses, st->sip, false, on_response, st)
		       ? -E_NO_MEMORY
		       : 0;
}

void stack_close(struct stack *st)
{
	st->requests = mem_deref(st->requests);
	st->responses = mem_deref(st->responses);
	if (st->sip)
		sip_close(st->sip, true);
	st->sip = mem_deref(st->sip);
}

/* ---- open ----------------------------------------------------------------------------------- */

static enum sip_transp transport_of(const struct voice_listen *l)
{
	return l->transport == TRANSPORT_TCP ? SIP_TRANSP_TCP : l->transport == TRANSPORT_TLS ? SIP_TRANSP_TLS : SIP_TRANSP_UDP;
}

struct opening {
	struct signalling *s;
	const struct voice_listen *listen;
	struct fault *f;
	int n, r;
};

static int open_at(struct opening *o, const struct sa *at)
{
	enum sip_transp tp = transport_of(o->listen);
	int err = tp == SIP_TRANSP_TLS ? sip_transp_add(o->s->main.sip, tp, at, o->s->tls)
					     : sip_transp_add(o->s->main.sip, tp, at);
	char text[80];

	if (!err) {
		o->n++;
		return 0;
	}
	re_snprintf(text, sizeof(text), "%J", at);
	return fail(o->f, err == EADDRINUSE ? E_CONFLICT : E_IO, "", "SIP cannot listen on %s (%s): %s", text,
		    sip_transp_name(tp), strerror(err));
}

/* Each address by itself: what we send names the address it leaves by, and "any" would name none. */
static bool open_interface(const char *name, const struct sa *sa, void *arg)
{
	struct opening *o = arg;
	struct sa at = *sa;

	(void)name;
	if (sa_af(sa) != sa_af(&o->listen->address) || sa_is_linklocal(sa))
		return false;
	sa_set_port(&at, sa_port(&o->listen->address));
	o->r = open_at(o, &at);
	return o->r < 0;
}

static int open_listen(struct signalling *s, const struct voice_listen *l, struct fault *f)
{
	struct opening o = {.s = s, .listen = l, .f = f};

	if (!sa_is_any(&l->address))
		return open_at(&o, &l->address);
	net_if_apply(open_interface, &o);
	if (o.r < 0)
		return o.r;
	return o.n ? 0 : fail(f, E_IO, "", "SIP: this machine has no address of that family to listen on");
}

static int open_sockets(struct signalling *s, struct fault *f)
{
	const struct voice_config *c = s->config;
	int r;

	if (stack_open(&s->main, s) < 0)
		return fail(f, E_NO_MEMORY, "", "out of memory");
	for (size_t i = 0; i < c->n_listen; i++)
		if (c->listen[i].transport == TRANSPORT_TLS && !s->tls && (r = tls_open(s, f)) < 0)
			return r;
	for (size_t i = 0; i < c->n_listen; i++)
		if ((r = open_listen(s, &c->listen[i], f)) < 0)
			return r;
	return stack_listen(&s->main);
}

static int start(struct signalling *s, struct fault *f)
{
	const struct voice_config *c = s->config;
	int r;

	if (c->external && sa_set_str(&s->external, c->external, 0))
		return fail(f, E_CONFIG, "external", "voice: external is an IP address, not \"%s\"", c->external);
	if (hash_alloc(&s->calls, 1024))
		return fail(f, E_NO_MEMORY, "", "out of memory");
	s->guard = guard_new(c->calls_per_source_s);
	if ((r = open_sockets(s, f)) < 0)
		return r;
	if (c->phones && (r = registrar_open(s, &s->registrar)) < 0)
		return fail(f, E_NO_MEMORY, "", "out of memory");
	return trunks_open(s, f);
}

static void destructor(void *arg)
{
	struct signalling *s = arg;

	hash_clear(s->calls);
	mem_deref(s->calls);
	guard_free(s->guard);
}

int signalling_open(const struct signalling_options *o, struct signalling **ret, struct fault *f)
{
	struct signalling *s = mem_zalloc(sizeof(*s), destructor);
	int r;

	if (!s)
		return fail(f, E_NO_MEMORY, "", "out of memory");
	s->o = *o;
	s->config = o->config;
	if ((r = start(s, f)) < 0) {
		signalling_close(s);
		return r;
	}
	*ret = s;
	return 0;
}

void signalling_drain(struct signalling *s)
{
	s->draining = true;
}

static bool end_call(struct le *le, void *arg)
{
	struct call *c = le->data;

	(void)arg;
	if (c->orphan || c->leg.dropped)
		mem_deref(c);
	else
		leg_hangup(&c->leg, 503);
	return false;
}

/* The exchange may free its legs later: by then there are no trunks. */
static bool forget_trunk(struct le *le, void *arg)
{
	struct call *c = le->data;

	(void)arg;
	c->trunk = NULL;
	return false;
}

void signalling_close(struct signalling *s)
{
	if (!s)
		return;
	s->draining = s->closing = true;
	if (s->calls)
		hash_apply(s->calls, end_call, NULL);
	trunks_close(s);
	if (s->calls)
		hash_apply(s->calls, forget_trunk, NULL);
	registrar_close(s->registrar);
	s->registrar = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(s->watched); i++) {
		mem_deref(s->watched[i].helper);
		mem_deref(s->watched[i].sock);
	}
	stack_close(&s->main);
	s->tls = mem_deref(s->tls);
	mem_deref(s);
}

bool signalling_phone_there(const struct signalling *s, int64_t person_id)
{
	return s->registrar && registrar_find(s->registrar, person_id);
}

/* ---- status --------------------------------------------------------------------------------- */

void signalling_status(const struct signalling *s, struct jw *w)
{
	jw_kint(w, "calls", s->n_calls);
	jw_kint(w, "offered", (int64_t)s->offered);
	jw_kint(w, "dialled", (int64_t)s->dialled);
	jw_kint(w, "phones", s->registrar ? (int64_t)registrar_count(s->registrar) : 0);
	jw_kbool(w, "draining", s->draining);
	jw_key(w, "refused");
	jw_obj(w);
	for (int i = 0; i < REFUSED_N; i++)
		jw_kint(w, refusal_name(i), (int64_t)guard_count(s->guard, i));
	jw_obj_end(w);
	jw_key(w, "trunks");
	jw_arr(w);
	for (size_t i = 0; i < s->n_trunks; i++) {
		const struct trunk *t = &s->trunks[i];

		jw_obj(w);
		jw_kcstr(w, "name", t->c->name);
		jw_kcstr(w, "state", t->up ? "up" : "down");
		jw_kcstr(w, "reason", t->reason);
		jw_kint(w, "calls", t->calls);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}
