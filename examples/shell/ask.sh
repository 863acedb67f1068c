#!/bin/sh
# ask.sh "Bohemian Rhapsody" [HOST] [PORT]: prints the reply, a line of JSON.
# Needs mosquitto_rr: sudo apt-get install mosquitto-clients
set -eu
name="shell-$$"
exec mosquitto_rr -h "${2:-127.0.0.1}" -p "${3:-1883}" -V mqttv5 -q 1 -W 10 \
  -t "earshot/any/recommend/request/$name" -e "earshot/any/recommend/reply/$name" -m "$1"
