#!/bin/sh
# The passwords come from the environment and reach neither a command line nor a disk.
set -eu
umask 077
case "$DENYUT_MQTT_PASSWORD$DENYUT_DEVICE_PASSWORD" in
*:*) echo "a password of the broker holds a colon, which its password file cannot keep" >&2; exit 1 ;;
esac
passwords=/run/mosquitto/passwords
printf '%s:%s\n' denyut "$DENYUT_MQTT_PASSWORD" device "$DENYUT_DEVICE_PASSWORD" >"$passwords"
mosquitto_passwd -U "$passwords"
unset DENYUT_MQTT_PASSWORD DENYUT_DEVICE_PASSWORD
exec mosquitto -c /mosquitto/config/mosquitto.conf
