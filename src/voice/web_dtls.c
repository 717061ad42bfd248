/* DTLS-SRTP, the passive side, over datagrams that come and go by hand. RFC 5763, 5764, 7714. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "base/memory.h"
#include "voice/web_private.h"

#define MTU 1200

struct web_dtls {
	SSL *ssl;
	BIO *in;
	web_dtls_send send;
	void *arg;
	enum web_dtls_state state;
};

/* ---- who we are ------------------------------------------------------------------------------ */

static X509 *make_certificate(EVP_PKEY *key)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_NAME_new();
	uint64_t serial = 0;
	bool ok = cert && name && RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1;

	ok = ok && X509_set_version(cert, X509_VERSION_3) && ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial >> 1) &&
	     X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"lexline", -1, -1, 0) &&
	     X509_set_subject_name(cert, name) && X509_set_issuer_name(cert, name) &&
	     X509_gmtime_adj(X509_getm_notBefore(cert), -86400) &&
	     X509_time_adj_ex(X509_getm_notAfter(cert), 3650, 0, NULL) && X509_set_pubkey(cert, key) &&
	     X509_sign(cert, key, EVP_sha256()) > 0;
	X509_NAME_free(name);
	if (!ok) {
		X509_free(cert);
		return NULL;
	}
	return cert;
}

static bool print_of(const X509 *cert, uint8_t ret[32])
{
	unsigned n = 0;

	return X509_digest(cert, EVP_sha256(), ret, &n) == 1 && n == 32;
}

/* Who it is says the fingerprint of the offer, which came over HTTPS from somebody signed in; web_dtls_keys() compares. */
static int any_certificate(int ok, X509_STORE_CTX *ctx)
{
	(void)ok;
	(void)ctx;
	return 1;
}

static bool set_up_context(SSL_CTX *ctx, X509 *cert, EVP_PKEY *key)
{
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, any_certificate);
	SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(ctx, 1);
	return SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) == 1 && SSL_CTX_use_certificate(ctx, cert) == 1 &&
	       SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
	       SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
	       SSL_CTX_set_tlsext_use_srtp(ctx, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") == 0;
}

int web_dtls_identity_make(struct web_dtls_identity *ret, struct fault *f)
{
	SSL_CTX *ctx = SSL_CTX_new(DTLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = key ? make_certificate(key) : NULL;
	uint8_t print[32];
	bool ok = ctx && cert && print_of(cert, print) && set_up_context(ctx, cert, key);

	X509_free(cert);
	EVP_PKEY_free(key);
	ERR_clear_error();
	if (!ok) {
		SSL_CTX_free(ctx);
		return fail(f, E_INTERNAL, "", "no certificate could be made for browsers' calls");
	}
	ret->ctx = ctx;
	for (size_t i = 0; i < 32; i++)
		snprintf(ret->fingerprint + 3 * i, 4, i < 31 ? "%02X:" : "%02X", print[i]);
	return 0;
}

void web_dtls_identity_drop(struct web_dtls_identity *d)
{
	SSL_CTX_free(d->ctx);
	d->ctx = NULL;
}

/* ---- datagrams out --------------------------------------------------------------------------- */

static int out_write(BIO *bio, const char *data, int len)
{
	struct web_dtls *d = BIO_get_data(bio);

	d->send((const uint8_t *)data, (size_t)len, d->arg);
	return len;
}

static long out_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)bio;
	(void)num;
	(void)ptr;
	if (cmd == BIO_CTRL_FLUSH)
		return 1;
	return cmd == BIO_CTRL_DGRAM_QUERY_MTU || cmd == BIO_CTRL_DGRAM_GET_FALLBACK_MTU ? MTU : 0;
}

static BIO *out_bio(struct web_dtls *d)
{
	static BIO_METHOD *method; /* one for all, never released; only the voice thread is here */
	BIO *bio;

	if (!method) {
		method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "port");
		if (!method)
			return NULL;
		BIO_meth_set_write(method, out_write);
		BIO_meth_set_ctrl(method, out_ctrl);
	}
	bio = BIO_new(method);
	if (bio) {
		BIO_set_data(bio, d);
		BIO_set_init(bio, 1);
	}
	return bio;
}

/* ---- an association -------------------------------------------------------------------------- */

int web_dtls_new(const struct web_dtls_identity *id, web_dtls_send send, void *arg, struct web_dtls **ret)
{
	struct web_dtls *d = MEM_NEW(struct web_dtls);
	BIO *out;

	d->send = send;
	d->arg = arg;
	d->ssl = SSL_new(id->ctx);
	d->in = BIO_new(BIO_s_mem());
	out = out_bio(d);
	if (!d->ssl || !d->in || !out) {
		BIO_free(d->in);
		BIO_free(out);
		SSL_free(d->ssl);
		free(d);
		return -E_NO_MEMORY;
	}
	BIO_set_mem_eof_return(d->in, -1);
	SSL_set_bio(d->ssl, d->in, out);
	SSL_set_mtu(d->ssl, MTU);
	SSL_set_accept_state(d->ssl);
	*ret = d;
	return 0;
}

void web_dtls_free(struct web_dtls *d)
{
	if (!d)
		return;
	if (d->state == DTLS_UP)
		SSL_shutdown(d->ssl);
	SSL_free(d->ssl);
	ERR_clear_error();
	free(d);
}

static void judge(struct web_dtls *d, int r)
{
	int error = SSL_get_error(d->ssl, r);

	if (error == SSL_ERROR_ZERO_RETURN)
		d->state = DTLS_CLOSED;
	else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
		d->state = d->state == DTLS_UP ? DTLS_CLOSED : DTLS_FAILED;
	ERR_clear_error();
}

enum web_dtls_state web_dtls_receive(struct web_dtls *d, const uint8_t *data, size_t len)
{
	uint8_t nothing[MTU]; /* a browser has no other data for us */
	int r;

	if (d->state == DTLS_CLOSED || d->state == DTLS_FAILED || len > 16384)
		return d->state;
	(void)BIO_reset(d->in);
	if (BIO_write(d->in, data, (int)len) != (int)len)
		return d->state;
	if (d->state == DTLS_HANDSHAKE) {
		r = SSL_do_handshake(d->ssl);
		if (r == 1)
			d->state = DTLS_UP;
		else
			judge(d, r);
		return d->state;
	}
	while ((r = SSL_read(d->ssl, nothing, sizeof(nothing))) > 0)
		;
	judge(d, r);
	return d->state;
}

enum web_dtls_state web_dtls_state(const struct web_dtls *d)
{
	return d->state;
}

void web_dtls_timer(struct web_dtls *d)
{
	if (d->state == DTLS_HANDSHAKE && DTLSv1_handle_timeout(d->ssl) < 0)
		d->state = DTLS_FAILED;
	ERR_clear_error();
}

/* ---- keys ------------------------------------------------------------------------------------ */

static int compare_fingerprint(struct web_dtls *d, const uint8_t expected[32])
{
	X509 *cert = SSL_get1_peer_certificate(d->ssl);
	uint8_t print[32];
	bool same = cert && print_of(cert, print) && CRYPTO_memcmp(print, expected, 32) == 0;

	X509_free(cert);
	return same ? 0 : -E_FORBIDDEN;
}

/* RFC 5764 4.2: client key, server key, client salt, server salt. We are the server. */
static int export_keys(struct web_dtls *d, size_t salt, struct web_dtls_keys *ret)
{
	static const char label[] = "EXTRACTOR-dtls_srtp";
	const size_t key = 16;
	uint8_t all[2 * (16 + 14)];

	if (SSL_export_keying_material(d->ssl, all, 2 * (key + salt), label, sizeof(label) - 1, NULL, 0, 0) != 1)
		return -E_INTERNAL;
	memcpy(ret->theirs, all, key);
	memcpy(ret->ours, all + key, key);
	memcpy(ret->theirs + key, all + 2 * key, salt);
	memcpy(ret->ours + key, all + 2 * key + salt, salt);
	OPENSSL_cleanse(all, sizeof(all));
	return 0;
}

int web_dtls_keys(struct web_dtls *d, const uint8_t fingerprint[32], struct web_dtls_keys *ret)
{
	const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(d->ssl);
	int r = compare_fingerprint(d, fingerprint);

	if (r < 0)
		return r;
	*ret = (struct web_dtls_keys){0};
	if (profile && profile->id == SRTP_AEAD_AES_128_GCM) {
		ret->srtp = PORT_SRTP_GCM_128;
		return export_keys(d, 12, ret);
	}
	if (profile && profile->id == SRTP_AES128_CM_SHA1_80) {
		ret->srtp = PORT_SRTP_CM_80;
		return export_keys(d, 14, ret);
	}
	return -E_UNSUPPORTED;
}
