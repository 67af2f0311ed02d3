/*
 * pix.
 */
#ifndef TOOLS_PIX_H
#define TOOLS_PIX_H

struct tool;
extern const struct tool tool_pix;

#endif
