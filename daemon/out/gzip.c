/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/gzip.h"

#include <stdlib.h>
#include <zlib.h>

/* Adding 16 to the window size asks zlib for the gzip wrapping. */
#define GZIP_WINDOW (15 + 16)
#define GZIP_MEMORY 8 /* the default of zlib */

void *gzip_compress(struct bytes in, size_t *n)
{
	z_stream z = { 0 };
	size_t room;
	Bytef *out;

	/* The page is made while packets wait: speed before size. */
	if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	room = deflateBound(&z, in.n);
	out = malloc(room);
	if (!out)
		goto out;
	z.next_in = (Bytef *)in.p;
	z.avail_in = (uInt)in.n;
	z.next_out = out;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
		free(out);
		out = NULL;
	}
	*n = z.total_out;
out:
	deflateEnd(&z);
	return out;
}
