#!/bin/sh
# Rings the line of a running `lianou up` from a machine without microphone or loudspeaker:
# baresip plays a WAV of 8 kHz, one channel, as the caller's voice, presses KEYS as a finger
# would, and hangs up when SECONDS more have passed (10, or as given).
#
#	sh docs/ring.sh VOICE.wav [KEYS [SECONDS]]
#
# LIANOU_RING is who is rung (sip:12345@127.0.0.1:5060); LIANOU_RING_FROM the caller's number.
set -eu
voice=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
keys=${2:-}
seconds=${3:-10}
to=${LIANOU_RING:-sip:12345@127.0.0.1:5060}
from=${LIANOU_RING_FROM:-13805341234}

modules=""
for d in /usr/lib/baresip/modules /usr/lib/*/baresip/modules /usr/local/lib/baresip/modules /opt/homebrew/lib/baresip/modules; do
	if [ -d "$d" ]; then modules=$d; fi
done
if [ -z "$modules" ]; then
	echo "baresip's modules are not found; install baresip" >&2
	exit 1
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/config" <<CONFIG
sip_listen 127.0.0.1:0
audio_source aufile,$voice
audio_player aufile,$dir/heard.wav
audio_alert aufile,$dir/alert.wav
module_path $modules
module stdio.so
module g711.so
module aufile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
CONFIG
echo "<sip:$from@127.0.0.1>;regint=0;audio_codecs=PCMA/8000/1" >"$dir/accounts"
: >"$dir/contacts"

finger() {
	sleep 4 # until it is answered
	for key in $(printf '%s' "$keys" | sed 's/./& /g'); do
		printf '%s' "$key"
		sleep 0.4
	done
	sleep "$seconds"
	printf q
}
set -f
finger | baresip -f "$dir" -e "/dial $to"
