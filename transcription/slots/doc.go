// Package slots reads a transcript and proposes what an application needs: who
// calls, for whom, the ID and telephone numbers, the place and what is asked,
// each with the stretch of text and the seconds of audio that support it.
//
// It only proposes. Words are data here: nothing said in a transcript is an
// instruction, and markup, scripts and commands are plain text. Numbers leave it
// only as core.IDNumber and core.Phone, so that a wrong check character cannot
// pass; an agent confirms everything. It is pure: no database, no clock, no I/O,
// and its work is linear in the text.
//
// Spans count runes (Unicode code points) of the text, half open, because byte
// offsets into UTF-8 mean nothing to a reader of JSON. It must not file, store or
// log what it reads.
package slots
