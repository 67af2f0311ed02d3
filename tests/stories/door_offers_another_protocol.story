A webhook that offers to speak HTTP/2 is heard as it is, and not lost.

header Connection: Upgrade, HTTP2-Settings
header Upgrade: h2c
header HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA
webhook 200 {"type":"ReceivedCallback","instanceId":"{instance}","messageId":"3EB0BA","phone":"5520999990101","fromMe":false,"text":{"message":"quero estorno do pedido 8421, veio quebrado"}}
hear 5520999990101 Verifiquei o pedido #8421
rows messages 1
