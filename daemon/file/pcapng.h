/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture file in the pcapng form (draft-ietf-opsawg-pcapng). Read here and not by
 * libpcap, which gives up where interfaces differ in link type, and drops their names.
 */
#ifndef SHAKETAP_FILE_PCAPNG_H
#define SHAKETAP_FILE_PCAPNG_H

#include <stdbool.h>

#include "file/bytestream.h"
#include "file/names.h"
#include "file/packets.h"
#include "file/reading.h"

/* Interfaces of one section. */
#define PCAPNG_INTERFACES_MAX 65536

struct pcapng;

/* Begins it as a pcapng file does, in either byte order? Looks at the first 12 bytes. */
bool pcapng_recognise(struct bytes start);

/*
 * Reads the first block. The stream and the names stay the caller's. NULL: it cannot be read,
 * or memory is out; *reason then is a text.
 */
struct pcapng *pcapng_open(struct bytestream *stream, struct names *names, char *reason,
			   size_t size);
void pcapng_close(struct pcapng *file);

/*
 * The bytes of the packet are valid until the next call, the name of its interface as long as
 * the names. A simple packet block has no time: it gets that of the packet before it.
 */
enum reading pcapng_next(struct pcapng *file, struct file_packet *out);

/* After READING_BAD; valid until pcapng_close(). */
const char *pcapng_reason(const struct pcapng *file);

#endif
