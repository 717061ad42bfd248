/* The torture messages of RFC 4475 and mutations of them: the right answer or none, and the line lives on. */
#include "sip_world.h"

#include "base/file.h"

static struct str torture_file(struct arena *a, const char *name)
{
	const char *root = getenv("LEXLINE_SOURCE");
	struct fault f = {0};
	struct str s;

	if (file_read(a, path_join(a, path_join(a, root ? root : ".", "tests/fixtures/torture"), name), 65536, &s, &f) < 0)
		fail_msg("%s", f.detail);
	return s;
}

/* With rport in the first Via the answer comes to us: their hosts don't exist. */
static void send_with_rport(struct world *w, struct str s)
{
	static const char rport[] = ";rport";
	CLEANUP(buf_free) struct buf out = {0};
	size_t at = 0;
	int slashes = 0;

	for (size_t i = 0; i + 2 < s.len && !at; i++)
		if (s.p[i] == '\n' && (s.p[i + 1] == 'V' || s.p[i + 1] == 'v') && memchr("ia: \t", s.p[i + 2], 5))
			at = i + 1;
	while (at && at < s.len && slashes < 2)
		slashes += s.p[at++] == '/';
	while (at < s.len && strchr(" \t\r\n", s.p[at]))
		at++;
	while (at < s.len && s.p[at] >= 'A' && s.p[at] <= 'Z')
		at++;
	while (at < s.len && strchr(" \t\r\n", s.p[at]))
		at++;
	while (at < s.len && !strchr(";, \t\r\n", s.p[at]))
		at++;
	buf_add(&out, s.p, at);
	if (slashes == 2)
		buf_add(&out, rport, strlen(rport));
	buf_add(&out, s.p + at, s.len - at);
	peer_send_raw(&w->peer, &w->at, out.p, out.len);
}

static void open_world(struct world *w)
{
	world_prepare(w);
	w->config.calls_per_source_s = 100000;
	w->refuse_with = 404; /* an INVITE that was understood */
	world_open(w);
}

/* A refusal of an INVITE is repeated until it is acknowledged. */
static void acknowledge(struct world *w, const struct sip_msg *msg)
{
	char text[4096];

	if (pl_strcmp(&msg->cseq.met, "INVITE") ||
	    re_snprintf(text, sizeof(text), "ACK sip:x SIP/2.0\nVia: %r\nFrom: %r\nTo: %r\nCall-ID: %r\nCSeq: %u ACK\nContent-Length: 0\n\n",
			&msg->via.val, &msg->from.val, &msg->to.val, &msg->callid, msg->cseq.num) < 0)
		return;
	peer_send(&w->peer, &w->at, "%s", text);
}

/* Final answers that came, "404 " or "", up to the answer of an OPTIONS that follows. */
static const char *answers(struct world *w)
{
	static char text[256];
	struct sa at = w->at;

	text[0] = '\0';
	peer_send(&w->peer, &at,
		  "OPTIONS sip:line@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;rport;branch=z9hG4bKalive%u\nFrom: <sip:a@b>;tag=alive\n"
		  "To: <sip:line@b>\nCall-ID: alive%u\nCSeq: 1 OPTIONS\nMax-Forwards: 70\nContent-Length: 0\n\n",
		  sa_port(&w->peer.at), rand_u32(), rand_u32());
	for (;;) {
		const struct sip_msg *msg = peer_next(&w->peer);
		size_t n = strlen(text);

		if (!pl_strcmp(&msg->from.tag, "alive"))
			return text;
		if (msg->scode >= 300)
			acknowledge(w, msg);
		if (msg->scode >= 200)
			snprintf(text + n, sizeof(text) - n, "%u ", msg->scode);
	}
}

static void each_gets_its_answer(void **state)
{
	static const struct {
		const char *name, *answer; /* alternatives by |; "" is none */
	} cases[] = {
		/* §3.1.1: valid */
		{"wsinv.dat", "481 "},	  /* To has a tag: of a dialog that we don't have */
		{"intmeth.dat", "501 "},
		{"esc01.dat", "404 "},
		{"escnull.dat", "403 "},  /* REGISTER, and we are nobody's registrar here */
		{"esc02.dat", "501 "},
		{"lwsdisp.dat", "200 "},
		{"longreq.dat", "404 "},
		{"dblreq.dat", "403 "},	  /* the second request behind it is no part of it */
		{"semiuri.dat", "200 "},
		{"transports.dat", "200 "},
		{"mpart01.dat", "405 "},
		{"unreason.dat", ""},	  /* responses to nothing we sent */
		{"noreason.dat", ""},
		/* §3.1.2: invalid */
		{"badinv01.dat", "400 |"},
		{"clerr.dat", "400 "},
		{"ncl.dat", "400 "},
		{"scalar02.dat", "400 |"},
		{"scalarlg.dat", ""},
		{"quotbal.dat", "400 |"},
		{"ltgtruri.dat", "400 |"},
		{"lwsruri.dat", "400 |"},
		{"lwsstart.dat", "400 |"},
		{"trws.dat", "400 |"},
		{"escruri.dat", "400 "},
		{"baddate.dat", "404 "},  /* nothing depends on the date */
		{"regbadct.dat", "400 |403 "},
		{"badaspec.dat", "400 |200 "}, /* may be taken as meant */
		{"baddn.dat", "400 |200 |"},
		{"badvers.dat", "505 |"},
		{"mismatch01.dat", "400 "},
		{"mismatch02.dat", "400 |501 "},
		{"bigcode.dat", ""},
		/* §3.2, §3.3 */
		{"badbranch.dat", "200 |400 "},
		{"insuf.dat", "400 |"},
		{"unkscm.dat", "416 |"},
		{"novelsc.dat", "416 |"},
		{"unksm2.dat", "400 |403 |"},
		{"bext01.dat", "420 "},
		{"invut.dat", "415 "},
		{"regaut01.dat", "403 "},
		{"multi01.dat", "400 "},
		{"mcl01.dat", "400 "},
		{"bcast.dat", ""},
		{"zeromf.dat", "200 "},	  /* we are where it ends */
		{"cparam01.dat", "403 "},
		{"cparam02.dat", "403 "},
		{"regescrt.dat", "403 "},
		{"sdp01.dat", "406 "},
		{"inv2543.dat", "404 |400 |"} /* no branch: libre reads RFC 3261 only */,
	};
	CLEANUP(arena_freep) struct arena *a = arena_new();
	int failures = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world w; /* a new one each: they share branches, and would be taken for repetitions */
		struct str rest = str_of(cases[i].answer), one;
		const char *got;
		bool ok = !rest.len;

		open_world(&w);
		send_with_rport(&w, torture_file(a, cases[i].name));
		got = answers(&w);
		ok = ok && !*got;
		while (!ok && str_split(&rest, '|', &one))
			ok = str_is(one, got);
		if (!ok)
			print_error("%s: got \"%s\", expected \"%s\"\n", cases[i].name, got, cases[i].answer);
		failures += !ok;
		assert_int_equal(status_int(&w, "calls"), 0);
		world_close(&w);
	}
	assert_int_equal(failures, 0);
}

/* ---- mutations -------------------------------------------------------------------------------- */

static uint32_t seed = 4475; /* the same run each time */

static uint32_t next_random(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* One to eight changes: a byte, a piece doubled, a piece gone, a number made huge, a line twice. */
static struct str mutate(struct arena *a, struct str s)
{
	static const char *const evil[] = {"%", "\"", "<", ">", ";", ",", ":", "=", "@", "\r\n", "\r\n\r\n", "99999999999999999999", "-1",
					   "%n%s%d", "[::1", "0.0.0.0", "RTP/SAVP", "inline:", "a=crypto:1 ", "SIP/2.0"};
	char *p = arena_alloc(a, s.len * 2 + 1024);
	size_t len = s.len;

	memcpy(p, s.p, s.len);
	for (uint32_t n = 1 + next_random(8); n && len > 1; n--) {
		size_t at = next_random((uint32_t)len), piece = 1 + next_random(32);
		const char *e = evil[next_random(ARRAY_SIZE(evil))];

		if (piece > len - at)
			piece = len - at;
		switch (next_random(4)) {
		case 0:
			p[at] = (char)next_random(256);
			break;
		case 1:
			memmove(p + at, p + at + piece, len - at - piece);
			len -= piece;
			break;
		case 2:
			memmove(p + at + piece, p + at, len - at);
			len += piece;
			break;
		default:
			memmove(p + at + strlen(e), p + at, len - at);
			memcpy(p + at, e, strlen(e));
			len += strlen(e);
		}
		if (len > s.len + 512)
			break;
	}
	return (struct str){p, len};
}

static void acknowledge_all(struct world *w)
{
	while (w->peer.got.head) {
		const struct sip_msg *msg = peer_next(&w->peer);

		if (msg->scode >= 300)
			acknowledge(w, msg);
	}
}

static void mutations_are_survived(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *root = getenv("LEXLINE_SOURCE"), **names;
	struct fault f = {0};
	struct world w;
	size_t n = 0;

	(void)state;
	open_world(&w);
	assert_int_equal(file_list(a, path_join(a, root ? root : ".", "tests/fixtures/torture"), true, &names, &n, &f), 0);
	assert_int_equal(n, 49);
	for (int i = 0; i < 6000; i++) {
		CLEANUP(arena_freep) struct arena *once = arena_new();

		send_with_rport(&w, mutate(once, torture_file(once, names[next_random((uint32_t)n)])));
		if (i % 25 == 24) { /* the socket's buffer is finite */
			peer_forget(&w, &w.peer);
			acknowledge_all(&w);
		}
	}
	peer_silence(&w, &w.peer);
	world_close(&w);
}

/* The same inside a call that is up: the mutations know its tags. */
static void a_call_survives_mutations(void **state)
{
	static const char *const methods[] = {"INVITE", "UPDATE", "INFO", "PRACK", "REFER", "ACK", "OPTIONS"};
	struct world w;
	struct ua u;

	(void)state;
	open_world(&w);
	w.refuse_with = 0;
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	until_event(&w, "incoming");
	assert_int_equal(leg_answer(w.leg), 0);
	ua_wait(&u, "200 INVITE");
	ua_ack(&u, &w, NULL);
	until_event(&w, "answered");
	for (int i = 0; i < 3000; i++) {
		CLEANUP(arena_freep) struct arena *once = arena_new();
		const char *method = methods[next_random(ARRAY_SIZE(methods))];
		CLEANUP(buf_free) struct buf text = {0};

		buf_printf(&text,
			   "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKm%d\r\nMax-Forwards: 70\r\nFrom: %s;tag=%s\r\n"
			   "To: %s;tag=%s\r\nCall-ID: %s\r\nCSeq: %u %s\r\nContact: <sip:peer@127.0.0.1:%u>\r\n"
			   "Session-Expires: 1800;refresher=uac\r\nSupported: timer\r\nRAck: 1 1 INVITE\r\nRefer-To: <sip:1@x>\r\n"
			   "Content-Type: application/sdp\r\nContent-Length: 219\r\n\r\n"
			   "v=0\r\no=- 1 %d IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\n"
			   "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
			   "inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\r\na=sendrecv\r\n",
			   method, u.uri, sa_port(&w.peer.at), i, u.from, u.tag, u.to, u.remote_tag, u.call_id, ++u.cseq, method,
			   sa_port(&w.peer.at), i + 2);
		{
			struct str m = mutate(once, buf_str(&text));

			peer_send_raw(&w.peer, &w.at, m.p, m.len);
		}
		if (i % 25 == 24)
			peer_forget(&w, &w.peer);
	}
	peer_forget(&w, &w.peer);
	u.cseq += 10;
	if (!strstr(w.events, "ended")) { /* an unreadable answer in an ACK may rightly end it */
		ua_send(&u, &w, "BYE", NULL, NULL);
		ua_wait(&u, "200 BYE");
	}
	until_event(&w, "ended");
	world_close(&w);
}

static void bombs_are_survived(void **state)
{
	CLEANUP(buf_free) struct buf via = {0}, contact = {0}, header = {0};
	struct world w;

	(void)state;
	open_world(&w);
	for (int i = 0; i < 70; i++)
		buf_printf(&via, "Via: SIP/2.0/UDP h%d;branch=z9hG4bKx%d\n", i, i);
	for (int i = 0; i < 200; i++)
		buf_printf(&contact, "m: <sip:a@b%d>\n", i);
	for (int i = 0; i < 600; i++)
		buf_printf(&header, "X-%d: y\n", i % 7);
	for (int i = 0; i < 3; i++) {
		const struct buf *bomb = i == 0 ? &via : i == 1 ? &contact : &header;
		char answer[16];

		peer_send(&w.peer, &w.at,
			  "INVITE sip:12348@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;rport;branch=z9hG4bKbomb%d\n%sFrom: <sip:a@b>;tag=b\n"
			  "To: <sip:line@b>\nCall-ID: bomb%d\nCSeq: 1 INVITE\nExpires: 60\nContact: <sip:a@127.0.0.1>\nMax-Forwards: 70\n"
			  "Content-Length: 0\n\n",
			  sa_port(&w.peer.at), i, bomb->p, i);
		snprintf(answer, sizeof(answer), "%d ", i < 2 ? 400 : 404);
		assert_string_equal(answers(&w), answer);
	}
	buf_clear(&header);
	for (int i = 0; i < 6000; i++)
		buf_adds(&header, "0123456789");
	peer_send_raw(&w.peer, &w.at, header.p, header.len); /* larger than any buffer of SIP */
	assert_string_equal(answers(&w), "");
	world_close(&w);
}

RUN(cmocka_unit_test(each_gets_its_answer), cmocka_unit_test(mutations_are_survived),
    cmocka_unit_test(a_call_survives_mutations), cmocka_unit_test(bombs_are_survived))
