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
int64_t id_time_ms(int64_t id);
int64_t id_at_ms(int64_t at_ms); /**< smallest id of an instant: for "since" queries */

#endif
