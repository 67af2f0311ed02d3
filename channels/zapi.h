/*
 * WhatsApp through Z-API, the unofficial gateway most Brazilian shops use (zapi.md).
 *
 *	secrets     instance_id, token      from the instance's page in the Z-API panel
 *	            client_token            from Security in the panel; needed once it is activated there
 *	webhook     every callback of section 8 to one URL, with "notify sent by me" on, so that
 *	            a person of the shop who answers from the phone is heard
 *	accepted    means queued by Z-API, even while the shop's phone is unlinked; that a message
 *	            left for WhatsApp is heard later, as HANDED_OVER or STATUS
 */
#ifndef CHANNELS_ZAPI_H
#define CHANNELS_ZAPI_H

struct channel;
extern const struct channel channel_zapi;

#endif
