/*
 * Each row takes a file into the binary with the assembler's .incbin, at build time.
 * A new file is a new row; a row without its file does not build.  The chat's texts come
 * from the list in refund/phrasebook.h, so they need no rows here.
 */
#include "io/assets.h"

#include "base/text.h"
#include "refund/phrasebook.h"

#define EMBED(name, path)                \
	__asm__(".section .rodata\n"     \
	        ".balign 8\n"            \
	        "asset_" #name ":\n"     \
	        ".incbin \"" path "\"\n" \
	        "asset_" #name "_end:\n" \
	        ".byte 0\n"              \
	        ".previous\n");          \
	extern const char asset_##name[], asset_##name##_end[]

#define FILES(X)                                            \
	X(schema, "bot/io/schema.sql")                      \
	X(locale_pt_br, "locale/pt-BR.ini")                 \
	X(locale_es, "locale/es.ini")                       \
	X(locale_en, "locale/en.ini")                       \
	X(web_style, "templates/web/style.css")             \
	X(web_icon, "templates/web/icon.svg")               \
	X(web_page_script, "templates/web/page.js")         \
	X(web_words_script, "templates/web/words.js")       \
	X(web_verify_script, "templates/web/verify.js")     \
	X(web_door, "templates/web/door.html")              \
	X(web_inbox, "templates/web/inbox.html")            \
	X(web_inbox_script, "templates/web/inbox.js")       \
	X(web_receipts, "templates/web/receipts.html")      \
	X(web_receipts_script, "templates/web/receipts.js") \
	X(web_sandbox, "templates/web/sandbox.html")        \
	X(web_sandbox_script, "templates/web/sandbox.js")

#define X(name, path) EMBED(name, path);
FILES(X)
#undef X

#define X(name, file, places)                                          \
	EMBED(chat_pt_br_##name, "templates/chat/pt-BR/" file ".txt"); \
	EMBED(chat_es_##name, "templates/chat/es/" file ".txt");       \
	EMBED(chat_en_##name, "templates/chat/en/" file ".txt");
TEMPLATES(X)
#undef X

#define ROW(name, path) { path, asset_##name, asset_##name##_end },

const struct asset assets[] = { FILES(ROW)
#define X(name, file, places)                                       \
	ROW(chat_pt_br_##name, "templates/chat/pt-BR/" file ".txt") \
	ROW(chat_es_##name, "templates/chat/es/" file ".txt")       \
	ROW(chat_en_##name, "templates/chat/en/" file ".txt")
	                                TEMPLATES(X)
#undef X
};

const size_t asset_count = sizeof(assets) / sizeof(assets[0]);

const struct asset *
asset_find(const char *path)
{
	for (size_t i = 0; i < asset_count; i++)
		if (text_equal(assets[i].path, path))
			return &assets[i];
	return NULL;
}

size_t
asset_length(const struct asset *asset)
{
	return (size_t)(asset->end - asset->bytes);
}
