/*
 * pix.
 */
#include "tools/tool.h"
#include "tools/pix.h"

const struct tool tool_pix = { .name = "pix", .duty = DUTY_PAY };
