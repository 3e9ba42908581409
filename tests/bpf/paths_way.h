/* SPDX-License-Identifier: BSD-2-Clause */
/* Which way a frame of a capture takes to the kernel programs. */
#ifndef TEST_PATHS_WAY_H
#define TEST_PATHS_WAY_H

#include <stdbool.h>

#include "file/decode.h"

/*
 * Do the programs find the segment in the frame as it is? It is an Ethernet frame, and between its
 * start and the segment lie only tags and the tunnels that README names. Else what they get is the
 * innermost packet, as the device of the tunnel shows it.
 */
bool way_is_followed(const struct file_packet *packet, const struct tcp_segment *segment);

#endif
