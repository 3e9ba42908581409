/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uthash, without its own answer to a lack of memory, which is to end the program: after HASH_ADD
 * the handle's `tbl` tells, which is NULL if there was no room. Such an entry is in no table and
 * must not be deleted from one.
 */
#ifndef SHAKETAP_HASH_H
#define SHAKETAP_HASH_H

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#endif
