/*
 * Every tool of the program.  Adding one is its file and a row here.
 */
#include "tools/focus.h"
#include "tools/omie.h"
#include "tools/pix.h"
#include "tools/tool.h"

const struct tool *const tools[] = {
	&tool_omie,  /* ledger: Omie ERP */
	&tool_pix,   /* pay: BACEN API Pix at any PSP */
	&tool_focus, /* invoice: Focus NFe */
};

const size_t tool_count = sizeof(tools) / sizeof(tools[0]);
