/* SPDX-License-Identifier: BSD-2-Clause */
/* Records on standard output, in the format that was asked for. */
#ifndef SHAKETAP_PRINTER_H
#define SHAKETAP_PRINTER_H

#include "base/digest.h"
#include "base/log.h"
#include "base/memo.h"
#include "options.h"
#include "outlet.h"
#include "track/handshake.h"

struct printer {
	struct log *log;
	struct outlet out;
	enum options_format format;
	/* For JSON; NULL without memory, then it takes longer. */
	struct digester *digester;
	struct memo *memo;
	bool failures_only;
	bool colour;
	bool failed;  /* could not write, told to the log; a reader that left is no failure */
	bool stalled; /* told to the log */
};

/* patient: nothing may be lost, whoever reads is waited for. */
void printer_init(struct printer *printer, const struct options *options, bool patient,
		  struct log *log);
void printer_free(struct printer *printer);

/* It prints handshakes like this one; else there is no need to tell it what else is known. */
bool printer_wants(const struct printer *printer, const struct handshake *hs);

/*
 * interface: NULL when not known; wall_offset: see struct line_context; findings: findings_of() the
 * handshake.
 */
void printer_print(struct printer *printer, const struct handshake *hs, const char *interface,
		   uint64_t wall_offset, uint32_t findings);

/* Write out what is buffered, as far as the reader takes it. False: nobody reads any more. */
bool printer_flush(struct printer *printer);

/* The last records, for which a reader is waited for a second. */
bool printer_finish(struct printer *printer);

#endif
