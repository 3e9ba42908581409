/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets out of capture files, in the order of their time: pcap and pcapng in all
 * their forms, compressed or not, from files or from standard input.
 */
#ifndef SHAKETAP_FILE_PACKETS_H
#define SHAKETAP_FILE_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct file_packet {
	/* ns since the epoch; in a pcapng file, that of the packet before where one has none */
	uint64_t time;
	int link;	       /* link type, one of libpcap's DLT_* */
	struct bytes bytes;    /* what was captured; borrowed until the next call */
	uint32_t length;       /* on the wire; more than bytes.n when the capture cut it */
	const char *interface; /* as the file names it, or NULL; valid until packets_close() */
	const char *file;      /* its name, as given to packets_open() */
};

struct packets;

enum packets_result {
	PACKETS_OK,
	PACKETS_END,	/* all files were read to their end */
	PACKETS_DAMAGED /* as PACKETS_END, but something could not be read: packets_damage() */
};

/*
 * Open all files; "-" is standard input, once, and is called so in sentences. It is waited
 * for until the head of its capture has come. The names stay the caller's until packets_close().
 * One among several that cannot be read at all (no such file, a directory, no capture file) counts
 * as damaged. NULL: the only one cannot be read, standard input is named twice, or memory is out;
 * error then holds one sentence that begins with the name of the file, without a line feed, fit to
 * be printed.
 */
struct packets *packets_open(const char *const *names, size_t n, char *error, size_t size);
void packets_close(struct packets *packets);

/*
 * The next packet of all files, the oldest first where several files overlap, and of the same
 * time that of the earlier argument. The order within a file is never changed. Waits for a pipe
 * no longer than its next packet takes. SIGINT or SIGTERM, blocked and pending, ends such a wait,
 * and with it the pipe, as if its capture ended there; that is no damage.
 */
enum packets_result packets_next(struct packets *packets, struct file_packet *out);

/*
 * What is wrong with the i-th damaged file, one sentence that begins with its name; NULL:
 * no more. A damaged file ends where the damage begins; the others are read on.
 */
const char *packets_damage(const struct packets *packets, size_t i);

/* Bytes of the files consumed so far, and in all (0: not known, as of a pipe). */
void packets_progress(const struct packets *packets, uint64_t *done, uint64_t *all);

#endif
