/*
 * templates/web/door.html with its places filled.
 *
 * A link that logs in may not be used by being opened: whoever previews links (the chat it
 * was sent in, a mail filter) would use it up, and a session cookie that is SameSite=Strict
 * is not sent along when the link was clicked on another site's page.  So opening it shows
 * a button, and the button posts to the page's own address.
 */
#include "serve/door.h"

#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "io/assets.h"
#include "refund/lexicon.h"

struct door_words {
	const char *title, *words, *action;
};

#define ASKS(words, name) "<p>" words " <code>estorno staff add " name "</code></p>"
#define BUTTON(words) \
	"<form method=\"post\"><button class=\"btn primary\">" words "</button></form>"

static const struct door_words words[LANGUAGE_COUNT][DOOR_COUNT] = {
	[LANGUAGE_PT_BR] = {
		[DOOR_ENTER] = { "Entrar", "Este link vale uma vez, neste navegador.", BUTTON("Entrar") },
		[DOOR_SPENT] = { "O link não vale mais", "Este link já foi usado ou venceu.",
		                 ASKS("Peça outro:", "NOME") },
		[DOOR_CLOSED] = { "É preciso entrar",
		                  "Sua sessão terminou ou ainda não começou.",
		                  ASKS("Peça um link:", "NOME") },
	},
	[LANGUAGE_ES] = {
		[DOOR_ENTER] = { "Entrar", "Este enlace vale una vez, en este navegador.",
		                 BUTTON("Entrar") },
		[DOOR_SPENT] = { "El enlace ya no vale", "Este enlace ya se usó o venció.",
		                 ASKS("Pida otro:", "NOMBRE") },
		[DOOR_CLOSED] = { "Hay que entrar",
		                  "Su sesión terminó o todavía no empezó.",
		                  ASKS("Pida un enlace:", "NOMBRE") },
	},
	[LANGUAGE_EN] = {
		[DOOR_ENTER] = { "Log in", "This link works once, in this browser.", BUTTON("Log in") },
		[DOOR_SPENT] = { "The link is no longer good", "This link was used before or is too old.",
		                 ASKS("Ask for another:", "NAME") },
		[DOOR_CLOSED] = { "Please log in",
		                  "Your session ended or has not begun.",
		                  ASKS("Ask for a link:", "NAME") },
	},
};

static enum language
language_by_name(const char *locale)
{
	for (int i = 0; i < LANGUAGE_COUNT; i++)
		if (text_equal(language_text((enum language)i), locale))
			return (enum language)i;
	return LANGUAGE_PT_BR;
}

void
door_write(struct buffer *html, enum door door, const char *locale)
{
	enum language language = language_by_name(locale);
	const struct door_words *said = &words[language][door];
	const struct {
		const char *place, *value;
	} places[] = {
		{ "{language}", language_text(language) },
		{ "{title}", said->title },
		{ "{words}", said->words },
		{ "{action}", said->action },
	};
	enum { PLACES = sizeof(places) / sizeof(places[0]) };
	const struct asset *asset = asset_find("templates/web/door.html");
	ensure(asset != NULL);
	const char *at = asset->bytes;
	while (*at != '\0') {
		size_t plain = strcspn(at, "{"), found = 0;
		buffer_add(html, at, plain);
		at += plain;
		while (found < PLACES && !text_starts_with(at, places[found].place))
			found++;
		if (*at == '\0')
			return;
		ensure(found < PLACES);
		buffer_add_text(html, places[found].value);
		at += strlen(places[found].place);
	}
}
