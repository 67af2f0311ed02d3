A webhook that is too large, has no length or comes in chunks is refused before it is read.

bytes 413 POST {webhook} HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 300000\r\n\r\n
bytes 411 POST {webhook} HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n\r\n
bytes 411 POST {webhook} HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n
bytes 400 POST {webhook} HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}
bytes 400 POST {webhook} HTTP/1.1\r\nHost: shop\r\nContent-Length: two\r\n\r\n{}
bytes 400 nonsense\r\n\r\n
rows messages 0
cases all 0
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Verifiquei o pedido #8421
