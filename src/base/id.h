/**
 * @file id.h  Time-ordered 63-bit ids: 41 bits of ms since 2024-01-01, 10 bits node, 12 bits sequence.
 *
 * Unique per node and strictly rising within a process, also when the clock steps back.
 * In JSON they are decimal strings.
 */
#ifndef LEXLINE_ID_H
#define LEXLINE_ID_H

#include "base/common.h"

void id_set_node(unsigned node); /**< 0…1023, once at start; 0 if never called */
int64_t id_new(void);		 /**< thread safe; > 0 */
/**
 * An id for the instant something happened, which may lie in the past (a demo's weeks, an import).
 * Rising and unique among its own only: a table takes its ids from here or from id_new(), never both.
 */
int64_t id_new_at(int64_t at_ms);
int64_t id_time_ms(int64_t id);
int64_t id_at_ms(int64_t at_ms); /**< smallest id of an instant: for "since" queries */

#endif
