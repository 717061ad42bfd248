/* SIP over TLS.
 *
 * libre takes any certificate of a peer it connects to. So a trunk with TLS has a stack and a context of its own, in
 * which OpenSSL is told the one name that peer must prove.
 */
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "voice/sip_private.h"

static int load_certificate(const struct voice_config *c, struct tls *tls, bool needed, struct fault *f)
{
	SSL_CTX *ctx = tls_openssl_context(tls);

	if (!c->tls_cert || !c->tls_key)
		return needed ? fail(f, E_CONFIG, "tls", "SIP over TLS needs tls_cert and tls_key (PEM files)") : 0;
	if (SSL_CTX_use_certificate_chain_file(ctx, c->tls_cert) != 1)
		return fail(f, E_CONFIG, "tls_cert", "%s is no certificate in PEM, or cannot be read", c->tls_cert);
	if (SSL_CTX_use_PrivateKey_file(ctx, c->tls_key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ctx) != 1)
		return fail(f, E_CONFIG, "tls_key", "%s is not the key of %s, or cannot be read", c->tls_key, c->tls_cert);
	return 0;
}

static int new_context(const struct voice_config *c, struct tls **ret, bool needed, struct fault *f)
{
	struct tls *tls = NULL;
	int r;

	if (tls_alloc(&tls, TLS_METHOD_SSLV23, NULL, NULL))
		return fail(f, E_INTERNAL, "", "TLS cannot be set up");
	SSL_CTX_set_min_proto_version(tls_openssl_context(tls), TLS1_2_VERSION);
	if ((r = load_certificate(c, tls, needed, f)) < 0) {
		mem_deref(tls);
		return r;
	}
	*ret = tls;
	return 0;
}

int tls_open(struct signalling *s, struct fault *f)
{
	return new_context(s->config, &s->tls, true, f);
}

/* ---- a trunk's own --------------------------------------------------------------------------- */

/* Before the first message goes out: name whom we want to speak to (SNI), for peers that serve several. */
static void name_peer(const SSL *ssl, int where, int ret)
{
	const struct trunk *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	struct sa literal;

	(void)ret;
	if ((where & SSL_CB_HANDSHAKE_START) && !SSL_is_server(ssl) && t && sa_set_str(&literal, t->host, 0))
		SSL_set_tlsext_host_name((SSL *)ssl, t->host);
}

static int demand_name(struct trunk *t, struct fault *f)
{
	SSL_CTX *ctx = tls_openssl_context(t->tls);
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);
	const char *ca = t->s->config->tls_ca;
	struct sa literal;
	int ok;

	if (!sa_set_str(&literal, t->host, 0))
		ok = X509_VERIFY_PARAM_set1_ip_asc(param, t->host);
	else
		ok = X509_VERIFY_PARAM_set1_host(param, t->host, 0);
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	ok = ok && (ca ? SSL_CTX_load_verify_locations(ctx, ca, NULL) : SSL_CTX_set_default_verify_paths(ctx));
	if (ok != 1)
		return fail(f, E_CONFIG, "", "trunk %s: the certificates of authorities cannot be read", t->c->name);
	SSL_CTX_set_app_data(ctx, t);
	SSL_CTX_set_info_callback(ctx, name_peer);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return 0;
}

/* Where it leaves from, and where the peer may connect back to: the address of a listen line, another port. */
static void local_address(const struct trunk *t, struct sa *ret)
{
	const struct voice_config *c = t->s->config;
	struct sa literal;
	int af = !sa_set_str(&literal, t->host, 0) ? sa_af(&literal) : AF_INET;

	for (size_t i = 0; i < c->n_listen; i++) {
		if (sa_af(&c->listen[i].address) == af && !sa_is_any(&c->listen[i].address)) {
			*ret = c->listen[i].address;
			sa_set_port(ret, 0);
			return;
		}
	}
	if (net_default_source_addr_get(af, ret))
		sa_set_str(ret, af == AF_INET6 ? "::1" : "127.0.0.1", 0);
	sa_set_port(ret, 0);
}

int trunk_transport_open(struct trunk *t, struct fault *f)
{
	struct sa local;
	int r;

	if (t->c->transport != TRANSPORT_TLS)
		return 0;
	t->sip = NULL;
	if ((r = new_context(t->s->config, &t->tls, false, f)) < 0 || (r = demand_name(t, f)) < 0)
		return r;
	local_address(t, &local);
	if (stack_open(&t->own, t->s) < 0 || sip_transp_add(t->own.sip, SIP_TRANSP_TLS, &local, t->tls))
		return fail(f, E_IO, "", "trunk %s: no port for TLS", t->c->name);
	t->sip = t->own.sip;
	return stack_listen(&t->own);
}

void trunk_transport_close(struct trunk *t)
{
	if (t->c->transport != TRANSPORT_TLS)
		return;
	stack_close(&t->own);
	mem_deref(t->tls);
}
