#!/bin/sh
# The passwords come from the environment and reach neither a command line nor a disk.
set -eu
umask 077
passwords=/run/mosquitto/passwords
printf '%s:%s\n' denyut "$DENYUT_MQTT_PASSWORD" device "$DENYUT_DEVICE_PASSWORD" >"$passwords"
mosquitto_passwd -U "$passwords"
unset DENYUT_MQTT_PASSWORD DENYUT_DEVICE_PASSWORD
exec mosquitto -c /mosquitto/config/mosquitto.conf
