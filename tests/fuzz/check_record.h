/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds for every handshake that is reported, and for what is written of it. */
#ifndef FUZZ_CHECK_RECORD_H
#define FUZZ_CHECK_RECORD_H

#include "track/handshake.h"

/* A handshake came to its end. Aborts where something does not hold. */
void check_record(const struct handshake *hs);

/* The page of all that the process has counted, in both formats. It takes a while. */
void check_page(void);

#endif
