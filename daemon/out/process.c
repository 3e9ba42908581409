/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/process.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)

/* The fields of /proc/self/stat (proc(5)) that are of use here. */
struct process_stat {
	uint64_t ticks;	       /* 14 + 15: user and system time */
	uint64_t start_ticks;  /* 22: after boot */
	uint64_t virtual_size; /* 23: bytes */
	uint64_t rss_pages;    /* 24 */
};

static bool read_stat(struct process_stat *stat)
{
	FILE *file = fopen("/proc/self/stat", "re");
	char line[1024];
	uint64_t user, system;
	char *after_name;
	bool ok = false;

	if (!file)
		return false;
	if (fgets(line, sizeof(line), file)) {
		/* The name (field 2) may hold anything, blanks and parentheses too. */
		after_name = strrchr(line, ')');
		ok = after_name &&
		     sscanf(after_name + 1,
			    " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
			    " %*d %*d %*d %*d %*d %*d %" SCNu64 " %" SCNu64 " %" SCNu64,
			    &user, &system, &stat->start_ticks, &stat->virtual_size,
			    &stat->rss_pages) == 5;
	}
	fclose(file);
	if (ok)
		stat->ticks = user + system;
	return ok;
}

/* Seconds since the epoch at which the host was started; 0: unknown. */
static uint64_t boot_time(void)
{
	FILE *file = fopen("/proc/stat", "re");
	char *line = NULL;
	size_t room = 0;
	uint64_t seconds = 0;

	if (!file)
		return 0;
	/* getline(): the "intr" line before it grows with the host. */
	while (!seconds && getline(&line, &room, file) > 0)
		if (sscanf(line, "btime %" SCNu64, &seconds) != 1)
			seconds = 0;
	free(line);
	fclose(file);
	return seconds;
}

static uint64_t open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	uint64_t n = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n ? n - 1 : 0; /* without the one that reads the directory */
}

static void write_one(struct expo *e, const struct expo_family *family, uint64_t value)
{
	expo_family(e, family);
	expo_u64(e, EXPO_NO_LABELS, value);
}

static void write_stat(struct expo *e)
{
	static const struct expo_family cpu = { "process_cpu_seconds_total", EXPO_COUNTER,
						"User and system CPU time spent." };
	static const struct expo_family start = { "process_start_time_seconds", EXPO_GAUGE,
						  "Start time of the process since the epoch." };
	static const struct expo_family virt = { "process_virtual_memory_bytes", EXPO_GAUGE,
						 "Virtual memory size." };
	static const struct expo_family resident = { "process_resident_memory_bytes", EXPO_GAUGE,
						     "Resident memory size." };
	uint64_t tick = NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK), boot = boot_time();
	struct process_stat stat;

	if (!read_stat(&stat))
		return;
	expo_family(e, &cpu);
	expo_seconds(e, EXPO_NO_LABELS, stat.ticks * tick);
	if (boot) {
		expo_family(e, &start);
		expo_seconds(e, EXPO_NO_LABELS, boot * NS_PER_SECOND + stat.start_ticks * tick);
	}
	write_one(e, &virt, stat.virtual_size);
	write_one(e, &resident, stat.rss_pages * (uint64_t)sysconf(_SC_PAGESIZE));
}

struct process_usage process_usage(void)
{
	struct process_stat stat;

	if (!read_stat(&stat))
		return (struct process_usage){ 0 };
	return (struct process_usage){
		.cpu = stat.ticks * (NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK)),
		.resident = stat.rss_pages * (uint64_t)sysconf(_SC_PAGESIZE),
	};
}

void process_write(struct expo *e)
{
	static const struct expo_family open = { "process_open_fds", EXPO_GAUGE,
						 "Open file descriptors." };
	static const struct expo_family max = { "process_max_fds", EXPO_GAUGE,
						"File descriptors the process may open." };
	uint64_t fds = open_fds();
	struct rlimit limit;

	write_stat(e);
	if (fds)
		write_one(e, &open, fds);
	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur != RLIM_INFINITY)
		write_one(e, &max, limit.rlim_cur);
}
