/* SPDX-License-Identifier: BSD-2-Clause */
#include "printer.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "out/json.h"
#include "out/line.h"

/* out/json.h: every record fits. */
#define RECORD_MAX (4 * 1024 * 1024)

void printer_init(struct printer *printer, const struct options *options, FILE *out)
{
	const char *no_colour = getenv("NO_COLOR"); /* https://no-color.org */

	*printer = (struct printer){
		.out = out,
		.format = options->format,
		.failures_only = options->only,
		.colour = isatty(fileno(out)) && !(no_colour && *no_colour),
	};
	text_init(&printer->line, RECORD_MAX);
}

void printer_free(struct printer *printer)
{
	text_free(&printer->line);
}

static void note_error(struct printer *printer)
{
	if (!printer->error)
		printer->error = errno;
}

void printer_print(struct printer *printer, const struct handshake *hs, const char *interface,
		   uint64_t wall_offset)
{
	if (printer->format == OPTIONS_NONE ||
	    (printer->failures_only && hs->outcome != HS_FAILURE))
		return;
	text_reset(&printer->line);
	if (printer->format == OPTIONS_JSON)
		json_record(&printer->line, hs,
			    &(struct record_context){ wall_offset, interface, true });
	else
		line_record(&printer->line, hs,
			    &(struct line_context){ wall_offset, printer->colour });
	if (!printer->line.cut &&
	    fwrite(printer->line.p, 1, printer->line.n, printer->out) < printer->line.n)
		note_error(printer);
}

bool printer_flush(struct printer *printer)
{
	if (fflush(printer->out))
		note_error(printer);
	return !printer->error;
}
