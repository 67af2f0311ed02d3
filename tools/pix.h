/*
 * Pix: BACEN's API Pix at the shop's bank or payment institution (pix.md).
 *
 * One row serves every institution that speaks the standard.  Its base URL holds
 * whatever version the institution's path has ("https://host/v2", "https://host/pix/api/v2"),
 * so a credential must bring its own.  `cert_file` and `key_file` are for the HTTP
 * client; the tool itself reads only token_url, client_id and client_secret.
 */
#ifndef TOOLS_PIX_H
#define TOOLS_PIX_H

struct tool;
extern const struct tool tool_pix;

#endif
