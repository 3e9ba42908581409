/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a command takes, children that it waited for included:
 *   taken FILE COMMAND [ARG]...
 * writes to FILE microseconds of processor time, and the most KB of memory. That figure counts
 * from the fork on, so this has to be smaller than whatever is measured: a script's own memory
 * would be taken for the command's.
 */
#include <err.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long long microseconds(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	FILE *out;
	int status;
	pid_t child;

	if (argc < 3)
		errx(2, "use: taken FILE COMMAND [ARG]...");
	out = fopen(argv[1], "we");
	if (!out)
		err(1, "%s", argv[1]);
	child = fork();
	if (!child) {
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		err(1, "cannot run %s", argv[2]);
	fprintf(out, "%lld %ld\n", microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
		usage.ru_maxrss);
	if (fclose(out))
		err(1, "%s", argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
