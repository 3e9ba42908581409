/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "file/bytestream.h"
#include "file/pcapng.h"
#include "file/savefile.h"

/* That of libpcap is the longest. */
#define REASON_SIZE 256
/* What a savefile and a pcapng file are known by. */
#define START_SIZE 12

struct source {
	char *name;
	struct bytestream *stream; /* NULL: the file was closed */
	struct pcapng *pcapng;	   /* either this */
	struct savefile *savefile; /* or that */
	uint64_t packets;	   /* handed out */
	uint64_t consumed, size;   /* of the file */
	struct text damage;
};

void source_say(struct text *text, const char *name, const char *what)
{
	if (strcmp(name, SOURCE_STDIN) == 0)
		text_string(text, "standard input");
	else
		text_wire(text, (struct bytes){ (const uint8_t *)name, strlen(name) });
	text_printf(text, ": %s", what);
}

/* Forms somebody may take for readable: better told than found out. */
static const char *foreign(struct bytes start)
{
	static const struct {
		const char *magic, *says;
	} forms[] = {
		{ "\x28\xb5\x2f\xfd", "compressed with zstd: only gzip is read" },
		{ "\xfd\x37zXZ", "compressed with xz: only gzip is read" },
		{ "BZh", "compressed with bzip2: only gzip is read" },
		{ "\x04\x22\x4d\x18", "compressed with lz4: only gzip is read" },
		{ "PK\x03\x04", "compressed with zip: only gzip is read" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		size_t n = strlen(forms[i].magic);

		if (start.n >= n && memcmp(start.p, forms[i].magic, n) == 0)
			return forms[i].says;
	}
	return "not a capture file (pcap or pcapng)";
}

/* Why nothing can be made of the first bytes. */
static void explain(const struct source *source, struct bytes start, const char *reason, char *out,
		    size_t size)
{
	enum bytestream_state state = bytestream_state(source->stream);
	bool known = pcapng_recognise(start) || savefile_recognise(start);

	if (state == BYTESTREAM_BAD)
		snprintf(out, size, "%s", bytestream_problem(source->stream));
	else if (state == BYTESTREAM_INTERRUPTED)
		snprintf(out, size, "interrupted");
	else if (known && state != BYTESTREAM_OPEN)
		snprintf(out, size, "cut off in the middle of the file header");
	else if (known)
		snprintf(out, size, "%s", reason);
	else if (state == BYTESTREAM_CUT)
		snprintf(out, size, "a gzip stream that is cut off at its beginning");
	else
		snprintf(out, size, "%s%s", foreign(start), start.n ? "" : ": it is empty");
}

/* What libpcap may know beyond pcap and pcapng is welcome: it is asked in any case. */
static bool open_format(struct source *source, struct names *names, char *why, size_t size)
{
	struct bytes peeked = bytestream_peek(source->stream, START_SIZE);
	uint8_t start[START_SIZE];
	char reason[REASON_SIZE] = "";

	memcpy(start, peeked.p, peeked.n); /* what was peeked moves on */
	peeked.p = start;
	if (pcapng_recognise(peeked))
		source->pcapng = pcapng_open(source->stream, names, reason, sizeof(reason));
	else if (peeked.n)
		source->savefile = savefile_open(source->stream, reason, sizeof(reason));
	if (source->pcapng || source->savefile)
		return true;
	explain(source, peeked, reason, why, size);
	return false;
}

/* -1: errno says why not. */
static int open_file(const char *name)
{
	if (strcmp(name, SOURCE_STDIN) == 0)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	return open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* False: errno says why not. */
static bool open_stream(struct source *source)
{
	int fd = open_file(source->name);
	struct stat stat;
	off_t at;

	if (fd < 0)
		return false;
	if (fstat(fd, &stat) < 0)
		goto close;
	if (S_ISDIR(stat.st_mode)) {
		errno = EISDIR;
		goto close;
	}
	at = lseek(fd, 0, SEEK_CUR); /* standard input may be somewhere in a file */
	if (S_ISREG(stat.st_mode) && at >= 0 && at < stat.st_size)
		source->size = (uint64_t)(stat.st_size - at);
	source->stream = bytestream_new(fd);
	if (source->stream)
		return true;
	errno = ENOMEM;
close:
	close(fd);
	return false;
}

static bool open_source(struct source *source, struct names *names, char *why, size_t size)
{
	if (open_stream(source))
		return open_format(source, names, why, size);
	snprintf(why, size, "%s", errno == EISDIR ? "is a directory" : strerror(errno));
	return false;
}

struct source *source_open(const char *name, struct names *names, struct text *error)
{
	struct source *source = calloc(1, sizeof(*source));
	char why[REASON_SIZE] = "out of memory";

	if (source) {
		text_init(&source->damage, SOURCE_SENTENCE_MAX);
		source->name = strdup(name);
		if (source->name && open_source(source, names, why, sizeof(why)))
			return source;
	}
	source_say(error, name, why);
	source_close(source);
	return NULL;
}

/* Give back all but what source_damage() and source_progress() tell. */
static void close_file(struct source *source)
{
	pcapng_close(source->pcapng);
	source->pcapng = NULL;
	savefile_close(source->savefile);
	source->savefile = NULL;
	if (source->stream)
		source->consumed = bytestream_consumed(source->stream);
	bytestream_free(source->stream);
	source->stream = NULL;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	close_file(source);
	text_free(&source->damage);
	free(source->name);
	free(source);
}

static const char *reason_of(const struct source *source)
{
	return source->pcapng ? pcapng_reason(source->pcapng) : savefile_reason(source->savefile);
}

static COLD void note_damage(struct source *source, enum reading reading)
{
	char where[64] = "before the first packet";
	char what[REASON_SIZE + sizeof(where)];

	if (source->packets)
		snprintf(where, sizeof(where), "behind packet %" PRIu64, source->packets);
	if (reading == READING_CUT_PACKET)
		snprintf(what, sizeof(what), "cut off in the middle of packet %" PRIu64,
			 source->packets + 1);
	else if (reading == READING_CUT)
		snprintf(what, sizeof(what), "cut off %s", where);
	else
		snprintf(what, sizeof(what), "damaged %s: %s", where, reason_of(source));
	source_say(&source->damage, source->name, what);
}

const char *source_name(const struct source *source)
{
	return source->name;
}

bool source_next(struct source *source, struct file_packet *out)
{
	enum reading reading;

	if (!source->stream)
		return false;
	reading = source->pcapng ? pcapng_next(source->pcapng, out)
				 : savefile_next(source->savefile, out);
	if (reading == READING_PACKET) {
		source->packets++;
		return true;
	}
	if (reading != READING_END)
		note_damage(source, reading);
	close_file(source);
	return false;
}

const char *source_damage(const struct source *source)
{
	return source->damage.n ? source->damage.p : NULL;
}

void source_progress(const struct source *source, uint64_t *done, uint64_t *size)
{
	uint64_t consumed = source->stream ? bytestream_consumed(source->stream) : source->consumed;

	*size = source->size;
	*done = min_u64(consumed, source->size);
}
