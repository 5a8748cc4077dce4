package transcription

// ALaw gives the linear sample of a byte in the A-law of ITU-T G.711. The telephone
// line's tables are filled from it too.
func ALaw(b byte) int16 {
	b ^= 0x55 // even bits are inverted on the line
	magnitude := int(b&0x0f)<<4 + 8
	if segment := int(b&0x70) >> 4; segment > 0 {
		magnitude = (magnitude + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		magnitude = -magnitude
	}
	return int16(magnitude)
}

// ULawBias is G.711's 33, in units of its 14 bits.
const ULawBias = 33

// ULaw gives the linear sample of a byte in the µ-law of ITU-T G.711.
func ULaw(b byte) int16 {
	b = ^b
	magnitude := (int(b&0x0f)<<1+ULawBias)<<(b>>4&7) - ULawBias
	if b&0x80 != 0 {
		magnitude = -magnitude
	}
	return int16(magnitude << 2)
}
