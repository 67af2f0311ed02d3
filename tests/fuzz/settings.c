/*
 * estorno.conf, which people write.
 */
#include "io/settings.h"

#include "base/buffer.h"
#include "tests/fuzz/fuzz.h"

static void
check_taken(const struct settings *settings)
{
	static struct policy policy;
	static struct shop shop;
	fuzz_check_text(settings->merchant, sizeof(settings->merchant));
	fuzz_check_text(settings->agent, sizeof(settings->agent));
	fuzz_check_text(settings->listen, sizeof(settings->listen));
	fuzz_check_text(settings->public_url, sizeof(settings->public_url));
	fuzz_check_text(settings->note_nature, sizeof(settings->note_nature));
	ensure(text_equal(settings->timezone, "America/Sao_Paulo"));
	ensure(text_equal(settings->note_gate, "required"));
	ensure(settings->consent_minutes >= 1 && settings->consent_minutes <= 1440);
	ensure(settings->call_timeout_seconds >= 1 && settings->call_timeout_seconds <= 60);
	ensure(settings->refund_grace_seconds >= 1 && settings->refund_grace_seconds <= 3600);
	ensure(settings->tax_regime >= 1 && settings->tax_regime <= 3);
	settings_policy(settings, false, &policy);
	settings_shop(settings, &shop);
	ensure(policy.consent_ms > 0 && !policy.sandbox);
	ensure(text_equal(policy.merchant, settings->merchant));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings settings, again;
	struct why why = { "" };
	char *text = fuzz_text(data, size);
	bool ok = settings_read(text, &settings, &why);
	fuzz_check_why(ok, &why);
	if (ok) {
		check_taken(&settings);
		/* A remark at the end changes nothing. */
		struct buffer longer;
		buffer_init(&longer, size + 64);
		buffer_add_format(&longer, "%s\n# merchant = other\n", text);
		ensure(settings_read(buffer_text(&longer), &again, &why));
		ensure(memcmp(&settings, &again, sizeof(settings)) == 0);
		buffer_free(&longer);
	}
	free(text);
	return 0;
}
