/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Captures through the kernel programs and through the code that reads files, side by
 * side: paths [-d MILLISECONDS] FILE... writes what paths.py compares, lines of words between tabs:
 *
 *   capture  NAME           what follows is about this file
 *   file     RECORD         a record of the file's path, as one line of JSON
 *   kernel   RECORD         a record of the kernel's path
 *   stray    NUMBER         this packet holds no TCP, and yet the kernel gave an event
 *   fact     ADDRESS PORT ADDRESS PORT WORD...   see paths_facts.h
 *
 * Needs the rights to make a network namespace and to load the programs. Exit 0: all was
 * run, whatever the records are; 1: it could not.
 */
#include <err.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/util.h"
#include "file/packets.h"
#include "options.h"
#include "out/json.h"
#include "paths_kernel.h"
#include "replay.h"

#define RECORD_MAX (1U << 20)

/* Where the records of one path go. */
struct output {
	const char *path;
	struct text text;
};

struct paths {
	struct options options;
	uint64_t interval; /* ns between drains of the ring; 0: after every packet */
	struct device tap, tun;
	struct kernel_path *kernel;
	struct output file_output, kernel_output;
};

/* One capture on its way. */
struct capture {
	struct packets *packets;
	struct decoder *decoder;
	struct replay *replay;
	struct facts *facts;
};

static void on_concluded(void *ctx, const struct handshake *hs)
{
	const struct record_context context = { .wall_offset = -REPLAY_EPOCH };
	struct output *output = ctx;

	text_reset(&output->text);
	json_record(&output->text, hs, &context);
	if (output->text.cut)
		errx(1, "a record is longer than %u bytes", RECORD_MAX);
	printf("%s\t%.*s", output->path, (int)output->text.n, output->text.p);
}

static void open_capture(struct paths *paths, struct capture *capture, const char *name)
{
	struct replay_config replay = { .timeout = paths->options.handshake_timeout,
					.tls_ports = paths->options.tls_ports,
					.concluded = on_concluded,
					.ctx = &paths->file_output };
	char error[4096 + 256]; /* a path and a sentence */

	capture->packets = packets_open(&name, 1, error, sizeof(error));
	if (!capture->packets)
		errx(1, "%s", error);
	capture->facts = facts_new();
	capture->decoder = decoder_new();
	capture->replay = replay_new(&replay);
	if (!capture->facts || !capture->decoder || !capture->replay)
		errx(1, "out of memory");
	kernel_path_begin(paths->kernel, capture->facts);
}

static void close_capture(struct capture *capture)
{
	replay_free(capture->replay);
	decoder_free(capture->decoder);
	facts_free(capture->facts);
	packets_close(capture->packets);
}

static void run_capture(struct paths *paths, const char *name)
{
	struct capture capture;
	struct tcp_segment segment;
	struct file_packet packet;
	enum decode_result result;
	unsigned long n = 0;

	printf("capture\t%s\n", name);
	open_capture(paths, &capture, name);
	while (packets_next(capture.packets, &packet) == PACKETS_OK) {
		n++;
		replay_packet(capture.replay, &packet, 0);
		result = decode_packet(capture.decoder, &packet, &segment);
		if (result == DECODE_TCP)
			facts_segment(capture.facts, &segment);
		if (kernel_path_packet(paths->kernel, &packet, result, &segment) &&
		    result != DECODE_TCP)
			printf("stray\t%lu\n", n);
	}
	replay_finish(capture.replay);
	kernel_path_finish(paths->kernel);
	facts_print(capture.facts, stdout);
	close_capture(&capture);
}

/* A network of our own: nobody else's packets, and nobody who answers ours. */
static void open_network(struct paths *paths)
{
	int error;

	if (unshare(CLONE_NEWNET))
		err(1, "cannot make a network namespace");
	error = device_open(&paths->tap, true);
	if (!error)
		error = device_open(&paths->tun, false);
	if (error)
		errx(1, "cannot make a tun device: %s", strerror(-error));
}

static void open_all(struct paths *paths)
{
	struct kernel_path_config config = { .timeout = paths->options.handshake_timeout,
					     .interval = paths->interval,
					     .tls_ports = paths->options.tls_ports,
					     .concluded = on_concluded,
					     .ctx = &paths->kernel_output };

	libbpf_set_print(NULL);
	open_network(paths);
	config.tap = paths->tap;
	config.tun = paths->tun;
	paths->kernel = kernel_path_new(&config);
	text_init(&paths->file_output.text, RECORD_MAX);
	text_init(&paths->kernel_output.text, RECORD_MAX);
}

static void close_all(struct paths *paths)
{
	kernel_path_free(paths->kernel);
	device_close(&paths->tap);
	device_close(&paths->tun);
	text_free(&paths->file_output.text);
	text_free(&paths->kernel_output.text);
	options_free(&paths->options);
}

int main(int argc, char **argv)
{
	struct paths paths = { .file_output.path = "file", .kernel_output.path = "kernel" };
	int first = 1;
	char *run[] = { argv[0], "run", NULL }; /* its standards are those of this test */

	if (options_parse(2, run, &paths.options, stdout, stderr) != OPTIONS_OK)
		return 1;
	if (argc > 2 && !strcmp(argv[1], "-d")) {
		paths.interval = strtoul(argv[2], NULL, 10) * NS_PER_MS;
		first = 3;
	}
	open_all(&paths);
	for (int i = first; i < argc; i++)
		run_capture(&paths, argv[i]);
	close_all(&paths);
	return 0;
}
