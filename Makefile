# Estorno.  Targets people use:
#
#	make            build build/estorno
#	make demo       play the #8421 conversation and check every promise in it
#	make test       everything that proves it works
#	make stories    the part of it that people can read: tests/stories
#	make kill       kill it under load, KILLS=200 times, and count what that did: tests/kill
#	make sim        the whole shop under faults, SEEDS=20000 fresh seeds [FIRST=n]: tests/sim
#	make single     every single fault, at every place of a refund and its like: tests/single
#	make mutants    bugs planted in a copy of it, which the simulation has to find: tests/sim/mutants
#	make sandbox    keep it running with a chat page
#	make check      layers, banned calls, house rules
#	make asan       the tests under the address and undefined behaviour sanitizers
#	make coverage   which branches the tests have taken; fails where one is open without a reason
#	make fuzz       new inputs for every parser of outside bytes [SECONDS=60] [TARGET=name]
#	make replay     the inputs that are kept of it, in tests/fuzz/corpus
#	make eval       how well messages are understood (CORPUS=DIR measures on other ones)
#	make clean
#
# Anything missing is installed from Debian first (tests/install).  VARIANT builds apart: `make asan`
# is `make test VARIANT=asan` with its own folder below build/.

PACKAGES = libwebsockets libcurl jansson libsodium sqlite3 inih
VARIANT ?= plain
OUT = build/$(VARIANT)
ifeq ($(VARIANT),plain)
OUT = build
endif

# What must be installed for what was asked.
NEEDS = build
ifneq ($(filter demo,$(MAKECMDGOALS)),)
NEEDS = demo
endif
ifneq ($(filter test unit stories replay limits kill sim single mutants,$(MAKECMDGOALS)),)
NEEDS = test
endif
ifneq ($(filter coverage,$(MAKECMDGOALS) $(VARIANT)),)
NEEDS = coverage
endif
ifneq ($(filter fuzz,$(MAKECMDGOALS) $(VARIANT)),)
NEEDS = fuzz
endif

CC = gcc
WARN = -Wall -Wextra -Wpedantic -Wformat=2 -Wconversion -Wsign-conversion -Wshadow -Wvla -Wcast-qual \
	-Wstrict-prototypes -Wmissing-prototypes -Wimplicit-fallthrough -Wwrite-strings -Wpointer-arith \
	-Wtrampolines -Wbidi-chars=any -Werror=format-security -Werror=implicit \
	-Werror=incompatible-pointer-types -Werror=int-conversion
HARD = -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection=full -ftrivial-auto-var-init=zero -fno-delete-null-pointer-checks \
	-fno-strict-overflow -fno-strict-aliasing -fPIE
LINK = -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed
ifeq ($(VARIANT),asan)
HARD = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -fPIE
LINK = -pie -fsanitize=address,undefined
endif
ifeq ($(VARIANT),coverage)
HARD = -O0 -g --coverage -fPIE
LINK = -pie --coverage
endif

# libFuzzer is clang's, and clang knows other warnings.
ifeq ($(VARIANT),fuzz)
CC = clang
WARN = -Wall -Wextra
HARD = -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all -fPIE
LINK = -pie -fsanitize=fuzzer,address,undefined
endif

CFLAGS = $(HARD) $(WARN) $(WERROR)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -Ibot -I. -include bot/base/banned.h $(CFLAGS) \
	$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm

MAIN = bot/main.c
SOURCES = $(filter-out $(MAIN),$(wildcard bot/*/*.c channels/*.c channels/sandbox/*.c tools/*.c tools/sandbox/*.c))
OBJECTS = $(SOURCES:%.c=$(OUT)/%.o)
# `make V=1` shows the commands themselves.
ifndef V
quiet = @printf '  %-5s %s\n' "$(1)" "$(2)";
endif

all: $(OUT)/estorno

$(OUT)/estorno: $(OUT)/bot/main.o $(OUT)/libestorno.a
	$(call quiet,link,$@)$(CC) $(LINK) -o $@ $^ $(LIBS)

$(OUT)/libestorno.a: $(OBJECTS)
	@rm -f $@
	$(call quiet,ar,$@)ar rcs $@ $^

$(OUT)/%.o: %.c | installed
	@mkdir -p $(dir $@)
	$(call quiet,cc,$<)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# These files travel inside the binary.
$(OUT)/bot/io/assets.o: bot/io/schema.sql $(wildcard templates/*/* templates/*/*/* locale/*)

demo: $(OUT)/estorno
	@$(OUT)/estorno demo

sandbox: $(OUT)/estorno
	@$(OUT)/estorno sandbox

check: installed
	@tests/check/run

installed:
	@tests/install $(NEEDS)

clean:
	rm -rf build

# Everything that proves it works.
include tests/suites.mk

.PHONY: all demo sandbox check clean installed
.SECONDARY:
-include $(OBJECTS:.o=.d) $(OUT)/bot/main.d
