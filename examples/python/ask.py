#!/usr/bin/env python3
"""ask.py "Bohemian Rhapsody" [HOST] [PORT]: asks whichever recommender is there.

Needs paho-mqtt 1.6 or 2.x: sudo apt-get install python3-paho-mqtt
"""
import json
import queue
import sys
import uuid

import paho.mqtt.client as mqtt

title, host, port = (sys.argv[1:] + ["Bohemian Rhapsody", "127.0.0.1", "1883"][len(sys.argv) - 1 :])[:3]
client_name = "python-" + uuid.uuid4().hex[:8]
request_id = uuid.uuid4().hex
replies = queue.Queue()
subscribed = queue.Queue()


def on_connect(client, userdata, flags, code, *rest):
    client.subscribe(f"earshot/any/recommend/reply/{client_name}", qos=1)


def on_message(client, userdata, message):
    reply = json.loads(message.payload)
    if reply["id"] == request_id:
        replies.put(reply)


# paho 2 wants to be told which form its callbacks have; the ones above fit both.
version = getattr(mqtt, "CallbackAPIVersion", None)
client = mqtt.Client(version.VERSION2) if version else mqtt.Client()
client.on_connect = on_connect
client.on_message = on_message
client.on_subscribe = lambda *details: subscribed.put(True)
client.connect(host, int(port))
client.loop_start()
try:
    subscribed.get(timeout=10)
    request = {"title": title, "limit": 5, "id": request_id}
    client.publish(f"earshot/any/recommend/request/{client_name}", json.dumps(request), qos=1)
    reply = replies.get(timeout=10)
except queue.Empty:
    sys.exit("no recommender answered within 10 s")
finally:
    client.loop_stop()
    client.disconnect()

if reply["status"] == "error":
    sys.exit(f'{reply["error"]["code"]}: {reply["error"]["message"]}')
print(f'Like {reply["match"]["title"]} by {reply["match"]["artist"]}:')
for song in reply["results"]:
    print(f'{song["rank"]}. {song["title"]} by {song["artist"]}')
