/* Numbers of callers and called, addresses and networks, as they come over the wire. */
#include "check.h"

#include "voice/sip_private.h"

static struct sip_msg *message(const char *ruri, const char *headers)
{
	struct mbuf *mb = mbuf_alloc(1024);
	struct sip_msg *msg = NULL;

	mbuf_printf(mb, "INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n%s\r\n", ruri,
		    headers);
	mb->pos = 0;
	assert_int_equal(sip_msg_decode(&msg, mb), 0);
	mem_deref(mb);
	return msg;
}

static void who_calls_whom(void **state)
{
	static const struct voice_trunk account = {.name = "t", .user = "96000", .country = "+86", .area = "0551"};
	static struct trunk trunk = {.c = &account};
	static const struct source by_trunk = {.kind = SOURCE_TRUNK, .trunk = &trunk};
	static const struct {
		const char *ruri, *headers, *caller, *called, *display;
	} cases[] = {
		{"sip:12348@x", "From: \"Li\" <sip:13800138000@x>;tag=1\r\nTo: <sip:12348@x>\r\n", "+8613800138000", "12348", "Li"},
		{"sip:12348@x", "From: <sip:13800138000@x>;tag=1\r\nTo: <sip:12348@x>\r\nP-Asserted-Identity: <sip:gw@x>, <tel:+86-139-0013-9000>\r\n",
		 "+8613900139000", "12348", ""},
		{"sip:12348@x", "From: <sip:65123456@x>;tag=1\r\nTo: <sip:12348@x>\r\n", "+8655165123456", "12348", ""},
		{"sip:12348@x", "From: <sip:%2B8613800138000;phone-context=x@x>;tag=1\r\nTo: <sip:12348@x>\r\n", "+8613800138000", "12348", ""},
		{"sip:12348@x", "From: <sip:8001@pbx>;tag=1\r\nTo: <sip:12348@x>\r\n", "8001", "12348", ""}, /* an extension */
		{"sip:12348@x", "From: <sip:li.ming@x>;tag=1\r\nTo: <sip:12348@x>\r\n", "", "12348", ""},
		{"sip:12348@x", "From: \"Li\" <sip:13800138000@x>;tag=1\r\nTo: <sip:12348@x>\r\nPrivacy: id\r\nP-Asserted-Identity: <tel:+8613900139000>\r\n",
		 "", "12348", ""},
		{"sip:12348@x", "From: \"Li\" <sip:13800138000@x>;tag=1\r\nTo: <sip:12348@x>\r\nPrivacy: none\r\n", "+8613800138000", "12348", "Li"},
		{"sip:12348@x", "From: Anonymous <sip:anonymous@anonymous.invalid>;tag=1\r\nTo: <sip:12348@x>\r\n", "", "12348", ""},
		{"tel:+8655112348", "From: <tel:13800138000>;tag=1\r\nTo: <tel:+8655112348>\r\n", "+8613800138000", "+8655112348", ""},
		{"sip:+86%2D551-12348;npdi@x", "From: <sip:1@x>;tag=1\r\nTo: <sip:2@x>\r\n", "1", "+8655112348", ""},
		{"sip:96000@x", "From: <sip:13800138000@x>;tag=1\r\nTo: <sip:4001112348@x>\r\n", "+8613800138000", "4001112348", ""},
		{"sip:96000@x", "From: <sip:13800138000@x>;tag=1\r\nTo: <sip:96000@x>\r\nDiversion: <sip:400@x>;reason=unconditional\r\n"
				"Diversion: <sip:12348@x>;reason=unconditional\r\n", "+8613800138000", "12348", ""},
		{"sip:gateway@x", "From: <sip:13800138000@x>;tag=1\r\nTo: <sip:12348@x>\r\n", "+8613800138000", "12348", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sip_msg *msg = message(cases[i].ruri, cases[i].headers);
		struct caller who;

		number_of_call(msg, &by_trunk, &who);
		if (strcmp(who.number, cases[i].caller) != 0 || strcmp(who.called, cases[i].called) != 0 ||
		    strcmp(who.display, cases[i].display) != 0)
			fail_msg("case %zu: caller \"%s\" called \"%s\" display \"%s\"", i, who.number, who.called, who.display);
		mem_deref(msg);
	}
}

/* Only a trunk may assert who calls: a telephone says it in From. */
static void others_assert_nothing(void **state)
{
	struct sip_msg *msg = message("sip:12348@x", "From: <sip:13800138000@x>;tag=1\r\nTo: <sip:12348@x>\r\n"
						     "P-Asserted-Identity: \"Boss\" <tel:+8613900139000>\r\n");
	struct caller who;

	(void)state;
	number_of_call(msg, &(struct source){.kind = SOURCE_DEMO}, &who);
	assert_string_equal(who.number, "+8613800138000");
	assert_string_equal(who.display, "");
	mem_deref(msg);
}

static void numbers_go_out_in_national_form(void **state)
{
	static const char *const cases[][3] = {
		{"+8613800138000", "+86", "13800138000"}, {"+8655165123456", "+86", "055165123456"}, {"+861065123456", "+86", "01065123456"},
		{"+8612348", "+86", "12348"},		  {"+864001112348", "+86", "4001112348"},	{"+85223456789", "+86", "+85223456789"},
		{"12348", "+86", "12348"},		  {"+4930123456", "+49", "030123456"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[SIP_NUMBER_MAX];

		number_national(cases[i][0], cases[i][1], out);
		assert_string_equal(out, cases[i][2]);
	}
}

static void numbers_are_masked_for_the_log(void **state)
{
	char out[SIP_NUMBER_MAX];

	(void)state;
	number_masked("+8613800138000", out);
	assert_string_equal(out, "+8613800****00");
	number_masked("12348", out);
	assert_string_equal(out, "****");
	number_masked("", out);
	assert_string_equal(out, "");
}

static void networks(void **state)
{
	static const struct {
		const char *network, *address;
		bool in;
	} cases[] = {
		{"10.0.0.0/8", "10.255.1.2", true},	 {"10.0.0.0/8", "11.0.0.1", false},   {"192.0.2.128/25", "192.0.2.127", false},
		{"192.0.2.128/25", "192.0.2.200", true}, {"192.0.2.1", "192.0.2.1", true},    {"192.0.2.1", "192.0.2.2", false},
		{"0.0.0.0/0", "203.0.113.9", true},	 {"0.0.0.0/0", "2001:db8::1", false}, {"2001:db8::/32", "2001:db8:1::1", true},
		{"2001:db8::/32", "2001:db9::1", false}, {"10.0.0.0/8", "::ffff:10.1.2.3", true},
	};
	static const char *const bad[] = {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "2001:db8::/129", "carrier.example", "10.0.0/8"};
	struct network n;
	struct sa a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(network_parse(str_of(cases[i].network), &n), 0);
		assert_int_equal(sa_set_str(&a, cases[i].address, 5060), 0);
		if (network_has(&n, &a) != cases[i].in)
			fail_msg("%s in %s: expected %d", cases[i].address, cases[i].network, cases[i].in);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(network_parse(str_of(bad[i]), &n), -E_INVALID);
	assert_int_equal(sa_set_str(&a, "172.20.1.1", 0), 0);
	assert_true(address_is_private(&a));
	assert_int_equal(sa_set_str(&a, "172.40.1.1", 0), 0);
	assert_false(address_is_private(&a));
}

static void challenges_that_cannot_be_answered(void **state)
{
	static const char *const bad[] = {"Digest realm=\"r\", nonce=\"n\", algorithm=MD5-sess", "Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"",
					  "Basic realm=\"r\"", "Digest realm=\"r\""};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct mbuf *mb = mbuf_alloc(512);
		struct challenge c = {0};
		struct sip_msg *msg = NULL;

		mbuf_printf(mb, "SIP/2.0 401 x\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\nCSeq: 1 INVITE\r\nWWW-Authenticate: %s\r\n\r\n", bad[i]);
		mb->pos = 0;
		assert_int_equal(sip_msg_decode(&msg, mb), 0);
		assert_false(challenge_take(&c, msg));
		mem_deref(msg);
		mem_deref(mb);
	}
}

RUN(cmocka_unit_test(who_calls_whom), cmocka_unit_test(others_assert_nothing), cmocka_unit_test(numbers_go_out_in_national_form),
    cmocka_unit_test(numbers_are_masked_for_the_log), cmocka_unit_test(networks), cmocka_unit_test(challenges_that_cannot_be_answered))
