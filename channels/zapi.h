/*
 * zapi.
 */
#ifndef CHANNELS_ZAPI_H
#define CHANNELS_ZAPI_H

struct channel;
extern const struct channel channel_zapi;

#endif
