/* Digest: our answers to challenges (RFC 7616, RFC 3261 §22), and nonces of our own. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/time.h"
#include "voice/sip_private.h"

#define NONCE_LIFE_MS (300 * 1000)

/* ---- as a client --------------------------------------------------------------------------- */

static bool has_auth(const struct pl *qop)
{
	return !re_regex(qop->p, qop->l, "auth") && pl_strcasecmp(qop, "auth-int");
}

static bool fits(const struct pl *pl, size_t size)
{
	if (pl->l >= size)
		return false;
	for (size_t i = 0; i < pl->l; i++)
		if (pl->p[i] == '"' || (unsigned char)pl->p[i] < ' ')
			return false;
	return true;
}

static bool decode(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	struct httpauth_digest_chall chall;
	struct challenge *c = arg;
	bool sha256;

	(void)msg;
	if (httpauth_digest_challenge_decode(&chall, &hdr->val))
		return false;
	sha256 = !pl_strcasecmp(&chall.algorithm, "SHA-256");
	if (pl_isset(&chall.algorithm) && !sha256 && pl_strcasecmp(&chall.algorithm, "MD5"))
		return false;
	if (!fits(&chall.realm, sizeof(c->realm)) || !fits(&chall.nonce, sizeof(c->nonce)) ||
	    !fits(&chall.opaque, sizeof(c->opaque)) || (pl_isset(&chall.qop) && !has_auth(&chall.qop)))
		return false;
	pl_copy(c->realm, sizeof(c->realm), &chall.realm);
	pl_copy(c->nonce, sizeof(c->nonce), &chall.nonce);
	pl_copy(c->opaque, sizeof(c->opaque), &chall.opaque);
	c->sha256 = sha256;
	c->qop = pl_isset(&chall.qop);
	c->stale = !pl_strcasecmp(&chall.stale, "true");
	return true; /* the first we can: the server's preference comes first (RFC 7616 §3.7) */
}

bool challenge_take(struct challenge *c, const struct sip_msg *msg)
{
	struct challenge fresh = {.known = true, .proxy = msg->scode == 407};

	if (msg->scode != 401 && msg->scode != 407)
		return false;
	if (!sip_msg_hdr_apply(msg, true, fresh.proxy ? SIP_HDR_PROXY_AUTHENTICATE : SIP_HDR_WWW_AUTHENTICATE, decode,
			       &fresh))
		return false;
	/* Refused though it answered a challenge of the same realm, and not because the nonce grew old. */
	if (c->known && c->nc && !c->accepted && !fresh.stale && !strcmp(c->realm, fresh.realm))
		return false;
	*c = fresh;
	return true;
}

static void hash(bool sha256, char out[65], const char *fmt, ...)
{
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (re_vsdprintf(&text, fmt, ap))
		text = NULL;
	va_end(ap);
	out[0] = '\0';
	if (text && EVP_Digest(text, strlen(text), md, &len, sha256 ? EVP_sha256() : EVP_md5(), NULL) == 1)
		for (unsigned i = 0; i < len; i++)
			snprintf(out + 2 * i, 3, "%02x", md[i]);
	if (text)
		OPENSSL_cleanse(text, strlen(text));
	mem_deref(text);
}

int challenge_print(struct mbuf *mb, struct challenge *c, const char *user, const char *password, const char *method,
		    const char *uri)
{
	char ha1[65], ha2[65], response[65], nc[9], cnonce[17];
	int err;

	if (!c->known || !user)
		return 0;
	snprintf(nc, sizeof(nc), "%08x", ++c->nc);
	re_snprintf(cnonce, sizeof(cnonce), "%016llx", rand_u64());
	hash(c->sha256, ha1, "%s:%s:%s", user, c->realm, password);
	hash(c->sha256, ha2, "%s:%s", method, uri);
	if (c->qop)
		hash(c->sha256, response, "%s:%s:%s:%s:auth:%s", ha1, c->nonce, nc, cnonce, ha2);
	else
		hash(c->sha256, response, "%s:%s:%s", ha1, c->nonce, ha2);
	OPENSSL_cleanse(ha1, sizeof(ha1));
	err = mbuf_printf(mb, "%s: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\", algorithm=%s",
			  c->proxy ? "Proxy-Authorization" : "Authorization", user, c->realm, c->nonce, uri, response,
			  c->sha256 ? "SHA-256" : "MD5");
	if (c->opaque[0])
		err |= mbuf_printf(mb, ", opaque=\"%s\"", c->opaque);
	if (c->qop)
		err |= mbuf_printf(mb, ", qop=auth, nc=%s, cnonce=\"%s\"", nc, cnonce);
	return err | mbuf_printf(mb, "\r\n");
}

/* ---- as a server --------------------------------------------------------------------------- */

/* Nothing is kept: the nonce says when it was made, and for whom; the key vouches. 12 + 32 characters. */
static void nonce_print(const struct nonces *n, uint64_t at_ms, const struct sa *src, char out[64])
{
	uint8_t md[EVP_MAX_MD_SIZE];
	char text[96];
	unsigned len = 0;

	re_snprintf(text, sizeof(text), "%llu %j", at_ms, src);
	HMAC(EVP_sha256(), n->key, sizeof(n->key), (const uint8_t *)text, strlen(text), md, &len);
	snprintf(out, 64, "%012llx", (unsigned long long)at_ms & 0xffffffffffffull);
	for (unsigned i = 0; i < 16; i++)
		snprintf(out + 12 + 2 * i, 3, "%02x", md[i]);
}

void nonce_make(struct nonces *n, const struct sa *src, char out[64])
{
	uint64_t now = tmr_jiffies();

	n->last_ms = now > n->last_ms ? now : n->last_ms + 1;
	nonce_print(n, n->last_ms, src, out);
}

enum digest_result nonce_check(const struct nonces *n, const struct sa *src, const struct pl *nonce)
{
	char given[64], expected[64];
	uint64_t at_ms, now = tmr_jiffies();

	if (nonce->l != 44)
		return DIGEST_NONE;
	pl_copy(given, sizeof(given), nonce);
	at_ms = pl_x64(&(struct pl){given, 12});
	nonce_print(n, at_ms, src, expected);
	if (CRYPTO_memcmp(given, expected, 44) != 0)
		return DIGEST_STALE; /* not ours, or of before a restart: ask again with a new one */
	return now > at_ms + NONCE_LIFE_MS ? DIGEST_STALE : DIGEST_OK;
}
