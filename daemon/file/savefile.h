/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture file in one of the old forms, read by libpcap, which calls them savefiles. */
#ifndef SHAKETAP_FILE_SAVEFILE_H
#define SHAKETAP_FILE_SAVEFILE_H

#include <stdbool.h>

#include "file/bytestream.h"
#include "file/packets.h"
#include "file/reading.h"

struct savefile;

/* Begins it as a savefile does, in either byte order? */
bool savefile_recognise(struct bytes start);

/*
 * Reads the head of the file. The stream stays the caller's. NULL: it is none that libpcap
 * knows, or is cut, or memory is out; *reason then is a text, valid until the next call.
 */
struct savefile *savefile_open(struct bytestream *stream, char *reason, size_t size);
void savefile_close(struct savefile *file);

/* The bytes of the packet are valid until the next call. */
enum reading savefile_next(struct savefile *file, struct file_packet *out);

/* After READING_BAD; valid until savefile_close(). */
const char *savefile_reason(const struct savefile *file);

#endif
