/**
 * @file proc.h  What the kernel knows of another process.
 */
#ifndef LEXLINE_BENCH_PROC_H
#define LEXLINE_BENCH_PROC_H

#include <sys/types.h>

#include "base/common.h"

int64_t proc_cpu_us(pid_t pid);	     /**< user and system time of all its threads; 0 when unknown */
int64_t proc_resident_kb(pid_t pid); /**< VmRSS */

#endif
