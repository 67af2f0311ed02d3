Everybody may hold the log to its head and its keys; a receipt is only for who is logged in.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
say pode sim
hear Estorno feito
case 8421 CLOSED
bytes 200 GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n
bytes 200 GET /v1/signing-key HTTP/1.1\r\nHost: shop\r\n\r\n
bytes 200 GET /v1/transparency/sth HTTP/1.1\r\nHost: shop\r\n\r\n
bytes 401 GET /v1/transparency/proof/rcp_rf8421 HTTP/1.1\r\nHost: shop\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n
bytes 401 GET /v1/transparency/proof/rcp_rf9999 HTTP/1.1\r\nHost: shop\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n
bytes 404 GET /v1/transparency/proof/rcp_rf8421?leaf=0000000000000000000000000000000000000000000000000000000000000000 HTTP/1.1\r\nHost: shop\r\n\r\n
bytes 404 GET /v1/transparency/proof/rcp_rf9999?leaf=0000000000000000000000000000000000000000000000000000000000000000 HTTP/1.1\r\nHost: shop\r\n\r\n
bytes 200 GET /checkpoint HTTP/1.1\r\nHost: shop\r\n\r\n
bytes 401 GET /v1/receipts?order=8421 HTTP/1.1\r\nHost: shop\r\n\r\n
bytes 401 GET /v1/receipts/rcp_rf8421 HTTP/1.1\r\nHost: shop\r\n\r\n
bytes 401 GET /v1/receipts/rcp_rf9999 HTTP/1.1\r\nHost: shop\r\n\r\n
bytes 401 GET /v1/receipts/rcp_rf8421 HTTP/1.1\r\nHost: shop\r\nCookie: estorno_session=000000000000000000000000000000000000000000000000\r\n\r\n
bytes 404 GET /control/case.release HTTP/1.1\r\nHost: shop\r\n\r\n
bytes 404 GET /../estorno.db HTTP/1.1\r\nHost: shop\r\n\r\n
