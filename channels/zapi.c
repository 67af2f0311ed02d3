/*
 * zapi.
 */
#include "channels/channel.h"
#include "channels/zapi.h"

const struct channel channel_zapi = { .name = "zapi" };
