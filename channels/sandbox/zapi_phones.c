/*
 * Customers with their phones: what they do, and the ReceivedCallback that Z-API makes of it, key for
 * key as in zapi.md section 9.
 */
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/text.h"
#include "channels/sandbox/zapi_books.h"

/* One thing said, while its callback is written. */
struct saying {
	struct zapi_books *books;
	const struct zapi_said *said;
	const char *text;            /* never NULL */
	struct zapi_message message; /* what its callback carries: id, chat, sender, time; a copy */
	const struct zapi_message *about; /* NULL for none */
	int64_t now_ms;
};

static void
fill_text(const struct saying *saying, json_t *body)
{
	zapi_put(body, "text", json_pack("{s:s}", "message", saying->text));
}

static void
fill_forwarded(const struct saying *saying, json_t *body)
{
	zapi_put(body, "forwarded", json_true());
	fill_text(saying, body);
}

static void
fill_waiting(const struct saying *saying, json_t *body)
{
	(void)saying;
	zapi_put(body, "waitingMessage", json_true());
	zapi_put(body, "viewOnce", json_false());
}

static void
fill_button(const struct saying *saying, json_t *body)
{
	zapi_put(body, "buttonsResponseMessage",
	         json_pack("{s:s, s:s}", "buttonId", saying->said->button_id, "message",
	                   saying->text));
}

static void
fill_list(const struct saying *saying, json_t *body)
{
	zapi_put(body, "listResponseMessage",
	         json_pack("{s:s, s:s, s:s}", "message", saying->about->text, "title", saying->text,
	                   "selectedRowId", saying->said->button_id));
}

static void
fill_reaction(const struct saying *saying, json_t *body)
{
	const char *phone = saying->message.chat->phone;
	zapi_put(body, "referenceMessageId", json_null());
	zapi_put(body, "reaction",
	         json_pack("{s:s, s:I, s:s, s:{s:s, s:b, s:s, s:n}}", "value", saying->text, "time",
	                   (json_int_t)saying->now_ms, "reactionBy", phone, "referencedMessage",
	                   "messageId", saying->about->id, "fromMe", saying->about->from_shop,
	                   "phone", phone, "participant"));
}

/* The edit has an id of its own; the message keeps its (section 7.3). */
static void
fill_edit(const struct saying *saying, json_t *body)
{
	char edit_id[ZAPI_ID_SIZE] = "3EB0";
	zapi_random_hex(saying->books, edit_id + 4, 18);
	zapi_put(body, "isEdit", json_true());
	zapi_put(body, "editMessageId", json_string(edit_id));
	fill_text(saying, body);
}

static void
add_notification(json_t *body, const char *name, json_t *call_id)
{
	zapi_put(body, "notification", json_string(name));
	zapi_put(body, "notificationParameters", json_array());
	zapi_put(body, "callId", call_id);
	zapi_put(body, "code", json_null());
}

static void
fill_delete(const struct saying *saying, json_t *body)
{
	zapi_put(body, "referenceMessageId", json_string(saying->about->id));
	add_notification(body, "REVOKE", json_null());
}

static void
fill_call(const struct saying *saying, json_t *body)
{
	char call_id[33];
	zapi_random_hex(saying->books, call_id, 32);
	add_notification(body, "CALL_RECEIVED", json_string(call_id));
	zapi_put(body, "callDirection", json_string("incoming"));
	zapi_put(body, "isVideo", json_false());
	zapi_put(body, "expiresAt", json_null());
}

static json_t *
media_url(const struct saying *saying, const char *ending)
{
	return json_sprintf("https://media.example.invalid/%s.%s", saying->message.id, ending);
}

static void
fill_image(const struct saying *saying, json_t *body)
{
	zapi_put(body, "image",
	         json_pack("{s:s, s:o, s:o, s:n, s:s, s:i, s:i, s:b}", "mimeType", "image/jpeg",
	                   "imageUrl", media_url(saying, "jpg"), "thumbnailUrl",
	                   media_url(saying, "thumb.jpg"), "downloadError", "caption", saying->text,
	                   "width", 1080, "height", 1440, "viewOnce", false));
}

static void
fill_video(const struct saying *saying, json_t *body)
{
	zapi_put(body, "video",
	         json_pack("{s:o, s:s, s:s, s:i, s:b, s:i, s:i}", "videoUrl",
	                   media_url(saying, "mp4"), "caption", saying->text, "mimeType",
	                   "video/mp4", "seconds", 9, "viewOnce", false, "width", 720, "height",
	                   1280));
}

static void
fill_document(const struct saying *saying, json_t *body)
{
	zapi_put(body, "document",
	         json_pack("{s:o, s:s, s:s, s:i, s:s, s:s}", "documentUrl",
	                   media_url(saying, "pdf"), "mimeType", "application/pdf", "title",
	                   "comprovante", "pageCount", 1, "fileName", "comprovante.pdf", "caption",
	                   saying->text));
}

static void
fill_audio(const struct saying *saying, json_t *body)
{
	zapi_put(body, "audio",
	         json_pack("{s:b, s:i, s:o, s:s, s:b}", "ptt", true, "seconds", 11, "audioUrl",
	                   media_url(saying, "ogg"), "mimeType", "audio/ogg; codecs=opus",
	                   "viewOnce", false));
}

static void
fill_sticker(const struct saying *saying, json_t *body)
{
	zapi_put(body, "sticker",
	         json_pack("{s:o, s:s}", "stickerUrl", media_url(saying, "webp"), "mimeType",
	                   "image/webp"));
}

static void
fill_location(const struct saying *saying, json_t *body)
{
	(void)saying;
	zapi_put(body, "location",
	         json_pack("{s:f, s:f, s:s, s:s}", "longitude", -43.0, "latitude", -20.0, "address",
	                   "", "url", ""));
}

static void
fill_contact(const struct saying *saying, json_t *body)
{
	(void)saying;
	zapi_put(body, "contact",
	         json_pack("{s:s, s:s, s:[s]}", "displayName", "Outra Pessoa", "vCard",
	                   "BEGIN:VCARD\nVERSION:3.0\nFN:Outra Pessoa\n"
	                   "TEL;waid=5520999990155:+55 20 99999-0155\nEND:VCARD",
	                   "phones", "5520999990155"));
}

/* WhatsApp Pay says it was paid.  It was not. */
static void
fill_payment(const struct saying *saying, json_t *body)
{
	(void)saying;
	zapi_put(body, "sendPayment",
	         json_pack("{s:{s:s, s:i, s:s, s:s, s:s}}", "paymentInfo", "receiverPhone",
	                   ZAPI_SHOP_PHONE, "value", 99, "currencyCode", "BRL", "status",
	                   "COMPLETE", "transactionStatus", "SUCCESS"));
}

/* What a kind needs, and who does it. */
enum { NEEDS_TEXT = 1, NEEDS_ABOUT = 2, NEEDS_BUTTON = 4, NEEDS_OWN = 8, BY_THE_SHOP = 16 };

static const struct say_kind {
	const char *name;
	void (*fill)(const struct saying *saying, json_t *body);
	unsigned needs;
} say_kinds[] = {
	{ "text", fill_text, NEEDS_TEXT },
	{ "forwarded", fill_forwarded, NEEDS_TEXT },
	{ "waiting", fill_waiting, NEEDS_TEXT },
	{ "human", fill_text, NEEDS_TEXT | BY_THE_SHOP },
	{ "button", fill_button, NEEDS_TEXT | NEEDS_ABOUT | NEEDS_BUTTON },
	{ "list", fill_list, NEEDS_TEXT | NEEDS_ABOUT | NEEDS_BUTTON },
	{ "reaction", fill_reaction, NEEDS_ABOUT },
	{ "edit", fill_edit, NEEDS_TEXT | NEEDS_ABOUT | NEEDS_OWN },
	{ "delete", fill_delete, NEEDS_ABOUT | NEEDS_OWN },
	{ "image", fill_image, 0 },
	{ "video", fill_video, 0 },
	{ "document", fill_document, 0 },
	{ "audio", fill_audio, 0 },
	{ "sticker", fill_sticker, 0 },
	{ "location", fill_location, 0 },
	{ "contact", fill_contact, 0 },
	{ "payment", fill_payment, 0 },
	{ "call", fill_call, 0 },
};

static const struct say_kind *
say_kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(say_kinds) / sizeof(say_kinds[0]); i++)
		if (text_equal(say_kinds[i].name, name == NULL ? "text" : name))
			return &say_kinds[i];
	return NULL;
}

/* Everything that can be wrong before the chat is touched. */
static bool
makes_sense(const struct zapi_said *said, const struct say_kind *kind, struct why *why)
{
	const char *text = said->text == NULL ? "" : said->text;
	const char *name = said->name == NULL ? "" : said->name;
	const char *button = said->button_id == NULL ? "" : said->button_id;
	if (kind == NULL)
		return why_set(why, "a customer can't do \"%s\"", said->kind);
	if (said->phone == NULL || strlen(said->phone) >= ZAPI_IDENTITY_SIZE ||
	    (!zapi_is_number(said->phone) && !zapi_is_lid(said->phone)))
		return why_set(why, "a phone is digits with their country, or a lid");
	if ((kind->needs & NEEDS_TEXT) != 0 && text[0] == '\0')
		return why_set(why, "\"%s\" needs words", kind->name);
	if ((kind->needs & NEEDS_BUTTON) != 0 && said->button_id == NULL)
		return why_set(why, "\"%s\" needs a button_id", kind->name);
	if (!text_is_utf8(text, strlen(text)) || !text_is_utf8(name, strlen(name)) ||
	    !text_is_utf8(button, strlen(button)) || strlen(name) >= ZAPI_NAME_SIZE)
		return why_set(why, "words, names and ids are UTF-8, a name has at most %d bytes",
		               ZAPI_NAME_SIZE - 1);
	if (said->copies < 0 || said->copies > 16)
		return why_set(why, "a webhook is posted 1 to 16 times");
	return true;
}

/* The index of what is quoted, reacted to or changed; -1 for nothing.  Customers change only their
 * own. */
static bool
find_about(const struct zapi_books *books, const struct zapi_chat *chat,
           const struct zapi_said *said, const struct say_kind *kind, int64_t *about,
           struct why *why)
{
	bool given = said->about != NULL && said->about[0] != '\0';
	*about = given ? zapi_message_find(books, chat, said->about) : -1;
	if (*about < 0 && (given || (kind->needs & NEEDS_ABOUT) != 0))
		return why_set(why, "\"%s\" is about no message of this chat", kind->name);
	if ((kind->needs & NEEDS_OWN) != 0 && books->messages[*about].from_shop)
		return why_set(why, "only the customer's own messages can be changed");
	return true;
}

/* A customer who is known by his number may show up with his lid alone, or without the ninth digit. */
static json_t *
body_of(const struct saying *saying)
{
	json_t *body = zapi_received_body(saying->books, &saying->message);
	if (!saying->message.from_shop)
		zapi_put(body, "phone", json_string(saying->said->phone));
	return body;
}

/* Waiting: the content follows under the same id. */
static void
post_content_later(const struct saying *saying, int64_t due_ms)
{
	json_t *body = body_of(saying);
	fill_text(saying, body);
	zapi_post_later(saying->books, HOOK_RECEIVED, body, due_ms);
}

/* The shop's phone hears nothing while it is unlinked: it is due when the phone is linked again. */
static void
post_said(const struct saying *saying, const struct say_kind *kind)
{
	int64_t copies = saying->said->copies == 0 ? 1 : saying->said->copies;
	int64_t due_ms = saying->books->linked ? saying->now_ms : INT64_MAX;
	if (saying->message.from_shop && !saying->books->notify_sent_by_me)
		return;
	json_t *body = body_of(saying);
	kind->fill(saying, body);
	for (int64_t i = 0; i < copies; i++)
		zapi_post_later(saying->books, HOOK_RECEIVED, json_incref(body), due_ms);
	json_decref(body);
	if (kind->fill == fill_waiting)
		post_content_later(saying, due_ms == INT64_MAX ? due_ms : due_ms + 2 * SECOND_MS);
}

/* An edit speaks with the id of its message, a deletion is a notice with an id of its own. */
static struct zapi_message
change(struct zapi_books *books, struct zapi_message *message, const struct say_kind *kind,
       const char *text, int64_t now_ms)
{
	bool is_deletion = kind->fill == fill_delete;
	zapi_message_set_text(message, is_deletion ? "" : text);
	message->edited = !is_deletion;
	message->kind = is_deletion ? "deleted" : message->kind;
	struct zapi_message carried = *message;
	carried.about[0] = '\0';
	carried.at_ms = now_ms;
	if (is_deletion)
		zapi_random_hex(books, carried.id + 4, 18);
	return carried;
}

static struct zapi_message
add_said(struct zapi_books *books, struct zapi_chat *chat, const struct zapi_said *said,
         const struct say_kind *kind, int64_t now_ms)
{
	int64_t index = zapi_message_add(books, chat, kind->name,
	                                 said->text == NULL ? "" : said->text, now_ms);
	ensure(index >= 0);
	struct zapi_message *message = &books->messages[index];
	text_copy(message->about, sizeof(message->about), said->about == NULL ? "" : said->about);
	message->from_shop = (kind->needs & BY_THE_SHOP) != 0;
	message->state = STATE_SENT;
	return *message;
}

bool
zapi_say(struct zapi_books *books, const struct zapi_said *said, int64_t now_ms, char *message_id,
         size_t message_id_size, struct why *why)
{
	const struct say_kind *kind = say_kind_of(said->kind);
	struct saying saying = { .books = books,
		                 .said = said,
		                 .text = said->text == NULL ? "" : said->text,
		                 .now_ms = now_ms };
	int64_t about;
	if (!makes_sense(said, kind, why))
		return false;
	struct zapi_chat *chat = zapi_has_room(books) ? zapi_chat_with(books, said->phone) : NULL;
	if (chat == NULL)
		return why_set(why, "the sandbox is full");
	if (!find_about(books, chat, said, kind, &about, why))
		return false;
	if (said->name != NULL)
		text_copy(chat->name, sizeof(chat->name), said->name);
	if ((kind->needs & BY_THE_SHOP) == 0)
		zapi_read_all(books, chat, now_ms);
	saying.message = (kind->needs & NEEDS_OWN) != 0
	                         ? change(books, &books->messages[about], kind, saying.text, now_ms)
	                         : add_said(books, chat, said, kind, now_ms);
	saying.about = about < 0 ? NULL : &books->messages[about];
	post_said(&saying, kind);
	ensure(text_copy(message_id, message_id_size, saying.message.id));
	return true;
}
