/*
 * Every channel of the program.  Adding one is its file and a row here.
 */
#include "channels/channel.h"
#include "channels/zapi.h"

const struct channel *const channels[] = {
	&channel_zapi, /* WhatsApp through Z-API */
};

const size_t channel_count = sizeof(channels) / sizeof(channels[0]);
