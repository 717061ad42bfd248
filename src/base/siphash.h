/**
 * @file siphash.h  SipHash-1-3 (Aumasson, Bernstein 2012): a keyed hash for tables.
 */
#ifndef LEXLINE_SIPHASH_H
#define LEXLINE_SIPHASH_H

#include "base/common.h"

uint64_t siphash13(const void *p, size_t len, const uint64_t key[2]);

#endif
