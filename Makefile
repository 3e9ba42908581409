# SPDX-License-Identifier: BSD-2-Clause
# One Makefile, not recursive; everything it makes lies below $(BUILD).
#   make            build $(BUILD)/shaketap        make V=1     show the commands
#   make CC=clang   daemon by another compiler     make help    every target
# Use another BUILD for another compiler or other flags: objects do not remember them.

BUILD    ?= build
CC       := $(if $(filter default,$(origin CC)),gcc,$(CC))
CLANG    ?= clang
PREFIX   ?= /usr/local
INSTALL  ?= install
DESTDIR  ?=
# bin, not sbin: reading capture files is for ordinary users. Settings lie in /etc for the prefixes
# of a system, below any other.
BINDIR   ?= $(PREFIX)/bin
DATADIR  ?= $(PREFIX)/share
MANDIR   ?= $(DATADIR)/man
BASHDIR  ?= $(DATADIR)/bash-completion/completions
UNITDIR  ?= $(PREFIX)/lib/systemd/system
SYSCONFDIR ?= $(if $(filter /usr /usr/local,$(PREFIX)),/etc,$(PREFIX)/etc)
ARGS     ?=
KERNELS  ?=

# The version of a tree without tags, like an unpacked archive.
RELEASE  := 0.1.0

# What to install, by the names of Debian; after a slash a command that serves as well.
BUILD_PACKAGES := clang llvm gcc/$(firstword $(CC)) make pkg-config/pkg-config bpftool/bpftool \
	libbpf-dev libelf-dev zlib1g-dev libmicrohttpd-dev libssl-dev libpcap-dev libcap-ng-dev uthash-dev libcmocka-dev \
	linux-libc-dev libc6-dev git/git ca-certificates
DEB_PACKAGES := dpkg-dev/dpkg-shlibdeps binutils/strip xz-utils/xz
DEMO_PACKAGES := openssl/openssl nginx-light/nginx curl/curl iproute2/ip
TEST_PACKAGES := $(DEMO_PACKAGES) gnutls-bin/gnutls-cli jq/jq ethtool/ethtool tcpdump/tcpdump \
	tshark/tshark prometheus/promtool nftables/nft procps util-linux libcap2-bin/getpcaps python3/python3 \
	libnss3-tools/tstclnt haproxy/haproxy stunnel4/stunnel4 default-jdk-headless/javac npm/npm \
	clang-tidy/clang-tidy clang-format/clang-format cppcheck/cppcheck shellcheck/shellcheck \
	chromium/chromium tidy/tidy python3-html5lib systemd/systemd-analyze mandoc/mandoc man-db/man
VM_PACKAGES := qemu-system-x86/qemu-system-x86_64 busybox-static xz-utils/xz debootstrap/debootstrap \
	systemd/systemd-analyze
IMAGE_PACKAGES := $(DEMO_PACKAGES) jq/jq tcpdump/tcpdump python3-yaml debootstrap/debootstrap \
	buildah/buildah podman/podman crun/crun runc/runc libcap2-bin/getcap
BENCH_PACKAGES := tcpdump/tcpdump tshark/tshark libndpi-bin/ndpiReader iperf3/iperf3 openssl/openssl curl/curl iproute2/ip \
	procps util-linux/taskset python3/python3
# libFuzzer and the sanitizers of clang; llvm-cov and llvm-profdata come with llvm above.
FUZZ_PACKAGES := libclang-rt-14-dev

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
# All processors, unless the user said how many. The recipes of run and test are single jobs.
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif

# bpftool and nginx of Debian live in sbin, which is not on the PATH of an ordinary user.
export PATH := $(PATH):/usr/sbin:/sbin

ifeq ($(V),1)
Q :=
msg :=
else
Q := @
msg = @printf '  %-8s %s\n' '$(1)' '$(2:$(BUILD)/%=%)';
endif

# Asked once, when first needed and not before: a fresh machine has no pkg-config yet.
once = $(eval $(1) := $(2))$($(1))

LIBRARIES := libbpf libelf zlib libmicrohttpd libcrypto libpcap libcap-ng
PKG_CFLAGS = $(call once,PKG_CFLAGS,$(shell pkg-config --cflags $(LIBRARIES)))
PKG_LIBS   = $(call once,PKG_LIBS,$(shell pkg-config --libs $(LIBRARIES)))
VERSION    = $(call once,VERSION,$(or $(patsubst v%,%,$(shell git describe --tags --dirty \
	--match 'v[0-9]*' 2>/dev/null)),$(RELEASE)))

# The same bytes wherever the sources lie: debug information names them from here.
space := $(subst ,, )
SAME_PATHS = -ffile-prefix-map=$(subst $(space),\ ,$(CURDIR))=.
WARNINGS := -Wall -Wextra -Werror
COMMON   = -std=gnu17 $(WARNINGS) -g $(SAME_PATHS) -D_GNU_SOURCE -Idaemon -Iinclude -I$(BUILD)/include \
	-I$(BUILD)/skel $(PKG_CFLAGS)
CFLAGS   ?= -O3
# The same instructions, chosen for processors of today: for the average of all there ever were, gcc
# sets and copies each structure of a hundred bytes by a string instruction that starts slowly.
TUNE     ?= $(call once,TUNE,$(if $(filter x86_64%,$(shell $(CC) -dumpmachine)),-mtune=skylake))
# The stages call each other in small steps: gcc sees all of them at once. clang would need a
# plugin of its linker.
LTO      ?= $(if $(filter gcc%,$(notdir $(firstword $(CC)))),-flto=auto)
HARDEN   := -fstack-protector-strong -D_FORTIFY_SOURCE=2
# Tests stop at the first wrong byte or undefined step.
SANITIZE := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

# Kernel headers of the C library (linux/if_ether.h includes asm/types.h) lie in a directory that
# depends on the machine and that clang leaves out for -target bpf. -idirafter: looked at last, so
# that nothing in there hides a header of clang or of libbpf.
BPF_SYSTEM = $(call once,BPF_SYSTEM,$(shell $(CLANG) -v -E - </dev/null 2>&1 | \
	sed -n '/<...> search starts here:/,/End of search list./{ s| \(/.*\)|-idirafter \1|p }'))
BPF_CFLAGS = -std=gnu17 -g $(SAME_PATHS) -O2 -target bpf -mcpu=v3 $(WARNINGS) -Iinclude $(BPF_SYSTEM)

DAEMON     := $(wildcard daemon/*.c daemon/*/*.c)
OBJECTS    := $(DAEMON:%.c=$(BUILD)/obj/%.o)
BPF_OBJECT := $(BUILD)/bpf/shaketap.bpf.o
SKELETON   := $(BUILD)/skel/shaketap.skel.h
GENERATED  := $(SKELETON) $(BUILD)/include/version.h
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
BPF_TESTS  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bpf/test_*.c))
FUZZ_TESTS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c)) $(BUILD)/fuzz/seeds
SCRIPTS     = $(wildcard deploy/*.sh deploy/*/*.sh deploy/*/*.bash tests/*.sh tests/*/*.sh) .ci/run
C_SOURCES   = $(wildcard include/*.h daemon/*.[ch] daemon/*/*.[ch] bpf/*.[ch] tests/*/*.[ch])

.PHONY: all
all: $(BUILD)/shaketap ## build the daemon with its kernel programs (the default)

# --- dependencies -------------------------------------------------------------------------------

# Goals that install what is missing before anything is compiled. sudo make run, on a fresh machine.
INSTALL_FIRST := $(if $(filter run,$(MAKECMDGOALS)),deps) \
	$(if $(filter demo,$(MAKECMDGOALS)),demo-deps) $(if $(filter test,$(MAKECMDGOALS)),test-deps) \
	$(if $(filter test-service test-package test-rights test-kernels test-networks,$(MAKECMDGOALS)),vm-deps) \
	$(if $(filter bench,$(MAKECMDGOALS)),bench-deps) \
	$(if $(filter test-fuzz,$(MAKECMDGOALS)),fuzz-deps) \
	$(if $(filter deb test-package,$(MAKECMDGOALS)),deb-deps)

.PHONY: deps demo-deps test-deps tools
deps: ## install what the build needs (Debian, as root), or say what is missing
	@deploy/deps.sh $(BUILD_PACKAGES)
demo-deps: deps
	@deploy/deps.sh $(DEMO_PACKAGES)
test-deps: deps ## the same, and what test, demo and lint need
	@deploy/deps.sh $(TEST_PACKAGES) $(VM_PACKAGES) $(FUZZ_PACKAGES)

# One line that names everything missing, before the first compiler error.
tools: | $(INSTALL_FIRST)
	@missing=; \
	need() { package=$$1; shift; "$$@" >/dev/null 2>&1 || missing="$$missing $$package"; }; \
	header() { echo "#include <$$1>" | $(CC) -E -; }; \
	need clang command -v $(CLANG); need gcc command -v $(firstword $(CC)); \
	need bpftool command -v bpftool; need pkg-config command -v pkg-config; \
	need libbpf-dev pkg-config libbpf; need libelf-dev pkg-config libelf; \
	need zlib1g-dev pkg-config zlib; need libmicrohttpd-dev pkg-config libmicrohttpd; \
	need libssl-dev pkg-config libcrypto; need libpcap-dev pkg-config libpcap; \
	need libcap-ng-dev pkg-config libcap-ng; need uthash-dev header uthash.h; \
	need linux-libc-dev header linux/bpf.h; \
	[ -z "$$missing" ] || { echo "shaketap: missing:$$missing (sudo make deps installs them)" >&2; \
	exit 1; }

# --- kernel programs ----------------------------------------------------------------------------

$(BPF_OBJECT): bpf/shaketap.bpf.c Makefile | tools
	$(call msg,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@
	$(Q)! command -v llvm-strip >/dev/null || llvm-strip -g $@ # DWARF goes, BTF stays

$(SKELETON): $(BPF_OBJECT) Makefile
	$(call msg,SKEL,$@)
	@mkdir -p $(@D)
	$(Q){ echo '/* NOLINTBEGIN: generated */' && bpftool gen skeleton $< name shaketap_bpf && \
		echo '/* NOLINTEND */'; } >$@

# --- daemon -------------------------------------------------------------------------------------

.PHONY: force
force:

# Written anew only when the version changed, so that a commit does not rebuild its readers.
$(BUILD)/include/version.h: force
	@mkdir -p $(@D)
	@echo '#define SHAKETAP_VERSION "$(VERSION)"' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/obj/%.o: %.c Makefile | tools $(GENERATED)
	$(call msg,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMMON) $(CFLAGS) $(TUNE) $(LTO) $(HARDEN) $(CPPFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/shaketap: $(OBJECTS)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(TUNE) $(LTO) $(SAME_PATHS) $(LDFLAGS) -Wl,-z,relro,-z,now $(OBJECTS) $(PKG_LIBS) -o $@

.PHONY: run demo
run: deps all ## build and observe this host: sudo make run ARGS='-f json'
	@exec $(BUILD)/shaketap run $(ARGS)

demo: demo-deps all ## a minute of real handshakes in network namespaces: sudo make demo
	@SHAKETAP=$(BUILD)/shaketap tests/netns/demo.sh $(ARGS)

# --- tests --------------------------------------------------------------------------------------
# Every tests/unit/test_*.c and tests/bpf/test_*.c is one cmocka program. It says itself what it is
# linked with, in lines of this form (paths below daemon/, or from tests/ on):
#   /* links: tls/hello.c tls/ext.c tests/unit/hellos.c */
#   /* libs: -lcrypto -lz */

said = $(shell sed -n 's|^/\* $(1): \(.*\) \*/$$|\1|p' $(2))
units = $(foreach unit,$(call said,links,$(1)),$(if $(filter tests/%,$(unit)),,daemon/)$(unit))

$(BUILD)/san/%.o: %.c Makefile | tools $(GENERATED)
	$(call msg,SAN,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMMON) $(SANITIZE) $(CPPFLAGS) -MMD -MP -c $< -o $@

define test_rule
$(BUILD)/tests/$(1): $(patsubst %.c,$(BUILD)/san/%.o,tests/$(1).c $(call units,tests/$(1).c))
	$$(call msg,TEST,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(SANITIZE) $$^ $(call said,libs,tests/$(1).c) -lcmocka $(2) -o $$@
endef
$(foreach test,$(UNIT_TESTS:$(BUILD)/tests/%=%),$(eval $(call test_rule,$(test),)))
$(foreach test,$(BPF_TESTS:$(BUILD)/tests/%=%),$(eval $(call test_rule,$(test),-lbpf)))

# Programs that tests run, made of the whole daemon but its main(), stopped by the sanitizers too.
WHOLE = $(patsubst %.c,$(BUILD)/san/%.o,$(filter-out daemon/main.c,$(DAEMON)))
define tool_rule
$(BUILD)/tests/$(1): $(patsubst %,$(BUILD)/san/tests/%.o,$(2)) $(WHOLE)
	$$(call msg,TEST,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(SANITIZE) $$^ $$(PKG_LIBS) -o $$@
endef
$(eval $(call tool_rule,pcap/variants,pcap/variants pcap/segments pcap/answers pcap/judge))
$(eval $(call tool_rule,bpf/paths,bpf/paths bpf/paths_device bpf/paths_facts bpf/paths_kernel \
	bpf/paths_tables bpf/paths_way))

# Fast rather than checked: it makes gigabytes.
COPIES := tests/pcap/copies.c tests/pcap/copies.h tests/pcap/template.c tests/pcap/template.h
SCRIPTED := $(COPIES) $(filter-out tests/load/load.c,$(wildcard tests/load/*.[ch]))
$(BUILD)/tests/pcap/multiply: tests/pcap/multiply.c
$(BUILD)/tests/load/load: tests/load/load.c
$(BUILD)/tests/pcap/multiply $(BUILD)/tests/load/load: $(SCRIPTED) Makefile | tools
	$(call msg,TEST,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMMON) $(CFLAGS) -Itests $(filter %.c,$^) -lpcap -o $@

# Of the guests: not stopped by the sanitizers, whose library would have to come along.
VM_TOOLS := $(BUILD)/tests/vm/spy.so $(BUILD)/tests/vm/held
$(BUILD)/tests/vm/%.so: tests/vm/%.c | tools
	$(call msg,TEST,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMMON) $(CFLAGS) -shared -fPIC $< -o $@
$(BUILD)/tests/vm/%: tests/vm/%.c | tools
	$(call msg,TEST,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMMON) $(CFLAGS) $< -lbpf -o $@

TEST_TOOLS := $(BUILD)/tests/pcap/variants $(BUILD)/tests/bpf/paths $(BUILD)/tests/pcap/multiply \
	$(BUILD)/tests/load/load

RUN_TESTS := BUILD=$(BUILD) SHAKETAP=$(BUILD)/shaketap tests/run.sh

.PHONY: test test-unit test-bpf test-netns test-deploy test-image test-corpus test-tools
test: test-deps all $(UNIT_TESTS) $(BPF_TESTS) $(TEST_TOOLS) $(VM_TOOLS) $(FUZZ_TESTS) ## every test (as root), with a closing count
	@$(RUN_TESTS) unit bpf netns deploy kernels corpus fuzz
test-unit: $(UNIT_TESTS) ## tests of the pure core, no root needed
	@$(RUN_TESTS) unit
test-bpf: $(BPF_TESTS) ## packet in, event out: the kernel programs, as root
	@$(RUN_TESTS) bpf
test-netns: all $(TEST_TOOLS) ## real clients and servers in network namespaces, as root
	@$(RUN_TESTS) netns
test-deploy: all ## what deploy/ holds: service, packages, images, rules, dashboards, as root
	@$(RUN_TESTS) deploy
.PHONY: test-overload
test-overload: all $(TEST_TOOLS) ## storms in their full figures, for minutes, as root
	@SHAKETAP=$(BUILD)/shaketap FULL=1 bash tests/netns/test_overload.sh
.PHONY: test-soak
test-soak: all $(BUILD)/tests/load/load ## an hour of mixed load while interfaces come and go: SOAK_SECONDS, as root
	@SHAKETAP=$(BUILD)/shaketap bash tests/soak/soak.sh
.PHONY: screenshots
screenshots: test-deps all ## pictures of the page for people, into $(BUILD)/screenshots, as root
	@SHAKETAP=$(BUILD)/shaketap bash tests/deploy/test_page.sh
# Minutes the first time (a Debian and its compilers), half a minute from then on.
test-image: all ## the container image: built, and run by podman, crun and runc, as root
	@deploy/deps.sh $(IMAGE_PACKAGES)
	@SHAKETAP=$(BUILD)/shaketap tests/deploy/image.sh
test-tools: $(TEST_TOOLS) ## what tests/netns/run.sh needs beside shaketap, to run one of its suites alone
test-corpus: all $(TEST_TOOLS) ## captures of others against their answers, if they are here
	@$(RUN_TESTS) corpus

.PHONY: vm-deps test-service test-package test-rights test-kernels test-networks
vm-deps: deps
	@deploy/deps.sh $(VM_PACKAGES)
test-service: vm-deps all ## the service under systemd in VMs, a few minutes: KERNELS='6.1 6.12', as root
	@BUILD=$(BUILD) tests/vm/service.sh $(KERNELS)
test-package: vm-deps deb ## the Debian package from its building to its purge, in minutes, as root
	@deploy/deps.sh lintian/lintian
	@SHAKETAP=$(BUILD)/shaketap KERNELS='$(KERNELS)' bash tests/deploy/package.sh
test-rights: vm-deps all ## rights after the start on 5.10, 6.1 and 6.12 in VMs, a minute each, as root
	@BUILD=$(BUILD) tests/vm/rights.sh $(KERNELS)
test-kernels: vm-deps all $(VM_TOOLS) ## each kernel, hook and set of rights in VMs: KERNELS='5.10 newest', minutes
	@BUILD=$(BUILD) tests/vm/kernels.sh $(KERNELS)
test-networks: vm-deps all ## bond, macvlan, ipvlan, VLAN and tunnel devices in a VM: KERNELS=6.12, a minute
	@BUILD=$(BUILD) tests/vm/networks.sh $(KERNELS)

# --- fuzzing ------------------------------------------------------------------------------------
# Every tests/fuzz/fuzz_*.c is one libFuzzer program, linked with the whole daemon but its main().
# Built by clang whatever CC is, with what counts the lines that are reached.

FUZZ_SECONDS ?= 60
FUZZ_FLAGS   := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fprofile-instr-generate -fcoverage-mapping
FUZZ_GUIDE   := -fsanitize=fuzzer-no-link
FUZZ_OBJECT   = $(patsubst %.c,$(BUILD)/fuzz/%.o,$(1))
FUZZ_SHARED  := $(filter-out tests/fuzz/fuzz_%.c tests/fuzz/seeds.c tests/fuzz/flights.c,$(wildcard tests/fuzz/*.c))

$(BUILD)/fuzz/%.o: %.c Makefile | tools $(GENERATED)
	$(call msg,FUZZ,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(COMMON) $(FUZZ_FLAGS) $(FUZZ_GUIDE) $(CPPFLAGS) -MMD -MP -c $< -o $@

# What is compared in here need not lead the fuzzer anywhere.
$(BUILD)/fuzz/tests/fuzz/check_text.o: FUZZ_GUIDE :=

# An archive: a target that includes a source file of the daemon has it once.
$(BUILD)/fuzz/daemon.a: $(call FUZZ_OBJECT,$(filter-out daemon/main.c,$(DAEMON)))
	$(call msg,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/fuzz/shared.a: $(call FUZZ_OBJECT,$(FUZZ_SHARED))
	$(call msg,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/tests/fuzz/fuzz_%.o $(BUILD)/fuzz/shared.a $(BUILD)/fuzz/daemon.a
	$(call msg,LINK,$@)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer $^ $(PKG_LIBS) -o $@

$(BUILD)/fuzz/seeds: $(call FUZZ_OBJECT,tests/fuzz/seeds.c tests/fuzz/flights.c tests/fuzz/pieces.c \
		tests/bpf/packets.c)
	$(call msg,LINK,$@)
	$(Q)$(CLANG) $(FUZZ_FLAGS) $^ -lz -o $@

.PHONY: fuzz-deps test-fuzz
fuzz-deps: deps
	@deploy/deps.sh $(FUZZ_PACKAGES)
test-fuzz: $(FUZZ_TESTS) ## every fuzzer for FUZZ_SECONDS (60), with coverage
	@BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run.sh

# --- benchmarks ---------------------------------------------------------------------------------

BENCH_TOOLS := $(addprefix $(BUILD)/tests/bench/,runs handshake price drain scan bystander taken)
BENCH_SKELS := $(BUILD)/skel/bench/empty.skel.h $(BUILD)/skel/bench/floor.skel.h
BENCH_PROGRAMS := tests/bench/programs.c daemon/capture/tables.c
$(BUILD)/skel/bench/%.skel.h: tests/bench/%.bpf.c tests/bench/floor.h include/shaketap_abi.h Makefile | tools
	$(call msg,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $(@:.skel.h=.bpf.o)
	$(Q)bpftool gen skeleton $(@:.skel.h=.bpf.o) name $*_bpf >$@
$(BUILD)/tests/bench/runs: tests/bench/known.c tests/bpf/packets.c $(BENCH_PROGRAMS)
$(BUILD)/tests/bench/price: $(BENCH_PROGRAMS)
$(BUILD)/tests/bench/bystander $(BUILD)/tests/bench/drain: tests/bench/hooks.c
$(BUILD)/tests/bench/handshake $(BUILD)/tests/bench/drain: tests/bench/plan.c $(BENCH_PROGRAMS) $(SCRIPTED)
$(BUILD)/tests/bench/%: tests/bench/%.c $(wildcard tests/bench/*.h) $(BENCH_SKELS) $(SKELETON) Makefile
	$(call msg,TEST,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMMON) $(CFLAGS) -Itests $(filter %.c,$^) -lbpf -lpcap -o $@

PARTS ?=
.PHONY: bench bench-deps
bench-deps: deps
	@deploy/deps.sh $(BENCH_PACKAGES)
bench: bench-deps all $(BENCH_TOOLS) $(BUILD)/tests/load/load $(BUILD)/tests/pcap/multiply ## what it costs beside its peers, in minutes, as root: PARTS='kernel files', FAST=1
	@python3 -B tests/bench/bench.py $(BUILD) $(PARTS)

# --- lint and format ----------------------------------------------------------------------------

.PHONY: lint lint-rules lint-format lint-tidy lint-cppcheck lint-shell format format-check
lint: lint-rules lint-format lint-tidy lint-cppcheck lint-shell ## every check of the sources
lint-rules: ## includes between stages, file sizes, licence lines
	@tests/lint/includes.sh
	@tests/lint/sizes.sh
	@tests/lint/spdx.sh
lint-format format-check: ## is everything formatted as .clang-format says?
	@clang-format --dry-run -Werror $(C_SOURCES)
# Not on bpf/: clang-tidy takes it for a program of this machine. Its compiler warns as well. One
# file per call: the clang-tidy of Debian 12 forgets va_start() from its second file on.
lint-tidy: $(GENERATED) $(BUILD)/compile_commands.json ## clang-tidy on the daemon
	@printf '%s\n' $(DAEMON) | xargs -P $$(nproc) -n 1 clang-tidy -p $(BUILD) --quiet \
		2>$(BUILD)/tidy.log || { grep -v ' generated\.$$' $(BUILD)/tidy.log; exit 1; }
lint-cppcheck: $(GENERATED) ## cppcheck on the daemon
	@cppcheck --quiet --enable=warning,performance,portability --error-exitcode=1 --inline-suppr \
		--std=c11 --library=gnu --library=tests/lint/cppcheck.cfg -D_GNU_SOURCE -Idaemon -Iinclude \
		-I$(BUILD)/include -j $$(nproc) daemon
# SC2119, SC2120: a function whose arguments may be left out is no mistake.
lint-shell: ## shellcheck on every script
	@shellcheck -x -e SC2119,SC2120 $(SCRIPTS)
format: ## format every C file in place
	@clang-format -i $(C_SOURCES)

.PHONY: compile_commands
compile_commands: $(GENERATED) $(BUILD)/compile_commands.json ## for editors and clang-tidy
$(BUILD)/compile_commands.json: Makefile $(DAEMON) | tools
	@mkdir -p $(@D)
	@{ echo '['; separator=; for source in $(DAEMON) $(wildcard tests/unit/*.c tests/bpf/*.c); do \
	printf '%s{"directory":"%s","file":"%s","command":"clang %s -c %s"}\n' "$$separator" \
	'$(CURDIR)' "$$source" '$(COMMON) $(CFLAGS)' "$$source"; separator=,; done; echo ']'; } >$@

# --- install ------------------------------------------------------------------------------------

# For the script: NAME='value', whatever the value holds.
quoted = '$(subst ','\'',$(1))'
PLACES = $(foreach name,BUILD INSTALL DESTDIR BINDIR DATADIR MANDIR BASHDIR UNITDIR SYSCONFDIR,$(name)=$(call \
	quoted,$($(name))))

.PHONY: install uninstall deb deb-deps clean help
install: all ## install below $(DESTDIR)$(PREFIX)
	@$(PLACES) deploy/install.sh install
uninstall: ## remove what install put there
	@$(PLACES) deploy/install.sh uninstall
deb-deps: deps
	@deploy/deps.sh $(DEB_PACKAGES)
deb: override PREFIX = /usr
deb: override DESTDIR = $(BUILD)/deb/root
deb: all ## a Debian package in $(BUILD)/deb
	@rm -rf $(BUILD)/deb
	@$(PLACES) deploy/install.sh install
	@deploy/debian/build.sh $(BUILD)/deb $(call quoted,$(VERSION))
clean: ## remove everything that was built
	rm -rf $(BUILD)
help: ## this list
	@sed -n 's/^\([a-z_-]*\)[^:=]*:[^=].*## \(.*\)/\1\t\2/p' Makefile | \
		sed 's|$$(BUILD)|$(BUILD)|; s|$$(DESTDIR)$$(PREFIX)|$(DESTDIR)$(PREFIX)|' | \
		while IFS="$$(printf '\t')" read -r target text; do printf '  %-18s%s\n' "$$target" "$$text"; done

-include $(OBJECTS:.o=.d) $(BPF_OBJECT:.o=.d) $(shell find $(BUILD)/san $(BUILD)/fuzz -name '*.d' 2>/dev/null)
