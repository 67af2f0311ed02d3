# Estorno.  Targets people use:
#
#	make            build build/estorno
#	make demo       play the #8421 conversation and check every promise in it
#	make test       everything that proves it works
#	make stories    the part of it that people can read: tests/stories
#	make kill       kill it under load, KILLS=200 times, and count what that did: tests/kill
#	make sandbox    keep it running with a chat page
#	make check      layers, banned calls, house rules
#	make asan       the tests under the address and undefined behaviour sanitizers
#	make coverage   which branches the tests have taken; fails where one is open without a reason
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
ifneq ($(filter test unit stories limits kill sim,$(MAKECMDGOALS)),)
NEEDS = test
endif
ifneq ($(filter coverage,$(MAKECMDGOALS) $(VARIANT)),)
NEEDS = coverage
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

CFLAGS = $(HARD) $(WARN) $(WERROR)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -Ibot -I. -include bot/base/banned.h $(CFLAGS) \
	$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm

MAIN = bot/main.c
SOURCES = $(filter-out $(MAIN),$(wildcard bot/*/*.c channels/*.c channels/sandbox/*.c tools/*.c tools/sandbox/*.c))
OBJECTS = $(SOURCES:%.c=$(OUT)/%.o)
# What several test programs share; never part of the program.
TEST_SOURCES = $(wildcard tests/sim/*.c)
TEST_OBJECTS = $(TEST_SOURCES:%.c=$(OUT)/%.o)
TESTS = $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(wildcard tests/unit/*_test.c))
SIMULATE_OBJECTS = $(OUT)/tests/simulate.o
# Plays the real binary.
PLAY_SOURCES = $(wildcard tests/stories/*.c)
PLAY_OBJECTS = $(PLAY_SOURCES:%.c=$(OUT)/%.o)
# Pushes the real binary over its edges.
LIMITS_SOURCES = $(wildcard tests/limits/*.c) tests/stories/stage.c tests/stories/program.c
LIMITS_OBJECTS = $(LIMITS_SOURCES:%.c=$(OUT)/%.o)
# Kills the real binary.
KILL_SOURCES = $(wildcard tests/kill/*.c) tests/stories/program.c
KILL_OBJECTS = $(KILL_SOURCES:%.c=$(OUT)/%.o)

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

# One test program a module; the linker takes only what it needs from the library.
$(OUT)/libtests.a: $(TEST_OBJECTS)
	@rm -f $@
	$(call quiet,ar,$@)ar rcs $@ $^

$(OUT)/tests/%: tests/unit/%.c $(OUT)/libtests.a $(OUT)/libestorno.a | installed
	@mkdir -p $(dir $@)
	$(call quiet,test,$<)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP $(LINK) -o $@ $< \
		$(OUT)/libtests.a $(OUT)/libestorno.a -lcmocka $(LIBS)

$(OUT)/eval: tests/eval.c $(OUT)/libestorno.a | installed
	$(call quiet,cc,$<)$(CC) $(ALL_CFLAGS) -MMD -MP $(LINK) -o $@ $< $(OUT)/libestorno.a $(LIBS)

# The suites that are programs of several files.
$(OUT)/simulate: $(SIMULATE_OBJECTS) $(OUT)/libtests.a $(OUT)/libestorno.a
	$(call quiet,link,$@)$(CC) $(LINK) -o $@ $^ -lcmocka $(LIBS)

$(OUT)/play: $(PLAY_OBJECTS) $(OUT)/libestorno.a
	$(call quiet,link,$@)$(CC) $(LINK) -o $@ $^ $(LIBS)

$(OUT)/limits: $(LIMITS_OBJECTS) $(OUT)/libestorno.a
	$(call quiet,link,$@)$(CC) $(LINK) -o $@ $^ -lcmocka $(LIBS)

$(OUT)/killing: $(KILL_OBJECTS) $(OUT)/libestorno.a
	$(call quiet,link,$@)$(CC) $(LINK) -o $@ $^ $(LIBS)

# What `make test` runs; the last line adds everything up.
SUITES = $(OUT)/play $(OUT)/limits $(OUT)/killing
STORIES = $(OUT)/play $(OUT)/estorno tests/stories/*.story
LIMITS = $(OUT)/limits $(OUT)/estorno
# `make kill KILLS=5000 SEED=7`
KILLS = 200
SEED = 1
KILL = $(OUT)/killing $(OUT)/estorno $(KILLS) $(SEED)

demo: $(OUT)/estorno
	@$(OUT)/estorno demo

sandbox: $(OUT)/estorno
	@$(OUT)/estorno sandbox

test: check $(OUT)/estorno $(TESTS) $(SUITES)
	@tests/run tests/check/self_test $(TESTS) "$(STORIES)" "$(LIMITS)" "$(KILL)"

unit: $(OUT)/estorno $(TESTS)
	@tests/run tests/check/self_test $(TESTS)

stories: $(OUT)/estorno $(OUT)/play
	@$(STORIES)

limits: $(OUT)/estorno $(OUT)/limits
	@$(LIMITS)

kill: $(OUT)/estorno $(OUT)/killing
	@$(KILL)

asan:
	@$(MAKE) --no-print-directory test VARIANT=asan

coverage:
	@$(MAKE) --no-print-directory covered VARIANT=coverage

covered: $(OUT)/estorno $(TESTS)
	@tests/coverage $(OUT) $(TESTS)

check: installed
	@tests/check/run

eval: $(OUT)/eval
	@$(OUT)/eval $(CORPUS)

installed:
	@tests/install $(NEEDS)

clean:
	rm -rf build

.PHONY: all demo sandbox test unit stories limits kill asan coverage covered check eval clean installed
.SECONDARY:
-include $(patsubst %.o,%.d,$(sort $(OBJECTS) $(TEST_OBJECTS) $(SIMULATE_OBJECTS) $(PLAY_OBJECTS) \
	$(LIMITS_OBJECTS) $(KILL_OBJECTS) $(OUT)/bot/main.o)) $(TESTS:=.d) $(OUT)/eval.d
