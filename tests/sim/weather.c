/*
 * Rates and strikes.
 */
#include "tests/sim/weather.h"

#include "base/ensure.h"
#include "tools/sandbox/simulator.h"

static const struct {
	const char *name, *text;
	int64_t common;
} families[FAMILY_COUNT] = {
#define X(name, text, common) { #name, text, common },
	FAMILIES(X)
#undef X
};

const char *
family_name(enum family family)
{
	return families[family].name;
}

const char *
family_text(enum family family)
{
	return families[family].text;
}

/* The same for the same arguments, whatever was asked before. */
static uint64_t
chance_number(const struct weather *weather, enum family family, int64_t chance, int use)
{
	uint64_t state = weather->seed ^ (uint64_t)family * UINT64_C(0x9e3779b97f4a7c15) ^
	                 (uint64_t)chance * UINT64_C(0xd1342543de82ef95) ^
	                 (uint64_t)use * UINT64_C(0xaf251af3b0f025b5);
	simulated_random(&state);
	return simulated_random(&state);
}

void
weather_begin(struct weather *weather, uint64_t seed)
{
	uint64_t state = seed ^ UINT64_C(0x5745415448455221);
	/* One seed in eight is fair: then everything must simply work. */
	bool fair = simulated_random(&state) % 8 == 0;
	/* How many families take part, and how hard they blow. */
	uint64_t part = 1 + simulated_random(&state) % 4;
	*weather = (struct weather){ .seed = seed };
	for (int i = 0; i < FAMILY_COUNT; i++) {
		bool takes_part = simulated_random(&state) % 8 < part;
		int64_t share = INT64_C(1) << simulated_random(&state) % 4;
		weather->rates[i] = fair || !takes_part ? 0 : families[i].common / share;
	}
}

static bool
is_allowed(const struct weather *weather, enum family family, int64_t chance)
{
	if (weather->only == NULL)
		return true;
	for (size_t i = 0; i < weather->only_count; i++)
		if (weather->only[i].family == family && weather->only[i].chance == chance)
			return true;
	return false;
}

bool
weather_strikes(struct weather *weather, enum family family)
{
	if (weather->rates[family] == 0 || weather->calm)
		return false;
	int64_t chance = weather->chances[family]++;
	bool strikes = (int64_t)(chance_number(weather, family, chance, 0) % 10000) <
	               weather->rates[family];
	if (!strikes || !is_allowed(weather, family, chance) ||
	    weather->strike_count == STRIKES_MAX)
		return false;
	weather->strikes[weather->strike_count++] =
		(struct strike){ .family = family, .chance = chance };
	return true;
}

int64_t
weather_draw(const struct weather *weather, enum family family, int use, int64_t below)
{
	ensure(below > 0 && use > 0);
	return (int64_t)(chance_number(weather, family, weather->chances[family] - 1, use) %
	                 (uint64_t)below);
}
