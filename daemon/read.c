/* SPDX-License-Identifier: BSD-2-Clause */
#include "read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "file/packets.h"
#include "out/metrics.h"
#include "out/metrics_page.h"
#include "printer.h"
#include "progress.h"
#include "replay.h"
#include "seed.h"
#include "version.h"

/* Signals and the progress are looked at once in so many packets. */
#define PACKETS_PER_LOOK 1024
/* Room of a metrics page, as that of HTTP: names and labels are bounded. */
#define PAGE_MAX (64U * 1024 * 1024)
#define SERVER_NAMES_MAX 200
/* PATH_MAX bytes, each shown as four. */
#define FILE_NAME_MAX 20000

/* Link types beyond this share a bit; the field of a capture file has 16. */
#define LINKS_MAX 512

/* Interfaces of capture files by number, as struct handshake wants them. */
#define INTERFACES_MAX 1024

struct interface_names {
	const char *name[INTERFACES_MAX];
	uint32_t n;
};

struct reading {
	const struct options *options;
	struct log *log;
	struct packets *packets;
	struct replay *replay;
	struct metrics *metrics;
	FILE *metrics_out;
	struct printer printer;
	struct progress progress;
	struct interface_names interfaces;
	uint64_t unknown_links[LINKS_MAX / 64]; /* bit set: told already */
	bool bad_input, failed;
	bool one_terminal; /* records and progress go to the same screen */
};

static int say(struct reading *reading, const char *message)
{
	progress_clear(&reading->progress);
	log_error(reading->log, "%s", message);
	return -1;
}

/* 0: the file does not name it, or names too many. */
static uint32_t interface_number(struct interface_names *interfaces, const char *name)
{
	uint32_t i = 0;

	if (!name)
		return 0;
	while (i < interfaces->n && interfaces->name[i] != name)
		i++;
	if (i == INTERFACES_MAX)
		return 0;
	if (i == interfaces->n)
		interfaces->name[interfaces->n++] = name;
	return i + 1;
}

static void on_concluded(void *ctx, const struct handshake *hs)
{
	struct reading *reading = ctx;
	const char *interface = hs->ifindex ? reading->interfaces.name[hs->ifindex - 1] : NULL;
	uint32_t findings;

	findings = metrics_count(reading->metrics, hs, -REPLAY_EPOCH);
	if (reading->one_terminal)
		progress_clear(&reading->progress);
	printer_print(&reading->printer, hs, interface, -REPLAY_EPOCH, findings);
}

static void tell_unknown_link(struct reading *reading, const char *file, int link)
{
	const char *name = pcap_datalink_val_to_name(link);
	uint64_t *word = &reading->unknown_links[(unsigned)link % LINKS_MAX / 64];
	struct text text;

	reading->bad_input = true;
	if (*word >> ((unsigned)link % 64) & 1)
		return;
	*word |= 1ULL << ((unsigned)link % 64);
	progress_clear(&reading->progress);
	text_init(&text, FILE_NAME_MAX);
	text_wire(&text, (struct bytes){ (const uint8_t *)file, strlen(file) });
	log_error(reading->log,
		  "%s: link type %d%s%s%s: allowed are Ethernet, raw IP, Linux cooked, null and "
		  "loopback, PPP, Cisco HDLC, FDDI, 802.11",
		  text.p ? text.p : "", link, name ? " (" : "", name ? name : "", name ? ")" : "");
	text_free(&text);
}

static bool was_signalled(void)
{
	sigset_t set;

	return !sigpending(&set) && (sigismember(&set, SIGINT) || sigismember(&set, SIGTERM));
}

/* Now and then: has somebody asked us to stop, is anybody reading, how far are we? */
static bool look_around(struct reading *reading)
{
	uint64_t done, all;

	if (was_signalled())
		return false;
	packets_progress(reading->packets, &done, &all);
	progress_show(&reading->progress, done, all);
	return true;
}

static void read_packets(struct reading *reading)
{
	struct file_packet packet;
	enum packets_result result = PACKETS_OK;

	for (uint64_t n = 1; result == PACKETS_OK; n++) {
		if (reading->printer.out.error ||
		    (n % PACKETS_PER_LOOK == 0 && !look_around(reading)))
			return;
		result = packets_next(reading->packets, &packet);
		if (result == PACKETS_OK &&
		    replay_packet(reading->replay, &packet,
				  interface_number(&reading->interfaces, packet.interface)) ==
			    DECODE_UNKNOWN_LINK)
			tell_unknown_link(reading, packet.file, packet.link);
	}
	reading->bad_input |= result == PACKETS_DAMAGED;
}

/* Why packets were of no use. */
static size_t collect(void *ctx, struct metric_row *rows, size_t room)
{
	static const char *const refused = "shaketap_packets_refused_total";
	const struct reading *reading = ctx;
	struct replay_counts counts;

	replay_counts(reading->replay, &counts);
	const struct metric_row all[] = {
		{ refused, "cause", "ip_fragment", counts.fragments_lost },
		{ refused, "cause", "header_chain", counts.packets[DECODE_DEPTH] },
		{ refused, "cause", "truncated", counts.packets[DECODE_CUT] },
		{ refused, "cause", "malformed", counts.packets[DECODE_MALFORMED] },
		{ refused, "cause", "link_type", counts.packets[DECODE_UNKNOWN_LINK] },
		{ "shaketap_duplicates_skipped_total", NULL, NULL, counts.copies },
		{ "shaketap_events_lost_total", "cause", "daemon_full", counts.refused },
		{ "shaketap_flow_evictions_total", "table", "file", counts.evictions },
	};
	size_t n = min_size(room, ARRAY_SIZE(all));

	memcpy(rows, all, n * sizeof(*all));
	return n;
}

/* Of a pipe or a terminal there is nothing to cut. */
static bool cut_short(FILE *page)
{
	return !ftruncate(fileno(page), 0) || errno == EINVAL;
}

static void write_metrics(struct reading *reading)
{
	struct metrics_page page = { .metrics = reading->metrics,
				     .version = SHAKETAP_VERSION,
				     .collect = collect,
				     .collect_ctx = reading };
	struct text text;
	bool ok;

	if (!reading->metrics_out)
		return;
	text_init(&text, PAGE_MAX);
	metrics_page_write(&page, false, &text);
	ok = !text.cut && cut_short(reading->metrics_out) &&
	     fwrite(text.p, 1, text.n, reading->metrics_out) == text.n;
	ok &= fclose(reading->metrics_out) == 0;
	reading->metrics_out = NULL;
	text_free(&text);
	if (ok)
		return;
	log_error(reading->log, "cannot write the metrics to '%s': %s",
		  reading->options->metrics_file,
		  text.cut ? "the page is too large" : strerror(errno));
	reading->failed = true;
}

/* Written to at the end, and only then cut: what is there stays if reading never ends. */
static FILE *open_page(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	return fd < 0 ? NULL : fdopen(fd, "w");
}

static bool is_input(const struct options *options, FILE *page)
{
	struct stat a, b;

	if (fstat(fileno(page), &a) || !S_ISREG(a.st_mode))
		return false;
	for (size_t i = 0; i < options->files.n; i++) {
		const char *name = options->files.p[i];

		if (!(strcmp(name, "-") == 0 ? fstat(STDIN_FILENO, &b) : stat(name, &b)) &&
		    a.st_dev == b.st_dev && a.st_ino == b.st_ino)
			return true;
	}
	return false;
}

static int open_outputs(struct reading *reading)
{
	const char *name = reading->options->metrics_file;
	struct metrics_limits limits = { .max_server_names = SERVER_NAMES_MAX,
					 .seed = seed_random() };

	reading->metrics = metrics_new(&limits);
	if (!reading->metrics)
		return say(reading, "out of memory");
	if (!name)
		return 0;
	/* Early: better no reading than an hour of it for nothing. */
	reading->metrics_out = open_page(name);
	if (!reading->metrics_out) {
		log_error(reading->log, "cannot write the metrics to '%s': %s", name,
			  strerror(errno));
		return -1;
	}
	if (!is_input(reading->options, reading->metrics_out))
		return 0;
	reading->bad_input = true;
	return say(reading, "--metrics names one of the files to be read");
}

/*
 * They stay blocked, and pending once they came: look_around() and the wait for a pipe ask
 * for them, so that none falls between a look and a wait.
 */
static void block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int open_source(struct reading *reading)
{
	const struct options *options = reading->options;
	const struct replay_config config = { .timeout = options->handshake_timeout,
					      .tls_ports = options->tls_ports,
					      .concluded = on_concluded,
					      .ctx = reading };
	char error[4096 + 256]; /* a path and a sentence */

	reading->replay = replay_new(&config);
	if (!reading->replay)
		return say(reading, "out of memory");
	reading->packets = packets_open(options->files.p, options->files.n, error, sizeof(error));
	if (reading->packets)
		return 0;
	if (was_signalled()) /* before there was anything to finish */
		return -1;
	reading->bad_input = true;
	return say(reading, error);
}

/* What a person wants to know before taking silence for an answer. */
static void tell_counts(struct reading *reading)
{
	struct replay_counts counts;
	uint64_t all = 0, other, malformed;

	replay_counts(reading->replay, &counts);
	for (int i = 0; i < DECODE_RESULTS; i++)
		all += counts.packets[i];
	other = counts.packets[DECODE_OTHER] + counts.packets[DECODE_FRAGMENT];
	malformed = counts.packets[DECODE_MALFORMED] + counts.packets[DECODE_DEPTH];
	if (counts.cut)
		log_warn(reading->log,
			 "%" PRIu64 " of %" PRIu64
			 " packets are cut: what they held beyond is not known",
			 counts.cut, all);
	log_debug(reading->log,
		  "%" PRIu64 " packets: %" PRIu64 " TCP, %" PRIu64 " other, %" PRIu64 " malformed",
		  all, counts.packets[DECODE_TCP], other, malformed);
}

static void tell_damage(struct reading *reading)
{
	const char *damage;

	for (size_t i = 0; (damage = packets_damage(reading->packets, i)); i++)
		say(reading, damage);
}

static void flush(struct reading *reading)
{
	printer_finish(&reading->printer);
	reading->failed |= reading->printer.failed;
}

static void close_all(struct reading *reading)
{
	packets_close(reading->packets);
	replay_free(reading->replay);
	metrics_free(reading->metrics);
	printer_free(&reading->printer);
	if (reading->metrics_out)
		fclose(reading->metrics_out);
}

/* All files are open at once, to be read in the order of their packets. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Something else than a file at rest: a pipe, a terminal, a FIFO. */
static bool reads_live(const struct options *options)
{
	struct stat about;

	for (size_t i = 0; i < options->files.n; i++) {
		const char *name = options->files.p[i];
		bool input = strcmp(name, "-") == 0;

		if (!(input ? fstat(STDIN_FILENO, &about) : stat(name, &about)) &&
		    !S_ISREG(about.st_mode))
			return true;
	}
	return false;
}

int read_files(const struct options *options, struct log *log)
{
	struct reading reading = { .options = options, .log = log };
	int code = 1;

	block_signals();
	printer_init(&reading.printer, options, true, log);
	reading.printer.out.prompt |= reads_live(options);
	progress_init(&reading.progress, stderr);
	reading.one_terminal = options->format != OPTIONS_NONE && isatty(STDOUT_FILENO);
	allow_many_files();
	if (!open_source(&reading) && !open_outputs(&reading)) {
		read_packets(&reading);
		replay_finish(reading.replay);
		progress_clear(&reading.progress);
		flush(&reading);
		tell_damage(&reading);
		tell_counts(&reading);
		write_metrics(&reading);
		code = 0;
	}
	close_all(&reading);
	if (!reading.packets && was_signalled())
		return 0;
	if (reading.bad_input)
		return 2;
	return reading.failed ? 1 : code;
}
