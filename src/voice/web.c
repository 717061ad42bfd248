/* Browsers as parties of a call. */
#include <ifaddrs.h>
#include <net/if.h>

#include <sodium.h>

#include "base/log.h"
#include "base/memory.h"
#include "voice/web_private.h"

#define TURN_MS 50	   /* how often lost handshake messages are looked after */
#define PATIENCE_MS 15000  /* from the offer to the first sound */

/* ---- telling: never from within the tick ----------------------------------------------------- */

static void on_tell(void *arg)
{
	struct web_leg *l = arg;

	if (l->tell_answered) {
		l->tell_answered = false;
		if (l->tell_ended)
			tmr_start(&l->tell, 0, on_tell, l);
		leg_tell(&l->leg, LEG_ANSWERED); /* may free it */
	} else if (l->tell_ended) {
		l->tell_ended = false;
		leg_tell_ended(&l->leg, 0, l->end_reason);
	}
}

static void end(struct web_leg *l, const char *reason)
{
	if (l->leg.ended || l->tell_ended)
		return;
	l->tell_ended = true;
	l->end_reason = reason;
	tmr_start(&l->tell, 0, on_tell, l);
}

/* ---- the connection -------------------------------------------------------------------------- */

static void send_datagram(const uint8_t *data, size_t len, void *arg)
{
	struct web_leg *l = arg;

	if (sa_isset(&l->peer, SA_ALL))
		(void)port_send_raw(l->leg.port, &l->peer, data, len);
}

static void choose(struct web_leg *l, const struct sa *peer)
{
	l->nominated = true;
	l->peer = *peer;
	if (l->up)
		port_set_remote(l->leg.port, peer);
}

static void connection_up(struct web_leg *l)
{
	struct port_setup s = {.pt = l->pt, .pt_event = l->offer.pt_event, .send = l->offer.receives, .receive = l->offer.sends,
			       .rtcp_mux = true, .follow_address = true};
	struct web_dtls_keys keys;
	int r = web_dtls_keys(l->dtls, l->offer.fingerprint, &keys);

	if (r == 0) {
		s.srtp = keys.srtp;
		memcpy(s.tx_key, keys.ours, sizeof(s.tx_key));
		memcpy(s.rx_key, keys.theirs, sizeof(s.rx_key));
		sodium_memzero(&keys, sizeof(keys));
		r = port_setup(l->leg.port, &s);
	}
	if (r < 0) {
		log_event(LOG_WARN, "web.refused", "reason", r == -E_FORBIDDEN ? "fingerprint" : "srtp", NULL);
		end(l, "error");
		return;
	}
	port_set_remote(l->leg.port, &l->peer);
	port_alive(l->leg.port);
	l->up = true;
	l->may_start_over = false;
	l->until_ms = 0;
	if (!l->answered) {
		l->answered = l->tell_answered = true;
		tmr_start(&l->tell, 0, on_tell, l);
	}
}

static int new_association(struct web_leg *l)
{
	web_dtls_free(l->dtls);
	l->dtls = NULL;
	return web_dtls_new(&l->web->identity, send_datagram, l, &l->dtls);
}

/* The first message of a handshake in the clear: content type 22, epoch 0, ClientHello. */
static bool is_hello(const uint8_t *data, size_t len)
{
	return len > 13 && data[0] == 22 && data[3] == 0 && data[4] == 0 && data[13] == 1;
}

static void take_dtls(struct web_leg *l, const struct sa *from, const uint8_t *data, size_t len)
{
	enum web_dtls_state before;

	if (!web_checked(l, from) || !l->dtls)
		return; /* who doesn't know the ICE password costs us no handshake */
	if (!l->nominated)
		l->peer = *from;
	if (l->may_start_over && web_dtls_state(l->dtls) != DTLS_HANDSHAKE && is_hello(data, len) && new_association(l) < 0)
		return;
	before = web_dtls_state(l->dtls);
	web_dtls_receive(l->dtls, data, len);
	if (before == DTLS_HANDSHAKE && web_dtls_state(l->dtls) == DTLS_UP)
		connection_up(l);
	else if (before == DTLS_HANDSHAKE && web_dtls_state(l->dtls) == DTLS_FAILED)
		log_event(LOG_WARN, "web.refused", "reason", "handshake", NULL);
	else if (before == DTLS_UP && web_dtls_state(l->dtls) == DTLS_CLOSED)
		port_dead(l->leg.port); /* the page is gone: known at once, not in five seconds */
}

static void on_raw(struct port *p, const struct sa *from, uint8_t *data, size_t len, void *arg)
{
	struct web_leg *l = arg;

	(void)p;
	if (l->leg.ended)
		return;
	if (data[0] < 4) {
		if (web_ice(l, from, data, len))
			choose(l, from);
	} else if (data[0] >= 20) {
		take_dtls(l, from, data, len);
	}
}

static void on_turn(void *arg)
{
	struct web *w = arg;
	uint64_t now = tmr_jiffies();

	for (struct le *le = w->legs.head; le; le = le->next) {
		struct web_leg *l = le->data;

		if (l->dtls)
			web_dtls_timer(l->dtls);
		if (l->until_ms && now > l->until_ms) {
			l->until_ms = 0;
			if (!l->answered)
				end(l, "unreachable");
		}
	}
	tmr_start(&w->timer, TURN_MS, on_turn, w);
}

/* ---- offers ---------------------------------------------------------------------------------- */

static void random_text(char *ret, size_t len)
{
	static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i++)
		ret[i] = chars[randombytes_uniform(64)];
	ret[len] = '\0';
}

static char *make_answer(struct web_leg *l)
{
	struct web_answer a = {
		.ufrag = l->ufrag, .pwd = l->pwd, .fingerprint = l->web->identity.fingerprint, .session = l->session,
		.version = ++l->version, .addresses = l->web->addresses, .n_addresses = l->web->n_addresses,
		.port = port_local(l->leg.port), .pt = l->pt,
	};
	struct buf b = {0};

	web_sdp_answer(&l->offer, &a, &b);
	buf_addc(&b, '\0');
	return b.p;
}

static bool same_browser(const struct web_leg *l, const struct web_sdp *o)
{
	return l->dtls && web_dtls_state(l->dtls) == DTLS_UP && memcmp(l->offer.fingerprint, o->fingerprint, 32) == 0;
}

/* Take an offer, the first or another. With the same certificate the page is still there and only its way here changed. */
static int take_offer(struct web_leg *l, const struct web_sdp *o)
{
	bool same = same_browser(l, o), same_way = same && strcmp(l->offer.ufrag, o->ufrag) == 0;

	l->offer = *o;
	l->pt = o->pcma ? 8 : 0;
	if (!same_way) {
		random_text(l->ufrag, 8);
		random_text(l->pwd, 24);
		l->nominated = false;
		l->n_checked = 0;
	}
	l->may_start_over = same;
	if (same) {
		connection_up(l); /* direction, payload types; the same keys */
		l->may_start_over = true;
		return 0;
	}
	l->up = false;
	l->until_ms = tmr_jiffies() + PATIENCE_MS;
	return new_association(l);
}

static void web_hangup(struct leg *leg, int status)
{
	(void)status;
	end((struct web_leg *)leg, "local");
}

static void web_free(struct leg *leg)
{
	struct web_leg *l = (struct web_leg *)leg;

	list_unlink(&l->le);
	tmr_cancel(&l->tell);
	web_dtls_free(l->dtls);
	port_free(l->leg.port);
	sodium_memzero(l->pwd, sizeof(l->pwd));
	free(l);
}

static const struct leg_ops ops = {.hangup = web_hangup, .free = web_free};

static int new_leg(struct web *w, leg_handler h, void *arg, struct web_leg **ret)
{
	struct web_leg *l = MEM_NEW(struct web_leg);
	int r;

	l->leg = (struct leg){.ops = &ops, .kind = LEG_BROWSER, .handler = h, .arg = arg};
	l->web = w;
	randombytes_buf(&l->session, sizeof(l->session));
	l->session >>= 2; /* some parsers take it for a signed number */
	tmr_init(&l->tell);
	r = port_new(w->media, leg_port_event, &l->leg, &l->leg.port);
	if (r < 0) {
		free(l);
		return r;
	}
	port_raw_handle(l->leg.port, on_raw, l);
	list_append(&w->legs, &l->le, l);
	*ret = l;
	return 0;
}

int web_offer(struct web *w, struct leg *again, struct str sdp, leg_handler h, void *arg, struct leg **ret, char **ret_sdp,
	      struct fault *f)
{
	struct web_leg *l = (struct web_leg *)again;
	struct web_sdp offer;
	int r = web_sdp_read(sdp, &offer, f);

	if (r < 0)
		return r;
	if (l && (l->leg.ended || l->tell_ended))
		return fail(f, E_CONFLICT, "", "this call is over");
	if (!l && (r = new_leg(w, h, arg, &l)) < 0)
		return fail(f, (enum error)-r, "", "no port is free for the sound of another call");
	r = take_offer(l, &offer);
	if (r < 0) {
		if (!again)
			web_free(&l->leg);
		return fail(f, (enum error)-r, "", "the connection could not be prepared");
	}
	*ret_sdp = make_answer(l);
	*ret = &l->leg;
	return 0;
}

/* ---- addresses ------------------------------------------------------------------------------- */

static void add_address(struct web *w, const struct sa *sa)
{
	for (size_t i = 0; i < w->n_addresses; i++) {
		if (sa_cmp(&w->addresses[i], sa, SA_ADDR))
			return;
	}
	if (w->n_addresses < ARRAY_SIZE(w->addresses))
		w->addresses[w->n_addresses++] = *sa;
}

/* Those of the machine, when no particular one is bound; loopback only when there is no other. */
static void add_interfaces(struct web *w, int af, bool loopback)
{
	struct ifaddrs *all, *i;

	if (getifaddrs(&all) < 0)
		return;
	for (i = all; i; i = i->ifa_next) {
		struct sa sa;

		if (!i->ifa_addr || i->ifa_addr->sa_family != af || !(i->ifa_flags & IFF_UP))
			continue;
		if (!(i->ifa_flags & IFF_LOOPBACK) != !loopback)
			continue;
		if (sa_set_sa(&sa, i->ifa_addr) == 0 && !sa_is_linklocal(&sa))
			add_address(w, &sa);
	}
	freeifaddrs(all);
}

int web_open(const struct voice_config *c, struct media *m, struct web **ret, struct fault *f)
{
	struct web *w = MEM_NEW(struct web);
	struct sa external;
	int r = web_dtls_identity_make(&w->identity, f);

	if (r < 0) {
		free(w);
		return r;
	}
	w->media = m;
	if (c && c->external && sa_set_str(&external, c->external, 0) == 0)
		add_address(w, &external);
	if (sa_is_any(&m->options.local)) {
		add_interfaces(w, sa_af(&m->options.local), false);
		if (w->n_addresses == 0)
			add_interfaces(w, sa_af(&m->options.local), true);
	} else {
		add_address(w, &m->options.local);
	}
	if (w->n_addresses == 0) {
		web_close(w);
		return fail(f, E_CONFIG, "voice", "this machine has no address that browsers could send their sound to");
	}
	tmr_init(&w->timer);
	tmr_start(&w->timer, TURN_MS, on_turn, w);
	*ret = w;
	return 0;
}

void web_close(struct web *w)
{
	if (!w)
		return;
	tmr_cancel(&w->timer);
	while (w->legs.head)
		web_free(w->legs.head->data);
	web_dtls_identity_drop(&w->identity);
	free(w);
}
