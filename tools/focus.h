/*
 * Focus NFe, an issuer: it turns a JSON note into an NF-e that the tax authority
 * authorises (fiscal.md section 6).
 */
#ifndef TOOLS_FOCUS_H
#define TOOLS_FOCUS_H

struct tool;
extern const struct tool tool_focus;

#endif
