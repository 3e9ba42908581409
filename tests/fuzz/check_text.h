/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds for every text that shaketap writes. Aborts where it does not. */
#ifndef FUZZ_CHECK_TEXT_H
#define FUZZ_CHECK_TEXT_H

#include <stddef.h>

/*
 * UTF-8 (RFC 3629) without control characters: C0, DEL, C1, and what turns the direction of
 * writing or breaks the line (U+2028, U+2029, U+202A to U+202E, U+2066 to U+2069).
 */
void check_printable(const char *p, size_t n);

/* One such line, with its line feed and no other. */
void check_line(const char *p, size_t n);

/*
 * A JSON object (RFC 8259): no name twice in one object, and what the contract says of records
 * beyond that: no null, no empty string.
 */
void check_json(const char *p, size_t n);

/* A page of metrics in the text format of Prometheus or OpenMetrics: lines, names, labels. */
void check_metrics(const char *p, size_t n);

#endif
