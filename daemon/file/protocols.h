/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known to come inside what, on the way from a frame to TCP. */
#ifndef SHAKETAP_FILE_PROTOCOLS_H
#define SHAKETAP_FILE_PROTOCOLS_H

#include "file/walk.h"

/* The function that takes the header with this number; NULL: nothing that leads to TCP. */
take_fn *protocol_find(enum key_space space, uint32_t key);

#endif
