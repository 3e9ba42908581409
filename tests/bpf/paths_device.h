/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device to which a test gives the packets that come in: a tap for Ethernet frames,
 * a tun for bare IP packets. Unlike in a test run of the programs, packets are as long as
 * they like, tags lie in the metadata, and a bare packet may have any address.
 */
#ifndef TEST_PATHS_DEVICE_H
#define TEST_PATHS_DEVICE_H

#include <stdbool.h>

#include "base/bytes.h"

struct device {
	int fd;
	unsigned index;
};

/* In the network namespace at hand, and up. 0, or -errno. */
int device_open(struct device *device, bool ethernet);
void device_close(struct device *device);

/*
 * The packet comes in; what is attached to the device has seen it when this returns.
 * 0, or -errno.
 */
int device_receive(const struct device *device, struct bytes packet);

#endif
