/* Offers and answers, RFC 3264; keys in them, RFC 4568 and RFC 7714. */
#include <openssl/crypto.h>

#include "voice/sip_private.h"

#define PT_EVENT 101

static const struct suite {
	enum port_srtp srtp;
	const char *name;
	size_t key_len; /* key and salt */
} suites[] = {
	{PORT_SRTP_GCM_128, "AEAD_AES_128_GCM", 28},
	{PORT_SRTP_CM_80, "AES_CM_128_HMAC_SHA1_80", 30},
};
#define KEY_SLOT(suite) ((suite) - suites)

/* ---- life ---------------------------------------------------------------------------------- */

static void make_keys(struct talk *t)
{
	if (t->keys)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		rand_bytes(t->tx_key[i], sizeof(t->tx_key[i]));
	t->keys = true;
}

static void use_suite(struct talk *t, int tag, const struct suite *suite)
{
	make_keys(t);
	t->lines[t->n_lines].tag = tag;
	t->lines[t->n_lines++].suite = (int)KEY_SLOT(suite);
}

/* Written when a description is: so our keys stand in no attribute that libre would free unwiped. */
static int print_crypto(struct mbuf *mb, bool offer, void *arg)
{
	const struct talk *t = arg;
	int err = 0;

	(void)offer;
	for (int i = 0; i < t->n_lines && !err; i++) {
		const struct suite *suite = &suites[t->lines[i].suite];
		char key[64];
		size_t len = sizeof(key) - 1;

		err = base64_encode(t->tx_key[t->lines[i].suite], suite->key_len, key, &len);
		key[err ? 0 : len] = '\0';
		err = err ? err : mbuf_printf(mb, "a=crypto:%d %s inline:%s\r\n", t->lines[i].tag, suite->name, key);
		OPENSSL_cleanse(key, sizeof(key));
	}
	return err;
}

static int add_formats(struct talk *t)
{
	int err = 0;

	err |= sdp_format_add(NULL, t->audio, false, "8", "PCMA", 8000, 1, NULL, NULL, NULL, false, NULL);
	err |= sdp_format_add(NULL, t->audio, false, "0", "PCMU", 8000, 1, NULL, NULL, NULL, false, NULL);
	err |= sdp_format_add(NULL, t->audio, false, "101", "telephone-event", 8000, 1, NULL, NULL, NULL, false, "0-15");
	err |= sdp_media_set_lattr(t->audio, true, "ptime", "20");
	return err ? -E_NO_MEMORY : 0;
}

int talk_open(struct talk *t, const struct sa *address, uint16_t port, enum srtp_policy policy, bool offer_srtp)
{
	int r;

	t->policy = policy;
	if (sdp_session_alloc(&t->session, address))
		return -E_NO_MEMORY;
	if (sdp_media_add(&t->audio, t->session, sdp_media_audio, port, policy == SRTP_MUST ? "RTP/SAVP" : "RTP/AVP"))
		return -E_NO_MEMORY;
	sdp_media_set_lport_rtcp(t->audio, port + 1);
	if (policy == SRTP_MAY)
		sdp_media_set_alt_protos(t->audio, 2, "RTP/AVP", "RTP/SAVP");
	if ((r = add_formats(t)) < 0)
		return r;
	sdp_media_set_encode_handler(t->audio, print_crypto, t);
	for (size_t i = 0; offer_srtp && i < ARRAY_SIZE(suites); i++)
		use_suite(t, (int)i + 1, &suites[i]);
	return 0;
}

void talk_close(struct talk *t)
{
	t->audio = NULL;
	t->session = mem_deref(t->session);
	OPENSSL_cleanse(t->tx_key, sizeof(t->tx_key));
	OPENSSL_cleanse(t->rx_key, sizeof(t->rx_key));
}

void talk_direction(struct talk *t, bool hold)
{
	sdp_media_set_ldir(t->audio, hold ? SDP_SENDONLY : SDP_SENDRECV);
}

int talk_offer(struct talk *t, struct mbuf **ret)
{
	return sdp_encode(ret, t->session, true) ? -E_NO_MEMORY : 0;
}

int talk_answer(struct talk *t, struct mbuf **ret)
{
	t->agreed = true;
	return sdp_encode(ret, t->session, false) ? -E_NO_MEMORY : 0;
}

/* ---- taking theirs ------------------------------------------------------------------------- */

static bool take_key(struct talk *t, const struct suite *suite, const char *key, size_t key_len)
{
	size_t len = sizeof(t->rx_key);

	return key_len <= 56 && !base64_decode(key, key_len, t->rx_key, &len) && len == suite->key_len;
}

/* "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20": a lifetime is fine, an MKI ("|1:4") or session parameters are not. */
static bool take_crypto(struct talk *t, const char *value)
{
	struct pl tag, name, key;
	const char *rest;

	if (re_regex(value, strlen(value), "[0-9]+[ ]+[^ ]+[ ]+inline:[^| ;]+", &tag, NULL, &name, NULL, &key))
		return false;
	rest = key.p + key.l;
	if (strpbrk(rest, ": ;"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		if (pl_strcmp(&name, suites[i].name) || !take_key(t, &suites[i], key.p, key.l))
			continue;
		t->srtp = suites[i].srtp;
		t->tag = (int)pl_u32(&tag);
		return true;
	}
	return false;
}

static bool crypto_handler(const char *name, const char *value, void *arg)
{
	(void)name;
	if (!value || !take_crypto(arg, value))
		return false;
	return true; /* the first we know: theirs is the preference */
}

static bool wipe_handler(const char *name, const char *value, void *arg)
{
	(void)name;
	(void)arg;
	if (value) /* libre's own copy, freed with the session: nobody else reads it */
		OPENSSL_cleanse((char *)(uintptr_t)value, strlen(value));
	return false;
}

static int agree_protection(struct talk *t, bool offer)
{
	bool secure = strstr(sdp_media_proto(t->audio), "SAVP") != NULL;

	t->srtp = PORT_CLEAR;
	if (t->policy != SRTP_NEVER)
		sdp_media_rattr_apply(t->audio, "crypto", crypto_handler, t);
	sdp_media_rattr_apply(t->audio, "crypto", wipe_handler, NULL);
	if ((secure || t->policy == SRTP_MUST) && t->srtp == PORT_CLEAR)
		return -E_UNSUPPORTED;
	if (!offer)
		return 0;
	t->n_lines = 0;
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		if (suites[i].srtp == t->srtp)
			use_suite(t, t->tag, &suites[i]);
	return 0;
}

/* One codec, so that nobody changes it in the middle: A-law when they have it. */
static int agree_codec(struct talk *t)
{
	struct sdp_format *alaw = sdp_media_format(t->audio, true, NULL, 8, NULL, -1, -1);
	struct sdp_format *ulaw = sdp_media_format(t->audio, true, NULL, 0, NULL, -1, -1);

	if (!alaw || !ulaw || (!alaw->sup && !ulaw->sup))
		return -E_UNSUPPORTED;
	if (alaw->sup)
		ulaw->sup = false;
	return 0;
}

/* libre refuses a whole description for one "a=rtpmap:31 LPC" without a rate, be it of a video that we don't take. */
static int copy_lines(struct mbuf *mb, const struct pl *sdp)
{
	const char *p = sdp->p, *end = sdp->p + sdp->l;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((nl ? nl + 1 : end) - p);
		bool broken = len > 9 && !memcmp(p, "a=rtpmap:", 9) && !memchr(p, '/', len);

		if (!broken && mbuf_write_mem(mb, (const uint8_t *)p, len))
			return -E_NO_MEMORY;
		p += len;
	}
	mb->pos = 0;
	return 0;
}

int talk_take(struct talk *t, const struct pl *sdp, bool offer)
{
	struct mbuf *mb = mbuf_alloc(sdp->l + 1);
	int r;

	if (!mb)
		return -E_NO_MEMORY;
	r = copy_lines(mb, sdp);
	if (!r && sdp_decode(t->session, mb, offer))
		r = -E_INVALID;
	mem_deref(mb);
	if (r < 0)
		return r;
	if (!sdp_media_rport(t->audio))
		return -E_UNSUPPORTED;
	if ((r = agree_codec(t)) < 0 || (r = agree_protection(t, offer)) < 0)
		return r;
	if (!offer)
		t->agreed = true;
	return 0;
}

bool talk_held(const struct talk *t)
{
	return !(sdp_media_rdir(t->audio) & SDP_SENDONLY) || sa_is_any(sdp_media_raddr(t->audio));
}

int talk_apply(struct talk *t, struct port *p)
{
	const struct sdp_format *event = sdp_media_rformat(t->audio, "telephone-event");
	const struct sdp_format *alaw = sdp_media_format(t->audio, true, NULL, 8, NULL, -1, -1);
	enum sdp_dir dir = sdp_media_dir(t->audio);
	struct port_setup s = {
		.remote = *sdp_media_raddr(t->audio),
		.pt = alaw && alaw->sup ? 8 : 0,
		.pt_event = event ? event->pt : -1,
		.send = (dir & SDP_SENDONLY) && !sa_is_any(sdp_media_raddr(t->audio)),
		.receive = dir & SDP_RECVONLY,
		.rtcp_mux = sdp_media_rattr(t->audio, "rtcp-mux") != NULL,
		.srtp = t->srtp,
	};

	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		if (suites[i].srtp == t->srtp)
			memcpy(s.tx_key, t->tx_key[i], sizeof(s.tx_key));
	memcpy(s.rx_key, t->rx_key, sizeof(s.rx_key));
	return port_setup(p, &s);
}

/* ---- where it stands ----------------------------------------------------------------------- */

/* A part of multipart/mixed (RFC 5621): ISUP may stand beside. */
static bool part_of(const struct sip_msg *msg, const struct pl *body, struct pl *ret)
{
	struct pl boundary, head, type;
	const char *p = body->p, *end = body->p + body->l;
	char line[80];

	if (msg_param_decode(&msg->ctyp.params, "boundary", &boundary) || boundary.l > 70 || !boundary.l)
		return false;
	if (boundary.l > 2 && boundary.p[0] == '"')
		boundary = (struct pl){boundary.p + 1, boundary.l - 2};
	re_snprintf(line, sizeof(line), "--%r", &boundary);
	while ((p = memmem(p, (size_t)(end - p), line, strlen(line)))) {
		const char *text = memmem(p, (size_t)(end - p), "\r\n\r\n", 4);
		const char *next;

		if (!text)
			return false;
		head = (struct pl){p, (size_t)(text - p)};
		next = memmem(text, (size_t)(end - text), line, strlen(line));
		if (!next)
			return false;
		if (!re_regex(head.p, head.l, "Content-Type:[ ]*[^ ;\r\n]+", NULL, &type) &&
		    !pl_strcasecmp(&type, "application/sdp")) {
			*ret = (struct pl){text + 4, (size_t)(next - text - 4)};
			return true;
		}
		p = next;
	}
	return false;
}

bool talk_of_message(const struct sip_msg *msg, struct pl *ret)
{
	struct pl body = {(const char *)mbuf_buf(msg->mb), mbuf_get_left(msg->mb)};
	size_t declared = pl_isset(&msg->clen) ? pl_u32(&msg->clen) : body.l;

	if (declared < body.l)
		body.l = declared; /* RFC 3261 §18.3: what stands behind it is discarded */
	if (!body.l)
		return false;
	if (msg_ctype_cmp(&msg->ctyp, "application", "sdp")) {
		*ret = body;
		return true;
	}
	return !pl_strcasecmp(&msg->ctyp.type, "multipart") && part_of(msg, &body, ret);
}
