/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least that records in a file can cost:
 *   fill FILE COUNT SIZE
 * writes COUNT records of SIZE bytes, as many in one call as the daemon takes. What they say is
 * the same each time.
 */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 65536 /* ENOUGH in daemon/outlet.c */

static void write_all(int fd, const char *p, size_t n)
{
	ssize_t written;

	for (; n; p += written, n -= (size_t)written) {
		written = write(fd, p, n);
		if (written < 0)
			err(1, "cannot write");
	}
}

int main(int argc, char **argv)
{
	static char bytes[AT_ONCE];
	unsigned long long left;
	int fd;

	if (argc != 4)
		errx(2, "use: fill FILE COUNT SIZE");
	left = strtoull(argv[2], NULL, 10) * strtoull(argv[3], NULL, 10);
	memset(bytes, '.', sizeof(bytes));
	fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		err(1, "%s", argv[1]);
	while (left) {
		size_t n = left < sizeof(bytes) ? (size_t)left : sizeof(bytes);

		write_all(fd, bytes, n);
		left -= n;
	}
	return close(fd) ? 1 : 0;
}
