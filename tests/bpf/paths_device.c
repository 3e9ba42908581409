/* SPDX-License-Identifier: BSD-2-Clause */
#include "paths_device.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_tun.h>

static int set_up(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		err = -errno;
	close(fd);
	return err;
}

int device_open(struct device *device, bool ethernet)
{
	struct ifreq request = { .ifr_flags = (short)((ethernet ? IFF_TAP : IFF_TUN) | IFF_NO_PI) };
	int err;

	device->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (device->fd < 0)
		return -errno;
	err = ioctl(device->fd, TUNSETIFF, &request) ? -errno : set_up(request.ifr_name);
	if (err)
		device_close(device);
	else
		device->index = if_nametoindex(request.ifr_name);
	return err;
}

void device_close(struct device *device)
{
	close(device->fd);
	device->fd = -1;
}

int device_receive(const struct device *device, struct bytes packet)
{
	return write(device->fd, packet.p, packet.n) < 0 ? -errno : 0;
}
