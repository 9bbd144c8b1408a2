# elfuse: `make help` lists the targets.

VERSION := $(file <VERSION)
BUILD ?= build
CC = gcc
# The program is compiled against glibc's headers, whose structures are the kernel's own, and linked with musl where that is installed: a third
# of the size, and glibc's start, 67 CPUID instructions among it, is not paid by every exec. What it calls means the same in both (scripts/lint).
LD = $(or $(shell command -v musl-gcc),$(CC))
CLANG = clang
STRIP = strip
PREFIX ?= /usr/local
# A warning is an error to the compilers that this is tested with; a newer one may have new warnings.
WERROR ?= $(if $(filter 12 14,$(shell $(CC) -dumpversion)),-Werror)
WERROR := $(WERROR)
FUZZ_SECONDS ?= 10
EVERY ?= 1
ELFUSE ?= $(BUILD)/elfuse
export BUILD ELFUSE WERROR

# All sources are found, none is listed: a new file is part of the program. tests/asan/ and tests/tsan/ hold the sanitizers' defaults.
find = $(sort $(shell find $(1) -name '*.[cS]' 2>/dev/null))
SRC := $(call find,src)
UNIT := $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/*_test.c)))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))

BASE = -std=gnu11 -D_GNU_SOURCE -DELFUSE_VERSION='"$(VERSION)"' -Isrc -Wall -Wextra -Wstrict-prototypes \
    -Wmissing-prototypes -Wvla $(WERROR) -g -pthread -fno-omit-frame-pointer -fno-strict-aliasing
HARDEN = -O2 -fPIE -DELFUSE_FIXED -U_FORTIFY_SOURCE -fno-asynchronous-unwind-tables -fstack-protector-strong -ffunction-sections -fdata-sections
SANITIZE = -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
TSAN = -O1 -fsanitize=thread
UBSAN = -fsanitize=undefined -fsanitize-undefined-trap-on-error
LINK = -static $(or $(PLACE),-no-pie) -pthread -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack $(C23)
# Where no program wants to be (base/place.h, docs/internals/direct.md), and with the list of its pointers (-z pack-relative-relocs), by which it moves
# itself at its entry (base/start.S) when one does. glibc's static start files are not position-independent: without musl it lies at the usual place, and
# has KVM only.
PLACE = $(if $(findstring musl,$(LD)),-Wl$(comma)-pie$(comma)--no-dynamic-linker$(comma)-e$(comma)place_begin$(comma)-Ttext-segment=0x7e9000000000$(comma)-z$(comma)text$(comma)-z$(comma)pack-relative-relocs)
comma := ,
# Newer glibc headers give these functions other names.
C23 = $(foreach f,strtol strtoul strtoll strtoull,-Wl,--defsym=__isoc23_$(f)=$(f))

# First what the child of a fork runs: of text the kernel maps 64 KiB at the first touch, anew in each child.
FORKED := $(patsubst %,src/%.c,base/lock base/alloc base/fds cpu/cpu cpu/direct/vcpu mem/access mem/space mem/region sys/dispatch sys/clone \
	task/process task/window task/signal task/clone task/fork task/traced_life cpu/direct/machine cpu/direct/rewrite cpu/kvm/vcpu cpu/kvm/machine \
	sys/table sys/process sys/trace sys/tracee mem/limits task/birth task/spawn launch)
OBJ := $(patsubst %,$(BUILD)/obj/%.o,$(FORKED) $(filter-out $(FORKED),$(SRC)))
ASAN_OBJ := $(SRC:%=$(BUILD)/asan/obj/%.o) $(BUILD)/asan/obj/tests/asan/options.c.o
TSAN_OBJ := $(SRC:%=$(BUILD)/tsan/obj/%.o) $(BUILD)/tsan/obj/tests/tsan/options.c.o

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: help all deps demo check check-full bench bench-fork lint format install uninstall unit guest cli programs suites foreign term fuzz \
    check-translated check-svm check-asan check-tsan check-ubsan coverage doc clean FORCE

all: $(BUILD)/elfuse ## build/elfuse

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 25

# ---- the program ----

# What the last build was made with: other flags rebuild everything, another list of sources (one was removed) links again.
$(BUILD)/flags: export NOW = $(CC) $(LD) $(BASE) $(HARDEN) $(SANITIZE) $(TSAN) $(LINK) $(CFLAGS) $(LDFLAGS)
$(BUILD)/sources: export NOW = $(SRC)
$(BUILD)/flags $(BUILD)/sources: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$NOW" | cmp -s - $@ || printf '%s\n' "$$NOW" >$@

compile = @mkdir -p $(@D); echo "  CC      $@"; $(1) $(BASE) $(2) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: % $(BUILD)/flags
	$(call compile,$(CC),$(HARDEN))
$(BUILD)/obj/src/base/place.c.o: private HARDEN += -fno-stack-protector # it runs before there is thread-local storage
$(BUILD)/asan/obj/%.o: % $(BUILD)/flags
	$(call compile,$(CC),$(SANITIZE))
$(BUILD)/tsan/obj/%.o: % $(BUILD)/flags
	$(call compile,$(CC),$(TSAN))
$(BUILD)/fuzz/obj/%.o: % $(BUILD)/flags
	$(call compile,$(CLANG),$(SANITIZE) -fsanitize=fuzzer-no-link -Wno-unknown-warning-option)

# Pointers that are told in another way would be left as they are when it moves, and an ET_DYN would not lie where it is linked to.
movable = readelf -hdW $(1) | awk '/Type: *EXEC/ { e = 1 } /\(RELR\)/ { r = 1 } /\(RELASZ\)/ && $$3 { r = 0; exit } END { exit !(e && r) }' || \
    { echo "this linker makes no program that can move itself: binutils 2.38 or newer, or LD=$(CC), for KVM alone" >&2; exit 1; }
$(BUILD)/elfuse: $(OBJ) $(BUILD)/sources
	@echo "  LINK    $@"
	@$(LD) $(LINK) $(LDFLAGS) -o $@ $(OBJ)
	@$(if $(PLACE),$(call movable,$@))
	@chmod 755 $@ # whatever the umask: each exec of the guest executes it again, as the user that the guest has become
$(BUILD)/elfuse.stripped: $(BUILD)/elfuse
	@$(STRIP) -o $@ $<
$(BUILD)/asan/elfuse: $(ASAN_OBJ) $(BUILD)/sources
	@echo "  LINK    $@"
	@$(CC) -pthread $(SANITIZE) -static-libasan -static-libubsan $(LDFLAGS) -o $@ $(ASAN_OBJ)

$(BUILD)/tsan/elfuse: $(TSAN_OBJ) $(BUILD)/sources
	@echo "  LINK    $@"
	@$(CC) -pthread $(TSAN) -static-libtsan $(LDFLAGS) -o $@ $(TSAN_OBJ)

install: $(BUILD)/elfuse.stripped ## install the program and its manual page under PREFIX (/usr/local)
	install -D -m 755 $< '$(DESTDIR)$(PREFIX)/bin/elfuse'
	install -D -m 644 man/elfuse.1 '$(DESTDIR)$(PREFIX)/share/man/man1/elfuse.1'
uninstall: ## remove what install put there
	rm -f '$(DESTDIR)$(PREFIX)/bin/elfuse' '$(DESTDIR)$(PREFIX)/share/man/man1/elfuse.1'

# ---- tests ----

# links,FILE: the sources that its comment "links: src/a.c src/b.c" names.
links = $(shell awk '/links:/ { on = 1; sub(/.*links:/, "") } \
    on { e = /\*\//; sub(/\*\/.*/, ""); sub(/^ *\* /, ""); print; if (e) exit }' $(1))
define unit_rule
$(BUILD)/unit/$(1): $(BUILD)/asan/obj/tests/unit/$(1).c.o $(patsubst %,$(BUILD)/asan/obj/%.o,$(call links,tests/unit/$(1).c))
	@mkdir -p $$(@D); echo "  LINK    $$@"
	@$(CC) -pthread $(SANITIZE) $(LDFLAGS) -o $$@ $$^ -lcmocka
endef
define fuzz_rule
$(BUILD)/fuzz/$(1): $(BUILD)/fuzz/obj/tests/fuzz/$(1).c.o $(patsubst %,$(BUILD)/fuzz/obj/%.o,$(call links,tests/fuzz/$(1).c))
	@mkdir -p $$(@D); echo "  LINK    $$@"
	@$(CLANG) -pthread $(SANITIZE) -fsanitize=fuzzer $(LDFLAGS) -o $$@ $$^
endef
$(foreach t,$(UNIT),$(eval $(call unit_rule,$(t))))
$(foreach t,$(FUZZ),$(eval $(call fuzz_rule,$(t))))

unit: $(UNIT:%=$(BUILD)/unit/%) ## unit tests, with the address and undefined-behaviour sanitizers
	@scripts/unit $^
fuzz: $(FUZZ:%=$(BUILD)/fuzz/%) ## fuzz each target for FUZZ_SECONDS
	@FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz $^
guest: all ## small programs, native against elfuse
	@tests/guest/run
coverage: all ## every row of the system-call table has a case
	@tests/guest/coverage
cli: all ## the command itself: options, statuses, messages
	@tests/cli/run
programs: all ## real programs: bash, python3, git, gcc, servers
	@tests/programs/run
suites: all ## tests of language runtimes and stress-ng: how many pass natively and here
	@tests/suites/run
foreign: all ## programs of other architectures among native ones: exec between them, what they are shown, what goes wrong
	@tests/foreign/run
check-translated: all ## the guest programs for other architectures, against the same translator outside
	@tests/translated/run
term: all ## a shell on a pseudo-terminal
	@tests/term/run
check-svm: all ## the suite's core on an emulated AMD host with hardware virtualization
	@tests/svm/run
check-asan: $(BUILD)/asan/elfuse ## the static guest programs under a sanitizer build of elfuse (EVERY=N: about one in N)
	@ELFUSE=$< tests/guest/run --asan --timeout 60 --variant static-glibc --every $(EVERY)
check-tsan: $(BUILD)/tsan/elfuse ## the guest programs of threads, futexes, signals and fork under a build of elfuse that reports races
	@# Without a few cases: a fork beside threads that allocate may leave the child the sanitizer's allocator locked; and it puts off every signal
	@# while it holds locks of its own but SIGSEGV and its like, which it takes for faults of the code: one that another process sends then waits
	@# for a lock that its own thread holds. Nor does it let memory lie where the slab leaves room for the echo of robust mutexes.
	@ELFUSE=$< tests/guest/run --timeout 120 --variant static-glibc --filter '^(thread|signal|futex|fork)/(?!handlers_of_threads_fork|blocked_faults|robust_mutexes_of_the_killed|robust_mutex_of_a_killed|a_dead_owner)|^process/threads_after'
check-ubsan: ## the guest programs by the direct backend, which needs musl, under a build that ends at undefined behaviour
	@$(MAKE) --no-print-directory -s BUILD='$(BUILD)/ubsan' CFLAGS='$(CFLAGS) $(UBSAN)' '$(BUILD)/ubsan/elfuse'
	@ELFUSE='$(BUILD)/ubsan/elfuse' ELFUSE_BACKEND=direct tests/guest/run --timeout 60 --variant static-musl

deps: ## install what building and testing needs (Debian, Ubuntu)
	@scripts/deps check
demo: ## see bash, python3 and gcc work in virtual machines
	@scripts/deps demo
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" all
	@tests/demo/run
check: ## all tests; the last line is the sum
	@scripts/deps check
	@scripts/check
check-full: ## check, all of each suite, and five times over what may race
	@scripts/deps check
	@scripts/check --full

bench: all ## measure, print a table, write bench/results/
	@scripts/deps bench
	@bench/run
bench-fork: all ## the cost of fork by resident size
	@scripts/deps bench
	@bench/fork-cost

# ---- code ----

lint: ## formatting, clang-tidy, cppcheck
	@scripts/lint
format: ## format the sources in place
	@scripts/format

doc: ## docs/syscalls.md, from the system-call table
	@scripts/syscalls-doc >docs/syscalls.md

clean: ## remove build/
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
