#!/bin/sh
# Speaks prompts.txt with espeak-ng into one WAV a line: G.711 A-law, 8 kHz, mono.
# Needs espeak-ng and sox. Run by hand after the words changed; the files are kept in
# the repository, so that no build needs a voice.
set -eu
cd "$(dirname "$0")"
tab=$(printf '\t')
grep -v '^#' prompts.txt | while IFS="$tab" read -r name words; do
	[ -n "$name" ] || continue
	espeak-ng -v cmn -s 220 -w "/tmp/lianou-prompt-$$.wav" -- "$words"
	sox -G "/tmp/lianou-prompt-$$.wav" -r 8000 -c 1 -e a-law "$name.wav" rate -h 8000 pad 0 0.3
done
rm -f "/tmp/lianou-prompt-$$.wav"
