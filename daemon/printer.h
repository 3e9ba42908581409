/* SPDX-License-Identifier: BSD-2-Clause */
/* Records on standard output, in the format that was asked for. */
#ifndef SHAKETAP_PRINTER_H
#define SHAKETAP_PRINTER_H

#include <stdio.h>

#include "base/text.h"
#include "options.h"
#include "track/handshake.h"

struct printer {
	FILE *out;
	enum options_format format;
	bool failures_only;
	bool colour;
	int error;	  /* errno of the first write that failed; 0: none */
	struct text line; /* reused: no allocation after warm-up */
};

void printer_init(struct printer *printer, const struct options *options, FILE *out);
void printer_free(struct printer *printer);

/* interface: NULL when not known; wall_offset: see struct line_context. */
void printer_print(struct printer *printer, const struct handshake *hs, const char *interface,
		   uint64_t wall_offset);

/* Write out what is buffered. False: a write failed, see error; EPIPE: nobody reads any more. */
bool printer_flush(struct printer *printer);

#endif
