/* SPDX-License-Identifier: BSD-2-Clause */
#include "printer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out/json.h"
#include "out/line.h"
#include "seed.h"

#define PATIENCE_MS 1000

void printer_init(struct printer *printer, const struct options *options, bool patient,
		  struct log *log)
{
	const char *no_colour = getenv("NO_COLOR"); /* https://no-color.org */

	*printer = (struct printer){
		.log = log,
		.format = options->format,
		.failures_only = options->only,
		.colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour),
	};
	if (options->format == OPTIONS_JSON) {
		printer->digester = digester_new();
		printer->memo = memo_new(seed_random());
	}
	outlet_init(&printer->out, STDOUT_FILENO, patient);
}

void printer_free(struct printer *printer)
{
	digester_free(printer->digester);
	memo_free(printer->memo);
	outlet_free(&printer->out);
}

bool printer_wants(const struct printer *printer, const struct handshake *hs)
{
	return printer->format != OPTIONS_NONE &&
	       (!printer->failures_only || hs->outcome == HS_FAILURE);
}

void printer_print(struct printer *printer, const struct handshake *hs, const char *interface,
		   uint64_t wall_offset, uint32_t findings)
{
	struct text *out = printer_wants(printer, hs) ? outlet_begin(&printer->out) : NULL;

	if (!out)
		return;
	if (printer->format == OPTIONS_JSON)
		json_record(out, hs,
			    &(struct record_context){ .wall_offset = wall_offset,
						      .interface = interface,
						      .with_role = true,
						      .findings = &findings,
						      .digester = printer->digester,
						      .memo = printer->memo });
	else
		line_record(out, hs, &(struct line_context){ wall_offset, printer->colour });
	outlet_end(&printer->out);
}

/* A closed pipe is how a reader says that it has seen enough; a full disk is not. */
static bool tell(struct printer *printer, bool written)
{
	const struct outlet *out = &printer->out;

	if (!written && out->error != EPIPE && !printer->failed) {
		log_error(printer->log, "cannot write to standard output: %s",
			  strerror(out->error));
		printer->failed = true;
	}
	if (out->dropped && !printer->stalled) {
		log_warn(printer->log, "standard output is not read: records are lost "
				       "(shaketap_records_dropped_total counts them)");
		printer->stalled = true;
	}
	return written;
}

bool printer_flush(struct printer *printer)
{
	return tell(printer, outlet_push(&printer->out));
}

bool printer_finish(struct printer *printer)
{
	bool written = tell(printer, outlet_finish(&printer->out, PATIENCE_MS));

	if (outlet_waits(&printer->out) && written)
		log_warn(printer->log, "standard output was not read: the last records are lost");
	return written;
}
