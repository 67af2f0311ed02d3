Groups, channels, calls and callbacks of a new kind are taken and left alone.

webhook 200 {"type":"ReceivedCallback","instanceId":"{instance}","messageId":"3EB0CA","phone":"5520999990101-group","isGroup":true,"text":{"message":"quero estorno do pedido 8421"}}
webhook 200 {"type":"ReceivedCallback","instanceId":"{instance}","messageId":"3EB0CB","phone":"120363000000000000@newsletter","isNewsletter":true,"text":{"message":"quero estorno do pedido 8421"}}
webhook 200 {"type":"SomethingNewCallback","instanceId":"{instance}"}
webhook 200 {"type":"PresenceChatCallback","instanceId":"{instance}","phone":"5520999990101","status":"COMPOSING"}
rows messages 0
cases all 0
