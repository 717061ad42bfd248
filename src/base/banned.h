/**
 * @file banned.h  Functions nobody here may call: a use is a compile error.
 *
 * Include it last (common.h does). The cure stands beside each.
 */
#ifndef LEXLINE_BANNED_H
#define LEXLINE_BANNED_H

#include <stdio.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy   /* arena_strdup, or memcpy with a checked length */
#pragma GCC poison strcat   /* buf_add */
#pragma GCC poison strncpy  /* snprintf */
#pragma GCC poison strncat  /* buf_add */
#pragma GCC poison sprintf  /* snprintf, buf_printf */
#pragma GCC poison vsprintf /* vsnprintf */
#pragma GCC poison strtok   /* str_split */
#pragma GCC poison gets
#pragma GCC poison localtime /* base/time.h */
#pragma GCC poison gmtime
#pragma GCC poison ctime
#pragma GCC poison asctime
#pragma GCC poison atoi /* str_to_int */
#pragma GCC poison atol
#pragma GCC poison tmpnam

#endif
