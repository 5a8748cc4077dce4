package rulebook

// ReadOp is how a stored operation is read.
func ReadOp(raw []byte) (Op, error) { return readOp(raw) }

// Repack stores a set and reads it back.
func Repack(s Sources) (Sources, error) {
	packed, err := s.pack()
	if err != nil {
		return Sources{}, err
	}
	return unpack(packed)
}
