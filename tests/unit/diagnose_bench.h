/* SPDX-License-Identifier: BSD-2-Clause */
/* What a diagnosis says, looked at in one line. */
#ifndef TEST_DIAGNOSE_BENCH_H
#define TEST_DIAGNOSE_BENCH_H

#include <string.h>

#include "track/diagnose.h"

#define NS UINT64_C(1000000000)
#define NOW (1000 * NS)

#define ALERT(side, number) \
	((struct ending){ .kind = ENDED_BY_ALERT, .by = (side), .time = NOW, .code = (number) })
#define SEALED(side) ((struct ending){ .kind = ENDED_BY_SEALED_ALERT, .by = (side), .time = NOW })
#define FIN(side) ((struct ending){ .kind = ENDED_BY_FIN, .by = (side), .time = NOW })
#define RST(side) ((struct ending){ .kind = ENDED_BY_RESET, .by = (side), .time = NOW })
#define SILENCE(ns) \
	((struct ending){ .kind = ENDED_BY_SILENCE, .by = HS_NOBODY, .time = NOW, .waited = (ns) })
#define BYTES(side, text)                               \
	((struct ending){ .kind = ENDED_BY_OTHER_BYTES, \
			  .by = (side),                 \
			  .time = NOW,                  \
			  .first = { (const uint8_t *)(text), sizeof(text) - 1 } })

/* Whatever it is about, it is printable ASCII, and not too long. */
static inline void check_text(const struct hs_failure *failure)
{
	size_t n = strnlen(failure->text, sizeof(failure->text));

	assert_true(n > 0 && n < sizeof(failure->text));
	for (size_t i = 0; i < n; i++)
		if (failure->text[i] < ' ' || failure->text[i] > '~')
			fail_msg("byte %02x in: %s", failure->text[i], failure->text);
}

/* hs stays as it was. */
static inline struct hs_failure diagnosis(const struct handshake *hs, struct ending ending)
{
	struct handshake copy = *hs;

	diagnose(&copy, &ending);
	assert_int_equal(copy.outcome, HS_FAILURE);
	assert_true(copy.complete);
	assert_int_equal(copy.end_time, ending.time);
	assert_int_equal(copy.failure.stage, hs->stage);
	assert_int_equal(copy.failure.side, ending.by);
	assert_int_equal(copy.failure.alerted, ending.kind == ENDED_BY_ALERT);
	check_text(&copy.failure);
	return copy.failure;
}

static inline void expect_text(const struct handshake *hs, struct ending ending, const char *text)
{
	const struct hs_failure failure = diagnosis(hs, ending);

	assert_string_equal(failure.text, text);
}

#endif
