# The suites.  `make test` runs them all and adds up what they say; each has a target of its own.
# Included by the Makefile, which knows how one file is compiled.

# What several of them share; never part of the program.
TEST_SOURCES = $(wildcard tests/sim/*.c)
TEST_OBJECTS = $(TEST_SOURCES:%.c=$(OUT)/%.o)
$(OUT)/libtests.a: $(TEST_OBJECTS)
	@rm -f $@
	$(call quiet,ar,$@)ar rcs $@ $^

# --- unit: one program a module; the linker takes only what it needs from the library -------------------

TESTS = $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(wildcard tests/unit/*_test.c))
$(OUT)/tests/%: tests/unit/%.c $(OUT)/libtests.a $(OUT)/libestorno.a | installed
	@mkdir -p $(dir $@)
	$(call quiet,test,$<)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP $(LINK) -o $@ $< \
		$(OUT)/libtests.a $(OUT)/libestorno.a -lcmocka $(LIBS)

unit: $(OUT)/estorno $(TESTS)
	@tests/run tests/check/self_test $(TESTS)

# --- stories: the real binary, in words that people can read ---------------------------------------------

PLAY_SOURCES = $(wildcard tests/stories/*.c)
PLAY_OBJECTS = $(PLAY_SOURCES:%.c=$(OUT)/%.o)
$(OUT)/play: $(PLAY_OBJECTS) $(OUT)/libestorno.a
	$(call quiet,link,$@)$(CC) $(LINK) -o $@ $^ $(LIBS)

STORIES = $(OUT)/play $(OUT)/estorno tests/stories/*.story
stories: $(OUT)/estorno $(OUT)/play
	@$(STORIES)

# --- limits: the real binary, pushed over its edges ------------------------------------------------------

LIMITS_SOURCES = $(wildcard tests/limits/*.c) tests/stories/stage.c tests/stories/program.c
LIMITS_OBJECTS = $(LIMITS_SOURCES:%.c=$(OUT)/%.o)
$(OUT)/limits: $(LIMITS_OBJECTS) $(OUT)/libestorno.a
	$(call quiet,link,$@)$(CC) $(LINK) -o $@ $^ -lcmocka $(LIBS)

LIMITS = $(OUT)/limits $(OUT)/estorno
limits: $(OUT)/estorno $(OUT)/limits
	@$(LIMITS)

# --- kill: the real binary, killed under load ------------------------------------------------------------

KILL_SOURCES = $(wildcard tests/kill/*.c) tests/stories/program.c
KILL_OBJECTS = $(KILL_SOURCES:%.c=$(OUT)/%.o)
$(OUT)/killing: $(KILL_OBJECTS) $(OUT)/libestorno.a
	$(call quiet,link,$@)$(CC) $(LINK) -o $@ $^ $(LIBS)

# `make kill KILLS=5000 SEED=7`
KILLS = 200
SEED = 1
KILL = $(OUT)/killing $(OUT)/estorno $(KILLS) $(SEED)
kill: $(OUT)/estorno $(OUT)/killing
	@$(KILL)

# --- sim: the whole shop under faults, from one seed -----------------------------------------------------

SIMULATE_OBJECTS = $(OUT)/tests/simulate.o
$(OUT)/simulate: $(SIMULATE_OBJECTS) $(OUT)/libtests.a $(OUT)/libestorno.a
	$(call quiet,link,$@)$(CC) $(LINK) -o $@ $^ -lcmocka $(LIBS)

# `make sim SEEDS=1000000 FIRST=1`; without FIRST the seeds are the day's, fresh ones every day.
SEEDS = 20000
ifeq ($(VARIANT),asan)
SEEDS = 1000
endif
SIM = $(OUT)/simulate --also tests/sim/seeds --seeds $(SEEDS) $(FIRST:%=--first %)
sim: $(OUT)/simulate
	@$(SIM)

# --- single: every fault on its own, at every place ---------------------------------------------------------

# The program asks tests/single/memory.c for its memory, and comes in through it.
SINGLE_SOURCES = $(wildcard tests/single/*.c)
SINGLE_OBJECTS = $(SINGLE_SOURCES:%.c=$(OUT)/%.o)
SINGLE_WRAPS = engine_new engine_turn engine_receive engine_call_ended store_open store_commit
$(OUT)/libsingle.a: $(OUT)/libestorno.a
	@objcopy $(foreach name,malloc calloc realloc strdup,--redefine-sym $(name)=program_$(name)) $< $@

$(OUT)/single: $(SINGLE_OBJECTS) $(OUT)/libtests.a $(OUT)/libsingle.a
	$(call quiet,link,$@)$(CC) $(LINK) $(SINGLE_WRAPS:%=-Wl,--wrap=%) -o $@ $^ -lcmocka $(LIBS)

# `make single` tries every place, which takes long; `make test` one in STEP of those that are many.
STEP = 32
SINGLE = $(OUT)/single --step $(STEP)
single: $(OUT)/single
	@$(OUT)/single

# --- mutants: bugs that the simulation has to find -------------------------------------------------------

# `make mutants MUTANT="clock_goes_back log_key_kept"`
MUTANT =
mutants: installed
	@tests/sim/mutants/run $(MUTANT)

# --- fuzz: new inputs for every parser, with clang's libFuzzer; replay: those that are kept --------------

FUZZ_NAMES = $(patsubst tests/fuzz/%.c,%,$(filter-out tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c)))
FUZZ_TARGETS = $(FUZZ_NAMES:%=$(OUT)/tests/fuzz/%)
ifneq ($(VARIANT),fuzz)
FUZZ_MAIN = $(OUT)/tests/fuzz/replay.o
endif
$(FUZZ_TARGETS): $(OUT)/tests/fuzz/%: $(OUT)/tests/fuzz/%.o $(FUZZ_MAIN) $(OUT)/libestorno.a
	$(call quiet,link,$@)$(CC) $(LINK) -o $@ $^ $(LIBS)

REPLAYS = $(foreach name,$(FUZZ_NAMES),"$(OUT)/tests/fuzz/$(name) tests/fuzz/corpus/$(name)")
replay: $(FUZZ_TARGETS)
	@tests/run $(REPLAYS)

# One target after the other, each for SECONDS.
SECONDS ?= 60
TARGET ?= $(FUZZ_NAMES)
ifeq ($(VARIANT),fuzz)
fuzz: $(TARGET:%=$(OUT)/tests/fuzz/%)
	@tests/fuzz/run $(OUT) $(SECONDS) $(TARGET)
else
fuzz:
	@$(MAKE) --no-print-directory fuzz VARIANT=fuzz
endif

# --- eval: how well messages are understood ---------------------------------------------------------------

$(OUT)/eval: tests/eval.c $(OUT)/libestorno.a | installed
	$(call quiet,cc,$<)$(CC) $(ALL_CFLAGS) -MMD -MP $(LINK) -o $@ $< $(OUT)/libestorno.a $(LIBS)

eval: $(OUT)/eval
	@$(OUT)/eval $(CORPUS)

# --- all of it --------------------------------------------------------------------------------------------

test: check $(OUT)/estorno $(TESTS) $(FUZZ_TARGETS) $(OUT)/play $(OUT)/limits $(OUT)/killing $(OUT)/simulate \
	$(OUT)/single
	@tests/run tests/check/self_test $(TESTS) $(REPLAYS) "$(STORIES)" "$(LIMITS)" "$(KILL)" "$(SIM)" \
		"$(SINGLE)"

asan:
	@$(MAKE) --no-print-directory test VARIANT=asan

coverage:
	@$(MAKE) --no-print-directory covered VARIANT=coverage

covered: $(OUT)/estorno $(TESTS)
	@tests/coverage $(OUT) $(TESTS)

.PHONY: unit stories limits kill sim single mutants fuzz replay eval test asan coverage covered
-include $(patsubst %.o,%.d,$(sort $(TEST_OBJECTS) $(SIMULATE_OBJECTS) $(SINGLE_OBJECTS) $(PLAY_OBJECTS) \
	$(LIMITS_OBJECTS) \
	$(KILL_OBJECTS))) $(TESTS:=.d) $(FUZZ_TARGETS:=.d) $(OUT)/tests/fuzz/replay.d $(OUT)/eval.d
