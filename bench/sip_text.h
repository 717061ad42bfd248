/**
 * @file sip_text.h  SIP as a load generator needs it: texts, no stack. It shares no code with the server under test.
 */
#ifndef LEXLINE_BENCH_SIP_TEXT_H
#define LEXLINE_BENCH_SIP_TEXT_H

#include "voice/libre.h"

#include "base/text.h"

/** The value of the first header @p name; with p NULL when there is none. */
struct str sip_header(struct str message, const char *name);
/** 180 of "SIP/2.0 180 Ringing", 0 of a request. */
int sip_status(struct str message);
bool sip_is(struct str message, const char *method);
/** All Via, Record-Route, From, To (with @p tag), Call-ID and CSeq of @p request under a status line; no body yet. */
void sip_answer(struct buf *out, struct str request, const char *status, const char *tag);
/** Content-Type, Content-Length and the body; an empty @p body is none. */
void sip_body(struct buf *out, const char *body);
/** Where the audio of the SDP in @p message goes. */
bool sip_audio(struct str message, struct sa *ret);
/** The key of a=crypto with AES_CM_128_HMAC_SHA1_80, 30 bytes; its tag. */
bool sip_crypto(struct str message, int *tag, uint8_t key[30]);
/** The bytes of one whole message at the start of a stream, 0: not whole yet. */
size_t sip_whole(struct str stream);

#endif
