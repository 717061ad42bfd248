/* Trunks: registration, pings, states; who is one, and which one a number goes out by. */
#include <netdb.h>

#include "base/log.h"
#include "voice/sip_private.h"

METRIC(m_up, METRIC_GAUGE, "lexline_sip_trunks_up", "trunks that can be used");

#define NO_CONNECTION "no connection: its address, or its certificate"
#define EXPIRES_S 600
#define BACKOFF_MIN_S 5
#define BACKOFF_MAX_S 300

static void register_later(struct trunk *t, uint64_t ms);
static void ping_later(struct trunk *t, uint64_t ms);

enum sip_transp trunk_transport(const struct trunk *t)
{
	switch (t->c->transport) {
	case TRANSPORT_TCP:
		return SIP_TRANSP_TCP;
	case TRANSPORT_TLS:
		return SIP_TRANSP_TLS;
	default:
		return SIP_TRANSP_UDP;
	}
}

const char *trunk_domain(const struct trunk *t)
{
	return t->c->domain ? t->c->domain : t->host;
}

void trunk_hop(const struct trunk *t, char out[SIP_URI_MAX])
{
	re_snprintf(out, SIP_URI_MAX, "sip:%J%s", &t->address, sip_transp_param(trunk_transport(t)));
}

static void change(struct trunk *t, bool up, const char *reason)
{
	bool news = t->up != up || !t->since;
	int n = 0;

	snprintf(t->reason, sizeof(t->reason), "%s", reason);
	t->up = up;
	if (!news)
		return;
	t->since = tmr_jiffies();
	for (size_t i = 0; i < t->s->n_trunks; i++)
		n += t->s->trunks[i].up;
	metric_set(&m_up, n);
	log_event(up ? LOG_INFO : LOG_WARN, "sip.trunk", "trunk", t->c->name, "state", up ? "up" : "down", "reason", reason,
		  NULL);
	if (t->s->o.trunk)
		t->s->o.trunk(t->c->name, up ? "up" : "down", reason, t->s->o.arg);
}

/* ---- REGISTER ------------------------------------------------------------------------------ */

static int print_register(struct trunk *t, struct mbuf *mb, const char *uri, uint32_t expires_s)
{
	const struct voice_trunk *c = t->c;
	char contact[SIP_URI_MAX];
	struct sa local;
	int err = 0;

	if (sip_transp_laddr(t->sip, &local, trunk_transport(t), &t->address))
		return EADDRNOTAVAIL;
	signalling_contact(t->s, &local, &t->address, trunk_transport(t), c->user, contact, sizeof(contact));
	err |= mbuf_printf(mb, "To: <sip:%s@%s>\r\nFrom: <sip:%s@%s>;tag=%s\r\nCall-ID: %s\r\nCSeq: %u REGISTER\r\n", c->user,
			   trunk_domain(t), c->user, trunk_domain(t), t->tag, t->call_id, ++t->seq);
	err |= mbuf_printf(mb, "Contact: <%s>;expires=%u\r\nExpires: %u\r\nUser-Agent: Lexline\r\n", contact, expires_s,
			   expires_s);
	if (c->password)
		err |= challenge_print(mb, &t->challenge, c->auth_user ? c->auth_user : c->user, c->password, "REGISTER",
				       uri);
	return err | mbuf_printf(mb, "Content-Length: 0\r\n\r\n");
}

static void registered(int err, const struct sip_msg *msg, void *arg);

static int send_register(struct trunk *t, uint32_t expires_s)
{
	char uri[SIP_URI_MAX], hop[SIP_URI_MAX];
	struct mbuf *mb = mbuf_alloc(512);
	struct uri route;
	struct pl pl;
	int err;

	if (!mb)
		return ENOMEM;
	snprintf(uri, sizeof(uri), "sip:%s", trunk_domain(t));
	trunk_hop(t, hop);
	pl_set_str(&pl, hop);
	err = uri_decode(&route, &pl);
	err = err ? err : print_register(t, mb, uri, expires_s);
	if (!err)
		err = sip_requestf(expires_s ? &t->req : NULL, t->sip, true, "REGISTER", uri, &route, NULL, NULL,
				   expires_s ? registered : NULL, t, "%b", mb->buf, mb->end);
	mem_deref(mb);
	return err;
}

static void register_failed(struct trunk *t, const char *reason)
{
	unsigned wait_s = BACKOFF_MIN_S << (t->failures < 6 ? t->failures : 6);

	t->failures++;
	t->tries = 0;
	change(t, false, reason);
	if (wait_s > BACKOFF_MAX_S)
		wait_s = BACKOFF_MAX_S;
	/* Up to a fifth more, so that a carrier that comes back isn't met by all its customers at once. */
	register_later(t, (uint64_t)wait_s * 1000 + rand_u32() % (wait_s * 200));
}

static uint32_t granted(const struct sip_msg *msg)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct sip_addr addr;
	struct pl expires;

	if (contact && !sip_addr_decode(&addr, &contact->val) && !msg_param_decode(&addr.params, "expires", &expires))
		return pl_u32(&expires);
	return pl_isset(&msg->expires) ? pl_u32(&msg->expires) : EXPIRES_S;
}

static void registered(int err, const struct sip_msg *msg, void *arg)
{
	const struct sip_hdr *min = msg ? sip_msg_hdr(msg, SIP_HDR_MIN_EXPIRES) : NULL;
	struct trunk *t = arg;
	char reason[64];
	uint32_t s;

	if (err) {
		register_failed(t, err == ETIMEDOUT ? "no answer to REGISTER" : NO_CONNECTION);
		return;
	}
	if (msg->scode < 200)
		return;
	if (msg->scode < 300) {
		s = granted(msg);
		s = s < 30 ? 30 : s;
		t->failures = t->tries = 0;
		t->challenge.accepted = true;
		change(t, true, "registered");
		register_later(t, (uint64_t)s * 900); /* at nine tenths */
		return;
	}
	if (t->tries++ < 3 && t->c->password && challenge_take(&t->challenge, msg) && send_register(t, t->expires_s) == 0)
		return;
	if (msg->scode == 423 && t->tries++ < 3 && min && pl_u32(&min->val) > t->expires_s && pl_u32(&min->val) <= 86400) {
		t->expires_s = pl_u32(&min->val);
		if (send_register(t, t->expires_s) == 0)
			return;
	}
	memset(&t->challenge, 0, sizeof(t->challenge));
	snprintf(reason, sizeof(reason), "REGISTER was answered by %u", msg->scode);
	register_failed(t, reason);
}

static void resolve(struct trunk *t);

static void register_now(void *arg)
{
	struct trunk *t = arg;

	if (t->s->closing || t->req)
		return;
	if (t->failures)
		resolve(t);
	if (!sa_isset(&t->address, SA_ADDR) || send_register(t, t->expires_s))
		register_failed(t, "the address of the trunk cannot be reached");
}

static void register_later(struct trunk *t, uint64_t ms)
{
	tmr_start(&t->tmr, ms, register_now, t);
}

/* ---- OPTIONS ------------------------------------------------------------------------------- */

static void ponged(int err, const struct sip_msg *msg, void *arg)
{
	struct trunk *t = arg;

	if (!err && msg->scode < 200)
		return;
	/* Any answer is a sign of life but for 408 and 503: a trunk may well refuse OPTIONS itself. */
	if (err || msg->scode == 408 || msg->scode == 503) {
		if (!t->failures++)
			resolve(t);
		change(t, false, err == ETIMEDOUT ? "no answer to OPTIONS" : err ? NO_CONNECTION : "the trunk says that it is out of service");
	} else if (!t->c->registers || t->up) {
		t->failures = 0;
		change(t, true, "answers");
	} else if (!t->req) {
		register_later(t, 0); /* it lives again: don't wait out the back-off */
	}
	ping_later(t, (uint64_t)t->c->ping_s * 1000);
}

static int send_options(struct trunk *t)
{
	char uri[SIP_URI_MAX], hop[SIP_URI_MAX], contact[SIP_URI_MAX];
	struct uri route;
	struct sa local;
	struct pl pl;

	trunk_hop(t, hop);
	pl_set_str(&pl, hop);
	if (uri_decode(&route, &pl) || sip_transp_laddr(t->sip, &local, trunk_transport(t), &t->address))
		return EADDRNOTAVAIL;
	snprintf(uri, sizeof(uri), "sip:%s", trunk_domain(t));
	signalling_contact(t->s, &local, &t->address, trunk_transport(t), "line", contact, sizeof(contact));
	return sip_requestf(&t->ping, t->sip, true, "OPTIONS", uri, &route, NULL, NULL, ponged, t,
			    "To: <%s>\r\nFrom: <sip:line@%s>;tag=%016llx\r\nCall-ID: %016llx\r\nCSeq: 1 OPTIONS\r\n"
			    "Contact: <%s>\r\nUser-Agent: Lexline\r\nContent-Length: 0\r\n\r\n",
			    uri, trunk_domain(t), rand_u64(), rand_u64(), contact);
}

static void ping_now(void *arg)
{
	struct trunk *t = arg;

	if (t->s->closing || t->ping)
		return;
	if (!sa_isset(&t->address, SA_ADDR))
		resolve(t);
	if (!sa_isset(&t->address, SA_ADDR) || send_options(t)) {
		change(t, false, "the address of the trunk cannot be reached");
		ping_later(t, (uint64_t)t->c->ping_s * 1000);
	}
}

static void ping_later(struct trunk *t, uint64_t ms)
{
	tmr_start(&t->ping_tmr, ms, ping_now, t);
}

/* ---- addresses ----------------------------------------------------------------------------- */

static int split_server(struct trunk *t, struct fault *f)
{
	struct pl server, host, port = PL_INIT;

	pl_set_str(&server, t->c->server ? t->c->server : "");
	if (!pl_isset(&server) || uri_decode_hostport(&server, &host, &port) || host.l >= sizeof(t->host))
		return fail(f, E_CONFIG, "", "trunk %s: server is HOST or HOST:PORT", t->c->name);
	pl_copy(t->host, sizeof(t->host), &host);
	t->port = (uint16_t)(pl_isset(&port) ? pl_u32(&port) : 0);
	if (!t->port)
		t->port = t->c->transport == TRANSPORT_TLS ? SIP_PORT_TLS : SIP_PORT;
	return 0;
}

static void add_network(struct trunk *t, const struct network *n)
{
	for (size_t i = 0; i < t->n_allow; i++)
		if (t->allow[i].bits == n->bits && sa_cmp(&t->allow[i].base, &n->base, SA_ADDR))
			return;
	if (t->n_allow < TRUNK_NETWORKS)
		t->allow[t->n_allow++] = *n;
}

/* The answer of the resolver: the first is where we send, all may call when the configuration doesn't say who may. */
static void take_addresses(struct trunk *t, const struct addrinfo *list)
{
	struct network n = {.bits = 128};
	bool first = true;
	struct sa local;

	for (const struct addrinfo *ai = list; ai; ai = ai->ai_next) {
		if (sa_set_sa(&n.base, ai->ai_addr))
			continue;
		sa_set_port(&n.base, t->port);
		/* The first of a family that we have a socket of. */
		if (first && !sip_transp_laddr(t->sip, &local, trunk_transport(t), &n.base)) {
			t->address = n.base;
			first = false;
		}
		sa_set_port(&n.base, 0);
		if (!t->c->allow)
			add_network(t, &n);
	}
}

static void resolved(void *arg)
{
	struct trunk *t = arg;
	int err = gai_error(&t->look_up);

	if (err == EAI_INPROGRESS) {
		tmr_start(&t->resolve_tmr, 50, resolved, t);
		return;
	}
	t->resolving = false;
	if (err) {
		if (!sa_isset(&t->address, SA_ADDR))
			change(t, false, "the name of the server is not known");
		return;
	}
	take_addresses(t, t->look_up.ar_result);
	freeaddrinfo(t->look_up.ar_result);
	if (!t->c->registers && !t->c->ping_s)
		change(t, true, "not watched");
}

/* By glibc's own threads: the loop must not wait for a name server. */
static void resolve(struct trunk *t)
{
	struct gaicb *list[] = {&t->look_up};
	struct sa literal;

	if (!sa_set_str(&literal, t->host, t->port)) {
		struct network n = {.base = literal, .bits = 128};

		t->address = literal;
		if (!t->c->allow)
			add_network(t, &n);
		return;
	}
	if (t->resolving)
		return;
	t->hints = (struct addrinfo){.ai_socktype = SOCK_DGRAM};
	t->look_up = (struct gaicb){.ar_name = t->host, .ar_request = &t->hints};
	if (getaddrinfo_a(GAI_NOWAIT, list, 1, NULL) == 0) {
		t->resolving = true;
		tmr_start(&t->resolve_tmr, 20, resolved, t);
	}
}

/* ---- open and close ------------------------------------------------------------------------ */

static int read_allow(struct trunk *t, struct fault *f)
{
	struct network n;

	t->allow = mem_zalloc(TRUNK_NETWORKS * sizeof(*t->allow), NULL);
	if (!t->allow)
		return fail(f, E_NO_MEMORY, "", "out of memory");
	for (const char **a = t->c->allow; a && *a; a++) {
		if (network_parse(str_of(*a), &n) < 0)
			return fail(f, E_CONFIG, "", "trunk %s: allow: \"%s\" is no address and no network such as 203.0.113.0/24",
				    t->c->name, *a);
		add_network(t, &n);
	}
	return 0;
}

static int open_trunk(struct trunk *t, struct fault *f)
{
	int r;

	if ((r = split_server(t, f)) < 0 || (r = read_allow(t, f)) < 0)
		return r;
	if (t->c->registers && !t->c->user)
		return fail(f, E_CONFIG, "", "trunk %s: to register it needs user (and password)", t->c->name);
	if (re_sdprintf(&t->call_id, "%016llx%016llx", rand_u64(), rand_u64()) ||
	    re_sdprintf(&t->tag, "%016llx", rand_u64()))
		return fail(f, E_NO_MEMORY, "", "out of memory");
	if ((r = trunk_transport_open(t, f)) < 0)
		return r;
	resolve(t);
	if (t->c->registers)
		register_later(t, t->resolving ? 500 : 0);
	if (t->c->ping_s > 0)
		ping_later(t, t->resolving ? 500 : 0);
	if (!t->c->registers && t->c->ping_s <= 0 && sa_isset(&t->address, SA_ADDR))
		change(t, true, "not watched");
	return 0;
}

int trunks_open(struct signalling *s, struct fault *f)
{
	int r;

	if (!s->config->n_trunks)
		return 0;
	s->trunks = mem_zalloc(s->config->n_trunks * sizeof(*s->trunks), NULL);
	if (!s->trunks)
		return fail(f, E_NO_MEMORY, "", "out of memory");
	s->n_trunks = s->config->n_trunks;
	for (size_t i = 0; i < s->n_trunks; i++) {
		struct trunk *t = &s->trunks[i];

		t->c = &s->config->trunks[i];
		t->s = s;
		t->sip = s->main.sip;
		t->expires_s = EXPIRES_S;
		snprintf(t->reason, sizeof(t->reason), "starting");
	}
	for (size_t i = 0; i < s->n_trunks; i++)
		if ((r = open_trunk(&s->trunks[i], f)) < 0)
			return r;
	return 0;
}

static void cancel_look_up(struct trunk *t)
{
	const struct gaicb *list[] = {&t->look_up};

	tmr_cancel(&t->resolve_tmr);
	if (!t->resolving)
		return;
	if (gai_cancel(&t->look_up) == EAI_NOTCANCELED)
		gai_suspend(list, 1, NULL); /* it writes into our structure until it is done */
	if (gai_error(&t->look_up) == 0 && t->look_up.ar_result)
		freeaddrinfo(t->look_up.ar_result);
	t->resolving = false;
}

void trunks_close(struct signalling *s)
{
	for (size_t i = 0; i < s->n_trunks; i++) {
		struct trunk *t = &s->trunks[i];

		tmr_cancel(&t->tmr);
		tmr_cancel(&t->ping_tmr);
		cancel_look_up(t);
		t->req = mem_deref(t->req);
		t->ping = mem_deref(t->ping);
		if (t->c->registers && t->up)
			send_register(t, 0); /* nobody waits for the answer */
		mem_deref(t->call_id);
		mem_deref(t->tag);
		mem_deref(t->allow);
		trunk_transport_close(t);
	}
	s->trunks = mem_deref(s->trunks);
	s->n_trunks = 0;
}

/* ---- which --------------------------------------------------------------------------------- */

static bool allows(const struct trunk *t, const struct sa *src)
{
	for (size_t i = 0; i < t->n_allow; i++)
		if (network_has(&t->allow[i], src))
			return true;
	return false;
}

/* Several accounts at one carrier share its address: then the account called tells which. */
struct trunk *trunk_of_source(struct signalling *s, const struct sa *src, const struct pl *user)
{
	struct trunk *found = NULL;

	for (size_t i = 0; i < s->n_trunks; i++) {
		struct trunk *t = &s->trunks[i];

		if (!allows(t, src))
			continue;
		if (user && t->c->user && !pl_strcmp(user, t->c->user))
			return t;
		if (!found)
			found = t;
	}
	return found;
}

static bool takes(const struct trunk *t, const char *number)
{
	char national[SIP_NUMBER_MAX];

	if (!t->c->dial || !*t->c->dial)
		return true;
	number_national(number, t->c->country, national);
	for (const char **p = t->c->dial; *p; p++)
		if (!strncmp(number, *p, strlen(*p)) || !strncmp(national, *p, strlen(*p)))
			return true;
	return false;
}

int trunk_for_number(struct signalling *s, const char *number, struct trunk **ret)
{
	bool full = false;

	for (size_t i = 0; i < s->n_trunks; i++) {
		struct trunk *t = &s->trunks[i];

		if (!t->up || !sa_isset(&t->address, SA_ADDR) || !takes(t, number))
			continue;
		if (t->c->max_calls && t->calls >= t->c->max_calls) {
			full = true;
			continue;
		}
		*ret = t;
		return 0;
	}
	return full ? -E_BUSY : -E_NOT_FOUND;
}
