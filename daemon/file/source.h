/* SPDX-License-Identifier: BSD-2-Clause */
/* One capture file of any form, from its name to the sentence about its damage. */
#ifndef SHAKETAP_FILE_SOURCE_H
#define SHAKETAP_FILE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "file/names.h"
#include "file/packets.h"

/* The file name that stands for standard input. */
#define SOURCE_STDIN "-"

/* The longest sentence: a name of PATH_MAX bytes, each shown as four, and what is said of it. */
#define SOURCE_SENTENCE_MAX 20000

struct source;

/*
 * Opens the file and reads its head. The names stay the caller's. NULL: it cannot be read;
 * `error` then is one sentence that begins with the name.
 */
struct source *source_open(const char *name, struct names *names, struct text *error);
void source_close(struct source *source);

const char *source_name(const struct source *source);

/*
 * The next packet in the order of the file, its bytes valid until the next call. False: no
 * more will come. The file was closed then.
 */
bool source_next(struct source *source, struct file_packet *out);

/* One sentence that begins with the name, valid until source_close(); NULL: no damage met. */
const char *source_damage(const struct source *source);

/* Bytes of the file consumed, never more than its size, and its size; 0: not known. */
void source_progress(const struct source *source, uint64_t *done, uint64_t *size);

/* "NAME: what", the name fit for a terminal. */
void source_say(struct text *text, const char *name, const char *what);

#endif
