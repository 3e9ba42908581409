/* SPDX-License-Identifier: BSD-2-Clause */
/* What the one record of a bench must say. */
#ifndef BENCH_EXPECT_H
#define BENCH_EXPECT_H

#include "bench_old.h"

static inline const struct handshake *expect(const struct bench *bench, enum hs_outcome outcome)
{
	const struct handshake *hs = only_record(bench);

	assert_int_equal(hs->outcome, outcome);
	assert_int_equal(hs->complete, outcome != HS_UNKNOWN);
	if (outcome == HS_UNKNOWN) {
		assert_int_equal(hs->failure.cause, HS_CAUSE_NONE);
		assert_int_equal(hs->failure.side, HS_NOBODY);
		assert_int_equal(hs->failure.text[0], 0);
	}
	return hs;
}

static inline void expect_unknown(const struct bench *bench, enum hs_unknown_cause cause)
{
	assert_int_equal(expect(bench, HS_UNKNOWN)->unknown, cause);
}

static inline const struct handshake *expect_failure(const struct bench *bench, enum hs_cause cause,
						     enum hs_side side)
{
	const struct handshake *hs = expect(bench, HS_FAILURE);

	assert_int_equal(hs->failure.cause, cause);
	assert_int_equal(hs->failure.side, side);
	return hs;
}

#endif
