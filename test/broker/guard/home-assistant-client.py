"""An MQTT client as Home Assistant makes one: paho, MQTT 5, clean start, no session expiry, a will,
wildcard subscriptions on discovery topics, QoS 1. Prints one line for each thing that worked."""

import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.properties import Properties
from paho.mqtt.packettypes import PacketTypes

port = int(sys.argv[1])
birth = "homeassistant/status"
filters = [
    ("homeassistant/+/+/config", 0),
    ("homeassistant/+/+/+/config", 0),
    ("homeassistant/device/+/config", 0),
    ("earshot/+/status", 1),
    ("earshot/+/mic/peak", 1),
]
seen = set()
done = threading.Event()
acknowledged = threading.Event()
births = []


def on_connect(client, userdata, flags, reason_code, properties):
    print("connected", reason_code, flags["session present"], flush=True)
    client.subscribe(filters)


def on_subscribe(client, userdata, mid, reason_codes, properties):
    print("subscribed", *(code.value for code in reason_codes), flush=True)
    client.publish("homeassistant/device/kitchen/config", "{}", qos=1, retain=True)
    client.publish("earshot/kitchen/status", "online", qos=1, retain=True)
    properties = Properties(PacketTypes.PUBLISH)
    properties.MessageExpiryInterval = 60
    properties.UserProperty = ("constructor", "x")
    client.publish("earshot/kitchen/mic/peak", "{}", qos=1, properties=properties)
    births.append(client.publish(birth, "online", qos=1, retain=True).mid)


def on_message(client, userdata, message):
    seen.add((message.topic, message.qos))
    if len(seen) == 3:
        for topic, qos in sorted(seen):
            print("message", topic, qos, flush=True)
        done.set()


def on_publish(client, userdata, mid):
    if mid in births:
        acknowledged.set()


client = mqtt.Client(client_id="home-assistant-like", protocol=mqtt.MQTTv5)
client.on_connect = on_connect
client.on_subscribe = on_subscribe
client.on_message = on_message
client.on_publish = on_publish
client.will_set(birth, "offline", qos=0, retain=True)
client.connect("127.0.0.1", port, keepalive=60, clean_start=True)
client.loop_start()
if not done.wait(10):
    sys.exit(f"only {sorted(seen)} came")
# A will has QoS 0 here: what has QoS 1 and is not acknowledged may come after it.
if not acknowledged.wait(10):
    sys.exit("the birth message was not acknowledged")
if sys.argv[2] == "vanish":
    client._sock.close()
else:
    client.disconnect()
    client.loop_stop()
