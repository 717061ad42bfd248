/* Who may speak to us, and how fast. */
#include "base/memory.h"
#include "base/siphash.h"
#include "voice/sip_private.h"

#define SLOTS 4096 /* sources remembered; a power of two */
#define WAYS 4	   /* of them share a bucket: the one that was idle longest makes room */

struct slot {
	uint64_t key;
	double tokens;
	uint64_t at_ms;
};
struct guard {
	int rate;
	uint64_t secret[2]; /* so that nobody can aim at a slot */
	uint64_t refused[REFUSED_N];
	struct slot slots[SLOTS];
};

METRIC(m_foreign, METRIC_COUNTER, "lexline_sip_refused_foreign_total", "SIP requests of sources that nobody listed");
METRIC(m_flood, METRIC_COUNTER, "lexline_sip_refused_flood_total", "SIP requests beyond a source's rate");
METRIC(m_malformed, METRIC_COUNTER, "lexline_sip_refused_malformed_total", "SIP messages that could not be read");
METRIC(m_spoofed, METRIC_COUNTER, "lexline_sip_refused_spoofed_total", "requests inside a dialog from somebody else");
METRIC(m_digest, METRIC_COUNTER, "lexline_sip_refused_digest_total", "wrong SIP credentials");
METRIC(m_locked, METRIC_COUNTER, "lexline_sip_refused_locked_total", "SIP requests of locked users and addresses");
METRIC(m_full, METRIC_COUNTER, "lexline_sip_refused_full_total", "calls refused because of a limit");
METRIC(m_draining, METRIC_COUNTER, "lexline_sip_refused_draining_total", "calls refused because of a restart");

static const struct {
	const char *name;
	struct metric *metric;
} refusals[REFUSED_N] = {
	[REFUSED_FOREIGN] = {"foreign", &m_foreign},	   [REFUSED_FLOOD] = {"flood", &m_flood},
	[REFUSED_MALFORMED] = {"malformed", &m_malformed}, [REFUSED_SPOOFED] = {"spoofed", &m_spoofed},
	[REFUSED_DIGEST] = {"digest", &m_digest},	   [REFUSED_LOCKED] = {"locked", &m_locked},
	[REFUSED_FULL] = {"full", &m_full},		   [REFUSED_DRAINING] = {"draining", &m_draining},
};

/* ---- networks ------------------------------------------------------------------------------ */

/* 16 bytes; IPv4 as ::ffff:a.b.c.d, so that a dual socket's sources compare. @return bits of the family, 0: neither */
static int address_bytes(const struct sa *a, uint8_t out[16])
{
	memset(out, 0, 16);
	if (sa_af(a) == AF_INET) {
		uint32_t v4 = sa_in(a);

		out[10] = out[11] = 0xff;
		for (int i = 0; i < 4; i++)
			out[12 + i] = (uint8_t)(v4 >> (24 - 8 * i));
		return 32;
	}
	if (sa_af(a) != AF_INET6)
		return 0;
	sa_in6(a, out);
	return 128;
}

int network_parse(struct str text, struct network *ret)
{
	struct network n = {.bits = -1};
	struct str rest = text, address;
	char host[64];
	uint8_t bytes[16];
	int64_t bits = -1;
	int max;

	if (!str_split(&rest, '/', &address) || address.len >= sizeof(host))
		return -E_INVALID;
	memcpy(host, address.p, address.len);
	host[address.len] = '\0';
	if (sa_set_str(&n.base, host, 0))
		return -E_INVALID;
	max = address_bytes(&n.base, bytes);
	if (rest.p && str_to_int(rest, &bits) < 0)
		return -E_INVALID;
	if (!rest.p)
		bits = max;
	if (!max || bits < 0 || bits > max)
		return -E_INVALID;
	n.bits = (int)bits + (max == 32 ? 96 : 0);
	*ret = n;
	return 0;
}

bool network_has(const struct network *n, const struct sa *a)
{
	uint8_t x[16], y[16];
	int whole = n->bits / 8, rest = n->bits % 8;

	if (!address_bytes(&n->base, x) || !address_bytes(a, y))
		return false;
	if (memcmp(x, y, (size_t)whole) != 0)
		return false;
	return !rest || !((x[whole] ^ y[whole]) >> (8 - rest));
}

bool address_is_loopback(const struct sa *a)
{
	return sa_is_loopback(a) || (sa_af(a) == AF_INET && sa_in(a) >> 24 == 127); /* libre knows 127.0.0.1 only */
}

bool address_is_private(const struct sa *a)
{
	static const char *const list[] = {"127.0.0.0/8",  "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
					   "169.254.0.0/16", "::1",	 "fc00::/7",	  "fe80::/10"};
	struct network n;

	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		if (network_parse(str_of(list[i]), &n) == 0 && network_has(&n, a))
			return true;
	return false;
}

/* ---- rates --------------------------------------------------------------------------------- */

struct guard *guard_new(int per_source_s)
{
	struct guard *g = MEM_NEW(struct guard);

	g->rate = per_source_s > 0 ? per_source_s : 1;
	rand_bytes((uint8_t *)g->secret, sizeof(g->secret));
	for (int i = 0; i < REFUSED_N; i++)
		metric_add(refusals[i].metric, 0); /* stands in /metrics before the first one */
	return g;
}

void guard_free(struct guard *g)
{
	free(g);
}

bool guard_admits(struct guard *g, const struct sa *src, bool trunk)
{
	double cost = trunk ? 0.1 : 1;
	uint64_t now = tmr_jiffies(), key;
	struct slot *slot, *set;
	uint8_t bytes[16];

	if (address_bytes(src, bytes) == 128)
		memset(bytes + 8, 0, 8);
	key = siphash13(bytes, sizeof(bytes), g->secret) | 1;
	set = slot = &g->slots[(key >> 8) % (SLOTS / WAYS) * WAYS];
	for (int i = 0; i < WAYS; i++) {
		if (set[i].key == key) {
			slot = &set[i];
			break;
		}
		if (set[i].at_ms < slot->at_ms)
			slot = &set[i];
	}
	if (slot->key != key)
		*slot = (struct slot){.key = key, .tokens = g->rate, .at_ms = now};
	slot->tokens += (double)(now - slot->at_ms) * g->rate / 1000;
	if (slot->tokens > g->rate)
		slot->tokens = g->rate;
	slot->at_ms = now;
	if (slot->tokens < cost)
		return false;
	slot->tokens -= cost;
	return true;
}

void guard_refused(struct guard *g, enum refusal why)
{
	g->refused[why]++;
	metric_add(refusals[why].metric, 1);
}

uint64_t guard_count(const struct guard *g, enum refusal why)
{
	return g->refused[why];
}

const char *refusal_name(enum refusal why)
{
	return refusals[why].name;
}
