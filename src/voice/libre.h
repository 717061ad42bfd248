/**
 * @file libre.h  libre's headers, without those that clash with ours: re_json.h (jansson has the same names) and its ARRAY_SIZE.
 */
#ifndef LEXLINE_VOICE_LIBRE_H
#define LEXLINE_VOICE_LIBRE_H

#include "base/common.h"

#undef ARRAY_SIZE
#include <re_types.h>
#include <re_fmt.h>
#include <re_mbuf.h>
#include <re_list.h>
#include <re_hash.h>
#include <re_mem.h>
#include <re_sa.h>
#include <re_net.h>
#include <re_tmr.h>
#include <re_main.h>
#include <re_mqueue.h>
#include <re_uri.h>
#include <re_msg.h>
#include <re_dns.h>
#include <re_udp.h>
#include <re_tcp.h>
#include <re_srtp.h>
#include <re_tls.h>
#include <re_stun.h>
#include <re_rtp.h>
#include <re_sdp.h>
#include <re_httpauth.h>
#include <re_sip.h>
#include <re_sipreg.h>
#include <re_sipsess.h>
#include <re_md5.h>
#include <re_base64.h>
#include <re_sys.h>
#undef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
