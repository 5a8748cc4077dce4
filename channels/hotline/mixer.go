package hotline

import "encoding/binary"

// mixer turns frames of 16-bit samples into the two sides of a recording at 8 kHz. A
// frame may end anywhere; what is left of it waits for the next one.
type mixer struct {
	start       listenStart
	rest        []byte
	left, right []int16
}

// split gives the samples of both sides, valid until the next call. One channel is the
// caller's side.
func (m *mixer) split(frame []byte) (left, right []int16) {
	sides := 1
	if m.start.stereo {
		sides = 2
	}
	step := 2 * sides * m.start.times
	m.rest = append(m.rest, frame...)
	m.left, m.right = m.left[:0], m.right[:0]
	used := 0
	for ; used+step <= len(m.rest); used += step {
		m.left = append(m.left, m.mean(used, sides))
		if sides == 2 {
			m.right = append(m.right, m.mean(used+2, sides))
		}
	}
	m.rest = append(m.rest[:0], m.rest[used:]...)
	return m.left, m.right
}

// mean of the samples that become one also keeps the high tones out.
func (m *mixer) mean(at, sides int) int16 {
	sum := 0
	for i := range m.start.times {
		sum += int(int16(binary.LittleEndian.Uint16(m.rest[at+2*sides*i:])))
	}
	return int16(sum / m.start.times)
}
