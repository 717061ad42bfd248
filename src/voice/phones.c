/* The registrar of desk phones: RFC 3261 §10, digest §22. */
#include "base/log.h"
#include "base/memory.h"
#include "base/siphash.h"
#include "voice/sip_private.h"

#define EXPIRES_MIN_S 60
#define EXPIRES_MAX_S 3600
#define CONTACTS_MAX 5	/* a person's; the oldest makes room */
#define LOCK_SLOTS 1024 /* a power of two */
#define LOCK_WAYS 4
#define LOCK_AFTER_ADDRESS 10
#define LOCK_AFTER_USER 20 /* higher: a stranger must not lock out somebody's phone easily */
#define LOCK_MS (300 * 1000)

struct contact {
	struct le le;
	struct binding b;
	struct registrar *r;
	struct tmr tmr;
	void *sock; /* keeps the connection of TCP and TLS */
	char call_id[128];
	uint32_t seq;
};
struct lock {
	uint64_t key;
	unsigned wrong;
	uint64_t until_ms;
};
struct registrar {
	struct signalling *s;
	struct list contacts; /* newest first */
	struct nonces nonces;
	uint64_t secret[2];
	struct lock locks[LOCK_SLOTS];
};

METRIC(m_phones, METRIC_GAUGE, "lexline_sip_phones", "registered desk phones");

/* ---- contacts ------------------------------------------------------------------------------ */

static void contact_destructor(void *arg)
{
	struct contact *c = arg;

	tmr_cancel(&c->tmr);
	list_unlink(&c->le);
	mem_deref(c->sock);
}

const struct binding *registrar_find(const struct registrar *r, int64_t person_id)
{
	for (struct le *le = r->contacts.head; le; le = le->next) {
		const struct contact *c = le->data;

		if (c->b.person_id == person_id)
			return &c->b;
	}
	return NULL;
}

bool registrar_knows(const struct registrar *r, const struct sa *src, bool port)
{
	for (struct le *le = r->contacts.head; le; le = le->next)
		if (sa_cmp(&((const struct contact *)le->data)->b.peer, src, port ? SA_ALL : SA_ADDR))
			return true;
	return false;
}

size_t registrar_count(const struct registrar *r)
{
	return list_count(&r->contacts);
}

static void tell(struct registrar *r, int64_t person_id, bool there)
{
	metric_set(&m_phones, list_count(&r->contacts));
	if (r->s->o.phone && !r->s->closing)
		r->s->o.phone(person_id, there, r->s->o.arg);
}

static void forget(struct contact *c)
{
	struct registrar *r = c->r;
	int64_t person_id = c->b.person_id;

	mem_deref(c);
	if (!registrar_find(r, person_id))
		tell(r, person_id, false);
}

static void expired(void *arg)
{
	forget(arg);
}

static struct contact *find_uri(struct registrar *r, int64_t person_id, const struct pl *uri)
{
	for (struct le *le = r->contacts.head; le; le = le->next) {
		struct contact *c = le->data;

		if (c->b.person_id == person_id && !pl_strcmp(uri, c->b.contact))
			return c;
	}
	return NULL;
}

static void evict_oldest(struct registrar *r, int64_t person_id)
{
	struct contact *oldest = NULL;
	int n = 0;

	for (struct le *le = r->contacts.head; le; le = le->next) {
		struct contact *c = le->data;

		if (c->b.person_id == person_id) {
			oldest = c;
			n++;
		}
	}
	if (n > CONTACTS_MAX)
		mem_deref(oldest);
}

static void keep(struct registrar *r, int64_t person_id, const struct sip_msg *msg, const struct pl *uri, uint32_t expires_s)
{
	struct contact *c = find_uri(r, person_id, uri);
	bool was_there = registrar_find(r, person_id);

	if (!c && !(c = mem_zalloc(sizeof(*c), contact_destructor)))
		return;
	list_unlink(&c->le);
	list_prepend(&r->contacts, &c->le, c);
	c->r = r;
	c->b.person_id = person_id;
	c->b.peer = msg->src;
	c->b.tp = msg->tp;
	pl_copy(c->b.contact, sizeof(c->b.contact), uri);
	pl_copy(c->b.user, sizeof(c->b.user), &msg->to.uri.user);
	pl_copy(c->call_id, sizeof(c->call_id), &msg->callid);
	c->seq = msg->cseq.num;
	mem_deref(c->sock);
	c->sock = mem_ref(msg->sock);
	tmr_start(&c->tmr, (uint64_t)expires_s * 1000, expired, c);
	evict_oldest(r, person_id);
	if (!was_there)
		tell(r, person_id, true);
}

/* ---- wrong credentials ---------------------------------------------------------------------- */

/* A few share a bucket. @return its own one; else NULL, or when @p take the one that matters least, emptied */
static struct lock *lock_find(struct registrar *r, const char *text, bool take)
{
	uint64_t key = siphash13(text, strlen(text), r->secret) | 1;
	struct lock *set = &r->locks[(key >> 8) % (LOCK_SLOTS / LOCK_WAYS) * LOCK_WAYS], *least = set;

	for (int i = 0; i < LOCK_WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].until_ms < least->until_ms)
			least = &set[i];
	}
	if (!take)
		return NULL;
	*least = (struct lock){.key = key};
	return least;
}

static const char *name_address(const struct sa *src, char out[80])
{
	re_snprintf(out, 80, "a%j", src);
	return out;
}

static const char *name_user(const struct pl *user, char out[80])
{
	char text[70];

	snprintf(out, 80, "u%s", pl_copy(text, sizeof(text), user));
	return out;
}

static bool locked(struct registrar *r, const char *name, unsigned limit)
{
	const struct lock *l = lock_find(r, name, false);

	return l && l->wrong >= limit && l->until_ms > tmr_jiffies();
}

static void count_one(struct registrar *r, const char *name)
{
	struct lock *l = lock_find(r, name, true);

	if (l->until_ms < tmr_jiffies())
		l->wrong = 0;
	l->wrong++;
	l->until_ms = tmr_jiffies() + LOCK_MS;
}

static void count_wrong(struct registrar *r, const struct sip_msg *msg, const struct pl *user)
{
	char name[80];

	guard_refused(r->s->guard, REFUSED_DIGEST);
	count_one(r, name_address(&msg->src, name));
	count_one(r, name_user(user, name));
	log_event(LOG_WARN, "sip.wrong_digest", "method", pl_strcmp(&msg->met, "INVITE") ? "REGISTER" : "INVITE", NULL);
}

/* The same answer twice is somebody who listened: each use of a nonce counts on (RFC 7616 §5.6). */
static bool used_before(struct registrar *r, const struct httpauth_digest_resp *resp)
{
	char name[80], nonce[64];
	struct lock *l;
	uint32_t nc;

	snprintf(name, sizeof(name), "n%s", pl_copy(nonce, sizeof(nonce), &resp->nonce));
	nc = pl_isset(&resp->nc) ? pl_x32(&resp->nc) : 1;
	l = lock_find(r, name, true);
	if (nc <= l->wrong)
		return true;
	l->wrong = nc;
	l->until_ms = tmr_jiffies() + LOCK_MS;
	return false;
}

/* ---- digest --------------------------------------------------------------------------------- */

static void challenge(struct registrar *r, const struct sip_msg *msg, bool stale)
{
	char nonce[64];

	nonce_make(&r->nonces, &msg->src, nonce);
	sip_treplyf(NULL, NULL, r->s->main.sip, msg, false, 401, "Unauthorized",
		    "WWW-Authenticate: Digest realm=\"%s\", nonce=\"%s\", algorithm=MD5, qop=\"auth\"%s\r\n"
		    "Content-Length: 0\r\n\r\n",
		    r->s->config->realm, nonce, stale ? ", stale=true" : "");
}

static bool ha1_bytes(const char *hex, uint8_t out[16])
{
	if (!hex || strlen(hex) != 32)
		return false;
	for (int i = 0; i < 16; i++)
		out[i] = (uint8_t)(ch_hex(hex[2 * i]) << 4 | ch_hex(hex[2 * i + 1]));
	return true;
}

static bool verify(struct registrar *r, const struct sip_msg *msg, const struct httpauth_digest_resp *resp,
		   int64_t *ret_person_id)
{
	char user[64];
	uint8_t ha1[16];
	int64_t person_id = 0;

	if (resp->username.l >= sizeof(user) || pl_strcmp(&resp->realm, r->s->config->realm))
		return false;
	pl_copy(user, sizeof(user), &resp->username);
	if (!ha1_bytes(r->s->o.phone_ha1 ? r->s->o.phone_ha1(user, &person_id, r->s->o.arg) : NULL, ha1))
		return false;
	if (httpauth_digest_response_auth(resp, &msg->met, ha1))
		return false;
	*ret_person_id = person_id;
	return true;
}

/* @return true: who it says. Otherwise it has been answered, or is not worth an answer. */
static bool authenticate(struct registrar *r, const struct sip_msg *msg, struct pl *ret_user, int64_t *ret_person_id)
{
	const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_AUTHORIZATION);
	struct httpauth_digest_resp resp;
	enum digest_result nonce;
	char name[80];

	if (!h || httpauth_digest_response_decode(&resp, &h->val)) {
		challenge(r, msg, false);
		return false;
	}
	if (locked(r, name_address(&msg->src, name), LOCK_AFTER_ADDRESS) ||
	    locked(r, name_user(&resp.username, name), LOCK_AFTER_USER)) {
		guard_refused(r->s->guard, REFUSED_LOCKED);
		return false;
	}
	nonce = nonce_check(&r->nonces, &msg->src, &resp.nonce);
	if (nonce != DIGEST_OK) {
		challenge(r, msg, nonce == DIGEST_STALE);
		return false;
	}
	if (!verify(r, msg, &resp, ret_person_id)) {
		count_wrong(r, msg, &resp.username);
		challenge(r, msg, false);
		return false;
	}
	if (used_before(r, &resp)) {
		challenge(r, msg, true);
		return false;
	}
	*ret_user = resp.username;
	return true;
}

bool registrar_authenticates(struct registrar *r, const struct sip_msg *msg, int64_t *ret_person_id)
{
	struct pl user;

	return authenticate(r, msg, &user, ret_person_id);
}

/* ---- REGISTER ------------------------------------------------------------------------------- */

struct registering {
	struct registrar *r;
	const struct sip_msg *msg;
	int64_t person_id;
	uint32_t expires_s; /* of the header */
	int status;
	bool apply; /* first all are looked at, then all are done: it is one or nothing (§10.3 step 7) */
};

static uint32_t expires_of(const struct registering *g, const struct sip_addr *addr)
{
	struct pl expires;

	return msg_param_decode(&addr->params, "expires", &expires) ? g->expires_s : pl_u32(&expires);
}

static bool is_sip(const struct sip_addr *addr)
{
	return !pl_strcasecmp(&addr->uri.scheme, "sip") || !pl_strcasecmp(&addr->uri.scheme, "sips");
}

static bool each_contact(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	struct registering *g = arg;
	struct sip_addr addr;
	struct contact *old;
	uint32_t s;

	if (sip_addr_decode(&addr, &hdr->val) || addr.auri.l >= SIP_URI_MAX || !is_sip(&addr)) {
		g->status = 400;
		return true;
	}
	s = expires_of(g, &addr);
	if (s && s < EXPIRES_MIN_S) {
		g->status = 423;
		return true;
	}
	old = find_uri(g->r, g->person_id, &addr.auri);
	if (old && !pl_strcmp(&msg->callid, old->call_id) && msg->cseq.num <= old->seq) {
		g->status = 500; /* out of order, or repeated by somebody */
		return true;
	}
	if (!g->apply)
		return false;
	if (s)
		keep(g->r, g->person_id, msg, &addr.auri, s > EXPIRES_MAX_S ? EXPIRES_MAX_S : s);
	else if (old)
		forget(old);
	return false;
}

static void forget_all(struct registrar *r, int64_t person_id)
{
	struct le *le = r->contacts.head;
	bool any = false;

	while (le) {
		struct contact *c = le->data;

		le = le->next;
		if (c->b.person_id == person_id) {
			mem_deref(c);
			any = true;
		}
	}
	if (any)
		tell(r, person_id, false);
}

static int print_contacts(struct re_printf *pf, void *arg)
{
	const struct registering *g = arg;
	int err = 0;

	for (struct le *le = g->r->contacts.head; le; le = le->next) {
		const struct contact *c = le->data;

		if (c->b.person_id == g->person_id)
			err |= re_hprintf(pf, "Contact: <%s>;expires=%u\r\n", c->b.contact,
					  (unsigned)(tmr_get_expire(&c->tmr) / 1000));
	}
	return err;
}

static bool is_star(const struct sip_msg *msg)
{
	const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_CONTACT);

	return h && !pl_strcmp(&h->val, "*");
}

static void apply(struct registering *g)
{
	if (is_star(g->msg)) {
		if (g->expires_s || sip_msg_hdr_count(g->msg, SIP_HDR_CONTACT) > 1)
			g->status = 400;
		else
			forget_all(g->r, g->person_id);
		return;
	}
	sip_msg_hdr_apply(g->msg, true, SIP_HDR_CONTACT, each_contact, g);
	if (g->status)
		return;
	g->apply = true;
	sip_msg_hdr_apply(g->msg, true, SIP_HDR_CONTACT, each_contact, g);
	g->status = 0;
}

void registrar_register(struct registrar *r, const struct sip_msg *msg)
{
	struct registering g = {.r = r, .msg = msg};
	struct pl user;

	if (!authenticate(r, msg, &user, &g.person_id))
		return;
	if (pl_cmp(&user, &msg->to.uri.user)) {
		sip_treply(NULL, r->s->main.sip, msg, 403, "Forbidden");
		return;
	}
	g.expires_s = pl_isset(&msg->expires) ? pl_u32(&msg->expires) : EXPIRES_MAX_S;
	apply(&g);
	if (g.status == 423)
		sip_treplyf(NULL, NULL, r->s->main.sip, msg, false, 423, "Interval Too Brief",
			    "Min-Expires: %u\r\nContent-Length: 0\r\n\r\n", EXPIRES_MIN_S);
	else if (g.status)
		sip_treply(NULL, r->s->main.sip, msg, (uint16_t)g.status, g.status == 400 ? "Bad Contact" : "Out Of Order");
	else
		sip_treplyf(NULL, NULL, r->s->main.sip, msg, false, 200, "OK", "%HContent-Length: 0\r\n\r\n", print_contacts, &g);
}

int registrar_open(struct signalling *s, struct registrar **ret)
{
	struct registrar *r = MEM_NEW(struct registrar);

	r->s = s;
	rand_bytes(r->nonces.key, sizeof(r->nonces.key));
	rand_bytes((uint8_t *)r->secret, sizeof(r->secret));
	*ret = r;
	return 0;
}

void registrar_close(struct registrar *r)
{
	if (!r)
		return;
	list_flush(&r->contacts);
	free(r);
}
