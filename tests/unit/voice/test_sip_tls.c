/* TCP, TLS and IPv6. The peer is a second libre here: it keeps connections. */
#include "sip_world.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

/* ---- certificates --------------------------------------------------------------------------- */

static char cert_path[64], key_path[64];

static void add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(e);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

/* Signed by itself, so it is its own authority. */
static void make_certificate(const char *name)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	char san[80];
	FILE *f;
	int fd;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -86400);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400L * 3650);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const uint8_t *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	snprintf(san, sizeof(san), "DNS:%s", name);
	add_extension(x, NID_subject_alt_name, san);
	add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	assert_int_not_equal(X509_sign(x, key, EVP_sha256()), 0);
	snprintf(cert_path, sizeof(cert_path), "/tmp/lexline-sip-cert-XXXXXX");
	snprintf(key_path, sizeof(key_path), "/tmp/lexline-sip-key-XXXXXX");
	fd = mkstemp(cert_path);
	f = fdopen(fd, "w");
	PEM_write_X509(f, x);
	fclose(f);
	fd = mkstemp(key_path);
	f = fdopen(fd, "w");
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void remove_certificate(void)
{
	unlink(cert_path);
	unlink(key_path);
}

/* ---- a peer with connections -------------------------------------------------------------------- */

struct remote {
	struct sip *sip;
	struct sip_lsnr *requests;
	struct tls *tls;
	struct sip_request *req;
	struct sa at;
	char seen[256]; /* "OPTIONS 200 401 " */
	char challenge[512];
	char sdp[1024];
	const char *answer; /* SDP to an INVITE */
};

static bool on_request(const struct sip_msg *msg, void *arg)
{
	struct remote *r = arg;
	size_t n = strlen(r->seen);

	re_snprintf(r->seen + n, sizeof(r->seen) - n, "%r ", &msg->met);
	if (!pl_strcmp(&msg->met, "INVITE")) {
		re_snprintf(r->sdp, sizeof(r->sdp), "%b", mbuf_buf(msg->mb), mbuf_get_left(msg->mb));
		sip_treplyf(NULL, NULL, r->sip, msg, false, 200, "OK",
			    "Contact: <sip:phone@127.0.0.1:9>\r\nContent-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
			    strlen(r->answer), r->answer);
	} else {
		sip_treply(NULL, r->sip, msg, 200, "OK");
	}
	world_poke();
	return true;
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct remote *r = arg;
	size_t n = strlen(r->seen);

	if (err) {
		snprintf(r->seen + n, sizeof(r->seen) - n, "failed ");
	} else {
		re_snprintf(r->seen + n, sizeof(r->seen) - n, "%u ", msg->scode);
		if (msg->scode == 401)
			snprintf(r->challenge, sizeof(r->challenge), "%s", digest(msg, "REGISTER", "sip:lexline", "desk7", "secret"));
	}
	world_poke();
}

static void remote_open(struct remote *r, enum sip_transp tp, const char *address)
{
	memset(r, 0, sizeof(*r));
	sa_set_str(&r->at, address, free_port());
	assert_int_equal(sip_alloc(&r->sip, NULL, 32, 32, 32, "peer", NULL, NULL), 0);
	if (tp == SIP_TRANSP_TLS) {
		SSL_CTX *ctx;

		assert_int_equal(tls_alloc(&r->tls, TLS_METHOD_SSLV23, NULL, NULL), 0);
		ctx = tls_openssl_context(r->tls);
		assert_int_equal(SSL_CTX_use_certificate_chain_file(ctx, cert_path), 1);
		assert_int_equal(SSL_CTX_use_PrivateKey_file(ctx, key_path, SSL_FILETYPE_PEM), 1);
	}
	assert_int_equal(sip_transp_add(r->sip, tp, &r->at, r->tls), 0);
	assert_int_equal(sip_listen(&r->requests, r->sip, true, on_request, r), 0);
}

static void remote_close(struct remote *r)
{
	mem_deref(r->req);
	mem_deref(r->requests);
	sip_close(r->sip, true);
	mem_deref(r->sip);
	mem_deref(r->tls);
}

static void remote_register(struct remote *r, const struct sa *to, enum sip_transp tp, const char *credentials)
{
	static unsigned cseq;
	char hop[128], lines[1024];
	struct uri route;
	struct pl pl;
	size_t n = strlen(credentials);

	re_snprintf(hop, sizeof(hop), "sip:%J%s", to, sip_transp_param(tp));
	pl_set_str(&pl, hop);
	assert_int_equal(uri_decode(&route, &pl), 0);
	snprintf(lines, sizeof(lines), "%.*s%s", (int)(n ? n - 1 : 0), credentials, n ? "\r\n" : "");
	assert_int_equal(sip_requestf(&r->req, r->sip, true, "REGISTER", "sip:lexline", &route, NULL, NULL, on_response, r,
				      "To: <sip:desk7@lexline>\r\nFrom: <sip:desk7@lexline>;tag=t\r\nCall-ID: tls\r\nCSeq: %u REGISTER\r\n"
				      "Contact: <sip:phone@127.0.0.1:9>\r\nExpires: 600\r\n%sContent-Length: 0\r\n\r\n",
				      ++cseq, lines),
			 0);
}

/* ---- trunks ------------------------------------------------------------------------------------- */

/* @return the state that a trunk to "localhost" with that certificate comes to */
static void trunk_by_tls(const char *certificate_of, const char *state)
{
	static char server[64];
	struct remote r;
	struct world w;

	make_certificate(certificate_of);
	remote_open(&r, SIP_TRANSP_TLS, "127.0.0.1");
	world_prepare(&w);
	w.config.tls_ca = cert_path;
	snprintf(server, sizeof(server), "localhost:%u", sa_port(&r.at));
	w.trunks[0].server = server;
	w.trunks[0].transport = TRANSPORT_TLS;
	w.trunks[0].ping_s = 60;
	world_open(&w);
	until_trunk(&w, state);
	if (!strcmp(state, "carrier:up"))
		assert_string_equal(r.seen, "OPTIONS ");
	else
		assert_string_equal(r.seen, ""); /* it got no word of ours */
	world_close(&w);
	remote_close(&r);
	remove_certificate();
}

static void a_trunk_proves_its_name(void **state)
{
	(void)state;
	trunk_by_tls("localhost", "carrier:up");
	trunk_by_tls("other.example", "carrier:down");
}

static void a_trunk_by_tcp_and_by_ipv6(void **state)
{
	static const char *const addresses[] = {"127.0.0.1", "::1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		static char server[64];
		struct remote r;
		struct world w;

		remote_open(&r, SIP_TRANSP_TCP, addresses[i]);
		world_prepare(&w);
		sa_set_str(&w.listen[0].address, addresses[i], free_port());
		w.listen[0].transport = TRANSPORT_TCP;
		re_snprintf(server, sizeof(server), "%J", &r.at);
		w.trunks[0].server = server;
		w.trunks[0].transport = TRANSPORT_TCP;
		w.trunks[0].ping_s = 60;
		world_open(&w);
		until_trunk(&w, "carrier:up");
		world_close(&w);
		remote_close(&r);
	}
}

/* ---- a phone by TLS ------------------------------------------------------------------------------- */

static void a_phone_keeps_its_connection(void **state)
{
	struct dial d = {.person_id = 7};
	struct fault f = {0};
	struct remote r;
	struct world w;
	struct sa at;

	(void)state;
	make_certificate("localhost");
	remote_open(&r, SIP_TRANSP_TLS, "127.0.0.1");
	world_prepare(&w);
	w.config.phones = true;
	w.config.n_trunks = 0;
	w.config.tls_cert = cert_path;
	w.config.tls_key = key_path;
	sa_set_str(&at, "127.0.0.1", free_port());
	w.listen[1] = (struct voice_listen){.address = at, .transport = TRANSPORT_TLS};
	w.config.n_listen = 2;
	world_open(&w);
	remote_register(&r, &at, SIP_TRANSP_TLS, "");
	until(r.seen, "401 ");
	remote_register(&r, &at, SIP_TRANSP_TLS, r.challenge);
	until(r.seen, "401 200 ");
	assert_true(signalling_phone_there(w.s, 7));
	/* Its Contact leads nowhere: the call goes back on the connection, with keys that an answer may take up. */
	r.answer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
		   "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\r\n";
	assert_int_equal(signalling_dial(w.s, &d, world_event, &w, &w.leg, &f), 0);
	until_event(&w, "answered");
	assert_contains(r.sdp, "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:");
	leg_hangup(w.leg, 0);
	until(r.seen, "BYE");
	until_event(&w, "ended:local");
	world_close(&w);
	remote_close(&r);
	remove_certificate();
}

RUN(cmocka_unit_test(a_trunk_proves_its_name), cmocka_unit_test(a_trunk_by_tcp_and_by_ipv6),
    cmocka_unit_test(a_phone_keeps_its_connection))
